package dev.crossfade.sqlite;

import dev.crossfade.CheckException;
import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.StoreException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import java.sql.SQLException;
import java.util.Locale;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's result codes mean in the library's own exceptions. */
final class SqliteErrors {
  private final String store;

  SqliteErrors(String store) {
    this.store = store;
  }

  /** For a failure that is known to have changed nothing. */
  CrossfadeException translate(SQLException cause, String doing) {
    String message = doing + " on " + store + ": " + cause.getMessage();
    return switch (code(cause)) {
      case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID ->
          new DuplicateKeyException(message, cause);
      case SQLITE_CONSTRAINT_FOREIGNKEY -> new ForeignKeyException(message, cause);
      case SQLITE_CONSTRAINT_TRIGGER ->
          isForeignKey(cause)
              ? new ForeignKeyException(message, cause)
              : new CheckException(message, cause);
      case SQLITE_BUSY_SNAPSHOT -> new ConflictException(message, cause);
      case SQLITE_INTERRUPT -> new StoreTimeoutException(message, cause);
      default -> byPrimaryCode(cause, message);
    };
  }

  static boolean isBusySnapshot(Throwable cause) {
    return cause instanceof SQLException e && code(e) == SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT;
  }

  /** Of a statement that is right otherwise: SQLite has no code of its own for it. */
  static boolean isNoSuchTable(SQLException cause) {
    return code(cause) == SQLiteErrorCode.SQLITE_ERROR;
  }

  /** Whether a failed commit has certainly been rolled back. */
  static boolean isRolledBack(SQLException cause) {
    int primary = primary(cause);
    return primary == SQLiteErrorCode.SQLITE_CONSTRAINT.code
        || primary == SQLiteErrorCode.SQLITE_BUSY.code
        || primary == SQLiteErrorCode.SQLITE_FULL.code
        || primary == SQLiteErrorCode.SQLITE_READONLY.code;
  }

  static boolean isBusy(SQLException cause) {
    return primary(cause) == SQLiteErrorCode.SQLITE_BUSY.code;
  }

  private static CrossfadeException byPrimaryCode(SQLException cause, String message) {
    int primary = primary(cause);
    if (primary == SQLiteErrorCode.SQLITE_CONSTRAINT.code
        || primary == SQLiteErrorCode.SQLITE_MISMATCH.code
        || primary == SQLiteErrorCode.SQLITE_TOOBIG.code) {
      return new CheckException(message, cause);
    }
    if (primary == SQLiteErrorCode.SQLITE_BUSY.code
        || primary == SQLiteErrorCode.SQLITE_LOCKED.code) {
      return new StoreTimeoutException(message + "; another program holds the file", cause);
    }
    return isUnavailable(primary)
        ? new StoreUnavailableException(message, cause)
        : new StoreException(message, cause);
  }

  private static boolean isUnavailable(int primary) {
    return primary == SQLiteErrorCode.SQLITE_READONLY.code
        || primary == SQLiteErrorCode.SQLITE_FULL.code
        || primary == SQLiteErrorCode.SQLITE_CANTOPEN.code
        || primary == SQLiteErrorCode.SQLITE_IOERR.code
        || primary == SQLiteErrorCode.SQLITE_NOMEM.code
        || primary == SQLiteErrorCode.SQLITE_PERM.code
        || primary == SQLiteErrorCode.SQLITE_CORRUPT.code
        || primary == SQLiteErrorCode.SQLITE_NOTADB.code
        || primary == SQLiteErrorCode.SQLITE_PROTOCOL.code;
  }

  /** {@code on delete restrict} is a trigger inside SQLite and reported as one. */
  private static boolean isForeignKey(SQLException cause) {
    return String.valueOf(cause.getMessage()).toUpperCase(Locale.ROOT).contains("FOREIGN KEY");
  }

  private static SQLiteErrorCode code(SQLException cause) {
    return cause instanceof SQLiteException e
        ? e.getResultCode()
        : SQLiteErrorCode.getErrorCode(cause.getErrorCode());
  }

  private static int primary(SQLException cause) {
    return code(cause).code & 0xFF;
  }
}
