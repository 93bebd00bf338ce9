package dev.crossfade.jooq;

import dev.crossfade.Component;
import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import dev.crossfade.RowType;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.View;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A record and the columns that hold it: names as statements have them, and the reader of rows. For
 * adapters.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <T> the record that holds a row
 */
public sealed class RowMapping<T> permits TableMapping {
  private static final int MOST_COLUMNS = 64;

  private final RowType<T> type;
  private final Table<?> table;
  private final String quotedTable;
  private final String owner;
  private final Dialect dialect;
  private final List<MappedColumn> columns;
  private final List<MappedColumn> tableColumns;
  private final List<String> problems = new ArrayList<>();

  RowMapping(RowType<T> type, Table<?> table, Columns given, Dialect dialect, Class<?> owner) {
    this(type, table, given, dialect, owner.getName());
  }

  private RowMapping(
      RowType<T> type, Table<?> table, Columns given, Dialect dialect, String owner) {
    this.type = type;
    this.table = table;
    this.dialect = dialect;
    this.owner = owner;
    this.quotedTable = dialect.sql().render(table);
    checkNames(given);
    this.columns =
        type.components().stream()
            .map(component -> map(component, given))
            .flatMap(Optional::stream)
            .toList();
    this.tableColumns = columns.stream().filter(column -> !column.isList()).toList();
  }

  /** What both stores know of it. */
  final RowType<T> type() {
    return type;
  }

  /** The table, as jOOQ has it. */
  public final Table<?> jooqTable() {
    return table;
  }

  /** The table as statements have it, with its schema if it has one. */
  public final String table() {
    return quotedTable;
  }

  /** The table's name as the catalogue has it. */
  public final String name() {
    return table.getName();
  }

  /** The schema's name as the catalogue has it; null if none is given. */
  public final @Nullable String schema() {
    String schema = table.getSchema() == null ? "" : table.getSchema().getName();
    return schema.isEmpty() ? null : schema;
  }

  /** The class that maps it, as messages name it. */
  public final String owner() {
    return owner;
  }

  /** The dialect. */
  public final Dialect dialect() {
    return dialect;
  }

  /**
   * What does not fit, a sentence or two each; if there is any, nothing else here is to be used.
   */
  public final List<String> problems() {
    return List.copyOf(problems);
  }

  /** What holds each component, in the order of the components. */
  public final List<MappedColumn> columns() {
    return columns;
  }

  /** Those of {@link #columns} that the table itself has: all but lists. */
  public final List<MappedColumn> tableColumns() {
    return tableColumns;
  }

  /** Whether a component is a list that the rows of a child table hold. */
  public final boolean hasLists() {
    return tableColumns.size() < columns.size();
  }

  /** What holds a component. */
  public final MappedColumn column(String component) {
    return columns.get(type.component(component).index());
  }

  /** What reads all components, as after {@code select} and {@code returning}. */
  public final String columnList() {
    return join(columns, MappedColumn::selected);
  }

  /** The names of the table's columns that hold the components. */
  public final String columnNames() {
    return join(tableColumns, MappedColumn::quoted);
  }

  /** The row at the cursor, its columns in the order of {@link #columnList}. */
  public final T row(ResultSet rows, int first) throws SQLException {
    @Nullable Object[] values = new Object[columns.size()];
    int at = first;
    for (int i = 0; i < values.length; i++) {
      MappedColumn column = columns.get(i);
      values[i] = column.read(rows, at);
      at += column.width();
    }
    try {
      return type.row(values);
    } catch (RuntimeException e) {
      throw new UnreadableValueException(
          "a row of " + type + " is refused by the constructor of " + type.type().getName(), e);
    }
  }

  /** Reads all rows. */
  public final Session.Reader<List<T>> allRows() {
    return rows -> {
      List<T> all = new ArrayList<>();
      while (rows.next()) {
        all.add(row(rows, 1));
      }
      return all;
    };
  }

  /** Reads the first row, null if there is none. */
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public final Session.Reader<@Nullable T> firstRow() {
    return rows -> rows.next() ? row(rows, 1) : null;
  }

  final <X> Field<X> field(String component, Class<X> type) {
    MappedColumn column = alone(component);
    Class<?> actual = boxed(column.component().type());
    if (boxed(type) != actual) {
      throw new IllegalArgumentException(
          component + " of " + this.type.type().getName() + " is a " + actual.getName());
    }
    if (column.width() > 1) {
      throw new IllegalArgumentException(
          component
              + " of "
              + this.type.type().getName()
              + " is held by the columns "
              + String.join(" and ", column.names())
              + " together, and none stands for it; compare both with equal(\""
              + component
              + "\", …), assign both with set(\""
              + component
              + "\", …), or name the two");
    }
    return field(column, type);
  }

  /** What each column of a component is given for a value. */
  final List<@Nullable Object> partValues(String component, @Nullable Object value) {
    return ofItsType(component, value).partValues(value);
  }

  /** That a component has a value, by the column that refers to it by another one. */
  final Condition equalByLookup(String component, Lookup lookup, @Nullable Object value) {
    MappedColumn column = ofItsType(component, value);
    return DSL.condition("{0} = " + lookup.found("{1}"), tableField(column), bound(column, value));
  }

  /** What the column that refers by another value is given for a value of the component. */
  final Field<Object> required(String component, Lookup lookup, @Nullable Object value) {
    MappedColumn column = ofItsType(component, value);
    return DSL.field(lookup.required("{0}"), Object.class, bound(column, value));
  }

  private static Field<Object> bound(MappedColumn column, @Nullable Object value) {
    return DSL.val(value, CodecBinding.type(column.value(), Object.class));
  }

  final Field<Object> tableField(MappedColumn column) {
    return DSL.field(table.getQualifiedName().append(column.name()), Object.class);
  }

  private MappedColumn ofItsType(String component, @Nullable Object value) {
    MappedColumn column = alone(component);
    Class<?> actual = boxed(column.component().type());
    if (value != null && !actual.isInstance(value)) {
      throw new IllegalArgumentException(
          component
              + " of "
              + type.type().getName()
              + " is a "
              + actual.getName()
              + ", not a "
              + value.getClass().getName());
    }
    return column;
  }

  /** What holds a component in this table. */
  private MappedColumn alone(String component) {
    MappedColumn column = column(component);
    if (column.isList()) {
      throw new IllegalArgumentException(
          component
              + " of "
              + type.type().getName()
              + " is held by the rows of table "
              + column.name()
              + ", so no condition has it and no assignment; save() writes it, and a subquery on"
              + " that table finds by it");
    }
    return column;
  }

  final <X> Field<X> field(MappedColumn column, Class<X> type) {
    Lookup lookup = column.lookup();
    if (column.isList()) {
      return DSL.field(column.reading(), CodecBinding.type(column, type));
    }
    return lookup == null
        ? DSL.field(table.getQualifiedName().append(column.name()), CodecBinding.type(column, type))
        : DSL.field(
            lookup.value(quotedTable + "." + column.quoted()),
            CodecBinding.type(column.value(), type));
  }

  /** The same under the name that a select has it by. */
  final <X> Field<X> selectedField(MappedColumn column, Class<X> type) {
    Field<X> field = field(column, type);
    return column.isComputed() ? field.as(column.label()) : field;
  }

  /** Each column by itself, as jOOQ sees it. */
  final List<Field<Object>> fields() {
    return columns.stream()
        .flatMap(column -> column.parts().stream())
        .map(MappedColumn::field)
        .toList();
  }

  /** The components of what {@link #fields} have read. */
  final @Nullable Object[] components(@Nullable Object[] read) {
    if (read.length == columns.size()) {
      return read;
    }
    @Nullable Object[] values = new Object[columns.size()];
    int at = 0;
    for (int i = 0; i < values.length; i++) {
      MappedColumn column = columns.get(i);
      values[i] = column.joined(read, at);
      at += column.width();
    }
    return values;
  }

  static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }

  static String join(List<MappedColumn> columns, Function<MappedColumn, String> part) {
    return columns.stream().map(part).collect(Collectors.joining(", "));
  }

  private void checkNames(Columns given) {
    Map<String, String> unknown = new TreeMap<>();
    given.columns().keySet().forEach(component -> unknown.put(component, "column"));
    given.conversions().keySet().forEach(component -> unknown.put(component, "convert"));
    given.pairs().keySet().forEach(component -> unknown.put(component, "pair"));
    given.lookups().keySet().forEach(component -> unknown.put(component, "lookup"));
    given.children().keySet().forEach(component -> unknown.put(component, "children"));
    type.components().forEach(component -> unknown.remove(component.name()));
    unknown.forEach(
        (component, call) ->
            problem(
                call
                    + "(\""
                    + component
                    + "\", …) names no component of "
                    + type.type().getName()
                    + "; it has "
                    + type.components()));
    if (type.components().size() > MOST_COLUMNS) {
      problem(
          type.type().getName()
              + " has more than "
              + MOST_COLUMNS
              + " components; split it into two entities with one key");
    }
  }

  private Optional<MappedColumn> map(Component component, Columns given) {
    Columns.Pair pair = given.pairs().get(component.name());
    if (pair != null) {
      return mapPair(component, pair, given);
    }
    Columns.Children children = given.children().get(component.name());
    if (children != null) {
      return mapChildren(component, children, given);
    }
    Columns.Lookup lookup = given.lookups().get(component.name());
    return lookup == null
        ? mapOne(component, columnOf(component, given), given)
        : mapLookup(component, lookup, given);
  }

  private Optional<MappedColumn> mapLookup(
      Component component, Columns.Lookup lookup, Columns given) {
    String flaw = flaw(component, lookup, given);
    if (flaw != null) {
      problem("lookup(\"" + component + "\", …): " + flaw);
      return Optional.empty();
    }
    return mapOne(component, lookup.by(), given)
        .map(
            by ->
                new MappedColumn(
                    by, lookup.column(), new Lookup(lookup, dialect), quotedTable, dialect));
  }

  private @Nullable String flaw(Component component, Columns.Lookup lookup, Columns given) {
    if (!dialect.hasLookups()) {
      return "this store holds what a component refers by; map it to a column with that";
    } else if (component.isKey() || component.isLocator()) {
      return "rows are found by " + component + ", so its column must hold it; map it to one";
    } else if (given.columns().containsKey(component.name())) {
      return "column " + lookup.column().getName() + " holds it; leave column out";
    }
    return null;
  }

  private Optional<MappedColumn> mapChildren(
      Component component, Columns.Children children, Columns given) {
    String call = "children(\"" + component + "\", …): ";
    Class<?> element = elementOf(component);
    String flaw = flaw(component, children, given);
    if (flaw != null || element == null) {
      problem(
          call + (flaw == null ? "the component is no List of records; map it to a column" : flaw));
      return Optional.empty();
    }
    RowMapping<?> elements =
        new RowMapping<>(
            View.of(element.asSubclass(Record.class)).name(type.name() + "." + component).build(),
            children.table(),
            children.elements(),
            dialect,
            owner);
    problems.addAll(elements.problems());
    List<MappedColumn> keys =
        ((Entity<?, ?>) type)
            .keyComponents().stream()
                .map(key -> mapOne(key, columnOf(key, given), given))
                .flatMap(Optional::stream)
                .toList();
    if (!elements.problems().isEmpty() || keys.size() < children.parents().size()) {
      return Optional.empty();
    }
    ChildTable table =
        new ChildTable(type.name(), component, children, elements, keys, quotedTable);
    List<String> flaws = ChildFlaws.of(table, dialect);
    flaws.forEach(each -> problem(call + each));
    return flaws.isEmpty()
        ? Optional.of(new MappedColumn(type.name(), table, dialect.childRows(table)))
        : Optional.empty();
  }

  /** The record that a list has as elements; null if the component is no such list. */
  private @Nullable Class<?> elementOf(Component component) {
    return component.type() == List.class
            && type.type().getRecordComponents()[component.index()].getGenericType()
                instanceof ParameterizedType list
            && list.getActualTypeArguments()[0] instanceof Class<?> element
            && element.isRecord()
        ? element
        : null;
  }

  private @Nullable String flaw(Component component, Columns.Children children, Columns given) {
    if (!dialect.hasChildren()) {
      return "this store has no lists in tables of their own; hold it in one column with convert";
    } else if (!(type instanceof Entity<?, ?> entity)) {
      return "only rows of an entity have lists in tables of their own; leave it out";
    } else if (entity.keyComponents().size() != children.parents().size()) {
      return "the key of "
          + entity
          + " is "
          + entity.keyComponents()
          + ", and "
          + children.parents().size()
          + " columns are to refer to it; give a list of one for each, in this order";
    } else if (type.components().stream().anyMatch(Component::isLocator)) {
      return "rows of "
          + entity
          + " have locators besides the key, which a child table does not refer by; hold the list"
          + " in one column with convert";
    } else if (component.isDefaulted()) {
      return "a list is written whenever its row is; do not declare it as defaulted";
    } else if (given.columns().containsKey(component.name())
        || given.conversions().containsKey(component.name())) {
      return "column and convert are for components that one column holds; leave them out";
    }
    return null;
  }

  private Optional<MappedColumn> mapPair(Component component, Columns.Pair pair, Columns given) {
    String flaw = flaw(component, pair, given);
    if (flaw != null) {
      problem("pair(\"" + component + "\", …): " + flaw);
      return Optional.empty();
    }
    MappedColumn first = part(component, pair.first(), pair.conversion().firstStored());
    MappedColumn second = part(component, pair.second(), pair.conversion().secondStored());
    return first == null || second == null
        ? Optional.empty()
        : Optional.of(
            new MappedColumn(
                type.name(), component, new ColumnPair(first, second), pair.conversion()));
  }

  private @Nullable String flaw(Component component, Columns.Pair pair, Columns given) {
    Class<?> held = boxed(component.type());
    if (!dialect.hasPairs()) {
      return "this store holds each component in one column; map it to one";
    } else if (component.isKey() || component.isLocator()) {
      return "rows are found by " + component + ", so one column must hold it; map it to one";
    } else if (pair.first().getName().equalsIgnoreCase(pair.second().getName())) {
      return "column " + pair.first().getName() + " is named twice; name two columns";
    } else if (given.columns().containsKey(component.name())
        || given.conversions().containsKey(component.name())) {
      return "column and convert are for components that one column holds; leave them out";
    } else if (pair.conversion().type() != held) {
      return "its conversion is for "
          + pair.conversion().type().getName()
          + ", the component is a "
          + held.getName()
          + "; give it a conversion of its type";
    }
    return null;
  }

  private @Nullable MappedColumn part(Component component, Field<?> column, Class<?> held) {
    Class<?> stored = boxed(held);
    Codec<?> codec = dialect.codec(component, stored, column);
    if (codec == null) {
      problem(
          "component "
              + component
              + " is held in column "
              + column.getName()
              + " as "
              + stored.getName()
              + ", which this store has no form for; give pair a conversion with a stored type it"
              + " has");
      return null;
    }
    return new MappedColumn(type.name(), component, column, stored, codec, null, dialect);
  }

  private Optional<MappedColumn> mapOne(
      Component component, @Nullable Field<?> column, Columns given) {
    Conversion<?, ?> conversion = given.conversions().get(component.name());
    conversion = conversion == null ? component.conversion() : conversion;
    Class<?> held = boxed(component.type());
    if (conversion != null && boxed(conversion.type()) != held) {
      problem(
          "the conversion of "
              + component
              + " is for "
              + conversion.type().getName()
              + ", the component is a "
              + held.getName()
              + "; give it a conversion of its type");
      conversion = null;
    }
    if (conversion == null && held.isEnum()) {
      conversion = byName(held);
    }
    Class<?> stored = conversion == null ? held : boxed(conversion.stored());
    Codec<?> codec = column == null ? null : dialect.codec(component, stored, column);
    if (column != null && codec == null) {
      problem(
          "component "
              + component
              + " is held as "
              + stored.getName()
              + ", which this store has no form for; declare convert(\""
              + component
              + "\", …) with a stored type it has");
    }
    return column == null || codec == null
        ? Optional.empty()
        : Optional.of(
            checked(
                new MappedColumn(
                    type.name(), component, column, stored, codec, conversion, dialect)));
  }

  private MappedColumn checked(MappedColumn column) {
    String order = column.isTimeKey() ? TimeKeyOrder.problem(column, dialect) : null;
    if (order != null) {
      problem(order);
    }
    return column;
  }

  private @Nullable Field<?> columnOf(Component component, Columns given) {
    Field<?> named = given.columns().get(component.name());
    if (named != null) {
      return named;
    }
    String name = snakeCase(component.name());
    if (table.fields().length == 0) {
      return DSL.field(DSL.name(name));
    }
    for (Field<?> field : table.fields()) {
      if (field.getName().equalsIgnoreCase(name)
          || field.getName().equalsIgnoreCase(component.name())) {
        return field;
      }
    }
    problem(
        "table "
            + table.getName()
            + " has no column "
            + name
            + " for component "
            + component
            + "; name it with column(\""
            + component
            + "\", …)");
    return null;
  }

  final void problem(String what) {
    String problem = owner + ": " + what;
    if (!problems.contains(problem)) {
      problems.add(problem);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // isEnum was asked
  private static Conversion<?, ?> byName(Class<?> type) {
    return Conversion.enumText((Class) type, constant -> ((Enum<?>) constant).name());
  }

  private static String snakeCase(String camelCase) {
    return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
