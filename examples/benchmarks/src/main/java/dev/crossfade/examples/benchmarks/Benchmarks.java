package dev.crossfade.examples.benchmarks;

import dev.crossfade.junit.RestartablePostgres;
import dev.crossfade.junit.TestPostgres;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Measures what the library costs against the bare thing: {@code ./mvnw -q -Pbenchmarks}. Prints a
 * table and writes {@code figures.json}. Exit status 0 if all could be measured, whatever came out:
 * a busy machine is no failure.
 */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs them, as {@code -Dbenchmarks.…} say. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    int status;
    try (RestartablePostgres server = TestPostgres.start()) {
      Options options = Options.given();
      Figures figures = run(options, server, out);
      out.println("written to " + figures.write(options.directory()));
      status = 0;
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      status = 2;
    } catch (Exception e) {
      e.printStackTrace();
      status = 2;
    }
    System.exit(status);
  }

  static Figures run(Options options, TestPostgres server, PrintStream out) throws Exception {
    long begun = System.nanoTime();
    out.printf(
        "Medians of %d interleaved rounds of %s s; embedded PostgreSQL with fsync and"
            + " synchronous_commit on, SQLite in WAL mode with synchronous = full; %d processors%n%n",
        options.rounds(), options.seconds(), Runtime.getRuntime().availableProcessors());
    Figures figures = new Figures(out);
    for (Map.Entry<String, Row> row : Row.ALL.entrySet()) {
      if (options.wants(row.getKey())) {
        row.getValue().measure(options, server, figures);
      }
    }
    out.printf("%n%d s in all; ", (System.nanoTime() - begun) / 1_000_000_000);
    return figures;
  }
}
