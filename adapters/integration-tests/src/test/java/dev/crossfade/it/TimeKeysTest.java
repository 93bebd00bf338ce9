package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CheckException;
import dev.crossfade.Conversion;
import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.Migration;
import dev.crossfade.ParkedKey;
import dev.crossfade.Repository;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteConversions;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.RepositoryContext;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rows whose natural key has a time, in partitions of a month by that time, cross and come back.
 */
@ExtendWith(PostgresExtension.class)
class TimeKeysTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Instant FIRST = Instant.parse("2024-01-31T23:00:00Z");
  private static final int CANDLES = 700;

  record Candle(long poolId, String timeframe, Instant datetime, double close) {}

  record CandleKey(long poolId, String timeframe, Instant datetime) {}

  private static final Entity<Candle, CandleKey> CANDLE =
      Entity.of(Candle.class).key(CandleKey.class).name("ohlcv_data").build();
  private static final Table<?> TABLE = DSL.table(DSL.name("ohlcv_data"));

  interface Candles extends Repository<Candle, CandleKey> {}

  /** How the file holds the time. */
  enum Form {
    SECONDS("integer", SqliteConversions.instantAsEpochSeconds(), "unixepoch(%s)"),
    TEXT("datetime", SqliteConversions.instantAsText("yyyy-MM-dd HH:mm:ss"), "datetime(%s)");

    @SuppressWarnings("ImmutableEnumChecker") // it is
    final Conversion<?, ?> conversion;

    final String type;
    final String sql;

    Form(String type, Conversion<?, ?> conversion, String sql) {
      this.type = type;
      this.conversion = conversion;
      this.sql = sql;
    }
  }

  static final class SqliteCandles extends SqliteRepository<Candle, CandleKey> implements Candles {
    SqliteCandles(RepositoryContext<Candle, CandleKey> context, Form form) {
      super(context, TABLE, columns -> columns.convert("datetime", form.conversion));
    }
  }

  static final class PostgresCandles extends PostgresRepository<Candle, CandleKey>
      implements Candles {
    PostgresCandles(RepositoryContext<Candle, CandleKey> context) {
      super(context, TABLE);
    }
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void rowsCrossAndComeBack(Form form, TestDatabase database) throws SQLException {
    prepare(form, database);
    try (Crossfade crossfade = open(form, database)) {
      Migration migration = crossfade.migration("ohlcv");
      Candles candles = crossfade.repository(Candles.class);
      migration.moveTo(Stage.DUAL_WRITE);
      change(candles, 1);
      assertThat(migration.backfill().refused()).isZero();
      change(candles, 2);
      assertSettled(migration, candles);
      migration.moveTo(Stage.SHADOW);
      change(candles, 3);
      assertSettled(migration, candles);
      migration.moveTo(Stage.LIVE);
      change(candles, 4);
      assertSettled(migration, candles);
      migration.moveTo(Stage.SHADOW);
      change(candles, 5);
      assertSettled(migration, candles);
      assertThat(candles.count()).isEqualTo(CANDLES);
    }
  }

  /** Writes one, replaces one and deletes one, of a month of its own. */
  private static void change(Candles candles, int turn) {
    Instant month = FIRST.plus(Duration.ofDays(400 + 40L * turn));
    candles.insert(new Candle(7, "1h", month, turn));
    Candle some = candle(100 * turn);
    candles.save(new Candle(some.poolId(), some.timeframe(), some.datetime(), -turn));
    assertThat(candles.delete(key(candle(100 * turn + 1)))).isTrue();
    assertThat(candles.find(new CandleKey(7, "1h", month))).isPresent();
    assertThat(candles.find(key(candle(100 * turn + 1)))).isEmpty();
  }

  private static void assertSettled(Migration migration, Candles candles) {
    assertThat(migration.awaitSettled(PATIENCE)).isTrue();
    assertThat(migration.verify().differences()).isEmpty();
    List<Candle> all = candles.scan(null, CANDLES + 1);
    assertThat(all).hasSize(CANDLES);
    assertThat(all)
        .extracting(TimeKeysTest::key)
        .isSortedAccordingTo((one, other) -> CANDLE.keys().compare(one, other));
    CandleKey middle = key(all.get(CANDLES / 2));
    assertThat(candles.scan(middle, 3)).isEqualTo(all.subList(CANDLES / 2 + 1, CANDLES / 2 + 4));
  }

  /** Nothing is cut: that would make one row of two. */
  @ParameterizedTest
  @EnumSource
  void aKeyThatTheFileCannotHoldIsParkedUntilItIsGone(Form form, TestDatabase database)
      throws SQLException {
    prepare(form, database);
    try (Crossfade crossfade = open(form, database)) {
      Migration migration = crossfade.migration("ohlcv");
      Candles candles = crossfade.repository(Candles.class);
      Candle fine = new Candle(7, "1h", FIRST.plusMillis(1), 1);
      assertThatThrownBy(() -> candles.insert(fine)).isInstanceOf(CheckException.class);
      migration.moveTo(Stage.DUAL_WRITE);
      migration.backfill();
      migration.moveTo(Stage.SHADOW);
      migration.verify();
      migration.moveTo(Stage.LIVE);

      candles.insert(fine);

      Awaitility.await().atMost(PATIENCE).until(() -> !migration.parked().isEmpty());
      ParkedKey parked = migration.parked().get(0);
      assertThat(parked.key()).isEqualTo("(7, 1h, 2024-01-31T23:00:00.001Z)");
      assertThat(parked.reason()).contains("which is another key");
      assertThat(migration.verify().unsettled()).as("known to the journal").isOne();
      assertThat(candles.delete(key(fine))).isTrue();
      assertThat(migration.retryParked()).isLessThanOrEqualTo(1);
      assertThat(migration.awaitSettled(PATIENCE)).isTrue();
      assertThat(migration.verify().differences()).isEmpty();
    }
  }

  /** It has no key by which it could be set aside; so nothing passes it by in silence. */
  @Test
  void aKeyInAnotherFormEndsTheBackfillUntilItIsCorrected(TestDatabase database)
      throws SQLException {
    prepare(Form.TEXT, database);
    execute("insert into ohlcv_data values (9, '1h', '2024-03-01 10:00', 1)");
    try (Crossfade crossfade = open(Form.TEXT, database)) {
      Migration migration = crossfade.migration("ohlcv");
      migration.moveTo(Stage.DUAL_WRITE);
      assertThatThrownBy(migration::backfill)
          .isInstanceOf(UnreadableValueException.class)
          .hasMessageContaining("column datetime of entity ohlcv_data");
      execute("update ohlcv_data set datetime = '2024-03-01 10:00:00' where pool_id = 9");
      assertThat(migration.backfill().refused()).isZero();
      assertThat(migration.awaitSettled(PATIENCE)).isTrue();
      assertThat(migration.verify().differences()).isEmpty();
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Candle candle(int index) {
    Instant time = FIRST.plus(Duration.ofHours(3L * index));
    return new Candle(index % 3 - 1, index % 2 == 0 ? "1h" : "1d", time, index);
  }

  private static CandleKey key(Candle candle) {
    return CANDLE.keyOf(candle);
  }

  private Path file() {
    return folder.resolve("app.db");
  }

  private void prepare(Form form, TestDatabase database) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table ohlcv_data (pool_id bigint, timeframe text, datetime timestamptz,"
              + " close double precision not null, primary key (pool_id, timeframe, datetime))"
              + " partition by range (datetime)");
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table ohlcv_data (pool_id integer not null, timeframe text not null, datetime "
              + form.type
              + " not null, close real not null, primary key (pool_id, timeframe, datetime))");
      for (int i = 0; i < CANDLES; i++) {
        Candle candle = candle(i);
        statement.execute(
            "insert into ohlcv_data values (%d, '%s', %s, %s)"
                .formatted(
                    candle.poolId(),
                    candle.timeframe(),
                    form.sql.formatted("'" + candle.datetime() + "'"),
                    candle.close()));
      }
    }
  }

  private Crossfade open(Form form, TestDatabase database) {
    return Crossfade.builder()
        .legacy(SqliteStore.open(file()))
        .target(
            PostgresStore.at(database.jdbcUrl())
                .credentials(database.user(), database.password())
                .monthlyPartitions("ohlcv_data", "datetime", 1)
                .open())
        .migration(
            "ohlcv",
            m ->
                m.entity(CANDLE, context -> new SqliteCandles(context, form), PostgresCandles::new))
        .settings(
            Settings.builder()
                .backfillChunk(100)
                .parkAfter(2)
                .heartbeat(Duration.ofMillis(100))
                .lease(Duration.ofSeconds(30))
                .build())
        .build();
  }
}
