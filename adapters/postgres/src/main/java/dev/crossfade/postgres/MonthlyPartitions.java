package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;

/**
 * The partitions of a table by month, in UTC, named {@code table_2026_11}.
 *
 * <p>A partition is made beside the table and then attached: that holds a lock which lets reads and
 * writes go on. A month that another partition covers, even in part, is left alone.
 *
 * @param table the partitioned table, with its schema unless the search path finds it
 * @param column the column it is partitioned by
 * @param monthsAhead how many months after the current one to have ready
 */
record MonthlyPartitions(String table, String column, int monthsAhead) {
  private static final String PARENT =
      """
      select n.nspname, c.relname
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid = to_regclass(?) and c.relkind = 'p'
      """;
  private static final String COVERED =
      """
      select 1
      from (
        select regexp_match(
          pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''?([^'')]+)''?\\) TO \\(''?([^'')]+)''?\\)') b
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = to_regclass(?)) p
      where replace(b[1], 'MINVALUE', '-infinity')::timestamptz < ?::timestamptz
        and replace(b[2], 'MAXVALUE', 'infinity')::timestamptz > ?::timestamptz
      """;
  private static final Pattern VALUE = Pattern.compile("= \\((.*)\\)");

  /** The partitioned table as the catalogue has it. */
  private record Parent(String schema, String name) {}

  /** Makes sure of this month's partition and those ahead. */
  void keepAhead(Session session) throws SQLException {
    prepare(session);
    YearMonth current =
        session.query(
            "select clock_timestamp()",
            Session.Binder.NONE,
            rows -> {
              rows.next();
              return YearMonth.from(
                  rows.getObject(1, OffsetDateTime.class).withOffsetSameInstant(ZoneOffset.UTC));
            });
    for (int i = 0; i <= monthsAhead; i++) {
      ensure(session, current.plusMonths(i));
    }
  }

  /** Whether a write failed because this table has no partition for its row. */
  boolean isMissing(ServerErrorMessage failure) {
    String name = table.replace("\"", "");
    String failed = failure.getTable();
    return failed != null && (name.equals(failed) || name.endsWith("." + failed));
  }

  /** Makes the partition for the row that a write failed with. */
  void createFor(Session session, ServerErrorMessage failure) throws SQLException {
    prepare(session);
    Matcher value = VALUE.matcher(String.valueOf(failure.getDetail()));
    if (!value.find()) {
      throw new SQLException("the server does not say which partition of " + table + " is missing");
    }
    Instant time =
        session.query(
            "select (?::text)::timestamptz",
            statement -> statement.setString(1, value.group(1)),
            rows -> {
              rows.next();
              return rows.getObject(1, OffsetDateTime.class).toInstant();
            });
    ensure(session, YearMonth.from(LocalDate.ofInstant(time, ZoneOffset.UTC)));
  }

  /** One at a time, for times without a zone are UTC's here. */
  private void prepare(Session session) throws SQLException {
    session.execute("set local time zone 'UTC'; set local lock_timeout = '2s'");
    session.query(
        "select pg_advisory_xact_lock(hashtextextended('crossfade partitions ' || ?, 0))",
        statement -> statement.setString(1, table),
        ResultSet::next);
  }

  private void ensure(Session session, YearMonth month) throws SQLException {
    Parent parent = parent(session);
    if (parent == null) {
      throw new SQLException(
          "there is no partitioned table " + table + "; create it, partitioned by range", "42P01");
    }
    if (!isCovered(session, month)) {
      create(session, parent, month);
    }
  }

  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  private @Nullable Parent parent(Session session) throws SQLException {
    return session.query(
        PARENT,
        statement -> statement.setString(1, table),
        rows -> rows.next() ? new Parent(rows.getString(1), rows.getString(2)) : null);
  }

  private boolean isCovered(Session session, YearMonth month) throws SQLException {
    return session.query(
        COVERED,
        statement -> {
          statement.setString(1, table);
          statement.setString(2, bound(month.plusMonths(1)));
          statement.setString(3, bound(month));
        },
        ResultSet::next);
  }

  private static void create(Session session, Parent parent, YearMonth month) throws SQLException {
    String schema = quoted(parent.schema) + ".";
    String whole = schema + quoted(parent.name);
    String part =
        schema
            + quoted(
                String.format(
                    Locale.ROOT,
                    "%s_%04d_%02d",
                    parent.name,
                    month.getYear(),
                    month.getMonthValue()));
    session.execute(
        "create table "
            + part
            + " (like "
            + whole
            + " including defaults including constraints including generated including storage"
            + " including compression)");
    session.execute(
        "alter table "
            + whole
            + " attach partition "
            + part
            + " for values from ('"
            + bound(month)
            + "') to ('"
            + bound(month.plusMonths(1))
            + "')");
  }

  private static String bound(YearMonth month) {
    return String.format(
        Locale.ROOT, "%04d-%02d-01 00:00:00+00", month.getYear(), month.getMonthValue());
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
