package dev.crossfade.examples.quickstart;

import dev.crossfade.Stage;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What can be chosen with {@code -Dquickstart.…}.
 *
 * @param rows scores in the legacy store at the beginning; one token for every twenty
 * @param seconds how long each stage is lived in
 * @param users how many write the whole time; as many read
 * @param legacy the store to come from
 * @param sqlite the SQLite file to create and keep; null for one that goes with the run
 * @param mongodb URL of an empty MongoDB database to use and keep; null for a server in this
 *     process
 * @param postgres JDBC URL of an empty database to use and keep, with user and password; null for
 *     an embedded server that goes with the run
 * @param until the stage to stop in
 * @param seed of the data and the load
 */
record Options(
    int rows,
    double seconds,
    int users,
    Legacy.Kind legacy,
    @Nullable Path sqlite,
    @Nullable String mongodb,
    @Nullable String postgres,
    Stage until,
    long seed) {

  private static final int SCORES_PER_TOKEN = 20;
  private static final int ROWS = 100_000;
  private static final int USERS = 8;

  /** For a server that looks at every document for every query; half as many users, too. */
  private static final int ROWS_WITHOUT_INDEX = 2_000;

  Options {
    check(rows >= 1_000 && rows <= 5_000_000, "rows must be from 1000 to 5000000, not " + rows);
    check(seconds >= 0.1 && seconds <= 3_600, "seconds must be from 0.1 to 3600, not " + seconds);
    check(
        sqlite == null || legacy == Legacy.Kind.SQLITE,
        "sqlite names a file, and quickstart.legacy another store; give one of them");
    check(
        mongodb == null || legacy == Legacy.Kind.MONGODB,
        "mongodb names a database: say -Dquickstart.legacy=mongodb, too");
    check(users >= 1 && users <= 100, "users must be from 1 to 100, not " + users);
  }

  /** From the system properties. */
  static Options given() {
    Legacy.Kind legacy = legacyKind();
    String sqlite = text("sqlite");
    String mongodb = text("mongodb");
    boolean hasIndexes = legacy != Legacy.Kind.MONGODB || mongodb != null;
    return new Options(
        number("rows", hasIndexes ? ROWS : ROWS_WITHOUT_INDEX).intValue(),
        number("seconds", 2.5).doubleValue(),
        number("users", hasIndexes ? USERS : USERS / 2).intValue(),
        legacy,
        sqlite == null ? null : Path.of(sqlite),
        mongodb,
        text("postgres"),
        Stage.ofId(System.getProperty("quickstart.until", "complete")),
        number("seed", 42).longValue());
  }

  private static Legacy.Kind legacyKind() {
    String given = System.getProperty("quickstart.legacy", "sqlite");
    return switch (given) {
      case "sqlite" -> Legacy.Kind.SQLITE;
      case "mongodb" -> Legacy.Kind.MONGODB;
      default ->
          throw new IllegalArgumentException(
              "quickstart.legacy must be sqlite or mongodb, not '" + given + "'");
    };
  }

  private static @Nullable String text(String name) {
    String text = System.getProperty("quickstart." + name, "");
    return text.isBlank() ? null : text;
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
