package dev.crossfade.jooq;

import dev.crossfade.CheckException;
import dev.crossfade.Component;
import dev.crossfade.Conversion;
import dev.crossfade.UnreadableValueException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A component and the column that holds it. For adapters.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class MappedColumn {
  private final String entity;
  private final Component component;
  private final String name;
  private final String quoted;
  private final String placeholder;
  private final String order;
  private final Class<?> stored;
  private final Codec<Object> codec;
  private final @Nullable Conversion<Object, Object> conversion;

  @SuppressWarnings("unchecked") // the mapping has checked that codec and conversion fit
  MappedColumn(
      String entity,
      Component component,
      Field<?> column,
      Class<?> stored,
      Codec<?> codec,
      @Nullable Conversion<?, ?> conversion,
      Dialect dialect) {
    this.entity = entity;
    this.component = component;
    this.name = column.getName();
    this.quoted = dialect.sql().render(column.getUnqualifiedName());
    this.placeholder = dialect.placeholder(component, stored, column);
    this.order = dialect.keyOrder(quoted, stored);
    this.stored = stored;
    this.codec = (Codec<Object>) codec;
    this.conversion = (Conversion<Object, Object>) conversion;
  }

  /** The component. */
  public Component component() {
    return component;
  }

  /** The column's name as the catalogue has it. */
  public String name() {
    return name;
  }

  /** The column's name as statements have it. */
  public String quoted() {
    return quoted;
  }

  /** What stands for its value in a statement: {@code ?::jsonb}. */
  public String placeholder() {
    return placeholder;
  }

  /** What it is compared and sorted by as a part of the key. */
  public String order() {
    return order;
  }

  /** The type the codec holds, boxed. */
  public Class<?> stored() {
    return stored;
  }

  /** Whether an insert leaves it to the store when it is null, and an update leaves it alone. */
  public boolean isOmittable() {
    return component.isDefaulted() || component.isGenerated();
  }

  /** Binds the component's value. */
  public void bind(PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    bindStored(statement, index, value == null ? null : store(value));
  }

  /** A value of the component in its stored form. */
  public Object store(Object value) {
    return conversion == null ? value : converted(conversion, value);
  }

  private Object converted(Conversion<Object, Object> by, Object value) {
    try {
      return by.store(value);
    } catch (RuntimeException e) {
      throw new CheckException(
          "a value of component "
              + component
              + " of "
              + entity
              + " cannot be converted for column "
              + name,
          e);
    }
  }

  /** Binds a value in its stored form. */
  public void bindStored(PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      statement.setNull(index, Types.NULL);
    } else {
      codec.bind(statement, index, value);
    }
  }

  /**
   * Reads the component's value.
   *
   * @throws UnreadableValueException if what is stored is no such value
   */
  public @Nullable Object read(ResultSet rows, int index) throws SQLException {
    try {
      Object value = codec.read(rows, index);
      if (value == null && component.type().isPrimitive()) {
        throw new IllegalArgumentException("null");
      }
      return value == null || conversion == null ? value : conversion.load(value);
    } catch (RuntimeException e) {
      throw unreadable(e); // codecs and conversions see nothing but the value
    }
  }

  /** As jOOQ sees it, bound and read by this codec; without the table's name. */
  public Field<Object> field() {
    return DSL.field(DSL.name(name), CodecBinding.type(this, Object.class));
  }

  private UnreadableValueException unreadable(RuntimeException cause) {
    return new UnreadableValueException(
        "column "
            + name
            + " of entity "
            + entity
            + " holds a value that is no "
            + component.type().getSimpleName()
            + "; expected is "
            + codec.expected()
            + (component.type().isPrimitive() ? ", not null" : "")
            + (conversion == null ? "" : " that its conversion can load")
            + ". Correct the row or give "
            + component
            + " a conversion that reads it",
        component.isRedacted() ? null : cause);
  }

  @Override
  public String toString() {
    return entity + "." + component + " (" + name + ")";
  }
}
