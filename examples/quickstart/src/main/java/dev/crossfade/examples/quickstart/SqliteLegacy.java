package dev.crossfade.examples.quickstart;

import dev.crossfade.CrossfadeListener;
import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.TokenMonitor;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The SQLite file. Written and checked with nothing but JDBC. One that was not given goes with
 * {@link #close}, also when the run is interrupted.
 */
final class SqliteLegacy implements Legacy {
  /** Text that sorts by its moment. */
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final int BATCH = 1_000;

  private final Path file;
  private final @Nullable Path temporary;
  private final Thread atExit = new Thread(this::deleteTemporary, "quickstart-exit");

  private SqliteLegacy(Path file, @Nullable Path temporary) {
    this.file = file;
    this.temporary = temporary;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * A new file.
   *
   * @throws IllegalArgumentException if the given one exists
   */
  static SqliteLegacy open(@Nullable Path given) {
    if (given == null) {
      Path folder = temporaryDirectory();
      return new SqliteLegacy(folder.resolve("tokens.db"), folder);
    }
    Path file = given.toAbsolutePath();
    if (Files.exists(file)) {
      throw new IllegalArgumentException(
          "quickstart.sqlite names a file that exists, " + file + "; delete it or name another");
    }
    return new SqliteLegacy(file, null);
  }

  @Override
  public Kind kind() {
    return Kind.SQLITE;
  }

  @Override
  public void fill(Options options, WriteLog log) throws SQLException {
    try (Connection connection = connect()) {
      schema(connection);
      connection.setAutoCommit(false);
      try (Tables tables = new Tables(connection)) {
        Beginning.tell(options, log, tables);
      }
      connection.commit();
    }
  }

  @Override
  public TokenMonitor application(String postgresUrl, CrossfadeListener listener) {
    return TokenMonitor.open(file, postgresUrl, listener);
  }

  @Override
  public Contents contents() throws SQLException {
    return new SqlContents(connect());
  }

  /** A connection beside the library. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  @Override
  public @Nullable String notice() {
    return null;
  }

  @Override
  public @Nullable String kept() {
    return temporary == null ? "SQLite: " + file : null;
  }

  @Override
  public void close() {
    deleteTemporary();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // the JVM is ending
    }
  }

  private static void schema(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        InputStream script = SqliteLegacy.class.getResourceAsStream("/db/legacy/schema.sql")) {
      if (script == null) {
        throw new IllegalStateException("/db/legacy/schema.sql is not on the class path");
      }
      statement.executeUpdate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("crossfade-quickstart-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void deleteTemporary() {
    if (temporary == null || !Files.exists(temporary)) {
      return;
    }
    try (Stream<Path> files = Files.walk(temporary)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + temporary, e);
    }
  }

  /** Its three tables, as they are written. */
  private static final class Tables implements Beginning.Scribe, AutoCloseable {
    private final Rows tokens;
    private final Rows scores;
    private final Rows settings;

    Tables(Connection connection) throws SQLException {
      tokens = new Rows(connection, "tokens", 9);
      scores = new Rows(connection, "token_scores", 10);
      settings = new Rows(connection, "app_settings", 3);
    }

    @Override
    public void token(Token token) throws SQLException {
      tokens.add(
          token.id(),
          token.mintAddress(),
          token.name(),
          token.symbol(),
          token.status().label(),
          real(token.liquidityUsd()),
          token.primaryDex(),
          TIME.format(token.createdAt()),
          TIME.format(token.lastUpdatedAt()));
    }

    @Override
    public void score(TokenScore score, double value, @Nullable Double smoothed)
        throws SQLException {
      scores.add(
          score.id(),
          score.tokenId(),
          value,
          smoothed,
          score.metrics(),
          score.rawComponents(),
          score.smoothedComponents(),
          score.spamMetrics(),
          score.scoringModel(),
          TIME.format(score.createdAt()));
    }

    @Override
    public void setting(Setting setting) throws SQLException {
      settings.add(setting.key(), setting.value(), TIME.format(setting.updatedAt()));
    }

    private static @Nullable Double real(@Nullable BigDecimal value) {
      return value == null ? null : value.doubleValue();
    }

    @Override
    public void close() throws SQLException {
      tokens.close();
      scores.close();
      settings.close();
    }
  }

  /** Inserts in batches. */
  private static final class Rows implements AutoCloseable {
    private final PreparedStatement statement;
    private int waiting;

    Rows(Connection connection, String table, int columns) throws SQLException {
      statement =
          connection.prepareStatement(
              "insert into " + table + " values (?" + ", ?".repeat(columns - 1) + ")");
    }

    void add(@Nullable Object... values) throws SQLException {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.addBatch();
      if (++waiting == BATCH) {
        statement.executeBatch();
        waiting = 0;
      }
    }

    @Override
    public void close() throws SQLException {
      statement.executeBatch();
      statement.close();
    }
  }
}
