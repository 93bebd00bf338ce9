package dev.crossfade.jooq;

import dev.crossfade.Entity;
import dev.crossfade.NotFoundException;
import dev.crossfade.store.Place;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StoreRepository;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.DeleteReturningStep;
import org.jooq.Field;
import org.jooq.FieldOrRow;
import org.jooq.InsertReturningStep;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.Row;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.UpdateReturningStep;
import org.jooq.impl.DSL;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one entity in a relational store. Applications extend the base class of their store
 * ({@code SqliteRepository}, {@code PostgresRepository}), which extends this one; CRUD comes with
 * it, and the application adds its finders and conditional writes:
 *
 * <pre>{@code
 * @Override
 * public Optional<Token> findByMintAddress(String mintAddress) {
 *   return fetchOptional(selectFrom(TOKENS).where(TOKENS.MINT_ADDRESS.eq(mintAddress)));
 * }
 *
 * @Override
 * public boolean activate(long id) {
 *   return !write(update(TOKENS).set(TOKENS.STATUS, "ACTIVE")
 *       .where(TOKENS.ID.eq(id), TOKENS.STATUS.eq("MONITORING"))).isEmpty();
 * }
 * }</pre>
 *
 * <p>Statements are built with jOOQ's {@code DSL} and run here. There is no connection and no
 * executing context to be had, so that no change escapes the record of its unit of work. What is
 * inherited here hides jOOQ's static imports of the same name: write {@code DSL.count()} and {@code
 * deleteFrom}. Statements built with {@link #column} hold values in the form the mapping has; those
 * built with columns of jOOQ's own types hold them as jOOQ does, which on SQLite may be another
 * form of a time.
 *
 * <p>Safe for use by many threads. Writes belong to the unit of work of their thread; outside of
 * one they throw {@link IllegalStateException}. After a write that throws, the unit of work cannot
 * go on: its later statements throw the same exception and nothing of it is committed, on every
 * store.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public abstract class JooqRepository<T, K> implements StoreRepository<T, K> {
  private final Sessions sessions;
  private final MappedTable<T, K> table;
  private final Finders<T, K> finders;

  /** For the base classes of adapters. */
  protected JooqRepository(
      RepositoryContext<T, K> context,
      Table<?> table,
      Consumer<? super Columns> columns,
      Sessions sessions) {
    Columns given = new Columns();
    columns.accept(given);
    this.sessions = sessions;
    this.table =
        new MappedTable<>(
            sessions,
            context,
            new TableMapping<>(context.entity(), table, given, sessions.dialect(), getClass()));
    this.finders = new Finders<>(this.table.mapping());
    sessions.register(this.table);
  }

  /** No column bears another name than its component's in snake case. */
  protected static Consumer<Columns> columnsByName() {
    return Columns.BY_NAME;
  }

  @Override
  public final Entity<T, K> entity() {
    return table.mapping().entity();
  }

  @Override
  public final Place place() {
    return new Place(
        table.mapping().table(),
        table.mapping().keyColumns().stream().map(MappedColumn::name).toList());
  }

  @Override
  public final List<Object> storedKey(K key) {
    return table.mapping().storedKey(key);
  }

  @Override
  public final boolean inherits(String methodName, Class<?>... parameterTypes) {
    try {
      Method method = getClass().getMethod(methodName, parameterTypes);
      Class<?> declaring = method.getDeclaringClass();
      return declaring == JooqRepository.class || declaring.getSuperclass() == JooqRepository.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public Optional<T> find(K key) {
    return Optional.ofNullable(reading("find", session -> table.find(session, key)));
  }

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public T get(K key) {
    T row = reading("get", session -> table.find(session, key));
    if (row == null) {
      throw new NotFoundException(
          entity().name()
              + " "
              + entity().keys().show(key)
              + " does not exist; nothing was changed. find() asks without failing",
          null);
    }
    return row;
  }

  @Override
  public List<T> findAll(Collection<? extends K> keys) {
    return keys.isEmpty()
        ? List.of()
        : reading("findAll", session -> table.reads().findAll(session, keys));
  }

  @Override
  public long count() {
    return reading("count", session -> table.reads().count(session));
  }

  @Override
  public List<T> scan(@Nullable K after, int limit) {
    return reading("scan", session -> table.reads().scan(session, after, positive(limit)));
  }

  @Override
  public final List<T> between(@Nullable K after, @Nullable K to) {
    return reading("between", session -> table.reads().between(session, after, to));
  }

  @Override
  public final List<K> keysBetween(@Nullable K after, @Nullable K to) {
    return reading("keysBetween", session -> table.reads().keysBetween(session, after, to));
  }

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public final @Nullable K boundary(@Nullable K after, int limit) {
    return reading("boundary", session -> table.reads().boundary(session, after, positive(limit)));
  }

  @Override
  public T save(T row) {
    return writing("save", (unit, session) -> present(unit, table.save(session, row)));
  }

  @Override
  public T insert(T row) {
    return writing("insert", (unit, session) -> present(unit, table.insert(session, row)));
  }

  @Override
  public List<T> saveAll(Collection<? extends T> rows) {
    return writing(
        "saveAll",
        (unit, session) -> {
          List<T> saved = new ArrayList<>(rows.size());
          for (T row : rows) {
            saved.add(present(unit, table.save(session, row)));
          }
          return saved;
        });
  }

  @Override
  public boolean delete(K key) {
    return writing("delete", (unit, session) -> table.delete(session, key, unit::record));
  }

  @Override
  public int deleteAll(Collection<? extends K> keys) {
    return writing(
        "deleteAll",
        (unit, session) -> {
          int deleted = 0;
          for (K key : keys) {
            deleted += table.delete(session, key, unit::record) ? 1 : 0;
          }
          return deleted;
        });
  }

  /** Builds statements in the store's dialect; cannot run them. */
  protected final DSLContext dsl() {
    return sessions.dialect().sql();
  }

  /** The table, as it was given. */
  protected final Table<?> jooqTable() {
    return table.mapping().jooqTable();
  }

  /** The columns of all components, for {@code select}; read only by {@link #fetch(Select)}. */
  protected final List<Field<?>> columns() {
    return finders.columns();
  }

  /**
   * The column of a component, which binds and reads values in the form the mapping has.
   *
   * @throws IllegalArgumentException if there is no such component or it is of another type
   */
  protected final <X> Field<X> column(String component, Class<X> type) {
    return table.mapping().field(component, type);
  }

  /**
   * The rows that a select over all mapped columns returns, in its order.
   *
   * @throws IllegalArgumentException if the select has not exactly one column for each component
   */
  protected final List<T> fetch(Select<?> select) {
    return reading("fetch", session -> rows(session, select));
  }

  /**
   * The row that a select over all mapped columns returns.
   *
   * @throws IllegalStateException if it returns several
   */
  protected final Optional<T> fetchOptional(Select<?> select) {
    return atMostOne(fetch(select));
  }

  /** The rows that meet a condition, in key order. */
  protected final List<T> fetchAll(Condition condition) {
    return fetch(finders.inKeyOrder(condition));
  }

  /**
   * The next rows that meet a condition, in key order, as {@link #scan} pages through all of them.
   *
   * @param after the key of the last row of the page before; null for the first page
   * @param limit at most so many rows, at least 1
   */
  protected final List<T> fetchPage(Condition condition, @Nullable K after, int limit) {
    return fetch(finders.page(condition, after, positive(limit)));
  }

  /**
   * The row that meets a condition.
   *
   * @throws IllegalStateException if several do
   */
  protected final Optional<T> fetchOptional(Condition condition) {
    return fetchOptional(finders.where(condition));
  }

  /** Whether any row meets a condition. */
  protected final boolean fetchExists(Condition condition) {
    return fetchExists(finders.where(condition));
  }

  /** What a select returns, in its order. */
  protected final <R extends Record, X> List<X> fetch(
      Select<R> select, Function<? super R, ? extends X> mapper) {
    return reading(
        "fetch",
        session -> {
          List<X> found = new ArrayList<>();
          for (R row : sessions.dialect().on(session).fetch(select)) {
            found.add(mapper.apply(row));
          }
          return found;
        });
  }

  /**
   * What a select returns, if anything.
   *
   * @throws IllegalStateException if it returns several rows
   */
  protected final <R extends Record, X> Optional<X> fetchOptional(
      Select<R> select, Function<? super R, ? extends X> mapper) {
    return atMostOne(fetch(select, mapper));
  }

  /** The single value of the first row; null if there is no row or it is null. */
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  protected final <X> @Nullable X fetchValue(Select<Record1<X>> select) {
    return reading(
        "fetchValue",
        session -> {
          Result<Record1<X>> result = sessions.dialect().on(session).fetch(select);
          return result.isEmpty() ? null : result.get(0).value1();
        });
  }

  /** Whether a select returns any row. */
  protected final boolean fetchExists(Select<?> select) {
    return reading("exists", session -> sessions.dialect().on(session).fetchExists(select));
  }

  /** How many rows a select returns. */
  protected final long fetchCount(Select<?> select) {
    return reading("count", session -> (long) sessions.dialect().on(session).fetchCount(select));
  }

  /**
   * Updates rows of this entity's table. Their keys must stay: delete and insert instead.
   *
   * @return the rows as they are now; those that the conditions did not meet are not among them
   * @throws IllegalArgumentException if it assigns a key or changes another table
   */
  protected final List<T> write(UpdateReturningStep<?> update) {
    if (update instanceof QOM.Update<?> parts) {
      checkTable(parts.$table());
      checkAssigned(parts.$set().keySet());
    }
    return changing("update", withReturning((QueryPart) update));
  }

  /**
   * Inserts rows into this entity's table, or, {@code on conflict}, updates them.
   *
   * @return the rows as they are now; those that a conflict left alone are not among them
   * @throws IllegalArgumentException if it assigns a key on conflict or changes another table
   */
  protected final List<T> write(InsertReturningStep<?> insert) {
    if (insert instanceof QOM.Insert<?> parts) {
      checkTable(parts.$into());
      checkAssigned(parts.$updateSet().keySet());
    }
    return changing("insert", withReturning((QueryPart) insert));
  }

  /**
   * Deletes rows of this entity's table, and what its declared cascades take with them.
   *
   * @return the rows that are gone
   * @throws IllegalArgumentException if it changes another table
   */
  protected final List<T> write(DeleteReturningStep<?> delete) {
    QOM.Delete<?> parts = delete instanceof QOM.Delete<?> known ? known : null;
    if (parts != null) {
      checkTable(parts.$from());
    }
    if (!table.hasReferrers()) {
      return writing(
          "delete",
          (unit, session) -> deleted(unit, returned(session, withReturning((QueryPart) delete))));
    }
    if (parts == null || !parts.$using().isEmpty() || parts.$limit() != null) {
      throw new IllegalArgumentException(
          "a delete on "
              + entity().name()
              + ", whose deletes cascade, has only conditions here; select the keys and call"
              + " deleteAll(keys) for more");
    }
    return writing("delete", (unit, session) -> deleteEach(unit, session, parts.$where()));
  }

  /** The mapped table. For the base classes of adapters; has no connection to give. */
  protected final MappedTable<T, K> mapped() {
    return table;
  }

  /** Reads in the unit of this thread, or alone. For the base classes of adapters. */
  private <R extends @Nullable Object> R reading(String doing, Session.Work<R> work) {
    return sessions.reading(doing(doing), work);
  }

  private <R extends @Nullable Object> R writing(String doing, UnitWork<R> work) {
    Unit unit = sessions.unit();
    if (unit == null) {
      throw new IllegalStateException(
          doing(doing)
              + " outside of a unit of work would not reach the other store. Call it on what"
              + " crossfade.repository(…) returns, not on the implementation; a method that"
              + " writes must be marked @Writes");
    }
    return sessions.inUnit(unit, doing(doing), session -> work.run(unit, session));
  }

  @FunctionalInterface
  private interface UnitWork<R extends @Nullable Object> {
    R run(Unit unit, Session session) throws SQLException;
  }

  private String doing(String what) {
    return entity().name() + "." + what;
  }

  private T present(Unit unit, T row) {
    unit.record(RowState.present(entity(), row));
    return row;
  }

  private List<T> changing(String doing, ResultQuery<?> statement) {
    return writing(
        doing,
        (unit, session) -> {
          List<T> changed = new ArrayList<>();
          for (T row : returned(session, statement)) {
            changed.add(present(unit, table.settled(session, row)));
          }
          return changed;
        });
  }

  private List<T> deleted(Unit unit, List<T> rows) {
    for (T row : rows) {
      unit.record(RowState.absent(entity(), entity().keyOf(row)));
    }
    return rows;
  }

  private List<T> deleteEach(Unit unit, Session session, @Nullable Condition where)
      throws SQLException {
    List<T> gone = new ArrayList<>();
    List<T> matching =
        rows(
            session,
            dsl()
                .select(returning())
                .from(jooqTable())
                .where(where == null ? DSL.noCondition() : where));
    for (T row : matching) {
      if (table.delete(session, entity().keyOf(row), unit::record)) {
        gone.add(row);
      }
    }
    return gone;
  }

  private List<T> rows(Session session, Select<?> select) throws SQLException {
    try (Cursor<?> cursor = sessions.dialect().on(session).fetchLazy(select)) {
      return new RowShape<>(table.mapping(), cursor.resultSet()).rows();
    }
  }

  /** Values are converted by the mapping's own codecs, which the returned columns carry. */
  private List<T> returned(Session session, ResultQuery<?> statement) throws SQLException {
    Result<?> result = sessions.dialect().on(session).fetch(statement);
    List<T> rows = new ArrayList<>(result.size());
    for (Record row : result) {
      rows.add(entity().row(row.intoArray()));
    }
    return rows;
  }

  /**
   * What jOOQ makes of {@code returning} will not do. After an insert into SQLite it selects the
   * row inserted last: not the one that a conflict updated, and only one of several. And it reads
   * columns of a generated table as that declares them, not by the mapping's codecs.
   */
  private ResultQuery<?> withReturning(QueryPart insert) {
    return dsl()
        .resultQuery("{0} returning {1}", insert, DSL.list(returning()))
        .coerce(returning());
  }

  private List<Field<Object>> returning() {
    return table.mapping().columns().stream().map(MappedColumn::field).toList();
  }

  private void checkTable(Table<?> changed) {
    String name = table.mapping().name();
    if (!changed.getName().equalsIgnoreCase(name)) {
      throw new IllegalArgumentException(
          getClass().getName()
              + " maps "
              + name
              + " and cannot record a change of "
              + changed.getName()
              + "; make it through the repository of that table's entity");
    }
  }

  private void checkAssigned(Set<? extends FieldOrRow> assigned) {
    for (FieldOrRow target : assigned) {
      for (MappedColumn column : table.mapping().keyColumns()) {
        if (names(target).contains(column.name())) {
          throw new IllegalArgumentException(
              "an update of "
                  + entity().name()
                  + " assigns "
                  + column.name()
                  + ", which belongs to its key; the old key would stay behind in the other store."
                  + " Delete the row and insert it with its new key");
        }
      }
    }
  }

  private static List<String> names(FieldOrRow target) {
    return target instanceof Field<?> field
        ? List.of(field.getName())
        : Arrays.stream(((Row) target).fields()).map(Field::getName).toList();
  }

  private static int positive(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, not " + limit);
    }
    return limit;
  }

  private static <X> Optional<X> atMostOne(List<X> found) {
    if (found.size() > 1) {
      throw new IllegalStateException(
          "a select that is to return one row at most returned " + found.size());
    }
    return found.stream().findFirst();
  }
}
