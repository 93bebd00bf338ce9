package dev.crossfade.postgres;

import dev.crossfade.CheckException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.Entity;
import dev.crossfade.jooq.MappedColumn;
import dev.crossfade.jooq.MappedTable;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableMapping;
import dev.crossfade.store.Change;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Written;
import java.lang.invoke.MethodType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One row in one round trip: a write with its mark, and a change of the secondary with its checks.
 *
 * <p>Each is a single statement of READ COMMITTED. Its first part locks the control row (or the
 * incarnation's) for share and finds it only as it must be; its second part changes the row for
 * each row of the first, so for none if the epoch is stale; its third leaves the mark for each row
 * of the second. A lock that has to wait reads the row again, so no old epoch passes. What comes
 * back tells "the epoch was stale" (no row) from "nothing was changed" (a row without contents).
 *
 * <p>The key of a mark is bound where it is known, and is made by the server, in the same form,
 * where the server generates it.
 *
 * <p>Writes to tables whose unique key has locators besides are behind a {@link KeyLock}.
 *
 * <p>Rendered once per pattern of omitted components. Safe for use by many threads.
 */
final class RowStatements<T, K> {
  private static final String OPEN =
      """
      with c as (
        select 1 as crossfade_open from crossfade.control
        where migration = ? and epoch = ? and state = 'open' for share)
      """;

  /** Not where the epoch is newer, and not where it is older and yet open: see {@code apply}. */
  private static final String ALLOWED =
      """
      with i as (
        select 1 from crossfade.instances where incarnation = ? and not fenced for share),
      e as (
        select epoch, case state when 'moved' then 9223372036854775807 else epoch end as latest
        from crossfade.control where migration = ? for share),
      ok as (
        select 1 as crossfade_open from i
        where ? between coalesce((select epoch from e), 0)
          and coalesce((select latest from e), 9223372036854775807))
      """;

  private static final String IS_ALLOWED =
      " select (select count(*) from i), (select count(*) from ok)";
  private static final String RESULT = " select w.* from c left join w on true";

  private final Pool pool;
  private final Entity<T, K> entity;
  private final TableMapping<T, K> mapping;
  private final boolean locked;
  private final boolean hasReferrers;
  private final boolean plain;
  private final @Nullable String generatedKey;
  private final Map<Shape, String> writes = new ConcurrentHashMap<>();
  private final String upsert;
  private final String delete;

  private enum Kind {
    SAVE,
    INSERT,
    DELETE
  }

  /** What a statement for a write depends on. */
  private record Shape(Kind kind, Mark.Kind mark, boolean keyKnown, long omitted) {}

  /**
   * @param plain whether what a statement returns is what stays: no trigger changes it afterwards
   */
  RowStatements(Pool pool, MappedTable<T, K> table, boolean plain) {
    this.pool = pool;
    this.mapping = table.mapping();
    this.entity = mapping.entity();
    this.locked = KeyLock.isNeeded(mapping);
    this.hasReferrers = table.hasReferrers();
    this.plain = plain;
    this.generatedKey = generatedKey(mapping.keyColumns().get(0));
    this.upsert = guarded(upsertText());
    this.delete = guarded(deleteFrom("ok"));
  }

  /** Whether the write can be one statement. */
  boolean canWrite(RowWrite<T, K> write) {
    if (write instanceof RowWrite.Delete) {
      return !hasReferrers;
    }
    T row = row(write);
    return plain
        && !mapping.hasLists()
        && !mapping.insertValues(mapping.omitted(row)).isEmpty()
        && (entity.key(row) != null || generatedKey != null);
  }

  /** Writes the row and leaves its mark. */
  Written<Object> write(Mark mark, RowWrite<T, K> write) {
    long id = mark.kind() == Mark.Kind.ENTRY ? mark.nextId() : 0;
    if (write instanceof RowWrite.Delete<T, K> delete) {
      return delete(mark, id, delete.key());
    }
    T row = row(write);
    K key = entity.key(row);
    Kind kind = write instanceof RowWrite.Insert ? Kind.INSERT : Kind.SAVE;
    Shape shape = new Shape(kind, mark.kind(), key != null, mapping.omitted(row));
    T stored = store(mark, id, shape, row, key);
    return written(mark, id, stored, RowState.present(entity, stored));
  }

  /**
   * The row as the store holds it.
   *
   * <p>An upsert looks for its key, finds none and inserts. What another writer has inserted
   * meanwhile it meets in its indexes, one after the other: in that of the key, and goes on with an
   * update; or before that in one of another unique value, and fails although the value is this
   * row's own. Nothing was written then, and once more it finds the row. A value that is taken by
   * another row is refused again.
   */
  private T store(Mark mark, long id, Shape shape, T row, @Nullable K key) {
    try {
      return storeOnce(mark, id, shape, row, key);
    } catch (DuplicateKeyException e) {
      if (shape.kind == Kind.INSERT || key == null) {
        throw e;
      }
      return storeOnce(mark, id, shape, row, key);
    }
  }

  private static <T, K> T row(RowWrite<T, K> write) {
    if (write instanceof RowWrite.Save<T, K> save) {
      return save.row();
    } else if (write instanceof RowWrite.Insert<T, K> insert) {
      return insert.row();
    }
    throw new IllegalArgumentException("a delete has no row");
  }

  private Written<Object> delete(Mark mark, long id, K key) {
    RowState<T, K> absent = RowState.absent(entity, key);
    String sql = sql(new Shape(Kind.DELETE, mark.kind(), true, 0));
    boolean deleted =
        run(
            sql,
            key,
            (statement, first) -> {
              int index = mapping.bindKey(statement, bindOpen(statement, first, mark), key);
              bindMark(statement, index, mark, id, absent.canonicalKey());
            },
            rows -> changed(rows, mark));
    return deleted ? written(mark, id, true, absent) : new Written<>(false, new long[0], List.of());
  }

  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  private T storeOnce(Mark mark, long id, Shape shape, T row, @Nullable K key) {
    byte[] canonical = key == null ? null : entity.keys().encode(key);
    T stored =
        run(
            sql(shape),
            key,
            (statement, first) -> {
              int index = bindOpen(statement, first, mark);
              index = bindRow(statement, index, shape, row, key);
              bindMark(statement, index, mark, id, canonical);
            },
            rows -> changed(rows, mark) ? mapping.row(rows, 2) : null);
    if (stored == null) {
      throw notStored(shape, key);
    }
    return stored;
  }

  private RuntimeException notStored(Shape shape, @Nullable K key) {
    return key != null && locked && shape.kind == Kind.INSERT
        ? new DuplicateKeyException(
            entity.name()
                + " "
                + entity.keys().show(key)
                + " exists already; save() replaces a row",
            null)
        : new CheckException(
            "the store took a row of " + entity.name() + " and kept none; a trigger?", null);
  }

  private int bindRow(PreparedStatement statement, int first, Shape shape, T row, @Nullable K key)
      throws SQLException {
    int index = first;
    if (key == null || !locked) {
      return mapping.bindRow(statement, index, row, shape.omitted);
    } else if (shape.kind == Kind.INSERT) {
      index = mapping.bindRow(statement, index, row, shape.omitted);
      return mapping.bindKey(statement, index, key);
    }
    index = mapping.bindAssignments(statement, index, row, shape.omitted);
    index = mapping.bindKey(statement, index, key);
    return mapping.bindRow(statement, index, row, shape.omitted);
  }

  private static Written<Object> written(Mark mark, long id, Object result, RowState<?, ?> state) {
    long[] entries = mark.kind() == Mark.Kind.ENTRY ? new long[] {id} : new long[0];
    return new Written<>(result, entries, List.of(state));
  }

  /** Whether a row was changed; its columns follow. */
  private static boolean changed(ResultSet rows, Mark mark) throws SQLException {
    if (!rows.next()) {
      throw new StaleEpochException(mark.migration(), mark.epoch());
    }
    return rows.getInt(1) == 1;
  }

  private static int bindOpen(PreparedStatement statement, int first, Mark mark)
      throws SQLException {
    statement.setString(first, mark.migration());
    statement.setLong(first + 1, mark.epoch());
    return first + 2;
  }

  private void bindMark(
      PreparedStatement statement, int first, Mark mark, long id, byte @Nullable [] key)
      throws SQLException {
    int index = first;
    if (mark.kind() == Mark.Kind.NOTHING) {
      return;
    }
    if (mark.kind() == Mark.Kind.ENTRY) {
      statement.setObject(index++, mark.owner());
      statement.setLong(index++, id);
    }
    statement.setString(index++, mark.migration());
    statement.setString(index++, entity.name());
    if (key != null) {
      statement.setBytes(index, key);
    }
  }

  /**
   * Whether a change of the secondary can be one statement: a delete must not cascade to rows that
   * are carried themselves, and a row has no lists.
   */
  boolean canApply(RowState<T, K> state) {
    return state.row() == null ? !hasReferrers : !mapping.hasLists();
  }

  /**
   * Brings the state about. Not behind a {@link KeyLock}: two changes of one key that overlap here
   * are contested, and repair brings the key about alone.
   */
  void apply(Change change, RowState<T, K> state) {
    T row = state.row();
    pool.changeStatement(
        change.limit(),
        session ->
            session.query(
                row == null ? delete : upsert,
                statement -> {
                  int index = bindAllowed(statement, 1, change);
                  if (row == null) {
                    mapping.bindKey(statement, index, state.key());
                  } else {
                    index = bindReplaced(statement, index, row, state.key());
                    mapping.bindRow(statement, index, row, 0);
                  }
                },
                rows -> checkAllowed(rows, change)));
  }

  private static int bindAllowed(PreparedStatement statement, int first, Change change)
      throws SQLException {
    statement.setObject(first, change.incarnation());
    statement.setString(first + 1, change.migration());
    statement.setLong(first + 2, change.epoch());
    return first + 3;
  }

  private int bindReplaced(PreparedStatement statement, int first, T row, K key)
      throws SQLException {
    if (!locked) {
      return first;
    }
    int index = mapping.bindKey(statement, first, key);
    for (MappedColumn locator : mapping.locatorColumns()) {
      locator.bind(statement, index++, locator.component().get(row));
    }
    return index;
  }

  /** The checks of a change alone, for a transaction that goes on with it. */
  static void checkAllowed(Session session, Change change) throws SQLException {
    session.query(
        ALLOWED + IS_ALLOWED,
        statement -> bindAllowed(statement, 1, change),
        rows -> checkAllowed(rows, change));
  }

  private static boolean checkAllowed(ResultSet rows, Change change) throws SQLException {
    rows.next();
    if (rows.getLong(1) == 0) {
      throw new FencedException(change.incarnation());
    }
    if (rows.getLong(2) == 0) {
      throw new StaleEpochException(change.migration(), change.epoch());
    }
    return true;
  }

  /** Binds from the given index on. */
  @FunctionalInterface
  private interface Binder {
    void bind(PreparedStatement statement, int first) throws SQLException;
  }

  private <R extends @Nullable Object> R run(
      String sql, @Nullable K key, Binder binder, Session.Reader<R> reader) {
    return key != null && locked
        ? pool.transactionAtOnce(
            entity.name(),
            session -> {
              try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
                statement.setLong(1, KeyLock.number(entity.name(), entity.keys().encode(key)));
                binder.bind(statement, 2);
                return KeyLock.run(statement, reader);
              }
            })
        : pool.statement(
            entity.name(),
            session -> session.query(sql, statement -> binder.bind(statement, 1), reader));
  }

  private String sql(Shape shape) {
    String known = writes.get(shape);
    return known != null ? known : writes.computeIfAbsent(shape, this::render);
  }

  private String render(Shape shape) {
    String statement = OPEN + ", " + changeText(shape) + markText(shape) + RESULT;
    return locked && shape.keyKnown ? KeyLock.behind(statement) : statement;
  }

  private String changeText(Shape shape) {
    long omitted = shape.omitted;
    if (shape.kind == Kind.DELETE) {
      return "w as (" + deleteFrom("c") + " returning 1 as crossfade_there)";
    }
    String returning = " returning 1 as crossfade_there, " + mapping.columnList();
    String insert = insertFrom("c", omitted);
    if (!shape.keyKnown || (!locked && shape.kind == Kind.INSERT)) {
      return "w as (" + insert + returning + ")";
    } else if (!locked) {
      return "w as (" + insert + mapping.onConflict(omitted) + returning + ")";
    } else if (shape.kind == Kind.INSERT) {
      String isThere = "select 1 from " + mapping.table() + " where " + mapping.keyIs();
      return "w as (" + insert + " where not exists (" + isThere + ")" + returning + ")";
    }
    String update =
        "update "
            + mapping.table()
            + " set "
            + assignments(omitted)
            + " from c where "
            + mapping.keyIs();
    return "u as ("
        + update
        + returning
        + "), n as ("
        + insert
        + " where not exists (select 1 from u)"
        + returning
        + "), w as (select * from u union all select * from n)";
  }

  private String assignments(long omitted) {
    String assignments = mapping.assignments(omitted);
    String key = mapping.keyColumns().get(0).quoted();
    return assignments.isEmpty() ? key + " = " + key : assignments;
  }

  private String insertFrom(String source, long omitted) {
    return "insert into "
        + mapping.table()
        + " "
        + mapping.insertColumns(omitted)
        + " select "
        + mapping.insertValues(omitted)
        + " from "
        + source;
  }

  private String deleteFrom(String source) {
    return "delete from " + mapping.table() + " using " + source + " where " + mapping.keyIs();
  }

  private String markText(Shape shape) {
    String key = shape.keyKnown ? "?" : generatedKey;
    return switch (shape.mark) {
      case NOTHING -> "";
      case ENTRY ->
          ", j as (insert into crossfade.journal (owner, id, migration, entity, key) select ?, ?,"
              + " ?, ?, "
              + key
              + " from w limit 1)";
      // A row that is there already is locked and left as it is: whoever turns remembered keys into
      // entries waits for this write.
      case REMEMBERED ->
          ", j as (insert into crossfade.remembered (migration, entity, key) select ?, ?, "
              + key
              + " from w limit 1 on conflict (migration, entity, key)"
              + " do update set migration = excluded.migration where false)";
    };
  }

  private String upsertText() {
    String insert = insertFrom("ok", 0) + mapping.onConflict(0);
    if (!locked) {
      return insert;
    }
    String elsewhere =
        mapping.locatorColumns().stream()
            .map(column -> column.quoted() + " is distinct from " + column.placeholder())
            .collect(Collectors.joining(" or "));
    return deleteFrom("ok") + " and (" + elsewhere + ")), w as (" + insert;
  }

  private String guarded(String change) {
    return ALLOWED + ", d as (" + change + ")" + IS_ALLOWED;
  }

  /** The canonical form of a key that the server generates; null if it must be read first. */
  private static @Nullable String generatedKey(MappedColumn key) {
    if (!key.component().isGenerated() || key.stored() != boxed(key.component().type())) {
      return null;
    }
    String column = "w." + key.quoted();
    if (key.stored() == Long.class || key.stored() == Integer.class) {
      return "int8send(" + column + "::bigint # (-9223372036854775808)::bigint)";
    } else if (key.stored() == UUID.class) {
      return "uuid_send(" + column + ")";
    }
    return null;
  }

  private static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }
}
