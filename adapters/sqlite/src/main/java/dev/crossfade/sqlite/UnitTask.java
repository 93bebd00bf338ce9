package dev.crossfade.sqlite;

import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.RowState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * A task whose body runs on its caller's thread: the writer gives the connection out and waits
 * until the body is done with it or its time is up.
 */
final class UnitTask extends Task {
  private final Before before;
  private final After after;
  private final Duration limit;
  private final String store;
  private boolean bodyHasBegun;

  /** What is checked before the body. */
  @FunctionalInterface
  interface Before {
    void check(Session session) throws SQLException;
  }

  /** What is done with the states of a body that has come to its end. */
  @FunctionalInterface
  interface After {
    void accept(Session session, List<RowState<?, ?>> states) throws SQLException;
  }

  UnitTask(Before before, After after, Duration limit, String store) {
    super(true);
    this.before = before;
    this.after = after;
    this.limit = limit;
    this.store = store;
  }

  @Override
  boolean hasBody() {
    return true;
  }

  /**
   * A body is its caller's code, which may do more than write; whether it is run again is theirs to
   * say.
   */
  @Override
  boolean isRepeatable() {
    return !bodyHasBegun;
  }

  @Override
  void work(Session session) throws SQLException {
    before.check(session);
    SqliteUnit unit = new SqliteUnit(session, store);
    bodyHasBegun = true;
    events.add(unit);
    if (!unit.awaitBody(limit)) {
      throw new StoreTimeoutException(
          "a unit of work on "
              + store
              + " took longer than "
              + limit.toMillis()
              + " ms and was rolled back; everybody else's writes wait for it: do slow work before"
              + " it, or raise unitTimeLimit",
          null);
    }
    CrossfadeException failure = unit.failure();
    if (failure != null) {
      throw failure;
    }
    if (unit.isAbandoned()) {
      throw new StoreTimeoutException("the body of a unit of work threw", null);
    }
    after.accept(session, unit.states());
  }
}
