package dev.crossfade.jooq;

import dev.crossfade.Component;
import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import dev.crossfade.UnreadableValueException;
import java.lang.invoke.MethodType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * An entity and the table that holds it: names as statements have them, binders, and the reader of
 * rows. For adapters.
 *
 * <p>{@code omitted} is a bit per component (by its index) that is left to the store's default in
 * one write: see {@link #omitted}.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public final class TableMapping<T, K> {
  private static final int MOST_COLUMNS = 64;

  private final Entity<T, K> entity;
  private final Table<?> table;
  private final String quotedTable;
  private final String owner;
  private final Dialect dialect;
  private final List<MappedColumn> columns;
  private final List<MappedColumn> key;
  private final List<MappedColumn> locators;
  private final List<MappedColumn> identity;
  private final long omittable;
  private final List<String> problems = new ArrayList<>();

  TableMapping(
      Entity<T, K> entity, Table<?> table, Columns given, Dialect dialect, Class<?> owner) {
    this.entity = entity;
    this.table = table;
    this.dialect = dialect;
    this.owner = owner.getName();
    this.quotedTable = dialect.sql().render(table);
    checkNames(given);
    this.columns =
        entity.components().stream()
            .map(component -> map(component, given))
            .flatMap(Optional::stream)
            .toList();
    this.key = keyInOrder();
    this.locators = columns(component -> component.isLocator() && !component.isKey());
    this.identity = dialect.locatorsIdentify() ? joined(key, locators) : key;
    this.omittable = omittableBits();
  }

  /** The entity. */
  public Entity<T, K> entity() {
    return entity;
  }

  /** The table, as jOOQ has it. */
  public Table<?> jooqTable() {
    return table;
  }

  /** The table as statements have it, with its schema if it has one. */
  public String table() {
    return quotedTable;
  }

  /** The table's name as the catalogue has it. */
  public String name() {
    return table.getName();
  }

  /** The schema's name as the catalogue has it; null if none is given. */
  public @Nullable String schema() {
    String schema = table.getSchema() == null ? "" : table.getSchema().getName();
    return schema.isEmpty() ? null : schema;
  }

  /** The class that maps it, as messages name it. */
  public String owner() {
    return owner;
  }

  /** The dialect. */
  public Dialect dialect() {
    return dialect;
  }

  /**
   * What does not fit, a sentence or two each; if there is any, nothing else here is to be used.
   */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** All columns, in the order of the components. */
  public List<MappedColumn> columns() {
    return columns;
  }

  /** The column of a component. */
  public MappedColumn column(String component) {
    return columns.get(entity.component(component).index());
  }

  /** The columns of the key, in its order. */
  public List<MappedColumn> keyColumns() {
    return key;
  }

  /** The locator columns that are no part of the key. */
  public List<MappedColumn> locatorColumns() {
    return locators;
  }

  /** What is unique in the table: the key, with the locators where the dialect says so. */
  public List<MappedColumn> identityColumns() {
    return identity;
  }

  /** All columns, as after {@code select} and {@code returning}. */
  public String columnList() {
    return join(columns, MappedColumn::quoted);
  }

  /** The key's columns, as after {@code select}. */
  public String keyList() {
    return join(key, MappedColumn::quoted);
  }

  /** The key, in canonical order, as after {@code order by}. */
  public String keyOrder() {
    return join(key, MappedColumn::order);
  }

  /** Whether a row has the key that is bound: {@code "id" = ?}. */
  public String keyIs() {
    return key.stream()
        .map(column -> column.quoted() + " = " + column.placeholder())
        .collect(Collectors.joining(" and "));
  }

  /** Compares rows with the key that is bound, in canonical order: {@code "id" > ?}. */
  public String keyCompared(String operator) {
    String left = join(key, MappedColumn::order);
    String right = join(key, MappedColumn::placeholder);
    return key.size() == 1
        ? left + " " + operator + " " + right
        : "(" + left + ") " + operator + " (" + right + ")";
  }

  /** The components that this row leaves to the store's defaults; 0 if none. */
  public long omitted(T row) {
    if (omittable == 0) {
      return 0;
    }
    long omitted = 0;
    for (MappedColumn column : columns) {
      long bit = bit(column);
      if ((omittable & bit) != 0 && column.component().get(row) == null) {
        omitted |= bit;
      }
    }
    return omitted;
  }

  /** The columns of an insert, in parentheses or as {@code default values} if there is none. */
  public String insertColumns(long omitted) {
    String names =
        columns.stream()
            .filter(column -> isWritten(column, omitted) || makesKey(column))
            .map(MappedColumn::quoted)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "" : "(" + names + ")";
  }

  /** The values of an insert, without parentheses; empty if there is none. */
  public String insertValues(long omitted) {
    return columns.stream()
        .filter(column -> isWritten(column, omitted) || makesKey(column))
        .map(column -> isWritten(column, omitted) ? column.placeholder() : generatedKey())
        .collect(Collectors.joining(", "));
  }

  /** What an upsert does with the row that is there; leaves what is omitted alone. */
  public String onConflict(long omitted) {
    String set =
        columns.stream()
            .filter(column -> isWritten(column, omitted) && !identity.contains(column))
            .map(column -> column.quoted() + " = excluded." + column.quoted())
            .collect(Collectors.joining(", "));
    String first = identity.get(0).quoted();
    return " on conflict ("
        + join(identity, MappedColumn::quoted)
        + ") do update set "
        + (set.isEmpty() ? first + " = excluded." + first : set);
  }

  /** Assigns everything but the key, for an update by key; empty if there is nothing to assign. */
  public String assignments(long omitted) {
    return columns.stream()
        .filter(column -> isWritten(column, omitted) && !column.component().isKey())
        .map(column -> column.quoted() + " = " + column.placeholder())
        .collect(Collectors.joining(", "));
  }

  /** Binds what {@link #insertValues} has. Returns the next index. */
  public int bindRow(PreparedStatement statement, int first, T row, long omitted)
      throws SQLException {
    int index = first;
    for (MappedColumn column : columns) {
      if (isWritten(column, omitted)) {
        column.bind(statement, index++, column.component().get(row));
      }
    }
    return index;
  }

  /** Binds what {@link #assignments} has. Returns the next index. */
  public int bindAssignments(PreparedStatement statement, int first, T row, long omitted)
      throws SQLException {
    int index = first;
    for (MappedColumn column : columns) {
      if (isWritten(column, omitted) && !column.component().isKey()) {
        column.bind(statement, index++, column.component().get(row));
      }
    }
    return index;
  }

  /** Binds a key where {@link #keyIs} or {@link #keyCompared} has it. Returns the next index. */
  public int bindKey(PreparedStatement statement, int first, K value) throws SQLException {
    if (!entity.keys().isComposite()) {
      key.get(0).bind(statement, first, value);
      return first + 1;
    }
    Object[] values = entity.keys().values(value);
    for (int i = 0; i < values.length; i++) {
      key.get(i).bind(statement, first + i, values[i]);
    }
    return first + values.length;
  }

  /** The values of the key's columns, in the form they are stored in. */
  List<Object> storedKey(K value) {
    Object[] values =
        entity.keys().isComposite() ? entity.keys().values(value) : new Object[] {value};
    List<Object> stored = new ArrayList<>(values.length);
    for (int i = 0; i < values.length; i++) {
      stored.add(key.get(i).store(values[i]));
    }
    return stored;
  }

  /** The row at the cursor, its columns in the order of {@link #columnList}. */
  public T row(ResultSet rows, int first) throws SQLException {
    @Nullable Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = columns.get(i).read(rows, first + i);
    }
    try {
      return entity.row(values);
    } catch (RuntimeException e) {
      throw new UnreadableValueException(
          "a row of " + entity + " is refused by the constructor of " + entity.type().getName(), e);
    }
  }

  /** The key at the cursor, its columns in the order of {@link #keyList}. */
  public K key(ResultSet rows, int first) throws SQLException {
    Object[] values = new Object[key.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = key.get(i).read(rows, first + i);
      if (value == null) {
        throw new UnreadableValueException(
            key.get(i) + " is null although it belongs to the key; delete or complete the row",
            null);
      }
      values[i] = value;
    }
    return entity.keys().key(values);
  }

  /** Reads all rows. */
  public Session.Reader<List<T>> allRows() {
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
  public Session.Reader<@Nullable T> firstRow() {
    return rows -> rows.next() ? row(rows, 1) : null;
  }

  /** Reads all keys. */
  public Session.Reader<List<K>> allKeys() {
    return rows -> {
      List<K> all = new ArrayList<>();
      while (rows.next()) {
        all.add(key(rows, 1));
      }
      return all;
    };
  }

  <X> Field<X> field(String component, Class<X> type) {
    MappedColumn column = column(component);
    Class<?> actual = boxed(column.component().type());
    if (boxed(type) != actual) {
      throw new IllegalArgumentException(
          component + " of " + entity.type().getName() + " is a " + actual.getName());
    }
    return DSL.field(
        table.getQualifiedName().append(column.name()), CodecBinding.type(column, type));
  }

  static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }

  private boolean isWritten(MappedColumn column, long omitted) {
    return (omitted & bit(column)) == 0;
  }

  private boolean makesKey(MappedColumn column) {
    return column.component().isGenerated() && dialect.generatedKey(this) != null;
  }

  private String generatedKey() {
    return String.valueOf(dialect.generatedKey(this));
  }

  private static long bit(MappedColumn column) {
    return 1L << column.component().index();
  }

  private long omittableBits() {
    long bits = 0;
    for (MappedColumn column : columns) {
      if (column.isOmittable()) {
        bits |= bit(column);
      }
    }
    return bits;
  }

  private List<MappedColumn> keyInOrder() {
    return entity.keyComponents().stream()
        .filter(component -> component.index() < columns.size())
        .map(component -> columns.get(component.index()))
        .toList();
  }

  private List<MappedColumn> columns(Predicate<Component> which) {
    return columns.stream().filter(column -> which.test(column.component())).toList();
  }

  private static List<MappedColumn> joined(List<MappedColumn> a, List<MappedColumn> b) {
    return Stream.concat(a.stream(), b.stream()).toList();
  }

  private static String join(List<MappedColumn> columns, Function<MappedColumn, String> part) {
    return columns.stream().map(part).collect(Collectors.joining(", "));
  }

  private void checkNames(Columns given) {
    Map<String, String> unknown = new TreeMap<>();
    given.columns().keySet().forEach(component -> unknown.put(component, "column"));
    given.conversions().keySet().forEach(component -> unknown.put(component, "convert"));
    entity.components().forEach(component -> unknown.remove(component.name()));
    unknown.forEach(
        (component, call) ->
            problem(
                call
                    + "(\""
                    + component
                    + "\", …) names no component of "
                    + entity.type().getName()
                    + "; it has "
                    + entity.components()));
    if (entity.components().size() > MOST_COLUMNS) {
      problem(
          entity.type().getName()
              + " has more than "
              + MOST_COLUMNS
              + " components; split it into two entities with one key");
    }
  }

  private Optional<MappedColumn> map(Component component, Columns given) {
    Field<?> column = columnOf(component, given);
    Conversion<?, ?> conversion = given.conversions().get(component.name());
    conversion = conversion == null ? component.conversion() : conversion;
    Class<?> type = boxed(component.type());
    if (conversion != null && boxed(conversion.type()) != type) {
      problem(
          "the conversion of "
              + component
              + " is for "
              + conversion.type().getName()
              + ", the component is a "
              + type.getName()
              + "; give it a conversion of its type");
      conversion = null;
    }
    if (conversion == null && type.isEnum()) {
      conversion = byName(type);
    }
    Class<?> stored = conversion == null ? type : boxed(conversion.stored());
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
            new MappedColumn(entity.name(), component, column, stored, codec, conversion, dialect));
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

  private void problem(String what) {
    problems.add(owner + ": " + what);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // isEnum was asked
  private static Conversion<?, ?> byName(Class<?> type) {
    return Conversion.enumText((Class) type, constant -> ((Enum<?>) constant).name());
  }

  private static String snakeCase(String camelCase) {
    return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
