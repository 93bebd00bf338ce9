package dev.crossfade.mongodb;

import dev.crossfade.CheckException;
import dev.crossfade.Comparison;
import dev.crossfade.Component;
import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.store.TimeKeys;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An entity and the documents that hold its rows. Immutable, but for what it has reported already.
 *
 * <p>The key is the document's {@code _id}: the value itself, or, of a key of several components, a
 * document of them. A key of one component may be another field, if that has a unique index.
 */
final class DocumentMapping<T, K> {
  private static final Logger LOG = LoggerFactory.getLogger(DocumentMapping.class);
  private static final String ID = "_id";

  /** An update that changes nothing; one without operators would replace the document. */
  private static final String NOTHING = "crossfade_nothing";

  private final Entity<T, K> entity;
  private final String collection;
  private final String owner;
  private final List<FieldMapping> fields;
  private final List<FieldMapping> keyFields;
  private final String keyPath;
  private final @Nullable FieldMapping rest;
  private final Set<String> knownFields = new HashSet<>();
  private final Set<String> reported = ConcurrentHashMap.newKeySet();
  private final List<String> problems = new ArrayList<>();

  DocumentMapping(Entity<T, K> entity, String collection, Fields given, Class<?> owner) {
    this.entity = entity;
    this.collection = collection;
    this.owner = owner.getName();
    checkNames(given);
    List<FieldMapping> mapped = new ArrayList<>();
    for (Component component : entity.components()) {
      mapped.add(field(component, given));
    }
    this.fields = List.copyOf(mapped);
    this.keyFields =
        entity.keyComponents().stream().map(component -> fields.get(component.index())).toList();
    this.keyPath = keyFields.size() > 1 ? ID : keyFields.get(0).name();
    String restName = given.rest();
    this.rest =
        restName == null
            ? null
            : fields.stream()
                .filter(field -> field.component().name().equals(restName))
                .findFirst()
                .orElse(null);
    for (FieldMapping field : fields) {
      if (!isRest(field)) {
        field.names().forEach(name -> knownFields.add(name.replaceFirst("\\..*", "")));
      }
    }
    knownFields.add(ID);
    checkKey();
  }

  Entity<T, K> entity() {
    return entity;
  }

  String collection() {
    return collection;
  }

  String owner() {
    return owner;
  }

  List<String> problems() {
    return problems;
  }

  String keyPath() {
    return keyPath;
  }

  List<FieldMapping> keyFields() {
    return keyFields;
  }

  FieldMapping field(String component) {
    return fields.get(entity.component(component).index());
  }

  boolean keyIsId() {
    return keyPath.equals(ID);
  }

  /** Whether rows have components that a save may leave as they are. */
  boolean leavesNulls(T row) {
    for (Component component : entity.components()) {
      if (component.isDefaulted() && component.get(row) == null) {
        return true;
      }
    }
    return false;
  }

  /** Whether it takes what no other component has. */
  private boolean isRest(FieldMapping field) {
    return rest != null && rest.component().index() == field.component().index();
  }

  // Making it.

  private FieldMapping field(Component component, Fields given) {
    String name = component.name();
    boolean composite = entity.keyComponents().size() > 1;
    String byRule = !component.isKey() ? name : composite ? ID + "." + name : ID;
    List<String> names = given.names().getOrDefault(name, List.of(byRule));
    if (component.isKey() && names.size() > 1) {
      problem("the key " + name + " has aliases; a key has one name in all documents");
    }
    if (component.isKey() && composite && !isOfId(names.get(0))) {
      problem(
          "the key "
              + name
              + " is held by "
              + names.get(0)
              + "; a key of several components is the document's _id: {"
              + name
              + ": …}");
    }
    Codec codec = codec(component, given);
    if (codec == null) {
      problem(
          "component "
              + name
              + " is of type "
              + recordComponent(component).getGenericType().getTypeName()
              + ", which no document holds by itself; give it a conversion:"
              + " fields.convert(\""
              + name
              + "\", …)");
      codec = Codecs.JSON;
    }
    return new FieldMapping(
        component, names, codec, given.defaults().get(name), isRequired(component));
  }

  /** Whether it is a field of the document that {@code _id} is. */
  private static boolean isOfId(String name) {
    return name.startsWith(ID + ".") && name.lastIndexOf('.') == ID.length();
  }

  private @Nullable Codec codec(Component component, Fields given) {
    String name = component.name();
    Conversion<?, ?> conversion = given.conversions().get(name);
    int scale = component.comparison().scale();
    if (conversion != null) {
      return Codecs.converted(conversion, scale);
    } else if (given.objectIds().contains(name)) {
      return component.type() == String.class ? Codecs.TEXT_OR_OBJECT_ID : Codecs.UUID_OR_OBJECT_ID;
    } else if (given.codecs().containsKey(name)) {
      return given.codecs().get(name);
    }
    Conversion<?, ?> own = component.conversion();
    if (name.equals(given.rest()) && component.type() == String.class) {
      return Codecs.JSON;
    } else if (own != null) {
      return Codecs.converted(own, scale);
    } else if (component.type() == String.class && component.comparison() == Comparison.json()) {
      return Codecs.JSON;
    }
    return Codecs.of(recordComponent(component).getGenericType(), scale);
  }

  private RecordComponent recordComponent(Component component) {
    return entity.type().getRecordComponents()[component.index()];
  }

  /** Where null-ness is said of all components it counts; else any may be null. */
  private boolean isRequired(Component component) {
    if (component.isGenerated() || component.isDefaulted()) {
      return false;
    }
    boolean marked = false;
    for (AnnotatedElement at = entity.type(); at != null; at = around(at)) {
      marked |= at.isAnnotationPresent(NullMarked.class);
    }
    return marked
        && !recordComponent(component).getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private static @Nullable AnnotatedElement around(AnnotatedElement element) {
    if (!(element instanceof Class<?> type)) {
      return null;
    }
    return type.getEnclosingClass() != null ? type.getEnclosingClass() : type.getPackage();
  }

  private void checkNames(Fields given) {
    Set<String> known = new HashSet<>();
    entity.components().forEach(component -> known.add(component.name()));
    Set<String> named = new HashSet<>(given.names().keySet());
    named.addAll(given.conversions().keySet());
    named.addAll(given.defaults().keySet());
    named.addAll(given.codecs().keySet());
    named.addAll(given.objectIds());
    String restName = given.rest();
    if (restName != null) {
      named.add(restName);
    }
    for (String name : named) {
      if (!known.contains(name)) {
        problem("there is no component '" + name + "' in " + entity.type().getName());
      }
    }
  }

  private void checkKey() {
    Component key = entity.keyComponents().get(0);
    if (key.isGenerated() && key.type() != Long.class && key.type() != Integer.class) {
      problem("the generated key " + key + " is a " + key.type().getSimpleName() + ", not a Long");
    }
    for (Component part : entity.keyComponents()) {
      if (TimeKeys.have(part.type())) {
        problem(
            "the key has "
                + part
                + ", a time, of which documents have several forms and a Date has milliseconds; make"
                + " it a text or a number in both stores");
      }
    }
  }

  private void problem(String what) {
    problems.add(owner + ": " + what);
  }

  // Keys.

  BsonValue storedKey(K key) {
    Object[] values = entity.keys().values(key);
    if (keyFields.size() == 1) {
      return keyFields.get(0).codec().encode(values[0]);
    }
    BsonDocument stored = new BsonDocument();
    for (int i = 0; i < values.length; i++) {
      stored.put(keyFields.get(i).lastName(), keyFields.get(i).codec().encode(values[i]));
    }
    return stored;
  }

  /** The key of a document. */
  K key(BsonDocument document) {
    Object[] values = new Object[keyFields.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = value(keyFields.get(i), document);
      if (value == null) {
        throw unreadable(document, keyFields.get(i), "it is missing", null);
      }
      values[i] = value;
    }
    K key = entity.keys().key(values);
    try {
      byte[] unused = entity.keys().encode(key);
      return key;
    } catch (IllegalArgumentException e) {
      throw unreadable(document, keyFields.get(0), String.valueOf(e.getMessage()), e);
    }
  }

  /** The row with a generated key. */
  T withKey(T row, long key) {
    Component component = entity.keyComponents().get(0);
    @Nullable Object[] values = values(row);
    values[component.index()] =
        component.type() == Integer.class ? (Object) Math.toIntExact(key) : (Object) key;
    return entity.row(values);
  }

  private @Nullable Object[] values(T row) {
    @Nullable Object[] values = new Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = fields.get(i).component().get(row);
    }
    return values;
  }

  // Reading.

  /**
   * The row of a document.
   *
   * @throws UnreadableValueException if a value does not fit its type
   */
  T row(BsonDocument document) {
    @Nullable Object[] values = new Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      FieldMapping field = fields.get(i);
      values[i] = isRest(field) ? others(field, document) : value(field, document);
      if (values[i] == null && field.component().type().isPrimitive()) {
        throw unreadable(document, field, "it is missing, and has no default", null);
      }
    }
    if (rest == null) {
      report(document);
    }
    T row = entity.row(values);
    K unused = key(document);
    return row;
  }

  /** What a document has for a component; null if it has nothing. */
  @Nullable Object value(FieldMapping field, BsonDocument document) {
    BsonValue stored = field.stored(document);
    if (stored == null) {
      return field.byDefault() == null ? null : field.byDefault().get();
    } else if (stored.isNull() && !(field.codec().takesNull() && field.byDefault() == null)) {
      return null;
    }
    try {
      return field.codec().decode(stored);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw unreadable(document, field, String.valueOf(e.getMessage()), e);
    }
  }

  private UnreadableValueException unreadable(
      BsonDocument document, FieldMapping field, String why, @Nullable Exception cause) {
    return new UnreadableValueException(
        entity.name() + " " + shownKey(document) + ", field " + field.name() + ": " + why, cause);
  }

  private String shownKey(BsonDocument document) {
    BsonValue key = FieldMapping.at(document, keyPath);
    if (key == null) {
      return "(no key)";
    } else if (key.isString()) {
      return key.asString().getValue();
    } else if (key.isObjectId()) {
      return key.asObjectId().getValue().toHexString();
    }
    return key.isNumber() ? String.valueOf(key.asNumber().longValue()) : key.toString();
  }

  private @Nullable Object others(FieldMapping field, BsonDocument document) {
    BsonDocument others = new BsonDocument();
    document.forEach(
        (name, value) -> {
          if (!knownFields.contains(name)) {
            others.put(name, value);
          }
        });
    return others.isEmpty() ? null : field.codec().decode(others);
  }

  private void report(BsonDocument document) {
    for (String name : document.keySet()) {
      if (!knownFields.contains(name) && reported.add(name)) {
        LOG.warn(
            "{}: documents of {} have a field {} that no component holds; it stays in MongoDB and"
                + " does not reach the other store. Map it, or take such fields with rest(…)",
            owner,
            collection,
            name);
      }
    }
  }

  // Writing.

  /** The row as it will be once it has been written and read. */
  T stored(T row) {
    return row(document(row));
  }

  /** The row without some of its values. */
  T without(T row, List<String> components) {
    @Nullable Object[] values = values(row);
    components.forEach(name -> values[entity.component(name).index()] = null);
    return entity.row(values);
  }

  /** What an insert fills in. */
  T withDefaults(T row) {
    @Nullable Object[] values = values(row);
    boolean filled = false;
    for (int i = 0; i < values.length; i++) {
      FieldMapping field = fields.get(i);
      if (values[i] == null && field.component().isDefaulted() && field.byDefault() != null) {
        values[i] = field.byDefault().get();
        filled = true;
      }
    }
    return filled ? entity.row(values) : row;
  }

  /** The row, with what it leaves open as it is now. */
  T over(T row, @Nullable T now) {
    if (now == null) {
      return withDefaults(row);
    }
    @Nullable Object[] values = values(row);
    for (int i = 0; i < values.length; i++) {
      Component component = fields.get(i).component();
      if (values[i] == null && component.isDefaulted()) {
        values[i] = component.get(now);
      }
    }
    return entity.row(values);
  }

  /**
   * The whole document of a row.
   *
   * @throws CheckException if a value is missing or cannot be held
   */
  BsonDocument document(T row) {
    BsonDocument document = new BsonDocument();
    FieldMapping.put(document, keyPath, encodedKey(row));
    for (FieldMapping field : fields) {
      BsonValue value = field.component().isKey() ? null : encoded(field, row);
      if (value != null && isRest(field) && value.isDocument()) {
        document.putAll(value.asDocument());
      } else if (value != null && !isRest(field)) {
        FieldMapping.put(document, field.name(), value);
      }
    }
    return document;
  }

  private BsonValue encodedKey(T row) {
    try {
      return storedKey(entity.keyOf(row));
    } catch (IllegalArgumentException e) {
      throw new CheckException("writing " + entity.name() + ": its key: " + e.getMessage(), e);
    }
  }

  /** Null where the field is to be missing. */
  private @Nullable BsonValue encoded(FieldMapping field, T row) {
    @Nullable Object value = field.component().get(row);
    if (value == null && field.required()) {
      throw new CheckException(
          "writing " + entity.name() + ": " + field.component() + " must not be null", null);
    } else if (value == null) {
      return field.byDefault() == null ? null : BsonNull.VALUE;
    }
    try {
      return field.codec().encode(value);
    } catch (IllegalArgumentException e) {
      throw new CheckException(
          "writing " + entity.name() + ": " + field.component() + " is " + e.getMessage(), e);
    }
  }

  /** Whether a document holds nothing that a row does not: then it is replaced as a whole. */
  boolean isWhole() {
    return rest != null;
  }

  /**
   * The update that brings a document to a row; what no component holds stays.
   *
   * @param leavesNulls whether null leaves what is defaulted as it is; else it is written
   */
  BsonDocument update(T row, boolean leavesNulls) {
    BsonDocument set = new BsonDocument();
    BsonDocument unset = new BsonDocument();
    BsonDocument onInsert = new BsonDocument();
    for (FieldMapping field : fields) {
      if (field.component().isKey()) {
        continue;
      }
      if (leavesNulls && field.component().isDefaulted() && field.component().get(row) == null) {
        if (field.byDefault() != null) {
          onInsert.put(field.name(), field.codec().encode(field.byDefault().get()));
        }
        continue;
      }
      BsonValue value = encoded(field, row);
      if (value == null) {
        unset.put(field.name(), new BsonString(""));
      } else {
        set.put(field.name(), value);
      }
      for (String alias : field.names().subList(1, field.names().size())) {
        unset.put(alias, new BsonString(""));
      }
    }
    return operators(set, unset, onInsert);
  }

  private static BsonDocument operators(
      BsonDocument set, BsonDocument unset, BsonDocument onInsert) {
    BsonDocument update = new BsonDocument();
    if (!set.isEmpty()) {
      update.put("$set", set);
    }
    if (!unset.isEmpty()) {
      update.put("$unset", unset);
    }
    if (!onInsert.isEmpty()) {
      update.put("$setOnInsert", onInsert);
    }
    return update.isEmpty()
        ? new BsonDocument("$unset", new BsonDocument(NOTHING, new BsonString("")))
        : update;
  }

  /** What must be so for a document to be as this row was written. */
  BsonDocument asWritten(T row) {
    BsonDocument filter = new BsonDocument(keyPath, encodedKey(row));
    for (FieldMapping field : fields) {
      if (!field.component().isKey() && !isRest(field)) {
        BsonValue value = encoded(field, row);
        filter.put(field.name(), new BsonDocument("$eq", value == null ? BsonNull.VALUE : value));
      }
    }
    return filter;
  }

  /** The update that brings mapped fields back to what they were. */
  BsonDocument back(BsonDocument before) {
    BsonDocument set = new BsonDocument();
    BsonDocument unset = new BsonDocument();
    for (FieldMapping field : fields) {
      if (field.component().isKey()) {
        continue;
      }
      for (String name : field.names()) {
        BsonValue value = FieldMapping.at(before, name);
        if (value == null) {
          unset.put(name, new BsonString(""));
        } else {
          set.put(name, value);
        }
      }
    }
    return operators(set, unset, new BsonDocument());
  }

  int compare(K a, K b) {
    return Arrays.compareUnsigned(entity.keys().encode(a), entity.keys().encode(b));
  }
}
