package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.eq;

import dev.crossfade.StoreTimeoutException;
import dev.crossfade.mongodb.StoreSession.View;
import dev.crossfade.mongodb.StoreSession.Visit;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Mark;
import dev.crossfade.store.StaleEpochException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Who may begin: visits of the session whose epoch, and incarnation, are checked. What is so when a
 * visit begins stays so until it is over, because whoever changes it waits for that.
 */
final class Admission {
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

  private final Database database;
  private final StoreSession session;
  private final Gates gates;

  Admission(Database database, StoreSession session, Gates gates) {
    this.database = database;
    this.session = session;
    this.gates = gates;
  }

  /**
   * For a mark and its write.
   *
   * @throws StaleEpochException if the control row is not open at the mark's epoch
   */
  Visit toWrite(Mark mark) {
    return admitted(
        mark.migration(),
        mark.epoch(),
        row -> row != null && row.isOpen() && row.epoch() == mark.epoch());
  }

  /** For the mark of a repair: also while the row is closing. */
  Visit toRepair(Mark mark) {
    return admitted(
        mark.migration(),
        mark.epoch(),
        row -> row != null && row.state() != ControlRow.State.MOVED && row.epoch() == mark.epoch());
  }

  /** For a finish, or whatever else any epoch may do: nobody changes the row meanwhile. */
  Visit toFinish(String migration) {
    return admitted(migration, 0, row -> true);
  }

  /**
   * For a change of this store as the secondary.
   *
   * @throws StaleEpochException if the row has a newer epoch, or is not moved at an older one
   * @throws FencedException if the incarnation is fenced or unknown
   */
  Visit toChange(Change change) {
    Visit visit = admitted(change.migration(), change.epoch(), row -> follows(row, change.epoch()));
    try {
      if (!visit.view().live().contains(change.incarnation())) {
        checkLives(change.incarnation());
        visit.view().live().add(change.incarnation());
      }
      return visit;
    } catch (RuntimeException e) {
      visit.close();
      throw e;
    }
  }

  private static boolean follows(@Nullable ControlRow row, long epoch) {
    return row == null
        || row.epoch() == epoch
        || (row.epoch() < epoch && row.state() == ControlRow.State.MOVED);
  }

  private void checkLives(UUID incarnation) {
    BsonDocument found =
        database.read(
            "reading the incarnation",
            () ->
                database
                    .collection(Names.INSTANCE)
                    .find(eq("_id", incarnation.toString()))
                    .first());
    if (found == null || found.getBoolean("fenced").getValue()) {
      throw new FencedException(incarnation);
    }
  }

  private Visit admitted(String migration, long epoch, Predicate<@Nullable ControlRow> may) {
    Visit visit = session.visit();
    if (!visit.view().isGated(migration) && may.test(visit.view().row(migration))) {
      return visit;
    }
    visit.close();
    return lookedAgain(migration, epoch, may);
  }

  /** Not within a visit, because whoever holds the gate waits for those. */
  private Visit lookedAgain(String migration, long epoch, Predicate<@Nullable ControlRow> may) {
    long deadline =
        System.nanoTime() + database.settings().exclusionLimit().multipliedBy(2).toNanos();
    while (true) {
      View fresh = session.refresh();
      Visit visit = session.visit();
      if (visit.view().ticket() >= fresh.ticket() && !visit.view().isGated(migration)) {
        if (may.test(visit.view().row(migration))) {
          return visit;
        }
        visit.close();
        throw new StaleEpochException(migration, epoch);
      }
      visit.close();
      BsonDocument gate = fresh.gate(migration);
      if (gate != null) {
        gates.clear(migration, gate);
      }
      if (System.nanoTime() - deadline > 0) {
        throw new StoreTimeoutException(
            database.settings().name() + ": the stage of '" + migration + "' is being changed",
            null);
      }
      StoreSession.pause(PAUSE, "waiting for a change of stage");
    }
  }
}
