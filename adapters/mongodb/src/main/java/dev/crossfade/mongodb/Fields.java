package dev.crossfade.mongodb;

import dev.crossfade.Conversion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the documents of a collection differ from what the names and types of an entity say: the
 * shape rules.
 *
 * <pre>{@code
 * super(context, "users", fields -> fields
 *     .field("firebaseUid", "firebaseUid", "firebase_uid")
 *     .byDefault("role", () -> "user")
 *     .objectId("id"));
 * }</pre>
 *
 * <p>Used by one thread during construction. Nothing is thrown: what does not fit is reported with
 * everything else when the migration is built.
 */
public final class Fields {
  static final Consumer<Fields> BY_NAME = fields -> {};

  private final Map<String, List<String>> names = new HashMap<>();
  private final Map<String, Conversion<?, ?>> conversions = new HashMap<>();
  private final Map<String, Supplier<?>> defaults = new HashMap<>();
  private final Map<String, Codec> codecs = new HashMap<>();
  private final Set<String> objectIds = new HashSet<>();
  private @Nullable String rest;

  private Fields() {}

  static Fields of(Consumer<? super Fields> given) {
    Fields fields = new Fields();
    given.accept(fields);
    return fields;
  }

  /**
   * The component is held by this field; dots lead into embedded documents: {@code profile.name}.
   *
   * @param aliases other names it has in some documents, looked for in this order where the first
   *     is missing. A row that is saved has it under the first name alone
   */
  public Fields field(String component, String name, String... aliases) {
    List<String> all = new ArrayList<>(List.of(name));
    all.addAll(List.of(aliases));
    names.put(component, List.copyOf(all));
    return this;
  }

  /** The component is held in another form; goes before the entity's own conversion. */
  public Fields convert(String component, Conversion<?, ?> conversion) {
    conversions.put(component, conversion);
    return this;
  }

  /**
   * What the component is in documents that lack the field, and, where the entity declares it as
   * defaulted, what an insert fills in for null. A field that is there with null is null.
   */
  public Fields byDefault(String component, Supplier<?> value) {
    defaults.put(component, value);
    return this;
  }

  /**
   * The component, a {@code UUID} or a {@code String}, is an ObjectId in the documents. A UUID
   * stands for it by a fixed rule: version 8, the ObjectId's 96 bits in order in the free ones. A
   * text is its 24 hexadecimal digits. Values that stand for none are held as what they are.
   */
  public Fields objectId(String component) {
    objectIds.add(component);
    return this;
  }

  /** The component, an {@code Instant}, is held as ISO text, to the nanosecond. */
  public Fields instantAsText(String component) {
    codecs.put(component, Codecs.INSTANT_TEXT);
    return this;
  }

  /** The component, a {@code String}, is JSON and held as the document or list it stands for. */
  public Fields embedded(String component) {
    codecs.put(component, Codecs.JSON);
    return this;
  }

  /** The component is JSON by this conversion, and held as the document or list it stands for. */
  public Fields embedded(String component, Conversion<?, String> json) {
    codecs.put(component, Codecs.json(json));
    return this;
  }

  /**
   * The component, JSON as a {@code String} or {@link #embedded}, takes all fields that no other
   * component has, as a JSON object. Without it they stay in the document, and each name is
   * reported once.
   */
  public Fields rest(String component) {
    rest = component;
    return this;
  }

  Map<String, List<String>> names() {
    return names;
  }

  Map<String, Conversion<?, ?>> conversions() {
    return conversions;
  }

  Map<String, Supplier<?>> defaults() {
    return defaults;
  }

  Set<String> objectIds() {
    return objectIds;
  }

  Map<String, Codec> codecs() {
    return codecs;
  }

  @Nullable String rest() {
    return rest;
  }
}
