package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.ChildProcess.Answer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;

/**
 * What a run holds at one moment under load.
 *
 * @param entries in both journals: operations under way
 * @param journalBytes of PostgreSQL's journal with its indexes, on disk
 * @param heapBytes of all children, after a collection
 * @param threads of all children
 * @param connections of all children to PostgreSQL
 */
record Sample(long entries, long journalBytes, long heapBytes, long threads, long connections) {
  private static final Duration ANSWER = Duration.ofMinutes(2);
  private static final long MEGABYTE = 1L << 20;

  /** More than that under way at once is a backlog. */
  private static final long MOST_ENTRIES = 2_000;

  static Sample of(Databases databases, Fleet fleet) throws SQLException, InterruptedException {
    long heap = 0;
    long threads = 0;
    for (int child = 0; child < fleet.size(); child++) {
      Answer answer = fleet.child(child).ask("measure", ANSWER);
      if (!answer.ok()) {
        throw new IllegalStateException("child " + child + " cannot be measured: " + answer.text());
      }
      String[] numbers = answer.text().split(" ", 2);
      heap += Long.parseLong(numbers[0]);
      threads += Long.parseLong(numbers[1]);
    }
    try (Connection postgres = databases.openPostgres()) {
      return new Sample(
          databases.legacy().entries() + number(postgres, "select count(*) from crossfade.journal"),
          number(postgres, "select pg_total_relation_size('crossfade.journal')"),
          heap,
          threads,
          number(
              postgres,
              "select count(*) from pg_stat_activity where application_name like 'child-%'"));
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /**
   * Whether nothing has grown since: no backlog; the journal on disk by at most half and 8 MB,
   * which is what vacuum lags behind; the heap by at most a fifth and 8 MB a child's worth of
   * noise; threads and connections by what pools may open under load.
   *
   * @param pools connections of pools that were not there before
   */
  boolean isFlatSince(Sample before, int children, int pools) {
    return entries <= MOST_ENTRIES
        && journalBytes <= before.journalBytes * 3 / 2 + 8 * MEGABYTE
        && heapBytes <= before.heapBytes * 6 / 5 + children * (8 * MEGABYTE)
        && threads <= before.threads + 8L * children
        && connections <= before.connections + 4L * children + pools;
  }

  /** What became of an earlier one. */
  String shownSince(Sample before) {
    return String.format(
        Locale.ROOT,
        "journal entries %d→%d, size %.1f→%.1f MB; heap %.1f→%.1f MB; threads %d→%d; connections"
            + " %d→%d",
        before.entries,
        entries,
        megabytes(before.journalBytes),
        megabytes(journalBytes),
        megabytes(before.heapBytes),
        megabytes(heapBytes),
        before.threads,
        threads,
        before.connections,
        connections);
  }

  private static double megabytes(long bytes) {
    return bytes / (double) MEGABYTE;
  }
}
