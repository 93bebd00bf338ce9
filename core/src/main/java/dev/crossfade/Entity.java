package dev.crossfade;

import dev.crossfade.store.KeyCodec;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
public final class Entity<T, K> {
  private final String name;
  private final Class<T> type;
  private final KeyCodec<K> keys;
  private final List<Component> components;
  private final List<Component> keyComponents;
  private final List<Reference> references;
  private final Set<String> triggers;
  private final MethodHandle constructor;

  private Entity(Builder<T, K> builder, List<Component> components) {
    this.name = builder.name;
    this.type = builder.type;
    this.keys = builder.keys;
    this.components = List.copyOf(components);
    this.keyComponents = builder.keyNames.stream().map(this::component).toList();
    this.references = List.copyOf(builder.references);
    this.triggers = Set.copyOf(builder.triggers);
    this.constructor = constructor(type);
  }

  /**
   * Begins the description of an entity; its name is the record's simple name in snake case until
   * given.
   */
  public static <T extends Record> Start<T> of(Class<T> type) {
    return new Start<>(type);
  }

  /** Its name, in the journal, in messages and metrics. */
  public String name() {
    return name;
  }

  /** The record that holds a row. */
  public Class<T> type() {
    return type;
  }

  /** The canonical form of its keys. */
  public KeyCodec<K> keys() {
    return keys;
  }

  /** The record's components, in order. */
  public List<Component> components() {
    return components;
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

  /**
   * The component of that name.
   *
   * @throws IllegalArgumentException if the record has none
   */
  public Component component(String componentName) {
    for (Component component : components) {
      if (component.name().equals(componentName)) {
        return component;
      }
    }
    throw new IllegalArgumentException(
        type.getName() + " has no component '" + componentName + "'; it has " + components);
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
      throw new IllegalArgumentException("a row of " + name + " has no key");
    }
    return key;
  }

  /** The row made of these values, one per component in order. */
  public T row(@Nullable Object[] values) {
    try {
      return type.cast((Object) constructor.invokeExact(values));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the constructor of " + type.getName() + " threw", e);
    }
  }

  /**
   * Where two rows with one key differ, known differences left out; empty if nowhere. Either may be
   * absent.
   */
  public List<Difference> differences(@Nullable T primary, @Nullable T secondary) {
    if (primary == null || secondary == null) {
      return primary == secondary
          ? List.of()
          : List.of(new Difference("(row)", presence(primary), presence(secondary)));
    }
    List<Difference> differences = List.of();
    for (Component component : components) {
      Object a = component.get(primary);
      Object b = component.get(secondary);
      if (!component.isComputedByTarget() && !component.comparison().same(a, b)) {
        differences = differences.isEmpty() ? new ArrayList<>() : differences;
        differences.add(new Difference(component.name(), component.show(a), component.show(b)));
      }
    }
    return differences;
  }

  /**
   * Whether two rows are the same in every component, known differences left out; without saying
   * where they differ.
   */
  public boolean same(T a, T b) {
    for (Component component : components) {
      if (!component.isComputedByTarget()
          && !component.comparison().same(component.get(a), component.get(b))) {
        return false;
      }
    }
    return true;
  }

  /** How many known differences (computed by the target) two rows have. */
  public int knownDifferences(T a, T b) {
    int known = 0;
    for (Component component : components) {
      if (component.isComputedByTarget()
          && !component.comparison().same(component.get(a), component.get(b))) {
        known++;
      }
    }
    return known;
  }

  @Override
  public String toString() {
    return name;
  }

  private static String presence(@Nullable Object row) {
    return row == null ? "absent" : "present";
  }

  private static MethodHandle constructor(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return MethodHandles.lookup()
          .unreflectConstructor(constructor)
          .asSpreader(Object[].class, types.length)
          .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "the constructor of " + type.getName() + " cannot be called", e);
    }
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
  public static final class Builder<T, K> {
    private final Class<T> type;
    private final KeyCodec<K> keys;
    private final List<String> keyNames;
    private final Map<String, RecordComponent> known = new LinkedHashMap<>();
    private final Set<String> locators = new HashSet<>();
    private final Set<String> defaulted = new HashSet<>();
    private final Set<String> computed = new HashSet<>();
    private final Set<String> redacted = new HashSet<>();
    private final Map<String, Comparison> comparisons = new LinkedHashMap<>();
    private final Map<String, Conversion<?, ?>> conversions = new LinkedHashMap<>();
    private final List<Reference> references = new ArrayList<>();
    private final Set<String> triggers = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private String name;
    private boolean generatedKey;

    private Builder(Class<T> type, KeyCodec<K> keys, List<String> keyNames) {
      this.type = type;
      this.keys = keys;
      this.keyNames = keyNames;
      this.name = snakeCase(type.getSimpleName());
      for (RecordComponent component : type.getRecordComponents()) {
        known.put(component.getName(), component);
      }
      keyNames.forEach(this::check);
    }

    /**
     * Its name in the journal, in messages and metrics; must not change once a migration has begun.
     */
    public Builder<T, K> name(String entityName) {
      this.name = entityName;
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
     * Components that PostgreSQL computes on its own (triggers): differences there are known, and
     * only counted.
     */
    public Builder<T, K> computedByTarget(String... names) {
      return add(computed, names);
    }

    /** Components whose values never appear in logs, events and reports. */
    public Builder<T, K> redacted(String... names) {
      return add(redacted, names);
    }

    /** A number that both stores hold with so many decimal places: {@link Comparison#decimal}. */
    public Builder<T, K> decimal(String component, int scale) {
      return compare(component, Comparison.decimal(scale));
    }

    /** A time that the coarser store cuts to {@code unit}: {@link Comparison#time}. */
    public Builder<T, K> time(String component, ChronoUnit unit) {
      return compare(component, Comparison.time(unit));
    }

    /** Text that is JSON: {@link Comparison#json}. */
    public Builder<T, K> json(String... names) {
      for (String component : names) {
        compare(component, Comparison.json());
      }
      return this;
    }

    /** When two values of the component count as the same. */
    public Builder<T, K> compare(String component, Comparison comparison) {
      check(component);
      if (comparisons.put(component, comparison) != null) {
        problems.add(type.getName() + "." + component + " has two comparisons; declare one");
      }
      return this;
    }

    /** How both stores hold the component, unless a store's repository says otherwise. */
    public Builder<T, K> convert(String component, Conversion<?, ?> conversion) {
      check(component);
      conversions.put(component, conversion);
      return this;
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
      references.add(new Reference(names, parent, onDelete));
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
      references.add(new Reference(List.of(component), null, onDelete));
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
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
      List<Component> components = new ArrayList<>();
      for (RecordComponent component : known.values()) {
        components.add(new Component(component, components.size(), traits(component.getName())));
      }
      return new Entity<>(this, components);
    }

    private Component.Traits traits(String component) {
      boolean key = keyNames.contains(component);
      return new Component.Traits(
          key,
          key && generatedKey,
          locators.contains(component),
          defaulted.contains(component),
          computed.contains(component),
          redacted.contains(component),
          comparisons.getOrDefault(component, Comparison.natural()),
          conversions.get(component));
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

    private Builder<T, K> add(Set<String> set, String... names) {
      for (String component : names) {
        check(component);
        set.add(component);
      }
      return this;
    }

    private void check(String component) {
      if (!known.containsKey(component)) {
        problems.add(
            type.getName() + " has no component '" + component + "'; it has " + known.keySet());
      }
    }

    private static Class<?> boxed(Class<?> type) {
      return MethodType.methodType(type).wrap().returnType();
    }
  }

  static String snakeCase(String camelCase) {
    return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
