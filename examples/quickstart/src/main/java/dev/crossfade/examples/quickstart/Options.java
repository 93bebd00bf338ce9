package dev.crossfade.examples.quickstart;

import dev.crossfade.Stage;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What can be chosen with {@code -Dquickstart.…}.
 *
 * @param rows scores in the SQLite file at the beginning; one token for every twenty
 * @param seconds how long each stage is lived in
 * @param users how many write the whole time; as many read
 * @param sqlite the SQLite file to create and keep; null for one that goes with the run
 * @param postgres JDBC URL of an empty database to use and keep, with user and password; null for
 *     an embedded server that goes with the run
 * @param until the stage to stop in
 * @param seed of the data and the load
 */
record Options(
    int rows,
    double seconds,
    int users,
    @Nullable Path sqlite,
    @Nullable String postgres,
    Stage until,
    long seed) {

  private static final int SCORES_PER_TOKEN = 20;

  Options {
    check(rows >= 1_000 && rows <= 5_000_000, "rows must be from 1000 to 5000000, not " + rows);
    check(seconds >= 0.1 && seconds <= 3_600, "seconds must be from 0.1 to 3600, not " + seconds);
    check(users >= 1 && users <= 100, "users must be from 1 to 100, not " + users);
  }

  /** From the system properties. */
  static Options given() {
    String sqlite = System.getProperty("quickstart.sqlite", "");
    String postgres = System.getProperty("quickstart.postgres", "");
    return new Options(
        number("rows", 100_000).intValue(),
        number("seconds", 2.5).doubleValue(),
        number("users", 8).intValue(),
        sqlite.isBlank() ? null : Path.of(sqlite),
        postgres.isBlank() ? null : postgres,
        Stage.ofId(System.getProperty("quickstart.until", "complete")),
        number("seed", 42).longValue());
  }

  int tokens() {
    return rows / SCORES_PER_TOKEN;
  }

  Duration dwell() {
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  private static Number number(String name, double otherwise) {
    String text = System.getProperty("quickstart." + name, "");
    try {
      return text.isBlank() ? otherwise : Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "quickstart." + name + " must be a number, not '" + text + "'", e);
    }
  }

  private static void check(boolean legal, String problem) {
    if (!legal) {
      throw new IllegalArgumentException("quickstart." + problem);
    }
  }
}
