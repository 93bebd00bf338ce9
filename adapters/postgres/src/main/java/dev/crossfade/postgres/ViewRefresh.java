package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A materialized view that is refreshed again and again, by one instance at a time: whoever gets
 * the view's row of {@code crossfade.refreshes} and finds it old enough refreshes, the others pass.
 *
 * @param view the view, with its schema unless the search path finds it
 * @param every how old it may become
 * @param concurrently whether readers go on meanwhile; needs a unique index on the view
 */
record ViewRefresh(String view, Duration every, boolean concurrently) {
  private static final String KNOWN =
      """
      insert into crossfade.refreshes (view, refreshed_at) values (?, '-infinity')
      on conflict (view) do nothing
      """;

  /** A little younger counts too: schedules of instances drift. */
  private static final String DUE =
      """
      select 1 from crossfade.refreshes
      where view = ? and refreshed_at <= clock_timestamp() - ? * 0.9 * interval '1 millisecond'
      for update skip locked
      """;

  private static final String POPULATED =
      "select c.relispopulated from pg_class c where c.oid = to_regclass(?) and c.relkind = 'm'";
  private static final String DONE =
      "update crossfade.refreshes set refreshed_at = clock_timestamp() where view = ?";

  /** Refreshes it if it is due. */
  void run(Session session) throws SQLException {
    session.execute("set local statement_timeout = 0");
    session.update(KNOWN, statement -> statement.setString(1, view));
    if (isDue(session)) {
      session.execute(
          "refresh materialized view "
              + (concurrently && isPopulated(session) ? "concurrently " : "")
              + view);
      session.update(DONE, statement -> statement.setString(1, view));
    }
  }

  private boolean isDue(Session session) throws SQLException {
    return session.query(
        DUE,
        statement -> {
          statement.setString(1, view);
          statement.setLong(2, every.toMillis());
        },
        ResultSet::next);
  }

  private boolean isPopulated(Session session) throws SQLException {
    return session.query(
        POPULATED,
        statement -> statement.setString(1, view),
        rows -> rows.next() && rows.getBoolean(1));
  }
}
