package dev.crossfade.examples.benchmarks;

import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The backfill of the rows of {@link Scores} from SQLite into a typed, partitioned, indexed and
 * foreign-keyed schema, against {@code pgloader} from the same file, and against {@code \copy} of
 * CSV that was made before; each into an empty database with all constraints in force.
 */
final class BackfillRow implements Row {
  private static final double OF_PGLOADER = 0.6;
  private static final double OF_COPY = 1.25;

  /** Whoever wants a round of the other rows gets a fifth of one. */
  private static final int ROUNDS_PER_ROUND = 5;

  private static final List<String> JVM = List.of("-Xmx256m", "-XX:+UseSerialGC");
  private static final double FLAT = 1.5;
  private static final int TIMES = 10;
  private static final int LANES = 2;
  private static final int PATIENCE_MINUTES = 60;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (Folder folder = Folder.create()) {
      ScoreFile file = new ScoreFile(folder.path(), options.backfillRows()).write();
      new Contest(server, file, folder.path()).run(options, figures);
    }
  }

  /** What one run has shown. */
  private record Run(double seconds, double megabytes, double cpuSeconds) {}

  private static final class Contest {
    private final TestPostgres server;
    private final ScoreFile file;
    private final Path directory;
    private final boolean hasPgloader = isThere("pgloader");
    private final boolean hasPsql = isThere("psql");

    Contest(TestPostgres server, ScoreFile file, Path directory) {
      this.server = server;
      this.file = file;
      this.directory = directory;
    }

    void run(Options options, Figures figures) throws Exception {
      List<Double> seconds = new ArrayList<>();
      List<Double> cpu = new ArrayList<>();
      List<Double> indexesLast = new ArrayList<>();
      List<Double> pgloader = new ArrayList<>();
      List<Double> pgloaderLast = new ArrayList<>();
      List<Double> copy = new ArrayList<>();
      for (int i = 0; i < Math.max(1, options.rounds() / ROUNDS_PER_ROUND); i++) {
        Run own = backfill(file, false, false);
        Run last = backfill(file, true, false);
        seconds.add(own.seconds);
        cpu.add(own.cpuSeconds);
        indexesLast.add(last.seconds);
        if (hasPsql) {
          copy.add(own.seconds / copy());
        }
        if (hasPgloader) {
          double peer = pgloader();
          pgloader.add(own.seconds / peer);
          pgloaderLast.add(last.seconds / peer);
        }
      }
      figures.shown("backfill.rows", Spread.of(file.rows()), "rows");
      figures.shown("backfill.time", spread(seconds), "s");
      figures.shown("backfill.cpu", spread(cpu), "s of the process");
      figures.shown("backfill.time.indexes-last", spread(indexesLast), "s");
      if (hasPgloader) {
        figures.shown("backfill.pgloader", spread(pgloader), "x its time");
      }
      compared(pgloaderLast, OF_PGLOADER, "pgloader.indexes-last", figures);
      compared(copy, OF_COPY, "copy", figures);
      double heap = backfill(file, false, true).megabytes;
      ScoreFile few = new ScoreFile(directory, Math.max(10, file.rows() / TIMES)).write();
      double heapOfFew = backfill(few, false, true).megabytes;
      figures.shown("backfill.heap", Spread.of(heap), "MB");
      figures.atMost(FLAT, "backfill.heap.ten-times", Spread.of(heap / heapOfFew), "x");
    }

    private static void compared(List<Double> ratios, double limit, String peer, Figures figures) {
      if (ratios.isEmpty()) {
        figures.notice("backfill." + peer + " is not measured: it is not installed here");
      } else {
        figures.atMost(limit, "backfill." + peer, spread(ratios), "x its time");
      }
    }

    private static Spread spread(List<Double> values) {
      return Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static boolean isThere(String program) {
      return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
          .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    private TestDatabase database() throws SQLException {
      TestDatabase database = server.newDatabase();
      try (Connection connection = database.open();
          Statement statement = connection.createStatement()) {
        for (String each : Scores.postgres()) {
          statement.execute(each);
        }
        statement.execute("checkpoint");
      }
      return database;
    }

    private Run backfill(ScoreFile from, boolean indexesLast, boolean collecting) throws Exception {
      Path sqlite = directory.resolve("source.db");
      Files.deleteIfExists(sqlite);
      Files.copy(from.sqlite(), sqlite);
      try (TestDatabase database = database()) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(
            List.of(
                "-Dbenchmarks.directory=" + directory,
                "-classpath",
                System.getProperty("java.class.path"),
                BackfillProcess.class.getName(),
                sqlite.toString(),
                url(database),
                String.valueOf(LANES),
                String.valueOf(indexesLast),
                String.valueOf(collecting)));
        String[] printed = output(command).strip().split(" ", -1);
        check(database, from);
        return new Run(
            Double.parseDouble(printed[1]),
            Double.parseDouble(printed[2]),
            Double.parseDouble(printed[3]));
      }
    }

    private static String url(TestDatabase database) {
      String url = database.jdbcUrl();
      String user = "user=" + database.user() + "&password=" + database.password();
      return url + (url.contains("?") ? "&" : "?") + user;
    }

    /** In seconds. */
    private double copy() throws Exception {
      try (TestDatabase database = database()) {
        return timed(
            database,
            List.of(
                "psql",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                uri(database, "postgresql"),
                "-c",
                "\\copy tokens from '" + file.csvOfTokens() + "' csv",
                "-c",
                "\\copy token_scores from '" + file.csvOfScores() + "' csv"));
      }
    }

    /** In seconds; table after table, because of the foreign key. */
    private double pgloader() throws Exception {
      try (TestDatabase database = database()) {
        Path commands = directory.resolve("pgloader.load");
        Files.writeString(
            commands,
            pgloader(database, "tokens") + pgloader(database, "token_scores"),
            StandardCharsets.UTF_8);
        return timed(database, List.of("pgloader", "--on-error-stop", commands.toString()));
      }
    }

    private String pgloader(TestDatabase database, String table) {
      return """
          load database from sqlite://%s into %s
            with data only, create no tables, include no drop, create no indexes,
              no foreign keys, reset no sequences
            including only table names like '%s';
          """
          .formatted(file.sqlite(), uri(database, "pgsql"), table);
    }

    private static String uri(TestDatabase database, String scheme) {
      return String.format(
          Locale.ROOT,
          "%s://%s%s@%s:%d/%s",
          scheme,
          database.user(),
          database.password().isEmpty() ? "" : ":" + database.password(),
          database.server().host(),
          database.server().port(),
          database.name());
    }

    private double timed(TestDatabase database, List<String> command) throws Exception {
      long begun = System.nanoTime();
      output(command);
      double seconds = (System.nanoTime() - begun) / 1e9;
      check(database, file);
      return seconds;
    }

    private static void check(TestDatabase database, ScoreFile from) throws SQLException {
      try (Connection connection = database.open();
          Statement statement = connection.createStatement();
          var rows =
              statement.executeQuery(
                  "select (select count(*) from tokens) + (select count(*) from token_scores)")) {
        rows.next();
        if (rows.getInt(1) != from.rows()) {
          throw new IllegalStateException(
              rows.getInt(1) + " rows came of " + from.rows() + "; nothing was measured");
        }
      }
    }

    private String output(List<String> command) throws Exception {
      Path printed = Files.createTempFile(directory, "printed", ".txt");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(printed.toFile())
              .start();
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException(command.get(0) + " did not end");
      }
      String text = Files.readString(printed);
      if (process.exitValue() != 0) {
        throw new IllegalStateException(command.get(0) + " failed: " + text);
      }
      return text;
    }
  }
}
