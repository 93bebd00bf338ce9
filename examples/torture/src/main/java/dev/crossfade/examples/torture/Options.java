package dev.crossfade.examples.torture;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What can be chosen.
 *
 * @param duration how long faults and work go on
 * @param seed of the faults and the workers' dice; how threads interleave is the machine's
 * @param faults whether there are any
 * @param randomMoves whether, with faults, steps are made up and down at random; else the primary
 *     goes there and back
 * @param keep whether the folder stays after a clean run, too
 * @param folder where the run makes its own folder
 * @param children how many processes
 * @param legacy the store to come from
 * @param mongodb URL of a MongoDB server, without a database; empty for one in this process
 * @param wrapper class name of a {@link dev.crossfade.examples.torture.app.StoreWrapper} for the
 *     children; empty for none
 */
record Options(
    Duration duration,
    long seed,
    boolean faults,
    boolean randomMoves,
    boolean keep,
    Path folder,
    int children,
    Legacy.Kind legacy,
    String mongodb,
    String wrapper) {
  static final int CHILDREN = 4;

  Options {
    check(!duration.isNegative() && !duration.isZero(), "minutes must be more than 0");
    check(duration.toHours() < 48, "minutes must be less than 2880");
    check(
        mongodb.isEmpty() || legacy == Legacy.Kind.MONGODB,
        "mongodb names a server: say -Dlegacy=mongodb, too");
  }

  /** From the system properties. */
  static Options given() {
    String faults = System.getProperty("torture.faults", "all");
    check(faults.equals("all") || faults.equals("none"), "faults must be all or none");
    String moves = System.getProperty("torture.moves", "random");
    check(moves.equals("random") || moves.equals("none"), "moves must be random or none");
    return new Options(
        Duration.ofMillis((long) (number("minutes", 2) * 60_000)),
        chosenSeed(),
        faults.equals("all"),
        moves.equals("random"),
        Boolean.getBoolean("torture.keep"),
        Path.of(System.getProperty("torture.folder", System.getProperty("java.io.tmpdir"))),
        CHILDREN,
        legacyKind(),
        System.getProperty("torture.mongodb", ""),
        "");
  }

  private static Legacy.Kind legacyKind() {
    String given = System.getProperty("torture.legacy", "sqlite");
    return switch (given) {
      case "sqlite" -> Legacy.Kind.SQLITE;
      case "mongodb" -> Legacy.Kind.MONGODB;
      default ->
          throw new IllegalArgumentException(
              "torture.legacy must be sqlite or mongodb, not '" + given + "'");
    };
  }

  private static long chosenSeed() {
    String text = System.getProperty("torture.seed", "");
    try {
      return text.isBlank() ? System.currentTimeMillis() % 1_000_000 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("torture.seed must be a number, not '" + text + "'", e);
    }
  }

  private static double number(String name, double otherwise) {
    String text = System.getProperty("torture." + name, "");
    try {
      return text.isBlank() ? otherwise : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "torture." + name + " must be a number, not '" + text + "'", e);
    }
  }

  private static void check(boolean legal, String problem) {
    if (!legal) {
      throw new IllegalArgumentException("torture." + problem);
    }
  }
}
