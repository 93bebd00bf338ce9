package dev.crossfade.jooq;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Entity;
import dev.crossfade.store.UnitBody;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * How the repositories of a store reach it. For adapters: a store has one, keeps it to itself, and
 * hands it to the base class of its repositories.
 *
 * <p>Safe for use by many threads.
 */
public abstract class Sessions {
  private final Dialect dialect;
  private final Map<Entity<?, ?>, MappedTable<?, ?>> tables = new ConcurrentHashMap<>();

  /** Per store: a thread may be in a unit of one and read from another. */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable Unit> units = new ThreadLocal<>();

  /** With the store's dialect. */
  protected Sessions(Dialect dialect) {
    this.dialect = dialect;
  }

  /** Runs a read; each of its statements may see another state. */
  protected abstract <R extends @Nullable Object> R read(Session.Work<R> work) throws SQLException;

  /**
   * Runs a read of many rows in a transaction of its own, with a driver that does not hold all of
   * them in memory. By default as {@link #read}.
   */
  protected <R extends @Nullable Object> R stream(Session.Work<R> work) throws SQLException {
    return read(work);
  }

  /** The exception that fits what the driver threw; the outcome is that nothing was written. */
  protected abstract CrossfadeException failure(SQLException cause, String doing);

  /** What the catalogue knows of a table. */
  protected abstract TableFacts facts(Session session, TableMapping<?, ?> mapping)
      throws SQLException;

  /** What it knows of a child table; of a store whose {@link Dialect#hasChildren} says so. */
  protected TableFacts facts(Session session, ChildTable table) throws SQLException {
    throw new UnsupportedOperationException("this store has no child tables");
  }

  /** The dialect. */
  public final Dialect dialect() {
    return dialect;
  }

  /**
   * The table that holds the rows of an entity.
   *
   * @throws IllegalArgumentException if no repository of the store has it
   */
  @SuppressWarnings("unchecked") // registered under its own entity
  public final <T, K> MappedTable<T, K> table(Entity<T, K> entity) {
    MappedTable<?, ?> table = tables.get(entity);
    if (table == null) {
      throw new IllegalArgumentException("no repository of this store holds " + entity.name());
    }
    return (MappedTable<T, K>) table;
  }

  /** The unit of work of this thread; null outside of any. */
  public final @Nullable Unit unit() {
    return units.get();
  }

  /** Runs the body as part of a unit of work; the unit is this thread's until it returns. */
  public final <R extends @Nullable Object, X extends Exception> R within(
      Unit unit, UnitBody<R, X> body) throws X {
    Unit outer = units.get();
    units.set(unit);
    try {
      return body.run();
    } finally {
      if (outer == null) {
        units.remove();
      } else {
        units.set(outer);
      }
    }
  }

  final void register(MappedTable<?, ?> table) {
    tables.put(table.mapping().entity(), table);
  }

  final @Nullable MappedTable<?, ?> registered(Entity<?, ?> entity) {
    return tables.get(entity);
  }

  /** All tables that hold rows of an entity, in the order of the entities' names. */
  final List<MappedTable<?, ?>> registered() {
    return tables.values().stream()
        .sorted(Comparator.comparing(table -> table.mapping().entity().name()))
        .toList();
  }

  /**
   * Reads in the unit of this thread, or alone.
   *
   * @param type whose rows
   * @param what by which method; both are put together where it fails
   */
  final <R extends @Nullable Object> R reading(String type, String what, Session.Work<R> work) {
    Unit unit = units.get();
    if (unit != null) {
      return inUnit(unit, type, what, work);
    }
    try {
      return read(work);
    } catch (SQLException e) {
      throw failure(e, doing(type, what));
    } catch (DataAccessException e) {
      throw translated(e, doing(type, what));
    }
  }

  static String doing(String type, String what) {
    return type + "." + what;
  }

  /** Reads many rows alone. */
  final <R extends @Nullable Object> R streaming(String doing, Session.Work<R> work) {
    try {
      return stream(work);
    } catch (SQLException e) {
      throw failure(e, doing);
    }
  }

  /** About how many rows a table has, as far as that is known without counting; else -1. */
  protected long estimatedRows(Session session, TableMapping<?, ?> mapping) throws SQLException {
    return -1;
  }

  /** Runs statements in a unit; one that fails ends it. */
  final <R extends @Nullable Object> R inUnit(
      Unit unit, String type, String what, Session.Work<R> work) {
    CrossfadeException before = unit.failure();
    if (before != null) {
      throw before;
    }
    try {
      return unit.run(work);
    } catch (SQLException e) {
      throw failed(unit, failure(e, doing(type, what)));
    } catch (DataAccessException e) {
      throw failed(unit, translated(e, doing(type, what)));
    } catch (CrossfadeException e) {
      throw failed(unit, e);
    }
  }

  private static CrossfadeException failed(Unit unit, CrossfadeException why) {
    unit.fail(why);
    return why;
  }

  private CrossfadeException translated(DataAccessException e, String doing) {
    SQLException cause = e.getCause(SQLException.class);
    if (cause == null) {
      throw e;
    }
    CrossfadeException inside = cause.getCause() instanceof CrossfadeException c ? c : null;
    return inside != null ? inside : failure(cause, doing);
  }
}
