package dev.crossfade.examples.torture;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A run without faults at full speed, half of it with PostgreSQL as primary, half with SQLite: what
 * must not grow is measured at each quarter.
 *
 * @param quarters what there was at the end of each quarter
 * @param children how many processes
 * @param seconds how long it took
 */
record Sustained(List<Sample> quarters, int children, double seconds) {
  /** Connections that a child opens when PostgreSQL becomes the secondary. */
  private static final int POOL_OF_CHANGES = 10;

  /** Copies the list. */
  Sustained {
    quarters = List.copyOf(quarters);
  }

  static Sustained run(
      Duration duration, Databases databases, Fleet fleet, Conductor conductor, PrintStream out)
      throws Exception {
    conductor.go("live");
    fleet.work();
    conductor.startCopies();
    List<Sample> quarters = new ArrayList<>();
    long begun = System.nanoTime();
    try {
      for (int quarter = 1; quarter <= 4; quarter++) {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos() / 4);
        quarters.add(Sample.of(databases, fleet));
        out.printf(
            "%4d s: %s%n",
            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun),
            quarters.get(quarter - 1).shownSince(quarters.get(0)));
        if (quarter == 2) {
          conductor.go("shadow");
        }
      }
    } finally {
      conductor.rest();
    }
    return new Sustained(quarters, fleet.size(), (System.nanoTime() - begun) / 1e9);
  }

  /** What has grown beyond its bound, between the two quarters of each half and over all. */
  List<String> growth() {
    List<String> growth = new ArrayList<>();
    for (int[] pair : new int[][] {{0, 1}, {2, 3}, {0, 3}}) {
      Sample before = quarters.get(pair[0]);
      Sample after = quarters.get(pair[1]);
      int pools = pair[1] - pair[0] == 1 ? 0 : POOL_OF_CHANGES * children;
      if (!after.isFlatSince(before, children, pools)) {
        growth.add(
            "it grew from quarter "
                + (pair[0] + 1)
                + " to "
                + (pair[1] + 1)
                + ": "
                + after.shownSince(before));
      }
    }
    return growth;
  }

  /** In a line. */
  String shown(long writes) {
    return String.format(
        Locale.ROOT,
        "sustained: writes %d (%.0f/s); %s",
        writes,
        writes / seconds,
        quarters.get(3).shownSince(quarters.get(0)));
  }
}
