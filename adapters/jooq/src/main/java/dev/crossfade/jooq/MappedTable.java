package dev.crossfade.jooq;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Entity;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.OnDelete;
import dev.crossfade.Reference;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A mapped table and its statements, run on the session given. For adapters, which obtain it from
 * {@link Sessions#table}; their transactions, marks and locks are around it.
 *
 * <p>Safe for use by many threads; sessions are not.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public final class MappedTable<T, K> {
  private final Sessions sessions;
  private final RepositoryContext<T, K> context;
  private final TableMapping<T, K> mapping;
  private final @Nullable RowReads<T, K> reads;
  private final @Nullable RowWrites<T, K> writes;
  private volatile @Nullable TableFacts facts;
  private volatile @Nullable List<Referrer<?, ?>> referrers;

  /** Rows of another table that a delete here must look after. */
  private record Referrer<U, L>(
      MappedTable<U, L> table, Reference reference, List<MappedColumn> columns) {
    List<U> rows(Session session, Object parent) throws SQLException {
      return rows(session, parent, Integer.MAX_VALUE);
    }

    /** Two at most: one may be the row itself. */
    List<RowState<U, L>> two(Session session, Object parent) throws SQLException {
      Entity<U, L> entity = table.mapping.entity();
      return rows(session, parent, 2).stream().map(row -> RowState.present(entity, row)).toList();
    }

    private List<U> rows(Session session, Object parent, int limit) throws SQLException {
      Object[] values = reference.referredBy(table.mapping.entity(), parent);
      return values == null ? List.of() : table.reads().referring(session, columns, values, limit);
    }
  }

  MappedTable(Sessions sessions, RepositoryContext<T, K> context, TableMapping<T, K> mapping) {
    this.sessions = sessions;
    this.context = context;
    this.mapping = mapping;
    if (mapping.problems().isEmpty()) {
      RowReads<T, K> rowReads = new RowReads<>(mapping);
      this.reads = rowReads;
      this.writes = new RowWrites<>(mapping, rowReads);
    } else {
      this.reads = null;
      this.writes = null;
    }
  }

  /** Its names, binders and reader. */
  public TableMapping<T, K> mapping() {
    return mapping;
  }

  /** What the catalogue knows of it; read once. */
  public TableFacts facts(Session session) throws SQLException {
    TableFacts known = facts;
    return known != null ? known : readFacts(session);
  }

  /** Reads the catalogue anew. */
  public TableFacts readFacts(Session session) throws SQLException {
    TableFacts read = sessions.facts(session, mapping);
    facts = read;
    return read;
  }

  /** The row with this key; null if there is none. */
  public @Nullable T find(Session session, K key) throws SQLException {
    return reads().find(session, key);
  }

  /** Insert or replace, as the store's {@code save}. Returns the row that is there now. */
  public T save(Session session, T row) throws SQLException {
    return settled(session, writes().save(session, row));
  }

  /** Insert. Returns the row that is there now. */
  public T insert(Session session, T row) throws SQLException {
    return settled(session, writes().insert(session, row));
  }

  /**
   * Deletes a row, and before it what declared references take with it, each state told to {@code
   * left}.
   *
   * @return whether there was a row
   */
  public boolean delete(Session session, K key, Consumer<? super RowState<?, ?>> left)
      throws SQLException {
    return delete(session, key, left, new HashSet<>());
  }

  /**
   * The keys behind {@code after} up to and including {@code to}, in key order. Null: from the
   * first, to the last.
   */
  public List<K> keysBetween(Session session, @Nullable K after, @Nullable K to)
      throws SQLException {
    return reads().keysBetween(session, after, to);
  }

  /** Brings rows about with all their columns, explicitly; rows with other keys stay. */
  public void upsertAll(Session session, List<T> rows) throws SQLException {
    writes().upsertAll(session, rows);
  }

  /**
   * Deletes rows if none refers to them by a reference declared as cascading or nulling.
   *
   * @throws ForeignKeyException if one does; nothing was deleted then that the caller does not roll
   *     back
   */
  public void deleteUnreferred(Session session, List<K> keys) throws SQLException {
    if (referrers().isEmpty()) {
      writes().deleteAll(session, keys);
      return;
    }
    for (K key : keys) {
      refuseReferred(session, key);
      writes().delete(session, key);
    }
  }

  /** What the database holds after its triggers; the row itself where there is none. */
  T settled(Session session, T row) throws SQLException {
    if (facts(session).triggers().isEmpty()) {
      return row;
    }
    T now = reads().find(session, mapping.entity().keyOf(row));
    return now == null ? row : now;
  }

  /** Whether declared references take rows with a deleted one, or change them. */
  public boolean hasReferrers() {
    return !referrers().isEmpty();
  }

  RowReads<T, K> reads() {
    if (reads == null) {
      throw new ConfigurationException(mapping.problems());
    }
    return reads;
  }

  RowWrites<T, K> writes() {
    if (writes == null) {
      throw new ConfigurationException(mapping.problems());
    }
    return writes;
  }

  private boolean delete(
      Session session, K key, Consumer<? super RowState<?, ?>> left, Set<RowState<?, ?>> underWay)
      throws SQLException {
    RowState<T, K> absent = RowState.absent(mapping.entity(), key);
    if (!underWay.add(absent)) {
      return false;
    }
    if (!referrers().isEmpty()) {
      T row = reads().findLocked(session, key);
      if (row == null) {
        return false;
      }
      for (Referrer<?, ?> referrer : referrers()) {
        release(session, referrer, row, left, underWay);
      }
    }
    boolean deleted = writes().delete(session, key);
    if (deleted) {
      left.accept(absent);
    }
    return deleted;
  }

  /** What the database would do by itself, done by statements of ours so that it is recorded. */
  private <U, L> void release(
      Session session,
      Referrer<U, L> referrer,
      T parent,
      Consumer<? super RowState<?, ?>> left,
      Set<RowState<?, ?>> underWay)
      throws SQLException {
    MappedTable<U, L> table = referrer.table();
    Entity<U, L> entity = table.mapping.entity();
    for (U row : referrer.rows(session, parent)) {
      L child = entity.keyOf(row);
      if (referrer.reference().onDelete() == OnDelete.CASCADE) {
        table.delete(session, child, left, underWay);
      } else if (!underWay.contains(RowState.absent(entity, child))) {
        table.writes().clear(session, child, referrer.columns());
        U now = table.reads().find(session, child);
        left.accept(now == null ? RowState.absent(entity, child) : RowState.present(entity, now));
      }
    }
  }

  private void refuseReferred(Session session, K key) throws SQLException {
    T row = reads().findLocked(session, key);
    if (row == null) {
      return;
    }
    RowState<T, K> self = RowState.absent(mapping.entity(), key);
    for (Referrer<?, ?> referrer : referrers()) {
      for (RowState<?, ?> state : referrer.two(session, row)) {
        if (!state.equals(self)) {
          throw new ForeignKeyException(
              self
                  + " is not deleted: "
                  + state
                  + " refers to it, which this change does not name. A later change that names"
                  + " both heals it",
              null);
        }
      }
    }
  }

  private List<Referrer<?, ?>> referrers() {
    List<Referrer<?, ?>> known = referrers;
    if (known == null) {
      known = findReferrers();
      referrers = known;
    }
    return known;
  }

  private List<Referrer<?, ?>> findReferrers() {
    List<Referrer<?, ?>> found = new ArrayList<>();
    for (RepositoryContext.Dependent dependent : context.dependents()) {
      if (dependent.reference().onDelete() != OnDelete.REFUSE) {
        found.add(referrer(sessions.table(dependent.repository().entity()), dependent.reference()));
      }
    }
    return List.copyOf(found);
  }

  private static <U, L> Referrer<U, L> referrer(MappedTable<U, L> table, Reference reference) {
    table.reads();
    return new Referrer<>(
        table, reference, reference.components().stream().map(table.mapping::column).toList());
  }
}
