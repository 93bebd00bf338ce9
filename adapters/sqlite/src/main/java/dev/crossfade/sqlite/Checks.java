package dev.crossfade.sqlite;

import dev.crossfade.jooq.Session;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.StaleEpochException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What writes check before they change anything. Read once per transaction and known until its end:
 * a transaction that has begun is the only one that writes, so nothing of this can change within it
 * but by its own tasks, which {@link #forget} then.
 *
 * <p>For whoever's turn it is to write, see {@link WriteQueue}.
 */
final class Checks {
  private final Map<String, ControlRow> rows = new HashMap<>();
  private final Set<UUID> alive = new HashSet<>();

  /** Nothing is known any more. */
  void forget() {
    rows.clear();
    alive.clear();
  }

  /** Work that changes what is checked. */
  <R extends @Nullable Object> R around(Session session, Session.Work<R> work) throws SQLException {
    try {
      return work.run(session);
    } finally {
      forget();
    }
  }

  /** Refuses marks unless the row is open at this epoch, or closing where that is allowed. */
  void epoch(Session session, String migration, long epoch, boolean closingToo)
      throws SQLException {
    ControlRow row = row(session, migration);
    boolean marks =
        row != null
            && (row.isOpen() || (closingToo && row.state() == ControlRow.State.CLOSING))
            && row.epoch() == epoch;
    if (!marks) {
      throw new StaleEpochException(migration, epoch);
    }
  }

  /**
   * Refuses changes of the secondary by writers that have not seen its newer epoch, and where it
   * takes itself for the primary of an older one.
   */
  void follows(Session session, String migration, long epoch) throws SQLException {
    ControlRow row = row(session, migration);
    boolean follows =
        row == null
            || row.epoch() == epoch
            || (row.epoch() < epoch && row.state() == ControlRow.State.MOVED);
    if (!follows) {
      throw new StaleEpochException(migration, epoch);
    }
  }

  /** Refuses changes of the secondary under a fenced incarnation. */
  void notFenced(Session session, UUID incarnation) throws SQLException {
    if (!alive.contains(incarnation)) {
      if (!Incarnations.lives(session, incarnation)) {
        throw new FencedException(incarnation);
      }
      alive.add(incarnation);
    }
  }

  private @Nullable ControlRow row(Session session, String migration) throws SQLException {
    ControlRow known = rows.get(migration);
    if (known != null) {
      return known;
    }
    ControlRow read = Control.row(session, migration);
    if (read != null) {
      rows.put(migration, read);
    }
    return read;
  }
}
