package dev.crossfade;

import java.time.Duration;
import java.util.Map;

/**
 * A backfill that has come to its end.
 *
 * @param migration the migration
 * @param rows rows copied, and rows deleted that only the secondary had, per entity
 * @param refused rows that the secondary refused; they stay in the journal, are tried again and
 *     then parked, each with its reason
 * @param duration how long it took
 */
public record BackfillReport(
    String migration, Map<String, Long> rows, long refused, Duration duration) {
  /** Copies the map. */
  public BackfillReport {
    rows = Map.copyOf(rows);
  }

  /** All rows. */
  public long totalRows() {
    return rows.values().stream().mapToLong(Long::longValue).sum();
  }
}
