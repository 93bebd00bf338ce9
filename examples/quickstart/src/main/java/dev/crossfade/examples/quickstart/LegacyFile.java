package dev.crossfade.examples.quickstart;

import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The SQLite file as the application had it before anybody thought of PostgreSQL. Written with
 * nothing but JDBC; what it holds is told to the {@link WriteLog}.
 */
final class LegacyFile {
  /** Text that sorts by its moment. */
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final int MONTHS = 5;
  private static final int BATCH = 1_000;

  private final Connection connection;
  private final Options options;
  private final WriteLog log;
  private final Sample sample;
  private final SplittableRandom random;

  private LegacyFile(Connection connection, Options options, WriteLog log) {
    this.connection = connection;
    this.options = options;
    this.log = log;
    this.sample = new Sample(options.seed());
    this.random = new SplittableRandom(options.seed() + 1);
  }

  /** Creates it and fills it; the same seed makes the same rows within a month. */
  static void write(Databases databases, Options options, WriteLog log) throws SQLException {
    try (Connection connection = databases.openSqlite()) {
      LegacyFile file = new LegacyFile(connection, options, log);
      file.schema();
      connection.setAutoCommit(false);
      Instant end = Instant.now().truncatedTo(ChronoUnit.DAYS);
      Instant begin = monthsBefore(end);
      file.tokens(begin);
      file.scores(begin, end);
      file.settings(begin);
      connection.commit();
    }
  }

  private static Instant monthsBefore(Instant end) {
    return ZonedDateTime.ofInstant(end, ZoneOffset.UTC)
        .withDayOfMonth(1)
        .minusMonths(MONTHS)
        .toInstant();
  }

  private void schema() throws SQLException {
    try (Statement statement = connection.createStatement();
        InputStream script = LegacyFile.class.getResourceAsStream("/db/legacy/schema.sql")) {
      if (script == null) {
        throw new IllegalStateException("/db/legacy/schema.sql is not on the class path");
      }
      statement.executeUpdate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tokens(Instant begin) throws SQLException {
    try (Rows rows = new Rows("tokens", 9)) {
      for (long id = 1; id <= options.tokens(); id++) {
        Instant moment = begin.plusSeconds(id);
        Token token = sample.token(id, Sample.mintAddress(id), status(id), moment);
        rows.add(
            id,
            token.mintAddress(),
            token.name(),
            token.symbol(),
            token.status().label(),
            real(token.liquidityUsd()),
            token.primaryDex(),
            TIME.format(moment),
            TIME.format(moment));
        log.loaded(token);
      }
    }
  }

  /** Those that all writers will fight for are monitored. */
  private Status status(long id) {
    boolean isMonitored = WriteLog.isContested(id) || random.nextInt(3) == 0;
    return isMonitored ? Status.MONITORING : Status.ACTIVE;
  }

  private void scores(Instant begin, Instant end) throws SQLException {
    long micros = ChronoUnit.MICROS.between(begin, end) / options.rows();
    try (Rows rows = new Rows("token_scores", 10)) {
      for (long id = 1; id <= options.rows(); id++) {
        Instant moment = begin.plus(id * micros - 1, ChronoUnit.MICROS);
        TokenScore score = sample.score(1 + random.nextInt(options.tokens()), moment);
        rows.add(
            id,
            score.tokenId(),
            untidy(score.score()),
            score.smoothedScore() == null ? null : untidy(score.smoothedScore()),
            score.metrics(),
            score.rawComponents(),
            score.smoothedComponents(),
            score.spamMetrics(),
            score.scoringModel(),
            TIME.format(moment));
        log.loaded(score.stored(id, Sample.MODEL));
      }
    }
  }

  private void settings(Instant begin) throws SQLException {
    try (Rows rows = new Rows("app_settings", 3)) {
      for (String key : new String[] {"Theme", "refresh_seconds", "état", "zone"}) {
        Setting setting = new Setting(key, "value of " + key, begin);
        rows.add(key, setting.value(), TIME.format(begin));
        log.loaded(setting);
      }
    }
  }

  private static @Nullable Double real(@Nullable BigDecimal value) {
    return value == null ? null : value.doubleValue();
  }

  /**
   * As computed, with more digits than PostgreSQL will keep, but none that changes the rounding.
   */
  private double untidy(BigDecimal value) {
    return value.doubleValue() + random.nextDouble(0.000_04);
  }

  /** Inserts in batches. */
  private final class Rows implements AutoCloseable {
    private final PreparedStatement statement;
    private int waiting;

    Rows(String table, int columns) throws SQLException {
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
