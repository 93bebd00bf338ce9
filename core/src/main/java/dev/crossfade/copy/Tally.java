package dev.crossfade.copy;

import dev.crossfade.CrossfadeListener.CopyProgress;
import java.time.Duration;

/**
 * How far a backfill has come with an entity: what earlier runs and this one have copied of it.
 * Safe for use by many threads.
 */
final class Tally {
  private final String migration;
  private final String entity;
  private final long total;
  private final long before;
  private final long begun = System.nanoTime();

  // Guarded by this.
  private long rows;

  /**
   * @param total how many rows there were at its beginning
   * @param before how many of them earlier runs had copied
   */
  Tally(String migration, String entity, long total, long before) {
    this.migration = migration;
    this.entity = entity;
    this.total = total;
    this.before = before;
    this.rows = before;
  }

  /** So many rows more. */
  synchronized CopyProgress add(long more) {
    rows += more;
    return progress(more);
  }

  synchronized CopyProgress progress() {
    return progress(0);
  }

  private CopyProgress progress(long more) {
    long own = rows - before;
    double nanos = System.nanoTime() - begun;
    Duration elapsed =
        own > 0 ? Duration.ofNanos((long) (nanos / own * rows)) : Duration.ZERO; // as fast as now
    return new CopyProgress(migration, "backfill", entity, rows, more, total, elapsed);
  }
}
