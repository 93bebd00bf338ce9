package dev.crossfade.examples.benchmarks;

import dev.crossfade.Crossfade;
import dev.crossfade.GateSettings;
import dev.crossfade.Migration;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerifyOptions;
import dev.crossfade.junit.TestPostgres;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A verification of 847,000 {@link Score}s, against dumping them from either store with its own
 * tool: {@code sqlite3 -csv} and {@code psql}'s {@code \copy to}. Where a tool is not installed it
 * is told, and only what remains is measured.
 */
final class Verifying implements Row {
  private static final String NAME = "verification.";
  private static final double LIMIT = 2.5;
  private static final int ROWS = 847_000;

  /** Of a table that takes some time; with fewer, as in tests, so many of those. */
  private static final int LARGE = 10_000;

  private static final Logger log = LoggerFactory.getLogger(Verifying.class);

  /** What takes a time. */
  private interface Work {
    void run() throws Exception;
  }

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    int rows = options.rows() < LARGE ? options.rows() : ROWS;
    try (ScoreDatabases databases = ScoreDatabases.create(server, rows);
        Crossfade crossfade = crossfade(databases)) {
      Migration migration = crossfade.migration("scores");
      migration.moveTo(Stage.DUAL_WRITE);
      Times times = new Times(databases, migration, rows);
      times.round(false);
      for (int round = 0; round < options.rounds(); round++) {
        times.round(true);
      }
      times.show(figures);
    }
  }

  private static Crossfade crossfade(ScoreDatabases databases) {
    return Crossfade.builder()
        .legacy(SqliteStore.open(databases.file()))
        .target(
            PostgresStore.at(databases.postgres().jdbcUrl())
                .credentials(databases.postgres().user(), databases.postgres().password())
                .open())
        .migration(
            "scores", m -> m.entity(Score.ENTITY, Score.OnSqlite::new, Score.OnPostgres::new))
        .settings(Settings.builder().gates(any -> GateSettings.least()).build())
        .build();
  }

  /** Seconds of all rounds; those of a tool that is missing stay empty. */
  private static final class Times {
    private final ScoreDatabases databases;
    private final Migration migration;
    private final int rows;
    private final boolean sqlite3;
    private final boolean psql;
    private final List<Double> full = new ArrayList<>();
    private final List<Double> quick = new ArrayList<>();
    private final List<Double> sqliteDump = new ArrayList<>();
    private final List<Double> postgresDump = new ArrayList<>();

    Times(ScoreDatabases databases, Migration migration, int rows) {
      this.databases = databases;
      this.migration = migration;
      this.rows = rows;
      this.sqlite3 = isInstalled("sqlite3");
      this.psql = isInstalled("psql");
    }

    void round(boolean counts) throws Exception {
      if (sqlite3) {
        time(counts, sqliteDump, this::dumpSqlite);
      }
      if (psql) {
        time(counts, postgresDump, this::dumpPostgres);
      }
      time(counts, full, () -> verify(VerifyOptions.full()));
      time(counts, quick, () -> verify(VerifyOptions.quick()));
    }

    private static void time(boolean counts, List<Double> times, Work work) throws Exception {
      long begun = System.nanoTime();
      work.run();
      if (counts) {
        times.add((System.nanoTime() - begun) / 1e9);
      }
    }

    private void verify(VerifyOptions options) {
      VerificationReport report = migration.verify(options.fromTheBeginning());
      if (!report.isClean() || report.totalRows() != rows) {
        throw new IllegalStateException("the stores are not the same: " + report);
      }
    }

    private void dumpSqlite() throws Exception {
      run(Map.of(), "sqlite3", "-csv", databases.file().toString(), "select * from token_scores");
    }

    private void dumpPostgres() throws Exception {
      run(
          Map.of("PGPASSWORD", databases.postgres().password()),
          "psql",
          "-X",
          "-q",
          "-h",
          databases.postgres().server().host(),
          "-p",
          Integer.toString(databases.postgres().server().port()),
          "-U",
          databases.postgres().user(),
          "-d",
          databases.postgres().name(),
          "-c",
          "\\copy (select * from token_scores) to stdout csv");
    }

    void show(Figures figures) {
      if (sqlite3 && psql) {
        List<Double> slower = new ArrayList<>();
        for (int round = 0; round < full.size(); round++) {
          slower.add(Math.max(sqliteDump.get(round), postgresDump.get(round)));
        }
        figures.atMost(LIMIT, NAME + "full", ratio(full, slower), "x dump");
        figures.shown(NAME + "quick", ratio(quick, slower), "x dump");
      }
      shown(figures, "full.time", full);
      shown(figures, "quick.time", quick);
      shown(figures, "sqlite3-csv", sqliteDump);
      shown(figures, "psql-copy", postgresDump);
    }

    private static void shown(Figures figures, String name, List<Double> seconds) {
      if (!seconds.isEmpty()) {
        figures.shown(NAME + name, spread(seconds), "s");
      }
    }

    private static Spread ratio(List<Double> own, List<Double> bare) {
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < own.size(); round++) {
        ratios.add(own.get(round) / bare.get(round));
      }
      return spread(ratios);
    }

    private static Spread spread(List<Double> values) {
      return Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  private static boolean isInstalled(String tool) {
    try {
      run(Map.of(), tool, "--version");
      return true;
    } catch (Exception e) {
      log.warn("{} is not installed: nothing is compared with it", tool);
      System.out.println("(" + tool + " is not installed: nothing is compared with it)");
      return false;
    }
  }

  private static void run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    int status = builder.start().waitFor();
    if (status != 0) {
      throw new IOException(command[0] + " ended with status " + status);
    }
  }
}
