package dev.crossfade.examples.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured: printed as a table as it comes, and written as JSON in the end. */
final class Figures {
  private static final String LINE = "%-46s %10s %-9s %-9s %-4s %s%n";

  /**
   * One of them.
   *
   * @param limit what it is held to; NaN if it is for comparison only
   * @param atMost whether the limit is the highest value allowed, or the lowest
   */
  record Figure(String name, Spread spread, String unit, double limit, boolean atMost) {
    /** Whether it is within its limit, if it has one. */
    boolean isOk() {
      return Double.isNaN(limit) || (atMost ? value() <= limit : value() >= limit);
    }

    double value() {
      return spread.median();
    }

    private String shownLimit() {
      return Double.isNaN(limit) ? "" : (atMost ? "<= " : ">= ") + number(limit);
    }

    private String shownOk() {
      return Double.isNaN(limit) ? "" : isOk() ? "yes" : "NO";
    }

    private String json() {
      return String.format(
          Locale.ROOT,
          "  {\"name\": \"%s\", \"value\": %.4f, \"unit\": \"%s\", \"limit\": %s, \"ok\": %b}",
          name,
          value(),
          unit,
          Double.isNaN(limit) ? "null" : number(limit),
          isOk());
    }
  }

  private final PrintStream out;
  private final List<Figure> all = new ArrayList<>();

  Figures(PrintStream out) {
    this.out = out;
    out.printf(LINE, "figure", "median", "unit", "limit", "ok", "lowest … highest round");
  }

  void atMost(double limit, String name, Spread spread, String unit) {
    add(new Figure(name, spread, unit, limit, true));
  }

  void atLeast(double limit, String name, Spread spread, String unit) {
    add(new Figure(name, spread, unit, limit, false));
  }

  /** For comparison: nothing it is held to. */
  void shown(String name, Spread spread, String unit) {
    add(new Figure(name, spread, unit, Double.NaN, true));
  }

  /** Why there is no figure. */
  void notice(String what) {
    out.println(what);
  }

  private void add(Figure figure) {
    all.add(figure);
    out.printf(
        LINE,
        figure.name,
        number(figure.value()),
        figure.unit,
        figure.shownLimit(),
        figure.shownOk(),
        number(figure.spread.low()) + " … " + number(figure.spread.high()));
  }

  List<Figure> all() {
    return List.copyOf(all);
  }

  /** Writes {@code figures.json}. */
  Path write(Path directory) throws IOException {
    Files.createDirectories(directory);
    String rows = String.join(",\n", all.stream().map(Figure::json).toList());
    return Files.writeString(directory.resolve("figures.json"), "[\n" + rows + "\n]\n");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%.0f", value);
  }
}
