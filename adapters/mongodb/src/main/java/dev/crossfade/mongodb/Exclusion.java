package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Updates;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.store.ControlRow;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The change of a control row while nobody marks and nobody changes this store as the secondary: a
 * gate in the row, the barrier, and the replacement where the gate is still the same.
 */
final class Exclusion {
  private static final String DOING = "changing the stage";
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

  private final Database database;
  private final StoreSession session;
  private final Gates gates;

  Exclusion(Database database, StoreSession session, Gates gates) {
    this.database = database;
    this.session = session;
    this.gates = gates;
  }

  /**
   * Replaces the row that the filter meets.
   *
   * @param still asked while nobody marks: whether it is to be replaced after all
   * @param note goes into the row with the same command; null if nothing does
   * @return whether it was
   * @throws StoreTimeoutException if somebody else is at it, or writes are under way for too long;
   *     the row is as it was
   */
  boolean replace(
      Bson expected, ControlRow next, BooleanSupplier still, @Nullable BsonDocument note) {
    String migration = next.migration();
    BsonString token = new BsonString(UUID.randomUUID().toString());
    if (!shut(expected, migration, token)) {
      return false;
    }
    boolean replaced = false;
    try {
      session.barrier(database.settings().exclusionLimit(), DOING);
      replaced = still.getAsBoolean() && replace(migration, token, next, note);
      return replaced;
    } finally {
      if (!replaced) {
        gates.open(migration, token);
      }
      session.refresh();
    }
  }

  /** Replaces the row that the filter meets with one command; nobody who marks is told. */
  boolean replaceAtOnce(Bson expected, ControlRow next, @Nullable BsonDocument note) {
    boolean replaced = update(expected, next.migration(), update(next, note));
    session.refresh();
    return replaced;
  }

  private boolean shut(Bson expected, String migration, BsonString token) {
    BsonDocument gate = new BsonDocument("by", new BsonString(session.id())).append("token", token);
    try {
      return update(expected, migration, Updates.set(ControlRows.GATE, gate));
    } catch (OutcomeUnknownException e) {
      gates.openLater(migration, token);
      throw e;
    }
  }

  /** Waits while there is a gate. False if the row is another one. */
  private boolean update(Bson expected, String migration, Bson update) {
    Bson ungated = and(expected, eq(ControlRows.GATE, null));
    long deadline = System.nanoTime() + database.settings().exclusionLimit().toNanos();
    while (true) {
      boolean updated =
          database.write(DOING, () -> rows().updateOne(ungated, update).getMatchedCount()) > 0;
      if (updated) {
        return true;
      }
      BsonDocument there = database.read(DOING, () -> rows().find(expected).first());
      if (there == null) {
        return false;
      }
      if (there.isDocument(ControlRows.GATE)) {
        gates.clear(migration, there.getDocument(ControlRows.GATE));
      }
      if (System.nanoTime() - deadline > 0) {
        throw new StoreTimeoutException(
            DOING + " of '" + migration + "': another process is at it", null);
      }
      StoreSession.pause(PAUSE, DOING);
    }
  }

  private boolean replace(
      String migration, BsonString token, ControlRow next, @Nullable BsonDocument note) {
    return database.write(
            DOING,
            () ->
                rows()
                    .updateOne(
                        Gates.with(migration, token),
                        Updates.combine(
                            update(next, note), Updates.set(ControlRows.GATE, BsonNull.VALUE)))
                    .getMatchedCount())
        > 0;
  }

  private MongoCollection<BsonDocument> rows() {
    return database.collection(Names.CONTROL);
  }

  private static Bson update(ControlRow next, @Nullable BsonDocument note) {
    Bson row = new BsonDocument("$set", ControlRows.fields(next));
    return note == null
        ? row
        : Updates.combine(row, Updates.set("noted", new BsonArray(java.util.List.of(note))));
  }
}
