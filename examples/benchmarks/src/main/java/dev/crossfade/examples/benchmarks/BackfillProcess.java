package dev.crossfade.examples.benchmarks;

import dev.crossfade.BackfillReport;
import dev.crossfade.Crossfade;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A process of its own that backfills, with a heap as small as it is said to need; prints how long
 * it took in seconds and the most that was in use after a collection, in MB, if that is asked for.
 */
final class BackfillProcess {
  private BackfillProcess() {}

  /**
   * With the SQLite file, the URL of PostgreSQL, the number of lanes, whether indexes come last,
   * and whether to collect garbage again and again to see what is in use: a run that is measured
   * for its memory says nothing of its time.
   */
  public static void main(String[] arguments) {
    try (Crossfade crossfade =
        Crossfade.builder()
            .legacy(SqliteStore.open(Path.of(arguments[0])))
            .target(PostgresStore.at(arguments[1]).open())
            .migration(
                "scores",
                m ->
                    m.entity(Scores.TOKEN, Scores.SqliteTokens::new, Scores.PostgresTokens::new)
                        .entity(Scores.SCORE, Scores.SqliteScores::new, Scores.PostgresScores::new))
            .settings(
                Settings.builder()
                    .backfillLanes(Integer.parseInt(arguments[2]))
                    .backfillIndexesLast(Boolean.parseBoolean(arguments[3]))
                    .build())
            .build()) {
      crossfade.migration("scores").moveTo(Stage.DUAL_WRITE);
      Heap heap = Boolean.parseBoolean(arguments[4]) ? new Heap() : null;
      long begun = System.nanoTime();
      BackfillReport report = crossfade.migration("scores").backfill();
      double seconds = (System.nanoTime() - begun) / 1e9;
      if (report.refused() > 0) {
        throw new IllegalStateException(report.toString());
      }
      System.out.println(
          report.totalRows()
              + " "
              + seconds
              + " "
              + (heap == null ? 0 : heap.close())
              + " "
              + ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3);
    }
  }

  /** What was in use after collections, one every now and then: the most of it. */
  private static final class Heap implements Runnable {
    private static final int MILLIS = 200;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private volatile long most;

    Heap() {
      var unused = thread.scheduleWithFixedDelay(this, MILLIS, MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
      System.gc();
      long used =
          ManagementFactory.getMemoryPoolMXBeans().stream()
              .filter(pool -> pool.getType() == MemoryType.HEAP)
              .map(MemoryPoolMXBean::getCollectionUsage)
              .filter(Objects::nonNull)
              .mapToLong(MemoryUsage::getUsed)
              .sum();
      most = Math.max(most, used);
    }

    double close() {
      thread.shutdownNow();
      run(); // a short run is over before the first one
      return most / 1e6;
    }
  }
}
