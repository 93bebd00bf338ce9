package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.model.Updates;
import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the gates of control rows, in which all writers wait: one of this process as soon as the
 * server can be reached again, by the session's thread; one whose session is no more by whoever
 * finds it. Safe for use by many threads.
 */
final class Gates {
  private static final Logger LOG = LoggerFactory.getLogger(Gates.class);

  private final Database database;
  private final StoreSession session;

  /** Those of this process that may still be shut although nobody needs them any more. */
  private final Map<BsonString, Left> left = new ConcurrentHashMap<>();

  private record Left(String migration, long until) {}

  Gates(Database database, StoreSession session) {
    this.database = database;
    this.session = session;
    session.onLook(this::openLeft);
  }

  /** The row of a migration with the gate that bears the token. */
  static Bson with(String migration, BsonString token) {
    return and(eq("_id", migration), eq(ControlRows.GATE + ".token", token));
  }

  /** Opens a gate of this process, now or as soon as it can be. */
  void open(String migration, BsonString token) {
    try {
      release(migration, token);
    } catch (CrossfadeException e) {
      LOG.warn(
          "{}: the gate of '{}' could not be opened, and is tried again",
          database.settings(),
          migration,
          e);
      openLater(migration, token);
    }
  }

  /** A gate of which nobody knows whether it is shut: the command may still be on its way. */
  void openLater(String migration, BsonString token) {
    long limit = database.settings().operationLimit().multipliedBy(2).toNanos();
    left.put(token, new Left(migration, System.nanoTime() + limit));
  }

  private void openLeft() {
    left.forEach(
        (token, gate) -> {
          release(gate.migration(), token);
          if (System.nanoTime() - gate.until() > 0) {
            left.remove(token);
          }
        });
  }

  /** Opens a gate whose session is no more; who asks has looked at the row and looks again. */
  void clear(String migration, BsonDocument gate) {
    if (session.lives(gate.getString("by").getValue())) {
      return;
    }
    try {
      release(migration, gate.getString("token"));
    } catch (OutcomeUnknownException e) {
      LOG.debug("{}: the gate of '{}' may be open", database.settings(), migration, e);
    }
  }

  private void release(String migration, BsonString token) {
    database.write(
        "opening the gate",
        () ->
            database
                .collection(Names.CONTROL)
                .updateOne(with(migration, token), Updates.set(ControlRows.GATE, BsonNull.VALUE)));
  }
}
