package dev.crossfade.examples.benchmarks;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Migration;
import dev.crossfade.MoveReport;
import dev.crossfade.Stage;
import dev.crossfade.examples.benchmarks.Writers.Window;
import dev.crossfade.junit.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The change of primary, there (shadow to live) and back, while 50 threads go on saving rows: how
 * long it kept writes waiting, as {@link MoveReport#pause} says, and how long the slowest of those
 * writes took as its caller saw it; against the writes of the same threads while nothing moves.
 *
 * <p>A move that is refused is tried again, and counted.
 */
final class SwitchPause implements Row {
  private static final Logger log = LoggerFactory.getLogger(SwitchPause.class);
  private static final String NAME = "switch-pause.50.";
  private static final int WRITERS = 50;
  private static final double LIMIT_MILLIS = 250;

  /** In a round and direction: forty changes in the five rounds that count by default. */
  private static final int CHANGES = 4;

  /** A machine on which so many are refused measures nothing more. */
  private static final int MOST_REFUSED = 40;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (Databases databases = Databases.create(server, options.rows())) {
      Application application = databases.closing(Application.open(databases));
      application.to(Stage.SHADOW);
      Writers writers = new Writers(application.items(), WRITERS, options.rows());
      Course course = new Course(application.migration(), options.seconds());
      writers.start();
      try {
        course.round(false);
        for (int round = 0; round < options.rounds(); round++) {
          course.round(true);
        }
      } finally {
        writers.stop();
      }
      course.there.show(writers, figures);
      course.back.show(writers, figures);
      figures.shown(NAME + "refused", Spread.of(course.refused), "moves");
      figures.shown(NAME + "failed-writes", Spread.of(writers.failed()), "writes");
    }
  }

  /** Goes there and back, again and again. */
  private static final class Course {
    final Direction there = new Direction("there", Stage.LIVE);
    final Direction back = new Direction("back", Stage.SHADOW);
    private final Migration migration;
    private final long gapNanos;
    int refused;

    /** Between two changes the writers have the 16th part of a turn to themselves, twice. */
    Course(Migration migration, double seconds) {
      this.migration = migration;
      this.gapNanos = (long) (seconds * TimeUnit.SECONDS.toNanos(1) / (4 * CHANGES));
    }

    void round(boolean counts) throws InterruptedException {
      for (int n = 0; n < CHANGES; n++) {
        change(there, counts);
        change(back, counts);
      }
    }

    private void change(Direction direction, boolean counts) throws InterruptedException {
      boolean changed = false;
      while (!changed && refused < MOST_REFUSED) {
        TimeUnit.NANOSECONDS.sleep(gapNanos); // what the last one has held up is over
        long begun = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(gapNanos);
        changed = isChanged(direction, new Window(begun, System.nanoTime()), counts);
      }
    }

    private boolean isChanged(Direction direction, Window still, boolean counts) {
      long begun = System.nanoTime();
      MoveReport report;
      try {
        report = migration.moveTo(direction.goal);
      } catch (CrossfadeException e) {
        refused++;
        log.warn("{}", e.getMessage());
        return false;
      }
      if (counts && report.from() != report.to()) {
        direction.add(report, still, new Window(begun, System.nanoTime()));
      }
      return true;
    }
  }

  /** All changes in one direction. */
  private static final class Direction {
    final Stage goal;
    private final String name;
    private final List<Double> pauses = new ArrayList<>();
    private final List<Window> changes = new ArrayList<>();
    private final List<Window> stills = new ArrayList<>();

    Direction(String name, Stage goal) {
      this.name = NAME + name;
      this.goal = goal;
    }

    void add(MoveReport report, Window still, Window change) {
      pauses.add(report.pause().toNanos() / 1e6);
      stills.add(still);
      changes.add(change);
    }

    void show(Writers writers, Figures figures) {
      if (pauses.isEmpty()) {
        throw new IllegalStateException("no move to " + goal.id() + " came about");
      }
      double[] sorted = pauses.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      figures.shown(name + ".p50", percentile(sorted, 0.5), "ms");
      figures.shown(name + ".p90", percentile(sorted, 0.9), "ms");
      figures.atMost(LIMIT_MILLIS, name + ".p99", percentile(sorted, 0.99), "ms");
      figures.shown(name + ".max", percentile(sorted, 1), "ms");
      figures.shown(name + ".changes", Spread.of(sorted.length), "moves");
      showWrites("", writers, changes, figures);
      showWrites(".still", writers, stills, figures);
    }

    private void showWrites(String when, Writers writers, List<Window> windows, Figures figures) {
      double[] longest =
          windows.stream()
              .mapToDouble(window -> writers.millisIn(window).max().orElse(0))
              .sorted()
              .toArray();
      figures.shown(name + ".longest-write.p50" + when, percentile(longest, 0.5), "ms");
      figures.shown(name + ".longest-write.max" + when, percentile(longest, 1), "ms");
      double[] all = windows.stream().flatMapToDouble(writers::millisIn).sorted().toArray();
      if (all.length > 0) {
        figures.shown(name + ".write.p99" + when, percentile(all, 0.99), "ms");
      }
    }

    /** With the lowest and the highest of all. */
    private static Spread percentile(double[] sorted, double share) {
      int last = sorted.length - 1;
      int place = Math.min(last, (int) (sorted.length * share));
      return new Spread(sorted[place], sorted[0], sorted[last]);
    }
  }
}
