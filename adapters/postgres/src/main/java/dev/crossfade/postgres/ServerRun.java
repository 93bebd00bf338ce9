package dev.crossfade.postgres;

import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.util.Set;

/**
 * Which run of which server this is, and which of its databases.
 *
 * <p>The timeline is asked of the log that is being written: the control file has it from the last
 * checkpoint, which for a while after a promotion is one of before. The start of the server is
 * there because a crash leaves everything else as it was; a failover has another one too, should
 * the rest be closed to the role.
 */
final class ServerRun {
  private static final String START =
      "to_char(pg_postmaster_start_time() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')";

  /** One dropped and made anew, or copied within the server, has other numbers. */
  private static final String DATABASE =
      "(select oid::text from pg_database where datname = current_database())"
          + " || '/' || coalesce(to_regclass('crossfade.control')::oid::text, '')";

  private static final String SERVER =
      "(select system_identifier::text from pg_control_system())"
          + " || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

  private static final String BY_ALL = onPrimary(SERVER + " || '/' || " + START);
  private static final String BY_START = onPrimary(START);

  /** A right was taken away, or there is no log to be asked for, as on Aurora. */
  private static final Set<String> CLOSED = Set.of("42501", "0A000");

  private ServerRun() {}

  private static String onPrimary(String server) {
    return "select case when not pg_is_in_recovery() then "
        + server
        + " || '/' || "
        + DATABASE
        + " end";
  }

  /** Of the server of this session, which has no transaction. */
  static String read(Session session, String store) throws SQLException {
    try {
      return read(session, store, BY_ALL);
    } catch (SQLException e) {
      if (CLOSED.contains(Failures.state(e))) {
        return read(session, store, BY_START);
      }
      throw e;
    }
  }

  private static String read(Session session, String store, String sql) throws SQLException {
    return session.query(
        sql,
        Session.Binder.NONE,
        rows -> {
          String run = rows.next() ? rows.getString(1) : null;
          if (run == null) {
            throw new StoreUnavailableException(store + " is a standby now", null);
          }
          return run;
        });
  }
}
