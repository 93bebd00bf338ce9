package dev.crossfade.examples.benchmarks;

import dev.crossfade.BackfillReport;
import dev.crossfade.Migration;
import dev.crossfade.Stage;
import dev.crossfade.VerificationReport;
import dev.crossfade.examples.benchmarks.Writers.Window;
import dev.crossfade.junit.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Writes beside a backfill: eight threads save rows to both stores without a pause, and meanwhile
 * everything is copied; what their saves take then, against what they take while nothing is copied.
 * Afterwards both stores must be the same.
 */
final class BesideBackfill implements Row {
  private static final String NAME = "beside-backfill.8.";
  private static final int WRITERS = 8;
  private static final int TIMES_ROWS = 10;
  private static final double LIMIT = 2;
  private static final double P99 = 0.99;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    int rows = TIMES_ROWS * options.rows();
    try (Databases databases = Databases.create(server, rows)) {
      Application application = databases.closing(Application.open(databases));
      Migration migration = application.migration();
      migration.moveTo(Stage.DUAL_WRITE);
      Writers writers = new Writers(application.items(), WRITERS, rows);
      List<Window> before = new ArrayList<>();
      List<Window> beside = new ArrayList<>();
      writers.start();
      try {
        TimeUnit.NANOSECONDS.sleep(nanos(options.seconds()));
        for (int round = 0; round < options.rounds(); round++) {
          before.add(still(options.seconds()));
          beside.add(backfill(migration, rows));
        }
      } finally {
        writers.stop();
      }
      application.saves().settle();
      check(migration.verify(), writers);
      show(writers, before, beside, figures);
    }
  }

  private static Window still(double seconds) throws InterruptedException {
    long begun = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(nanos(seconds));
    return new Window(begun, System.nanoTime());
  }

  private static long nanos(double seconds) {
    return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  /** The first finds empty tables, the others rows that are there. */
  private static Window backfill(Migration migration, int rows) {
    long begun = System.nanoTime();
    BackfillReport report = migration.backfill();
    if (report.totalRows() < rows || report.refused() > 0) {
      throw new IllegalStateException(report.toString());
    }
    return new Window(begun, System.nanoTime());
  }

  private static void check(VerificationReport report, Writers writers) {
    if (!report.isClean() || writers.failed() > 0) {
      throw new IllegalStateException(writers.failed() + " writes failed; " + report);
    }
  }

  private static void show(
      Writers writers, List<Window> before, List<Window> beside, Figures figures) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < before.size(); round++) {
      ratios.add(p99(writers, beside.get(round)) / p99(writers, before.get(round)));
    }
    figures.atMost(LIMIT, NAME + "p99", spread(ratios.stream()), "x before");
    figures.shown(
        NAME + "p99.before", spread(before.stream().map(each -> p99(writers, each))), "ms");
    figures.shown(
        NAME + "p99.beside", spread(beside.stream().map(each -> p99(writers, each))), "ms");
    figures.shown(NAME + "time", spread(beside.stream().map(BesideBackfill::seconds)), "s");
  }

  private static double seconds(Window window) {
    return (window.to() - window.from()) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private static Spread spread(Stream<Double> values) {
    return Spread.of(values.mapToDouble(Double::doubleValue).toArray());
  }

  private static double p99(Writers writers, Window window) {
    double[] sorted = writers.millisIn(window).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalStateException("nothing was written; nothing was measured");
    }
    return DoubleStream.of(sorted).skip((long) (sorted.length * P99)).findFirst().orElseThrow();
  }
}
