package dev.crossfade.jooq;

import dev.crossfade.Component;
import dev.crossfade.Entity;
import dev.crossfade.Reference;
import dev.crossfade.UnreadableValueException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Table;

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
public final class TableMapping<T, K> extends RowMapping<T> {
  private final Entity<T, K> entity;
  private final List<MappedColumn> key;
  private final List<MappedColumn> locators;
  private final List<MappedColumn> identity;
  private final long omittable;

  TableMapping(
      Entity<T, K> entity, Table<?> table, Columns given, Dialect dialect, Class<?> owner) {
    super(entity, table, given, dialect, owner);
    this.entity = entity;
    this.key = keyInOrder();
    this.locators = columns(component -> component.isLocator() && !component.isKey());
    this.identity = dialect.locatorsIdentify() ? joined(key, locators) : key;
    this.omittable = omittableBits();
    checkReferences();
  }

  private void checkReferences() {
    for (Reference reference : entity.references()) {
      for (String component : reference.components()) {
        columns().stream()
            .filter(column -> column.component().name().equals(component) && column.width() > 1)
            .forEach(
                column ->
                    problem(
                        "component "
                            + component
                            + " refers to another row, so one column must hold it; map it to one"
                            + " with column(\""
                            + component
                            + "\", …)"));
      }
    }
  }

  /** The entity. */
  public Entity<T, K> entity() {
    return entity;
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
    for (MappedColumn column : columns()) {
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
        tableColumns().stream()
            .filter(column -> isWritten(column, omitted) || makesKey(column))
            .map(MappedColumn::quoted)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "" : "(" + names + ")";
  }

  /** The values of an insert, without parentheses; empty if there is none. */
  public String insertValues(long omitted) {
    return tableColumns().stream()
        .filter(column -> isWritten(column, omitted) || makesKey(column))
        .map(column -> isWritten(column, omitted) ? column.placeholder() : generatedKey())
        .collect(Collectors.joining(", "));
  }

  /** What an upsert does with the row that is there; leaves what is omitted alone. */
  public String onConflict(long omitted) {
    String set =
        tableColumns().stream()
            .filter(column -> isWritten(column, omitted) && !identity.contains(column))
            .flatMap(column -> column.parts().stream())
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
    return tableColumns().stream()
        .filter(column -> isWritten(column, omitted) && !column.component().isKey())
        .flatMap(column -> column.parts().stream())
        .map(column -> column.quoted() + " = " + column.placeholder())
        .collect(Collectors.joining(", "));
  }

  /** Binds what {@link #insertValues} has. Returns the next index. */
  public int bindRow(PreparedStatement statement, int first, T row, long omitted)
      throws SQLException {
    int index = first;
    for (MappedColumn column : tableColumns()) {
      if (isWritten(column, omitted)) {
        column.bind(statement, index, column.component().get(row));
        index += column.width();
      }
    }
    return index;
  }

  /** Binds what {@link #assignments} has. Returns the next index. */
  public int bindAssignments(PreparedStatement statement, int first, T row, long omitted)
      throws SQLException {
    int index = first;
    for (MappedColumn column : tableColumns()) {
      if (isWritten(column, omitted) && !column.component().isKey()) {
        column.bind(statement, index, column.component().get(row));
        index += column.width();
      }
    }
    return index;
  }

  /**
   * Makes the lists of rows what these have, in the transaction that has written or locked the rows
   * before.
   *
   * @param keys of the rows, in their order
   */
  public void writeLists(Session session, List<K> keys, List<T> rows) throws SQLException {
    List<List<Object>> stored = keys.stream().map(this::storedKey).toList();
    for (MappedColumn column : columns()) {
      ChildTable children = column.children();
      ChildRows list = column.list();
      if (children != null && list != null) {
        list.write(session, stored, rows.stream().map(children::list).toList());
      }
    }
  }

  /** The tables that lists of this one's rows are in. */
  public List<ChildTable> childTables() {
    return columns().stream().map(MappedColumn::children).filter(Objects::nonNull).toList();
  }

  /** False for a key with a time that the columns cannot hold. */
  boolean canHave(K value) {
    Object[] values = entity.keys().values(value);
    for (int i = 0; i < values.length; i++) {
      if (!key.get(i).canHave(values[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Binds a key where {@link #keyIs} has it; one that no row can have is equal to none. Returns the
   * next index.
   */
  public int bindKey(PreparedStatement statement, int first, K value) throws SQLException {
    if (!entity.keys().isComposite()) {
      key.get(0).bindEqual(statement, first, value);
      return first + 1;
    }
    Object[] values = entity.keys().values(value);
    for (int i = 0; i < values.length; i++) {
      key.get(i).bindEqual(statement, first + i, values[i]);
    }
    return first + values.length;
  }

  /**
   * Binds a key where {@link #keyCompared} has it with {@code >} or {@code <=}; no row need be able
   * to have it. Returns the next index.
   */
  public int bindBound(PreparedStatement statement, int first, K value) throws SQLException {
    Object[] values = entity.keys().values(value);
    for (int i = 0; i < values.length; i++) {
      key.get(i).bindBound(statement, first + i, values[i]);
    }
    return first + values.length;
  }

  /** How the rows are held: the table, each column with what it is stored as, and the order. */
  String shape() {
    return columns().stream()
        .flatMap(column -> column.parts().stream())
        .map(column -> column.selected() + ' ' + column.stored().getName())
        .collect(Collectors.joining(", ", table() + " (", ") by " + keyOrder()));
  }

  /** The values of the key's columns, in the form they are stored in. */
  List<Object> storedKey(K value) {
    Object[] values =
        entity.keys().isComposite() ? entity.keys().values(value) : new Object[] {value};
    List<Object> stored = new ArrayList<>(values.length);
    for (int i = 0; i < values.length; i++) {
      stored.add(key.get(i).form(values[i]));
    }
    return stored;
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

  private boolean isWritten(MappedColumn column, long omitted) {
    return (omitted & bit(column)) == 0;
  }

  private boolean makesKey(MappedColumn column) {
    return column.component().isGenerated() && dialect().generatedKey(this) != null;
  }

  private String generatedKey() {
    return String.valueOf(dialect().generatedKey(this));
  }

  private static long bit(MappedColumn column) {
    return 1L << column.component().index();
  }

  private long omittableBits() {
    long bits = 0;
    for (MappedColumn column : columns()) {
      if (column.isOmittable()) {
        bits |= bit(column);
      }
    }
    return bits;
  }

  private List<MappedColumn> keyInOrder() {
    return entity.keyComponents().stream()
        .filter(component -> component.index() < columns().size())
        .map(component -> columns().get(component.index()))
        .toList();
  }

  private List<MappedColumn> columns(Predicate<Component> which) {
    return columns().stream().filter(column -> which.test(column.component())).toList();
  }

  private static List<MappedColumn> joined(List<MappedColumn> a, List<MappedColumn> b) {
    return Stream.concat(a.stream(), b.stream()).toList();
  }
}
