package dev.crossfade;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * One component of an entity's record, with what the entity declares about it. Immutable.
 *
 * <p>Adapters map each component to a column; an application meets components only in messages.
 */
public final class Component {
  private final String name;
  private final Class<?> type;
  private final int index;
  private final MethodHandle accessor;
  private final Traits traits;

  /** What an entity declares about a component. */
  record Traits(
      boolean key,
      boolean generated,
      boolean locator,
      boolean defaulted,
      boolean computedByTarget,
      boolean redacted,
      Comparison comparison,
      @Nullable Conversion<?, ?> conversion) {
    static final Traits NONE = comparedBy(Comparison.natural());

    /** Of which nothing else is declared. */
    static Traits comparedBy(Comparison comparison) {
      return new Traits(false, false, false, false, false, false, comparison, null);
    }
  }

  Component(RecordComponent component, int index, Traits traits) {
    this.name = component.getName();
    this.type = component.getType();
    this.index = index;
    this.accessor = accessor(component.getAccessor());
    this.traits = traits;
  }

  /** Its name in the record. */
  public String name() {
    return name;
  }

  /** Its declared type. */
  public Class<?> type() {
    return type;
  }

  /** Its place in the record, from 0. */
  public int index() {
    return index;
  }

  /** Whether it is the key or a part of it. */
  public boolean isKey() {
    return traits.key();
  }

  /**
   * Whether a store generates it when it is null at an insert. Only a key of one component can be.
   */
  public boolean isGenerated() {
    return traits.generated();
  }

  /**
   * Whether it is needed beside the key to find the row, such as the column a table is partitioned
   * by.
   */
  public boolean isLocator() {
    return traits.locator();
  }

  /** Whether null means "the store's default" at an insert and "unchanged" at an update. */
  public boolean isDefaulted() {
    return traits.defaulted();
  }

  /**
   * Whether PostgreSQL computes it on its own, so that a difference there is known and only
   * counted.
   */
  public boolean isComputedByTarget() {
    return traits.computedByTarget();
  }

  /** Whether its values must not appear in logs, events and reports. */
  public boolean isRedacted() {
    return traits.redacted();
  }

  /** When two values count as the same. */
  public Comparison comparison() {
    return traits.comparison();
  }

  /**
   * How both stores hold it, if the entity says so; null if each store's own rules for the type
   * apply.
   */
  public @Nullable Conversion<?, ?> conversion() {
    return traits.conversion();
  }

  /** The value in a row. */
  public @Nullable Object get(Object row) {
    try {
      return accessor.invokeExact(row);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the accessor of " + this + " threw", e);
    }
  }

  /** The value in a row as it may be shown. */
  public String show(@Nullable Object value) {
    return traits.redacted() && value != null ? "(redacted)" : Shown.value(value);
  }

  /** Its name. */
  @Override
  public String toString() {
    return name;
  }

  private static MethodHandle accessor(Method method) {
    try {
      method.setAccessible(true);
      return MethodHandles.lookup()
          .unreflect(method)
          .asType(MethodType.methodType(Object.class, Object.class));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(method + " cannot be called", e);
    }
  }
}
