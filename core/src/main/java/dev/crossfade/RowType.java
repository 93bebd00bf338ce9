package dev.crossfade;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record that holds rows, with its name and with what both stores must know about its components:
 * what an {@link Entity} and a {@link View} have in common.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <T> the record
 */
public abstract sealed class RowType<T> permits Entity, View {
  private final String name;
  private final Class<T> type;
  private final List<Component> components;
  private final List<Component> weighty;
  private final MethodHandle constructor;

  RowType(String name, Class<T> type, List<Component> components) {
    this.name = name;
    this.type = type;
    this.components = List.copyOf(components);
    this.weighty =
        this.components.stream()
            .filter(
                c ->
                    c.type() == String.class
                        || c.type() == byte[].class
                        || c.comparison() instanceof RecordList)
            .toList();
    this.constructor = constructor(type);
  }

  /** Its name, in the journal, in messages and metrics. */
  public final String name() {
    return name;
  }

  /** The record that holds a row. */
  public final Class<T> type() {
    return type;
  }

  /** The record's components, in order. */
  public final List<Component> components() {
    return components;
  }

  /**
   * The component of that name.
   *
   * @throws IllegalArgumentException if the record has none
   */
  public final Component component(String componentName) {
    for (Component component : components) {
      if (component.name().equals(componentName)) {
        return component;
      }
    }
    throw new IllegalArgumentException(
        type.getName() + " has no component '" + componentName + "'; it has " + components);
  }

  /** The row made of these values, one per component in order. */
  public final T row(@Nullable Object[] values) {
    try {
      return type.cast((Object) constructor.invokeExact(values));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the constructor of " + type.getName() + " threw", e);
    }
  }

  /**
   * Where two rows that should be the same differ, known differences left out; empty if nowhere.
   * Either may be absent.
   */
  public final List<Difference> differences(@Nullable T primary, @Nullable T secondary) {
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
  public final boolean same(T a, T b) {
    for (Component component : components) {
      if (!component.isComputedByTarget()
          && !component.comparison().same(component.get(a), component.get(b))) {
        return false;
      }
    }
    return true;
  }

  /** About how many bytes the texts, binary values and lists of a row take in memory. */
  public final int weight(T row) {
    int weight = 0;
    for (Component component : weighty) {
      Object value = component.get(row);
      weight +=
          component.comparison() instanceof RecordList lists && value instanceof List<?> list
              ? lists.weight(list)
              : bytes(value);
    }
    return weight;
  }

  /** Of a text or a binary value; 0 for everything else. */
  static int bytes(@Nullable Object value) {
    return value instanceof String text
        ? 2 * text.length()
        : value instanceof byte[] bytes ? bytes.length : 0;
  }

  @Override
  public final String toString() {
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
}
