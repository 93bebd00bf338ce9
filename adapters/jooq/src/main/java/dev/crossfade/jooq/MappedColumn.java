package dev.crossfade.jooq;

import dev.crossfade.CheckException;
import dev.crossfade.Component;
import dev.crossfade.Conversion;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.store.TimeKeys;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A component and the column that holds it, or the two columns that do. For adapters.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class MappedColumn {
  private final String entity;
  private final Component component;
  private final String name;
  private final String quoted;
  private final String reading;
  private final String label;
  private final String placeholder;
  private final String order;
  private final Class<?> stored;
  private final Codec<Object> codec;
  private final @Nullable Conversion<Object, Object> conversion;
  private final @Nullable ColumnPair pair;
  private final @Nullable Lookup lookup;
  private final @Nullable ChildTable children;
  private final @Nullable ChildRows list;
  private final MappedColumn value;
  private final int width;

  /** Whether it is a time in the key, of which no part may be lost. */
  private final boolean timeKey;

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
    this.reading = quoted;
    this.label = name;
    this.placeholder = dialect.placeholder(component, stored, column);
    this.order = dialect.keyOrder(quoted, stored);
    this.stored = stored;
    this.codec = (Codec<Object>) codec;
    this.conversion = (Conversion<Object, Object>) conversion;
    this.timeKey = component.isKey() && TimeKeys.have(component.type());
    this.pair = null;
    this.lookup = null;
    this.children = null;
    this.list = null;
    this.value = this;
    this.width = 1;
  }

  /** Held by the rows of a child table, and by no column of this one. */
  @SuppressWarnings("unchecked") // the mapping has checked that the component is a list
  MappedColumn(String entity, ChildTable children, ChildRows list) {
    this.entity = entity;
    this.component = children.component();
    this.name = children.name();
    this.quoted = children.table();
    this.label = "crossfade_" + component.index();
    this.reading = list.selected();
    this.placeholder = "?";
    this.order = quoted;
    this.stored = List.class;
    this.codec = (Codec<Object>) list.codec();
    this.conversion = null;
    this.timeKey = false;
    this.pair = null;
    this.lookup = null;
    this.children = children;
    this.list = list;
    this.value = this;
    this.width = 1;
  }

  /** Held by a column that refers to a row by another value. */
  MappedColumn(MappedColumn by, Field<?> column, Lookup lookup, String table, Dialect dialect) {
    this.entity = by.entity;
    this.component = by.component;
    this.name = column.getName();
    this.quoted = dialect.sql().render(column.getUnqualifiedName());
    this.label = "crossfade_" + component.index();
    this.reading = lookup.value(table + "." + quoted);
    this.placeholder = lookup.required(by.placeholder);
    this.order = quoted;
    this.stored = by.stored;
    this.codec = by.codec;
    this.conversion = by.conversion;
    this.timeKey = false;
    this.pair = null;
    this.lookup = lookup;
    this.children = null;
    this.list = null;
    this.value = by;
    this.width = 1;
  }

  /** Held by two columns. */
  MappedColumn(
      String entity, Component component, ColumnPair pair, PairConversion<?, ?, ?> conversion) {
    List<MappedColumn> columns = pair.columns();
    this.entity = entity;
    this.component = component;
    this.name = RowMapping.join(columns, MappedColumn::name);
    this.quoted = RowMapping.join(columns, MappedColumn::quoted);
    this.reading = quoted;
    this.label = name;
    this.placeholder = RowMapping.join(columns, MappedColumn::placeholder);
    this.order = quoted;
    this.stored = Object[].class;
    this.codec = pair;
    this.conversion = ColumnPair.conversion(conversion);
    this.pair = pair;
    this.lookup = null;
    this.children = null;
    this.list = null;
    this.value = this;
    this.width = columns.size();
    this.timeKey = false;
  }

  /** The component. */
  public Component component() {
    return component;
  }

  /**
   * The column's name as the catalogue has it; of two columns both, with a comma; of a list the
   * child table's.
   */
  public String name() {
    return name;
  }

  /** The column's name as lists in statements have it; of two columns both, with a comma. */
  public String quoted() {
    return quoted;
  }

  /** What reads it, as after {@code select} and {@code returning}; mostly the column's name. */
  public String selected() {
    return isComputed() ? reading + " as " + label : reading;
  }

  /** The same without a name of its own. */
  String reading() {
    return reading;
  }

  /** What stands for its value in lists: {@code ?::jsonb}; of two columns one for each. */
  public String placeholder() {
    return placeholder;
  }

  /** The name under which a select has what reads it; of two columns both, with a comma. */
  String label() {
    return label;
  }

  /** That the column is equal to what {@link #bindEqual} binds. */
  String equality() {
    return quoted + " = " + (lookup == null ? placeholder : lookup.found(value.placeholder));
  }

  /** Whether the column refers to a row by another value than the component. */
  public boolean isLookup() {
    return lookup != null;
  }

  /** Whether the rows of a child table hold it: see {@link #children}. */
  public boolean isList() {
    return list != null;
  }

  /** Where a list is held; null if it is none. */
  public @Nullable ChildTable children() {
    return children;
  }

  /** How a list is written; null if it is none. */
  @Nullable ChildRows list() {
    return list;
  }

  /** Whether something else reads it than the column's name. */
  boolean isComputed() {
    return lookup != null || list != null;
  }

  /** How its value is looked up; null if the column holds it. */
  @Nullable Lookup lookup() {
    return lookup;
  }

  /** What binds and reads a value of the component where it is not looked up: mostly this. */
  MappedColumn value() {
    return value;
  }

  /**
   * What reads it under the column's name, for a table with the component's values; then {@link
   * #fromStaging} makes what the column holds of them.
   */
  public String intoStaging() {
    return lookup == null ? reading : reading + " as " + quoted;
  }

  /** What the column is given for the value in a table of that name: see {@link #intoStaging}. */
  public String fromStaging(String table) {
    String staged = table + "." + quoted;
    return lookup == null ? staged : lookup.required(staged);
  }

  /** What it is compared and sorted by as a part of the key. */
  public String order() {
    return order;
  }

  /** The names of {@link #parts}. */
  List<String> names() {
    return parts().stream().map(MappedColumn::name).toList();
  }

  /** How many columns hold it, and how many places it takes in a list: 1, or 2. */
  public int width() {
    return width;
  }

  /** Each column by itself: this one, or the two that hold the component. */
  public List<MappedColumn> parts() {
    return pair == null ? List.of(this) : pair.columns();
  }

  /** The type the codec holds, boxed. */
  public Class<?> stored() {
    return stored;
  }

  /** Whether an insert leaves it to the store when it is null, and an update leaves it alone. */
  public boolean isOmittable() {
    return component.isDefaulted() || component.isGenerated();
  }

  /** Whether it is a time in the key: see {@link TimeKeys}. */
  public boolean isTimeKey() {
    return timeKey;
  }

  /**
   * Binds the component's value to be written.
   *
   * @throws CheckException if the column cannot hold it, or only a part of a key's time
   */
  public void bind(PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    bindStored(statement, index, value == null ? null : store(value));
  }

  /** Binds a value that a column is to be equal to; null if it holds none that is. */
  void bindEqual(PreparedStatement statement, int index, Object value) throws SQLException {
    bindStored(statement, index, canHave(value) ? form(value) : null);
  }

  /**
   * Binds a value that a column is compared with. Of a time that the column cannot hold what is
   * finer is cut, which is behind the same rows.
   */
  void bindBound(PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    bindStored(statement, index, value == null ? null : form(value));
  }

  /**
   * A value of the component in its stored form.
   *
   * @throws CheckException as {@link #bind} does
   */
  public Object store(Object value) {
    String problem = timeKey ? whyNot(value) : null;
    if (problem != null) {
      throw new CheckException(this + " cannot be " + value + ": " + problem, null);
    }
    return form(value);
  }

  /** False for a time of the key that the column cannot hold. */
  boolean canHave(Object value) {
    return !timeKey || whyNot(value) == null;
  }

  /** Why no key in this column can have that time; null if one can. */
  private @Nullable String whyNot(Object value) {
    String problem = TimeKeys.problem(value);
    if (problem != null || conversion == null) {
      return problem;
    }
    Object held = heldOrNull(conversion, value);
    return value.equals(held)
        ? null
        : "the column would hold "
            + (held == null ? "nothing" : held + ", which is another key")
            + "; cut the time to what it holds, or make the column finer";
  }

  /** What is read where a value was written; null if either is refused. */
  private static @Nullable Object heldOrNull(Conversion<Object, Object> by, Object value) {
    try {
      return by.load(by.store(value));
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** The stored form of a time of the key; null if the column cannot hold it as it is. */
  @Nullable Object formOrNull(Object time) {
    return canHave(time) ? form(time) : null;
  }

  /** The stored form, of which a conversion may have cut a part. */
  Object form(Object value) {
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
    if (value != null) {
      codec.bind(statement, index, value);
    } else if (pair == null) {
      statement.setNull(index, Types.NULL);
    } else {
      pair.bindNull(statement, index);
    }
  }

  /** What each of {@link #parts} is given for a value of the component. */
  List<@Nullable Object> partValues(@Nullable Object value) {
    List<@Nullable Object> values = new ArrayList<>(width);
    if (pair == null) {
      values.add(value);
      return values;
    }
    Object[] both = value == null ? null : (Object[]) store(value);
    for (int i = 0; i < width; i++) {
      values.add(both == null ? null : both[i]);
    }
    return values;
  }

  /**
   * Reads the component's value.
   *
   * @throws UnreadableValueException if what is stored is no such value
   */
  public @Nullable Object read(ResultSet rows, int index) throws SQLException {
    try {
      return ofStored(codec.read(rows, index));
    } catch (UnreadableValueException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unreadable(e); // codecs and conversions see nothing but the value
    }
  }

  /**
   * The component's value, of its stored form.
   *
   * @throws UnreadableValueException if it is of none
   */
  @Nullable Object load(@Nullable Object stored) {
    try {
      return ofStored(stored);
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  private @Nullable Object ofStored(@Nullable Object value) {
    if (value == null && component.type().isPrimitive()) {
      throw new IllegalArgumentException("null");
    }
    return value == null ? null : timeKey ? exactly(value) : loaded(value);
  }

  private Object loaded(Object value) {
    return conversion == null ? value : conversion.load(value);
  }

  /** Two stored forms would be two rows of one key. */
  private Object exactly(Object value) {
    Object time = loaded(value);
    String problem = TimeKeys.problem(time);
    if (problem == null && conversion != null && !conversion.store(time).equals(value)) {
      problem = "a key has one form, and of this time it is " + conversion.store(time);
    }
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
    return time;
  }

  /** The same where its columns are at these places, from {@code at}, wherever those are. */
  @Nullable Object read(ResultSet rows, int[] places, int at) throws SQLException {
    if (pair == null) {
      return read(rows, places[at]);
    }
    try {
      return loadedOrNull(pair.read(rows, places[at], places[at + 1]));
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  /** The component's value, of what {@link #parts} have read, from {@code at}. */
  @Nullable Object joined(@Nullable Object[] read, int at) {
    if (pair == null) {
      return read[at];
    }
    try {
      return loadedOrNull(ColumnPair.both(read[at], read[at + 1]));
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  private @Nullable Object loadedOrNull(@Nullable Object held) {
    return held == null ? null : loaded(held);
  }

  /** What is stored, as the codec reads it. */
  @Nullable Object readStored(ResultSet rows, int index) throws SQLException {
    return codec.read(rows, index);
  }

  /** What the codec can read. */
  String expected() {
    return codec.expected();
  }

  /** As jOOQ sees it, bound and read by this codec; without the table's name. */
  public Field<Object> field() {
    return isComputed()
        ? DSL.field(selected(), CodecBinding.type(value, Object.class))
        : DSL.field(DSL.name(name), CodecBinding.type(this, Object.class));
  }

  private UnreadableValueException unreadable(RuntimeException cause) {
    return new UnreadableValueException(
        shown()
            + component.type().getSimpleName()
            + "; expected is "
            + codec.expected()
            + (component.type().isPrimitive() ? ", not null" : "")
            + (conversion == null ? "" : " that its conversion can load")
            + (pair == null ? "" : ", or null in both")
            + ". Correct the row or give "
            + component
            + " a conversion that reads it",
        component.isRedacted() ? null : cause);
  }

  private String shown() {
    String of = " of entity " + entity;
    if (list != null) {
      return "table " + name + of + " holds rows that make no ";
    }
    return pair == null
        ? "column " + name + of + " holds a value that is no "
        : "columns " + String.join(" and ", names()) + of + " hold values that make no ";
  }

  @Override
  public String toString() {
    return entity + "." + component + " (" + name + ")";
  }
}
