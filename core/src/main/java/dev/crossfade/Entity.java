package dev.crossfade;

import dev.crossfade.store.KeyCodec;
import dev.crossfade.store.TimeKeys;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One kind of row that crosses: its record, its key, and what both stores must know about it.
 *
 * <pre>{@code
 * static final Entity<Token, Long> TOKEN =
 *     Entity.of(Token.class).key("id", Long.class).generatedKey().decimal("liquidityUsd", 2).build();
 * }</pre>
 *
 * <p>Immutable and safe for use by many threads. Two entities of one {@link Crossfade} must differ
 * in name.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public final class Entity<T, K> extends RowType<T> {
  private final KeyCodec<K> keys;
  private final List<Component> keyComponents;
  private final List<Reference> references;
  private final Set<String> triggers;

  private Entity(
      String name,
      Class<T> type,
      List<Component> components,
      KeyCodec<K> keys,
      List<Component> keyComponents,
      List<Reference> references,
      Set<String> triggers) {
    super(name, type, components);
    this.keys = keys;
    this.keyComponents = List.copyOf(keyComponents);
    this.references = List.copyOf(references);
    this.triggers = Set.copyOf(triggers);
  }

  /**
   * Begins the description of an entity; its name is the record's simple name in snake case until
   * given.
   */
  public static <T extends Record> Start<T> of(Class<T> type) {
    return new Start<>(type);
  }

  /** The canonical form of its keys. */
  public KeyCodec<K> keys() {
    return keys;
  }

  /** The components that make the key, in the key's order. */
  public List<Component> keyComponents() {
    return keyComponents;
  }

  /** The foreign keys it declares. */
  public List<Reference> references() {
    return references;
  }

  /** Triggers on its tables that are known to the application; others are refused at start. */
  public Set<String> triggers() {
    return triggers;
  }

  /** The key of a row; null if a part of it is, as before a generated key is known. */
  public @Nullable K key(T row) {
    Object[] values = new Object[keyComponents.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = keyComponents.get(i).get(row);
      if (value == null) {
        return null;
      }
      values[i] = value;
    }
    return keys.key(values);
  }

  /** The key of a row that a store returned. */
  public K keyOf(T row) {
    K key = key(row);
    if (key == null) {
      throw new IllegalArgumentException("a row of " + name() + " has no key");
    }
    return key;
  }

  /** How many known differences (computed by the target) two rows have. */
  public int knownDifferences(T a, T b) {
    int known = 0;
    for (Component component : components()) {
      if (component.isComputedByTarget()
          && !component.comparison().same(component.get(a), component.get(b))) {
        known++;
      }
    }
    return known;
  }

  /**
   * The same entity under another name: one of several tables of the same shape, as where each
   * tenant has its own.
   *
   * <pre>{@code
   * Entity<Trade, Long> trades = TRADE.named("trades_0002");
   * Entity<Fill, Long> fills = FILL.named("fills_0002", trades);
   * }</pre>
   *
   * @param parents entities that this one is to refer to in place of those of the same records
   * @throws IllegalArgumentException if it refers to no entity of such a record
   */
  public Entity<T, K> named(String otherName, Entity<?, ?>... parents) {
    List<Reference> others = new ArrayList<>(references);
    for (Entity<?, ?> parent : parents) {
      boolean refers = false;
      for (int i = 0; i < others.size(); i++) {
        Reference reference = others.get(i);
        if (reference.other() != null && reference.other().type() == parent.type()) {
          others.set(i, reference.to(parent));
          refers = true;
        }
      }
      if (!refers) {
        throw new IllegalArgumentException(
            name()
                + " refers to no entity of "
                + parent.type().getName()
                + ", as "
                + parent
                + " is");
      }
    }
    return new Entity<>(otherName, type(), components(), keys, keyComponents, others, triggers);
  }

  /** An entity whose key has not been named yet. */
  public static final class Start<T extends Record> {
    private final Class<T> type;

    private Start(Class<T> type) {
      this.type = type;
    }

    /** Its key is one component. */
    public <K> Builder<T, K> key(String component, Class<K> keyType) {
      return new Builder<>(type, KeyCodec.of(keyType), List.of(component));
    }

    /** Its key is a record whose components bear the names of the row's components. */
    public <K extends Record> Builder<T, K> key(Class<K> keyType) {
      List<String> names =
          Arrays.stream(keyType.getRecordComponents()).map(RecordComponent::getName).toList();
      return new Builder<>(type, KeyCodec.of(keyType), names);
    }
  }

  /**
   * Describes an entity. Not safe for use by several threads; what {@link #build} returns does not
   * change with it.
   *
   * @param <T> the record that holds a row
   * @param <K> its key
   */
  public static final class Builder<T, K> extends RowTypeBuilder<T, Builder<T, K>> {
    private final KeyCodec<K> keys;
    private final List<String> keyNames;
    private final Set<String> locators = new HashSet<>();
    private final Set<String> defaulted = new HashSet<>();
    private final List<Reference> references = new ArrayList<>();
    private final Set<String> triggers = new HashSet<>();
    private boolean generatedKey;

    private Builder(Class<T> type, KeyCodec<K> keys, List<String> keyNames) {
      super(type);
      this.keys = keys;
      this.keyNames = keyNames;
      keyNames.forEach(this::check);
    }

    @Override
    Builder<T, K> self() {
      return this;
    }

    /**
     * A row whose key is null gets one from the store at its insert (identity, serial, rowid,
     * default).
     */
    public Builder<T, K> generatedKey() {
      this.generatedKey = true;
      return this;
    }

    /**
     * Components needed beside the key to find the row in a store: the columns a table is
     * partitioned by. A change of one is carried as a delete and an insert.
     */
    public Builder<T, K> locator(String... names) {
      return add(locators, names);
    }

    /**
     * Components that a store's column default fills when they are null at an insert; null at an
     * update keeps them.
     */
    public Builder<T, K> defaulted(String... names) {
      return add(defaulted, names);
    }

    /**
     * The component refers to the key of another entity, and deletes of that are refused while it
     * does.
     */
    public Builder<T, K> references(String component, Entity<?, ?> parent) {
      return references(List.of(component), parent, OnDelete.REFUSE);
    }

    /**
     * The component refers to the key of another entity; {@code onDelete} is what the stores'
     * constraints do.
     */
    public Builder<T, K> references(String component, Entity<?, ?> parent, OnDelete onDelete) {
      return references(List.of(component), parent, onDelete);
    }

    /** As above, for a key of several components, in the key's order. */
    public Builder<T, K> references(List<String> names, Entity<?, ?> parent, OnDelete onDelete) {
      names.forEach(this::check);
      if (names.size() != parent.keyComponents().size()) {
        problems.add(
            type.getName()
                + " refers to "
                + parent.name()
                + " by "
                + names
                + ", whose key is "
                + parent.keyComponents()
                + "; name as many components");
      }
      references.add(Reference.toKey(names, parent, onDelete));
      return this;
    }

    /**
     * The component refers to a component of another entity that is not its key: a snapshot's user
     * by {@code firebaseUid}, where the users' key is their {@code email}. It must be unique there,
     * and stay as it is for as long as rows refer to it: a change of it reaches rows that refer in
     * a store that keeps the reference by another value (a surrogate key), and in no other; a
     * verification finds them.
     */
    public Builder<T, K> references(
        String component, Entity<?, ?> parent, String parentComponent, OnDelete onDelete) {
      check(component);
      Optional<Component> target =
          parent.components().stream().filter(c -> c.name().equals(parentComponent)).findFirst();
      if (target.isEmpty()) {
        problems.add(
            type.getName()
                + " refers to "
                + parent.name()
                + "."
                + parentComponent
                + ", which it does not have; it has "
                + parent.components());
      } else if (known.containsKey(component)
          && boxed(known.get(component).getType()) != boxed(target.get().type())) {
        problems.add(
            type.getName()
                + "."
                + component
                + " is a "
                + known.get(component).getType().getSimpleName()
                + " and refers to "
                + parent.name()
                + "."
                + parentComponent
                + ", a "
                + target.get().type().getSimpleName()
                + "; make them the same");
      }
      references.add(
          parent.keyComponents().equals(target.stream().toList())
              ? Reference.toKey(List.of(component), parent, onDelete)
              : new Reference(List.of(component), parent, List.of(parentComponent), onDelete));
      return this;
    }

    /**
     * As {@link #references(String, Entity, OnDelete)}, for rows that refer to rows of their own
     * entity.
     */
    public Builder<T, K> referencesItself(String component, OnDelete onDelete) {
      check(component);
      if (keyNames.size() != 1) {
        problems.add(
            type.getName()
                + "."
                + component
                + " refers to a key of "
                + keyNames.size()
                + " components; one does not do");
      }
      references.add(Reference.toKey(List.of(component), null, onDelete));
      return this;
    }

    /**
     * Triggers on its tables that the application knows of and whose effects on mapped rows it has
     * declared.
     */
    public Builder<T, K> triggers(String... names) {
      triggers.addAll(List.of(names));
      return this;
    }

    /**
     * The entity.
     *
     * @throws ConfigurationException with everything that does not fit together
     */
    public Entity<T, K> build() {
      checkKey();
      throwIfAny();
      List<Component> components = new ArrayList<>();
      for (RecordComponent component : known.values()) {
        components.add(new Component(component, components.size(), traits(component.getName())));
      }
      List<Component> keyComponents =
          keyNames.stream()
              .map(key -> components.stream().filter(c -> c.name().equals(key)).findFirst())
              .flatMap(Optional::stream)
              .toList();
      return new Entity<>(name, type, components, keys, keyComponents, references, triggers);
    }

    private Component.Traits traits(String component) {
      boolean key = keyNames.contains(component);
      return traits(
          component,
          key,
          key && generatedKey,
          locators.contains(component),
          defaulted.contains(component));
    }

    private void checkKey() {
      Object[] keyTypes =
          keys.isComposite()
              ? Arrays.stream(keys.type().getRecordComponents())
                  .map(RecordComponent::getType)
                  .toArray()
              : new Object[] {keys.type()};
      for (int i = 0; i < keyNames.size(); i++) {
        RecordComponent component = known.get(keyNames.get(i));
        if (component != null && boxed(component.getType()) != boxed((Class<?>) keyTypes[i])) {
          problems.add(
              type.getName()
                  + "."
                  + keyNames.get(i)
                  + " is a "
                  + component.getType().getSimpleName()
                  + ", the key "
                  + keys.type().getName()
                  + " has "
                  + ((Class<?>) keyTypes[i]).getSimpleName()
                  + " there; make them the same");
        }
      }
      for (String component : keyNames) {
        if (redacted.contains(component)) {
          problems.add(
              type.getName()
                  + "."
                  + component
                  + " is the key and cannot be redacted: messages name rows by it");
        }
      }
      if (generatedKey && keyNames.size() > 1) {
        problems.add(
            type.getName() + " has a key of several components; such a key cannot be generated");
      }
      if (generatedKey && TimeKeys.have(keys.type())) {
        problems.add(
            type.getName()
                + "."
                + keyNames.get(0)
                + " is a time, which no two stores generate alike; give each row its key");
      }
      if (generatedKey
          && known.containsKey(keyNames.get(0))
          && known.get(keyNames.get(0)).getType().isPrimitive()) {
        problems.add(
            type.getName()
                + "."
                + keyNames.get(0)
                + " is generated, so it must be able to be null; use "
                + boxed(known.get(keyNames.get(0)).getType()).getSimpleName());
      }
    }
  }

  static String snakeCase(String camelCase) {
    return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
