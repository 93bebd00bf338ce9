package dev.crossfade.examples.benchmarks;

import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A SQLite file and a PostgreSQL database with the same {@link Score}s, written as programs write
 * them that know nothing of each other: other white space and another order in the JSON, REAL here
 * and NUMERIC there, text here and timestamptz there. They go with {@link #close}.
 */
final class ScoreDatabases implements AutoCloseable {
  private static final long SEED = 20260110;
  private static final YearMonth FIRST = YearMonth.of(2025, 1);
  private static final int MONTHS = 10;
  private static final int SECONDS_APART = 30;
  private static final int BATCH = 1_000;

  private final TestDatabase postgres;
  private final Path directory;

  private ScoreDatabases(TestDatabase postgres, Path directory) {
    this.postgres = postgres;
    this.directory = directory;
  }

  /** New ones, with so many rows, at most 850,000. */
  static ScoreDatabases create(TestPostgres server, int rows) throws Exception {
    ScoreDatabases databases =
        new ScoreDatabases(server.newDatabase(), Files.createTempDirectory("crossfade-scores-"));
    databases.fillSqlite(rows);
    databases.fillPostgres(rows);
    return databases;
  }

  Path file() {
    return directory.resolve("scores.db");
  }

  TestDatabase postgres() {
    return postgres;
  }

  /** The values of a row; the same for the same generator's state. */
  private record Values(
      long id, int token, double score, double volume, int count, double part, LocalDateTime at) {
    static Values next(long id, Random random) {
      return new Values(
          id,
          random.nextInt(2_000) + 1,
          random.nextInt(1_000_000) / 10_000.0,
          random.nextInt(100_000_000) / 100.0,
          random.nextInt(5_000),
          random.nextInt(10_000) / 10_000.0,
          LocalDateTime.ofEpochSecond(
              FIRST.atDay(1).atStartOfDay().toEpochSecond(ZoneOffset.UTC) + id * SECONDS_APART,
              0,
              ZoneOffset.UTC));
    }

    double smoothed() {
      return Math.round(score * 9_700) / 10_000.0;
    }

    String metrics() {
      return "{\"volume_24h\": " + volume + ", \"tx\": " + count + "}";
    }

    String components() {
      return "{\"tx_accel\":" + part + ",\"vol\":" + score + "}";
    }

    String spam() {
      return "{\"spam\":" + part + ",\"ok\":true}";
    }

    String time() {
      return at.toString().replace('T', ' ') + (at.getSecond() == 0 ? ":00" : "");
    }
  }

  private void fillSqlite(int rows) throws SQLException {
    Random random = new Random(SEED);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("pragma journal_mode = wal");
      statement.execute("pragma synchronous = off");
      statement.execute(
          """
          create table token_scores (
            id integer primary key, token_id integer not null, score real not null,
            smoothed_score real not null, metrics text not null, raw_components text not null,
            smoothed_components text not null, spam_metrics text not null,
            scoring_model text not null default 'hybrid_momentum', created_at text not null
          )
          """);
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into token_scores values (?, ?, ?, ?, ?, ?, ?, ?, 'hybrid_momentum', ?)")) {
        for (long id = 1; id <= rows; id++) {
          Values values = Values.next(id, random);
          insert.setLong(1, id);
          insert.setInt(2, values.token);
          insert.setDouble(3, values.score);
          insert.setDouble(4, values.smoothed());
          insert.setString(5, values.metrics());
          insert.setString(6, values.components());
          insert.setString(7, values.components());
          insert.setString(8, values.spam());
          insert.setString(9, values.time());
          insert.addBatch();
          if (id % BATCH == 0 || id == rows) {
            insert.executeBatch();
          }
        }
      }
      connection.commit();
    }
  }

  private void fillPostgres(int rows) throws Exception {
    try (Connection connection = postgres.open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          create table token_scores (
            id bigint not null, token_id bigint not null, score numeric(10, 4) not null,
            smoothed_score numeric(10, 4) not null, metrics jsonb not null,
            raw_components jsonb not null, smoothed_components jsonb not null,
            spam_metrics jsonb not null, scoring_model text not null, created_at timestamptz not null,
            primary key (id, created_at)
          ) partition by range (created_at)
          """);
      for (int month = 0; month < MONTHS; month++) {
        YearMonth from = FIRST.plusMonths(month);
        statement.execute(
            String.format(
                Locale.ROOT,
                "create table token_scores_%1$tY_%1$tm partition of token_scores for values from"
                    + " ('%1$tF 00:00+00') to ('%2$tF 00:00+00')",
                from.atDay(1),
                from.plusMonths(1).atDay(1)));
      }
      copy(connection, rows);
      statement.execute("create index on token_scores (token_id, created_at desc)");
      statement.execute("vacuum (analyze) token_scores");
    }
  }

  private void copy(Connection connection, int rows) throws SQLException {
    Random random = new Random(SEED);
    CopyIn copy =
        connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy token_scores from stdin");
    StringBuilder lines = new StringBuilder();
    for (long id = 1; id <= rows; id++) {
      Values values = Values.next(id, random);
      lines.append(id).append('\t').append(values.token).append('\t').append(values.score);
      lines.append('\t').append(values.smoothed()).append('\t').append(values.metrics());
      lines.append('\t').append(values.components()).append('\t').append(values.components());
      lines.append('\t').append(values.spam()).append("\thybrid_momentum\t");
      lines.append(values.time()).append("+00\n");
      if (id % BATCH == 0 || id == rows) {
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        lines.setLength(0);
      }
    }
    copy.endCopy();
  }

  @Override
  public void close() {
    postgres.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
