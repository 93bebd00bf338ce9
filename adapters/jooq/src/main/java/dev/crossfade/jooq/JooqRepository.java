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
import java.util.function.Predicate;
import org.jooq.Condition;
import org.jooq.DeleteReturningStep;
import org.jooq.Field;
import org.jooq.FieldOrRow;
import org.jooq.InsertReturningStep;
import org.jooq.QueryPart;
import org.jooq.Row;
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
public abstract class JooqRepository<T, K> extends JooqReads<T, TableMapping<T, K>>
    implements StoreRepository<T, K> {
  private final MappedTable<T, K> table;
  private final Finders<T, K> finders;
  private final SetWrites<T, K> sets;

  /** For the base classes of adapters. */
  protected JooqRepository(
      RepositoryContext<T, K> context,
      Table<?> table,
      Consumer<? super Columns> columns,
      Sessions sessions) {
    super(
        sessions,
        owner ->
            new TableMapping<>(
                context.entity(), table, Columns.of(columns), sessions.dialect(), owner));
    this.table = new MappedTable<>(sessions, context, mapping());
    this.finders = new Finders<>(mapping(), this::columns);
    this.sets = new SetWrites<>(sessions, this.table);
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
  public final List<Place> parts() {
    return table.mapping().childTables().stream()
        .map(child -> new Place(child.table(), child.linkNames()))
        .toList();
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
  public final void forEachBetween(@Nullable K after, @Nullable K to, Predicate<? super T> taker) {
    sessions()
        .streaming(
            doing("forEachBetween"),
            session -> {
              table.reads().forEachBetween(session, after, to, taker);
              return true;
            });
  }

  @Override
  public final long estimatedRows() {
    return reading("estimatedRows", session -> sessions().estimatedRows(session, table.mapping()));
  }

  @Override
  public final String shape() {
    return table.mapping().shape();
  }

  @Override
  public final List<K> keysBetween(@Nullable K after, @Nullable K to) {
    return reading("keysBetween", session -> table.reads().keysBetween(session, after, to));
  }

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public final @Nullable K keyWith(List<String> components, Object[] values) {
    List<MappedColumn> columns = components.stream().map(mapping()::column).toList();
    return reading(
        "keyWith",
        session -> {
          List<T> found = table.reads().with(session, columns, values);
          return found.isEmpty() ? null : entity().keyOf(found.get(0));
        });
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

  /**
   * Updates rows of this entity's table, few enough to be held in memory; {@link #updateWhere} is
   * for more. Their keys must stay: delete and insert instead.
   *
   * @return the rows as they are now; those that the conditions did not meet are not among them
   * @throws IllegalArgumentException if it assigns a key or changes another table
   */
  protected final List<T> write(UpdateReturningStep<?> update) {
    if (update instanceof QOM.Update<?> parts) {
      checkTable(parts.$table());
      checkAssigned(parts.$set().keySet());
    }
    return changing("update", (QueryPart) update);
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
    return changing("insert", (QueryPart) insert);
  }

  /**
   * Deletes rows of this entity's table, few enough to be held in memory, and what its declared
   * cascades take with them; {@link #deleteWhere} is for more.
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
          "delete", (unit, session) -> deleted(unit, sets.returned(session, (QueryPart) delete)));
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

  /**
   * Updates the rows that meet a condition, of which there may be any number: in a method that is
   * {@link dev.crossfade.Writes#chunk chunked} it does one chunk, and the library calls the method
   * until all is done; see there for what is guaranteed. The method does nothing else.
   *
   * <pre>{@code
   * @Override // @Writes(chunk = 1_000)
   * public long archive(BigDecimal floor) {
   *   return updateWhere(TOKENS.LIQUIDITY_USD.lt(floor), set(TOKENS.STATUS, "ARCHIVED"));
   * }
   * }</pre>
   *
   * <p>Which rows these are is decided before any is changed, and they are locked; the assignments
   * are evaluated by statements of up to 500 rows. In a method that is not chunked, or inside a
   * unit of work, all is done at once, for at most 10,000 rows.
   *
   * @return how many rows it has changed: of this chunk, if it is one
   * @throws IllegalArgumentException if it assigns a key, or nothing
   * @throws IllegalStateException if all is done at once and the condition meets more than 10,000
   *     rows, nothing was changed and the unit can go on; or if a call of a chunked method makes
   *     two such changes, nothing of the chunk was changed
   */
  protected final long updateWhere(Condition condition, Assignment... assignments) {
    List<Assignment> all = List.of(assignments);
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          "an update of " + entity().name() + " assigns nothing; give it set(column, value)");
    }
    all.forEach(each -> checkAssigned(each.values().keySet()));
    return writing("updateWhere", (unit, session) -> sets.update(unit, session, condition, all));
  }

  /**
   * Deletes the rows that meet a condition, and what declared cascades take with them, in the same
   * way as {@link #updateWhere}. A chunk ends early where its cascades have left as many states as
   * it may have rows, so that only the children of a single row are ever more.
   *
   * @return how many rows of this entity are gone: of this chunk, if it is one
   * @throws IllegalStateException as above
   */
  protected final long deleteWhere(Condition condition) {
    return writing("deleteWhere", (unit, session) -> sets.delete(unit, session, condition));
  }

  /** What {@link #updateWhere} gives a column: a value. */
  protected static <V> Assignment set(Field<V> column, @Nullable V value) {
    return new Assignment(column, value);
  }

  /**
   * What {@link #updateWhere} gives a column: what an expression comes to, in the row as it was.
   */
  protected static <V> Assignment set(Field<V> column, Field<V> value) {
    return new Assignment(column, value);
  }

  /**
   * What {@link #updateWhere} gives a component: a value, in its column or in both where two hold
   * it.
   *
   * @throws IllegalArgumentException if there is no such component or it is of another type
   */
  protected final Assignment set(String component, @Nullable Object value) {
    MappedColumn column = mapping().column(component);
    Lookup lookup = column.lookup();
    if (lookup != null) {
      return new Assignment(
          mapping().tableField(column), mapping().required(component, lookup, value));
    }
    List<MappedColumn> parts = column.parts();
    return new Assignment(
        parts.stream().map(MappedColumn::field).toList(), mapping().partValues(component, value));
  }

  /** The mapped table. For the base classes of adapters; has no connection to give. */
  protected final MappedTable<T, K> mapped() {
    return table;
  }

  private <R extends @Nullable Object> R writing(String what, UnitWork<R> work) {
    Unit unit = sessions().unit();
    if (unit == null) {
      throw new IllegalStateException(
          doing(what)
              + " outside of a unit of work would not reach the other store. Call it on what"
              + " crossfade.repository(…) returns, not on the implementation; a method that"
              + " writes must be marked @Writes");
    }
    return sessions()
        .inUnit(unit, mapping().type().name(), what, session -> work.run(unit, session));
  }

  @FunctionalInterface
  private interface UnitWork<R extends @Nullable Object> {
    R run(Unit unit, Session session) throws SQLException;
  }

  private T present(Unit unit, T row) {
    unit.record(RowState.present(entity(), row));
    return row;
  }

  private List<T> changing(String doing, QueryPart statement) {
    return writing(
        doing,
        (unit, session) -> {
          List<T> changed = new ArrayList<>();
          for (T row : withLists(session, sets.returned(session, statement))) {
            changed.add(present(unit, table.settled(session, row)));
          }
          return changed;
        });
  }

  /**
   * Of rows that a statement has changed, perhaps after it had waited for somebody else's change:
   * the rows are as they are now, the lists with them as they were when it began.
   */
  private List<T> withLists(Session session, List<T> changed) throws SQLException {
    return mapping().hasLists() && !changed.isEmpty()
        ? table.reads().findAll(session, changed.stream().map(entity()::keyOf).toList())
        : changed;
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
                .select(mapping().fields())
                .from(jooqTable())
                .where(where == null ? DSL.noCondition() : where));
    for (T row : matching) {
      if (table.delete(session, entity().keyOf(row), unit::record)) {
        gone.add(row);
      }
    }
    return gone;
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
}
