package dev.crossfade.examples.quickstart;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints a line when a stage is over, and all of them as a table at the end. */
final class Board {
  private static final String HEAD = "%-11s %-46s %7s %8s %8s %8s %8s %10s%n";
  private static final String LINE = "%-11s %-46s %7.1f %8.0f %8.0f %8.1f %8d %10d%n";
  private static final String TABLE_HEAD = "%-11s %-46s %8s %8s %8s %8s %9s %7s%n";
  private static final String TABLE_LINE = "%-11s %-46s %8.1f %8.1f %8.1f %8.1f %9s %7d%n";

  private final PrintStream out;
  private final List<Entry> entries = new ArrayList<>();

  Board(PrintStream out) {
    this.out = out;
  }

  private record Entry(
      String stage, String what, Meter.Interval interval, @Nullable Duration pause) {}

  void head() {
    print(
        HEAD,
        "stage",
        "what happens",
        "seconds",
        "writes/s",
        "reads/s",
        "p99 ms",
        "journal",
        "mismatches");
  }

  void line(
      String stage,
      String what,
      Meter.Interval interval,
      @Nullable Duration pause,
      long journal,
      long mismatches) {
    entries.add(new Entry(stage, what, interval, pause));
    print(
        LINE,
        stage,
        what,
        interval.seconds(),
        interval.writesPerSecond(),
        interval.readsPerSecond(),
        interval.writeMillis(0.99),
        journal,
        mismatches);
  }

  /** What did not fit into the lines: latencies, pauses as the library measured them, failures. */
  void table() {
    out.println();
    print(
        TABLE_HEAD,
        "stage",
        "writes as their callers saw them",
        "p50 ms",
        "p90 ms",
        "p99 ms",
        "max ms",
        "pause ms",
        "failed");
    for (Entry entry : entries) {
      print(
          TABLE_LINE,
          entry.stage(),
          entry.what(),
          entry.interval().writeMillis(0.5),
          entry.interval().writeMillis(0.9),
          entry.interval().writeMillis(0.99),
          entry.interval().writeMillis(1),
          entry.pause() == null ? "" : String.valueOf(entry.pause().toMillis()),
          entry.interval().failures());
    }
    out.println();
  }

  void say(String format, Object... arguments) {
    print(format + "%n", arguments);
  }

  private void print(String format, Object... arguments) {
    out.print(String.format(Locale.ROOT, format, arguments));
    out.flush();
  }
}
