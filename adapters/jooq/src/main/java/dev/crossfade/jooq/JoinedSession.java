package dev.crossfade.jooq;

import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreException;
import dev.crossfade.store.Entry;
import dev.crossfade.store.JoinedTransaction;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.store.UnitBody;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of the application's in which a relational store takes part. For adapters.
 *
 * <p>The application may set savepoints and go back to them, between runs and within one, and the
 * library does not hear of it. So nothing that must go with a row is done later than the row: each
 * statement that changes rows is followed by the insert of its entries, and whatever undoes the one
 * undoes the other. The epoch is checked at the beginning of each run, before the run's own
 * savepoint: a lock that it takes is let go only by going back to where the run had not begun.
 *
 * <p>For one thread at a time.
 */
public abstract class JoinedSession implements JoinedTransaction {
  private static final String SAVEPOINT = "crossfade_run";

  private final Sessions sessions;
  private final Connection connection;
  private final Session session;
  private final List<Marked> marked = new ArrayList<>();
  private final Map<RowState<?, ?>, Entry> latest = new HashMap<>();
  private boolean lost;

  /**
   * On a connection whose transaction is the application's.
   *
   * @param product the name of the database's product, as its driver says it
   * @param store the store's name
   */
  protected JoinedSession(Sessions sessions, Connection connection, String product, String store) {
    this.sessions = sessions;
    this.connection = connection;
    this.session = new Session(connection);
    checkUsable();
    checkProduct(product, store);
  }

  /**
   * Checks what must be so at the beginning of every run, and sees to it that the epoch stays as it
   * is until the transaction ends.
   *
   * @throws dev.crossfade.store.StaleEpochException if the control row is not open at the epoch
   * @throws IllegalArgumentException if this is not the store's database, or the session is not fit
   */
  protected abstract void check(Session plain, Mark mark) throws SQLException;

  /**
   * Leaves what the mark says for these states.
   *
   * @param entries one per state if the mark is of that kind, else as many without an id
   * @param replaced entries that these stand for as well, to be taken back
   */
  protected abstract void leave(
      Session plain,
      Mark mark,
      List<RowState<?, ?>> states,
      List<Entry> entries,
      List<Entry> replaced)
      throws SQLException;

  @Override
  public final <R extends @Nullable Object, X extends Exception> R run(
      Mark mark, UnitBody<R, X> body) throws X {
    begin(mark);
    int before = marked.size();
    Running unit = new Running(mark);
    boolean done = false;
    try {
      R result = sessions.within(unit, body);
      unit.orThrow();
      end();
      done = true;
      return result;
    } finally {
      if (!done && undone()) {
        marked.subList(before, marked.size()).clear();
      }
    }
  }

  @Override
  public final List<Marked> marked() {
    return List.copyOf(marked);
  }

  private void begin(Mark mark) {
    checkUsable();
    if (lost) {
      throw new IllegalStateException(
          "the transaction was given up and rolled back as a whole; begin again");
    }
    try {
      check(session, mark);
      session.execute("savepoint " + SAVEPOINT);
    } catch (SQLException e) {
      throw sessions.failure(e, "joining a transaction");
    }
  }

  private void end() {
    try {
      session.execute("release savepoint " + SAVEPOINT);
    } catch (SQLException e) {
      CrossfadeException failure = sessions.failure(e, "ending a run in a joined transaction");
      if (!(failure instanceof StoreException)) {
        throw failure; // the connection broke, or the server gave the transaction up
      }
      throw new IllegalStateException(
          "the body of a run has ended the transaction that it runs in, or gone back to a savepoint"
              + " from before the run; commit and roll back outside of runs. What was not committed is"
              + " rolled back",
          e);
    }
  }

  /**
   * Whether what the run did is undone, and nothing else. If not, the database or the body has
   * ended the transaction, and what may have begun since must not be committed.
   */
  private boolean undone() {
    try {
      session.execute("rollback to savepoint " + SAVEPOINT);
      session.execute("release savepoint " + SAVEPOINT);
      return true;
    } catch (SQLException e) {
      lost = true;
      rollBack();
      return false;
    }
  }

  private void rollBack() {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // The connection is gone, and its transaction with it.
    }
  }

  private void checkUsable() {
    try {
      if (connection.isClosed()) {
        throw new IllegalStateException(
            "the connection of a joined unit of work is closed; its transaction is over");
      }
      if (connection.getAutoCommit()) {
        throw new IllegalStateException(
            "the connection of a joined unit of work commits each statement by itself; call"
                + " setAutoCommit(false) before, and commit() when all is done");
      }
    } catch (SQLException e) {
      throw sessions.failure(e, "joining a transaction");
    }
  }

  private void checkProduct(String product, String store) {
    try {
      String found = connection.getMetaData().getDatabaseProductName();
      if (!product.equalsIgnoreCase(found)) {
        throw new IllegalArgumentException(
            "the connection leads to "
                + found
                + ", but the primary is "
                + store
                + " at present; ask Migration.primary() which side's connection to take");
      }
    } catch (SQLException e) {
      throw sessions.failure(e, "joining a transaction");
    }
  }

  /** One run: every statement's changes are marked with it. */
  private final class Running extends Unit {
    private final Mark mark;
    private final Map<RowState<?, ?>, RowState<?, ?>> fresh = new LinkedHashMap<>();
    private @Nullable Throwable broken;

    Running(Mark mark) {
      this.mark = mark;
    }

    @Override
    protected void recorded(RowState<?, ?> state) {
      fresh.put(state, state);
    }

    @Override
    protected <R extends @Nullable Object> R run(Session.Work<R> work) throws SQLException {
      checkUsable();
      try {
        R result = work.run(session);
        markFresh();
        return result;
      } catch (SQLException | RuntimeException | Error e) {
        broken = fresh.isEmpty() ? broken : e;
        throw e;
      }
    }

    private void markFresh() throws SQLException {
      if (fresh.isEmpty()) {
        return;
      }
      boolean entered = mark.kind() == Mark.Kind.ENTRY;
      List<RowState<?, ?>> states = List.copyOf(fresh.values());
      List<Entry> entries = new ArrayList<>(states.size());
      List<Entry> replaced = new ArrayList<>();
      for (RowState<?, ?> state : states) {
        Span span = Span.point(state.entity().name(), state.canonicalKey());
        entries.add(new Entry(mark.owner(), entered ? mark.nextId() : 0, span));
        addIfThere(replaced, latest.get(state));
      }
      leave(session, mark, states, entries, replaced);
      for (int i = 0; entered && i < entries.size(); i++) {
        marked.add(new Marked(entries.get(i), states.get(i)));
        latest.put(states.get(i), entries.get(i));
      }
      fresh.clear();
    }

    private static void addIfThere(Collection<Entry> entries, @Nullable Entry entry) {
      if (entry != null) {
        entries.add(entry);
      }
    }

    /** A body may have caught what must not be committed. */
    void orThrow() {
      CrossfadeException failure = failure();
      if (failure != null) {
        throw failure;
      }
      if (broken != null) {
        throw new IllegalStateException(
            "a write of a joined unit of work failed half way, and its body went on; what the run"
                + " did is undone",
            broken);
      }
    }
  }
}
