package dev.crossfade.examples.quickstart;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Locale;

/**
 * Carries a token monitor from SQLite or MongoDB to PostgreSQL and back while it serves, and proves
 * that nothing was lost: {@code ./mvnw -q -Pquickstart}. Exit status 1 if anything was, 2 if it
 * could not be tried.
 */
public final class Quickstart {
  private Quickstart() {}

  /** Runs it, as {@code -Dquickstart.…} say. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    int status;
    try {
      status = run(Options.given(), out);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      status = 2;
    } catch (Exception e) {
      e.printStackTrace();
      status = 2;
    }
    System.exit(status);
  }

  static int run(Options options, PrintStream out) throws SQLException, InterruptedException {
    long begun = System.nanoTime();
    WriteLog log = new WriteLog();
    try (Databases databases = Databases.open(options)) {
      databases.legacy().fill(options, log);
      String notice = databases.legacy().notice();
      if (notice != null) {
        out.println(notice);
      }
      out.printf(
          "A token monitor with %d tokens and %d scores (seed %d) crosses from %s to PostgreSQL (%s)"
              + " while %d writers and as many readers work.%n%n",
          options.tokens(),
          options.rows(),
          options.seed(),
          options.legacy().shown(),
          databases.shownPostgres(),
          options.users());
      try (Journey journey = new Journey(options, databases, log, out)) {
        journey.travel();
        Verdict verdict = journey.arrive();
        out.printf(
            Locale.ROOT,
            "%.0f s in all; both stores read from scratch, and the writers' own log:%n",
            (System.nanoTime() - begun) / 1e9);
        verdict.print(out);
        return verdict.isGood() ? 0 : 1;
      } finally {
        databases.kept().forEach(out::println);
      }
    }
  }
}
