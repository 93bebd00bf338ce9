package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableMapping;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Serializes writers of one key where no unique index does: in a table whose unique key holds
 * locators besides, two rows with one key and different locators would not collide.
 *
 * <p>The lock is taken by a statement of its own, because what a statement sees is decided before
 * it waits: the next one sees what the former holder has committed. Begin, lock, statement and
 * commit are sent at once. They need not arrive as one implicit transaction: the driver may put a
 * synchronisation between statements whose results it cannot estimate, and a lock of the implicit
 * transaction would end there.
 */
final class KeyLock {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private KeyLock() {}

  /** Whether keys of that table need it. */
  static boolean isNeeded(TableMapping<?, ?> mapping) {
    return !mapping.locatorColumns().isEmpty();
  }

  /** The statement in a transaction of its own, behind the lock; the lock's number comes first. */
  static String behind(String statement) {
    return "begin; select pg_advisory_xact_lock(?); " + statement + "; commit";
  }

  /** Runs what {@link #behind} made and reads what the statement behind the lock returned. */
  static <R extends @Nullable Object> R run(PreparedStatement statement, Session.Reader<R> reader)
      throws SQLException {
    statement.execute(); // begin
    statement.getMoreResults(); // the lock
    statement.getMoreResults();
    try (ResultSet rows = statement.getResultSet()) {
      return reader.read(rows);
    }
  }

  /** The lock of a key: two keys that share one wait for each other, no more. */
  static long number(String entity, byte[] canonicalKey) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < entity.length(); i++) {
      hash = (hash ^ entity.charAt(i)) * FNV_PRIME;
    }
    for (byte part : canonicalKey) {
      hash = (hash ^ (part & 0xff)) * FNV_PRIME;
    }
    return hash;
  }
}
