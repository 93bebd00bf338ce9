package dev.crossfade.examples.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * What can be chosen with {@code -Dbenchmarks.…}.
 *
 * @param only the rows to measure; empty for all
 * @param rounds how often each contender of a row has its turn
 * @param seconds how long a turn takes
 * @param rows how many rows the table has
 * @param backfillRows how many rows are backfilled
 * @param documents how many documents of MongoDB are backfilled
 * @param directory where {@code figures.json} goes
 * @param forked whether JMH measures in JVMs of its own, as it should
 */
record Options(
    Set<String> only,
    int rounds,
    double seconds,
    int rows,
    int backfillRows,
    int documents,
    Path directory,
    boolean forked) {
  private static final int ROWS = 20_000;
  private static final int BACKFILL_ROWS = 852_000;
  private static final int DOCUMENTS = 500_000;

  Options {
    check(rounds >= 1 && rounds <= 101, "rounds must be from 1 to 101, not " + rounds);
    check(seconds >= 0.01 && seconds <= 600, "seconds must be from 0.01 to 600, not " + seconds);
    check(
        backfillRows >= 100 && backfillRows <= 100_000_000,
        "backfillRows must be from 100 to 100,000,000, not " + backfillRows);
    check(
        documents >= 100 && documents <= 100_000_000,
        "documents must be from 100 to 100,000,000, not " + documents);
    for (String name : only) {
      check(Row.NAMES.contains(name), "only names '" + name + "'; the rows are " + Row.NAMES);
    }
  }

  /** From the system properties. */
  static Options given() {
    String only = System.getProperty("benchmarks.only", "");
    return new Options(
        new TreeSet<>(
            Arrays.stream(only.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList()),
        number("rounds", 5).intValue(),
        number("seconds", 1.5).doubleValue(),
        ROWS,
        number("backfillRows", BACKFILL_ROWS).intValue(),
        number("documents", DOCUMENTS).intValue(),
        Path.of(System.getProperty("benchmarks.directory", "target")),
        true);
  }

  boolean wants(String row) {
    return only.isEmpty() || only.contains(row);
  }

  private static Number number(String name, double otherwise) {
    String text = System.getProperty("benchmarks." + name, "");
    try {
      return text.isBlank() ? otherwise : Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "benchmarks." + name + " must be a number, not '" + text + "'", e);
    }
  }

  private static void check(boolean legal, String problem) {
    if (!legal) {
      throw new IllegalArgumentException("benchmarks." + problem);
    }
  }
}
