package dev.crossfade.jooq;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How many rows a driver that fetches in parts is to hold at once: few until it is known how large
 * they are, then about a megabyte of them. For one result.
 */
final class FetchSize {
  /** In which nothing is known of the rows. */
  static final int FIRST = 64;

  private static final int MOST = 1_000;
  private static final int BYTES = 1 << 20;

  /** What a row takes beside its texts. */
  private static final int ROW = 200;

  private final ResultSet rows;
  private int seen;
  private long weight;

  FetchSize(ResultSet rows) {
    this.rows = rows;
  }

  /** A row was read. Looks at as many at once as the first fetch had. */
  void saw(int rowWeight) throws SQLException {
    weight += ROW + rowWeight;
    if (++seen == FIRST) {
      rows.setFetchSize((int) Math.max(1, Math.min(MOST, BYTES * (long) seen / weight)));
      seen = 0;
      weight = 0;
    }
  }
}
