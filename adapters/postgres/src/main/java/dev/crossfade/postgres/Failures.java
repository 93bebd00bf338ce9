package dev.crossfade.postgres;

import dev.crossfade.CheckException;
import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import java.net.SocketTimeoutException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What PostgreSQL's failures are called here. Messages name table, constraint and column, never
 * values: those stand in the server's detail, which neither the message nor the driver's carries.
 */
final class Failures {
  private static final Set<String> VALUE_REFUSED =
      Set.of("23514", "23502", "22001", "22003", "22007", "22008", "22021", "22P02", "22P05");
  private static final Set<String> CONFLICT = Set.of("40001", "40P01");
  private static final Set<String> TIMEOUT = Set.of("57014", "55P03", "25P03", "25P04");

  /** The driver had no connection to send anything on. */
  private static final Set<String> NOT_SENT = Set.of("08001", "08003", "08004");

  private final String store;

  Failures(String store) {
    this.store = store;
  }

  /** A failure after which nothing of the transaction can have been committed. */
  CrossfadeException notWritten(SQLException e) {
    return notWritten(e, "");
  }

  /** As above, with what was being done. */
  CrossfadeException notWritten(SQLException e, String doing) {
    String state = state(e);
    String message = doing.isEmpty() ? message(e) : doing + " on " + message(e);
    if (state.equals("23505") || state.equals("23P01")) {
      return new DuplicateKeyException(message, e);
    } else if (state.equals("23503") || state.equals("23001")) {
      return new ForeignKeyException(message, e);
    } else if (VALUE_REFUSED.contains(state)) {
      return new CheckException(message, e);
    } else if (CONFLICT.contains(state)) {
      return new ConflictException(message, e);
    } else if (TIMEOUT.contains(state) || isInterrupted(e)) {
      return new StoreTimeoutException(message, e);
    } else if (brokeConnection(e) || isOutOfOrder(state)) {
      return new StoreUnavailableException(message, e);
    } else if (state.equals("25P02")) {
      return new StoreException(
          message + "; an earlier statement of this transaction has failed: roll it back", e);
    }
    return new StoreException(message, e);
  }

  /** A failure of a statement that commits itself, or of a commit. */
  CrossfadeException perhapsWritten(SQLException e) {
    return perhapsWritten(e, "");
  }

  /** As above, with what was being done. */
  CrossfadeException perhapsWritten(SQLException e, String doing) {
    return isUnknown(e)
        ? new OutcomeUnknownException(
            message(e) + "; the connection was lost before the answer came", e)
        : notWritten(e, doing);
  }

  /**
   * Whether a commit, or a statement that commits itself, may have been done although it failed.
   */
  static boolean isUnknown(SQLException e) {
    String state = state(e);
    return state.equals("40003") || (brokeConnection(e) && !NOT_SENT.contains(state));
  }

  /** The store's name, as messages begin with it. */
  String store() {
    return store;
  }

  static boolean isConflict(SQLException e) {
    return CONFLICT.contains(state(e));
  }

  static boolean isLockTimeout(SQLException e) {
    return state(e).equals("55P03");
  }

  static boolean isDuplicate(SQLException e) {
    return state(e).equals("23505");
  }

  static boolean isMissingRight(SQLException e) {
    return state(e).equals("42501");
  }

  /**
   * The partitioned table that has no partition for a row; null if that is not what failed. The
   * server says so with the state of a check, so its routine tells, which no language changes.
   */
  static @Nullable ServerErrorMessage missingPartition(SQLException e) {
    ServerErrorMessage details = details(e);
    return details != null
            && state(e).equals("23514")
            && "ExecFindPartition".equals(details.getRoutine())
        ? details
        : null;
  }

  /**
   * Whether the connection is gone, and with it the answer. Not so where the server ended the
   * session for idling in a transaction: that one was rolled back before anything arrived.
   */
  static boolean brokeConnection(SQLException e) {
    String state = state(e);
    return state.startsWith("08") || state.startsWith("57P");
  }

  /** Whether there was nobody to connect to; a server that refuses is there. */
  static boolean isUnreachable(SQLException e) {
    return state(e).equals("08001") && details(e) == null;
  }

  /** Whether a connection was made, and then nothing came: the host is there, its server may be. */
  static boolean isSilence(SQLException e) {
    return e.getCause() instanceof SocketTimeoutException timeout
        && !String.valueOf(timeout.getMessage()).toLowerCase(Locale.ROOT).startsWith("connect");
  }

  /** Out of resources, failing disks, read-only: whatever the row, it would not be taken. */
  private static boolean isOutOfOrder(String state) {
    return state.startsWith("53")
        || state.equals("25006")
        || state.equals("58000")
        || state.equals("58030");
  }

  private static boolean isInterrupted(SQLException e) {
    return e.getCause() instanceof InterruptedException;
  }

  static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }

  /** What the server said; a batch wraps it. */
  private static @Nullable ServerErrorMessage details(SQLException e) {
    Throwable source = e instanceof BatchUpdateException ? e.getCause() : e;
    return source instanceof PSQLException driver ? driver.getServerErrorMessage() : null;
  }

  private String message(SQLException e) {
    ServerErrorMessage details = details(e);
    String reason = details == null ? e.getMessage() : withoutValue(details.getMessage());
    return store + ": " + reason + " (SQLSTATE " + state(e) + place(details) + ")";
  }

  /** {@code invalid input syntax for type json: "…"} goes on with the value. */
  private static @Nullable String withoutValue(@Nullable String message) {
    int value = message == null ? -1 : message.indexOf(": \"");
    return message == null || value < 0 ? message : message.substring(0, value);
  }

  private static String place(@Nullable ServerErrorMessage details) {
    if (details == null) {
      return "";
    }
    return named(", table ", details.getTable())
        + named(", column ", details.getColumn())
        + named(", constraint ", details.getConstraint());
  }

  private static String named(String label, @Nullable String name) {
    return name == null ? "" : label + name;
  }
}
