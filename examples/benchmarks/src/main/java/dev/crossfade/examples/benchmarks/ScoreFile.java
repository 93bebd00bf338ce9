package dev.crossfade.examples.benchmarks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows of {@link Scores} in a SQLite file, and the same rows as CSV, ready for {@code \copy}:
 * always the same for a number of rows.
 */
final class ScoreFile {
  private static final int TOKENS = 5_000;
  private static final Instant FROM = Instant.parse("2025-01-01T00:00:00Z");
  private static final long SECONDS = 180L * 24 * 60 * 60;
  private static final long SEED = 7;

  private final Path directory;
  private final int scores;
  private final int tokens;

  ScoreFile(Path directory, int rows) {
    this.directory = directory;
    this.tokens = Math.min(TOKENS, Math.max(1, rows / 10));
    this.scores = rows - tokens;
  }

  int rows() {
    return tokens + scores;
  }

  Path sqlite() {
    return directory.resolve("scores-" + rows() + ".db");
  }

  Path csvOfTokens() {
    return directory.resolve("tokens-" + rows() + ".csv");
  }

  Path csvOfScores() {
    return directory.resolve("token_scores-" + rows() + ".csv");
  }

  ScoreFile write() throws SQLException, IOException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + sqlite());
        Statement statement = connection.createStatement();
        BufferedWriter tokenLines = Files.newBufferedWriter(csvOfTokens());
        BufferedWriter scoreLines = Files.newBufferedWriter(csvOfScores())) {
      statement.execute("pragma journal_mode = wal");
      for (String each : Scores.SQLITE) {
        statement.execute(each);
      }
      connection.setAutoCommit(false);
      Random random = new Random(SEED);
      write(connection, "tokens", 9, tokens, i -> token(i, random), tokenLines);
      write(connection, "token_scores", 10, scores, i -> score(i, random), scoreLines);
      connection.commit();
    }
    return this;
  }

  private interface Maker {
    Object[] row(int number);
  }

  private static void write(
      Connection connection, String table, int columns, int rows, Maker maker, BufferedWriter lines)
      throws SQLException, IOException {
    String places = Stream.generate(() -> "?").limit(columns).collect(Collectors.joining(", "));
    try (PreparedStatement insert =
        connection.prepareStatement("insert into " + table + " values (" + places + ")")) {
      for (int i = 1; i <= rows; i++) {
        Object[] row = maker.row(i);
        for (int column = 0; column < columns; column++) {
          insert.setObject(column + 1, row[column]);
        }
        insert.addBatch();
        if (i % 1_000 == 0 || i == rows) {
          insert.executeBatch();
        }
        lines.write(
            Stream.of(row)
                .map(value -> value instanceof String text ? quoted(text) : value.toString())
                .collect(Collectors.joining(",", "", "\n")));
      }
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  private static Object[] token(int id, Random random) {
    return new Object[] {
      id,
      String.format(Locale.ROOT, "mint%040d", id * 7_919L),
      "Token " + id,
      "T" + id,
      id % 3 == 0 ? "active" : id % 3 == 1 ? "monitoring" : "archived",
      random.nextInt(1_000_000_000) / 100.0,
      "raydium",
      FROM.minusSeconds(id * 60L).toString(),
      FROM.plusSeconds(id * 60L).toString()
    };
  }

  private Object[] score(int id, Random random) {
    return new Object[] {
      id,
      1 + random.nextInt(tokens),
      random.nextInt(10_000) / 10_000.0,
      random.nextInt(10_000) / 10_000.0,
      String.format(
          Locale.ROOT,
          "{\"tx\": %d, \"holders\": %d, \"volume\": %d.%02d}",
          random.nextInt(500),
          random.nextInt(5_000),
          random.nextInt(9_000),
          random.nextInt(100)),
      components(random),
      components(random),
      String.format(Locale.ROOT, "{\"spam\": %.2f}", random.nextDouble()),
      "hybrid_momentum",
      FROM.plusSeconds(SECONDS * id / scores).toString()
    };
  }

  private static String components(Random random) {
    return String.format(
        Locale.ROOT,
        "{\"momentum\": %.3f, \"holders\": %.3f}",
        random.nextDouble(),
        random.nextDouble());
  }
}
