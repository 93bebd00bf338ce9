package dev.crossfade;

import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Describes the components of a record, for an {@link Entity} or a {@link View}. Not safe for use
 * by several threads.
 *
 * @param <T> the record that holds a row
 * @param <B> the builder itself
 */
public abstract sealed class RowTypeBuilder<T, B extends RowTypeBuilder<T, B>>
    permits Entity.Builder, View.Builder {
  final Class<T> type;
  final Map<String, RecordComponent> known = new LinkedHashMap<>();
  final Set<String> redacted = new HashSet<>();
  final List<String> problems = new ArrayList<>();
  String name;
  private final Set<String> computed = new HashSet<>();

  /** The records that components which are lists have as elements. */
  private final Map<String, Class<?>> lists = new HashMap<>();

  private final Map<String, Comparison> comparisons = new LinkedHashMap<>();
  private final Map<String, Conversion<?, ?>> conversions = new LinkedHashMap<>();

  RowTypeBuilder(Class<T> type) {
    this.type = type;
    this.name = Entity.snakeCase(type.getSimpleName());
    for (RecordComponent component : type.getRecordComponents()) {
      known.put(component.getName(), component);
      Class<?> element = RecordList.elementOf(component);
      if (element != null) {
        lists.put(component.getName(), element);
      }
    }
  }

  abstract B self();

  /**
   * Its name in the journal, in messages and metrics; must not change once a migration has begun.
   */
  public B name(String otherName) {
    this.name = otherName;
    return self();
  }

  /**
   * Components that PostgreSQL computes on its own (triggers): differences there are known, and
   * only counted.
   */
  public B computedByTarget(String... names) {
    return add(computed, names);
  }

  /** Components whose values never appear in logs, events and reports. */
  public B redacted(String... names) {
    return add(redacted, names);
  }

  /** A number that both stores hold with so many decimal places: {@link Comparison#decimal}. */
  public B decimal(String component, int scale) {
    return compare(component, Comparison.decimal(scale));
  }

  /** A time that the coarser store cuts to {@code unit}: {@link Comparison#time}. */
  public B time(String component, ChronoUnit unit) {
    return compare(component, Comparison.time(unit));
  }

  /** Text that is JSON: {@link Comparison#json}. */
  public B json(String... names) {
    for (String component : names) {
      compare(component, Comparison.json());
    }
    return self();
  }

  /**
   * When two values of the component count as the same. Of a component that is a list of records,
   * it is said for each component of these: {@code "items.price"}. The elements are compared in
   * their order.
   */
  public B compare(String component, Comparison comparison) {
    if (lists.containsKey(component)) {
      problems.add(
          type.getName()
              + "."
              + component
              + " is a list of records; declare the comparison of one of their components, as \""
              + component
              + "."
              + lists.get(component).getRecordComponents()[0].getName()
              + "\"");
    } else if (!isOfElement(component)) {
      check(component);
    }
    if (comparisons.put(component, comparison) != null) {
      problems.add(type.getName() + "." + component + " has two comparisons; declare one");
    }
    return self();
  }

  /** How both stores hold the component, unless a store's repository says otherwise. */
  public B convert(String component, Conversion<?, ?> conversion) {
    check(component);
    conversions.put(component, conversion);
    return self();
  }

  Component.Traits traits(
      String component, boolean key, boolean generated, boolean locator, boolean defaulted) {
    return new Component.Traits(
        key,
        generated,
        locator,
        defaulted,
        computed.contains(component),
        redacted.contains(component),
        comparison(component),
        conversions.get(component));
  }

  private Comparison comparison(String component) {
    Class<?> element = lists.get(component);
    return element == null
        ? declared(component)
        : new RecordList(element, name -> declared(component + "." + name));
  }

  private Comparison declared(String component) {
    return comparisons.getOrDefault(component, Comparison.natural());
  }

  /** Whether it names a component of the elements of a list: {@code items.price}. */
  private boolean isOfElement(String path) {
    int dot = path.indexOf('.');
    Class<?> element = dot < 0 ? null : lists.get(path.substring(0, dot));
    return element != null
        && Arrays.stream(element.getRecordComponents())
            .anyMatch(component -> component.getName().equals(path.substring(dot + 1)));
  }

  final void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  final B add(Set<String> set, String... names) {
    for (String component : names) {
      check(component);
      set.add(component);
    }
    return self();
  }

  final void check(String component) {
    if (!known.containsKey(component)) {
      problems.add(
          type.getName() + " has no component '" + component + "'; it has " + known.keySet());
    }
  }

  static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }
}
