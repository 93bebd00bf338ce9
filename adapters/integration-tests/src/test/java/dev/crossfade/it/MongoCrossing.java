package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.GateSettings;
import dev.crossfade.Migration;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.VerificationReport;
import dev.crossfade.junit.StandInMongo;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A migration from an empty MongoDB, in this process or {@code -Dcrossfade.test.mongodb}, to an
 * empty PostgreSQL, where every read is compared and every write rehearsed.
 */
final class MongoCrossing implements AutoCloseable {
  private static final String MIGRATION = "crossing";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final AtomicInteger DATABASES = new AtomicInteger();

  final MongoDatabase legacy;
  final TestDatabase target;
  final List<CrossfadeListener.Mismatch> mismatches = new CopyOnWriteArrayList<>();
  private final @Nullable StandInMongo server;
  private final String url;
  private final MongoClient client;
  private @Nullable Crossfade crossfade;

  MongoCrossing() {
    String given = System.getProperty("crossfade.test.mongodb");
    server = given == null ? StandInMongo.start() : null;
    url = server == null ? given : server.url();
    client = MongoClients.create(url);
    legacy =
        client.getDatabase(
            "crossfade_mc_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet());
    target = TestPostgres.shared().newDatabase();
  }

  /** With these entities. */
  Crossfade open(Consumer<MigrationBuilder> entities) {
    return open(entities, settings -> {});
  }

  /** With these entities, and some settings otherwise. */
  Crossfade open(Consumer<MigrationBuilder> entities, Consumer<Settings.Builder> otherwise) {
    Settings.Builder settings =
        Settings.builder()
            .instance("integration-test")
            .secondaryWait(Duration.ofSeconds(20))
            .secondaryLimit(Duration.ofSeconds(20))
            .writeWait(Duration.ofSeconds(60))
            .switchLimit(Duration.ofSeconds(50))
            .heartbeat(Duration.ofMillis(500))
            .lease(Duration.ofSeconds(60))
            .shadowSampling(1)
            .rehearsalSampling(1)
            .backfillChunk(7)
            .gates(gates -> GateSettings.least());
    otherwise.accept(settings);
    Crossfade opened =
        Crossfade.builder()
            .legacy(
                MongoStore.at(url)
                    .database(legacy.getName())
                    .operationLimit(Duration.ofSeconds(40))
                    .lease(Duration.ofSeconds(60))
                    .exclusionLimit(Duration.ofSeconds(20))
                    .open())
            .target(
                PostgresStore.at(target.jdbcUrl())
                    .credentials(target.user(), target.password())
                    .poolSize(6)
                    .connectionWait(Duration.ofSeconds(30))
                    .open())
            .migration(MIGRATION, entities)
            .listener(
                new CrossfadeListener() {
                  @Override
                  public void mismatch(Mismatch mismatch) {
                    mismatches.add(mismatch);
                  }
                })
            .settings(settings.build())
            .build();
    crossfade = opened;
    return opened;
  }

  Migration migration() {
    if (crossfade == null) {
      throw new IllegalStateException("not open");
    }
    return crossfade.migration(MIGRATION);
  }

  void unit(Runnable body) {
    if (crossfade == null) {
      throw new IllegalStateException("not open");
    }
    crossfade.unit(MIGRATION, body::run);
  }

  void to(Stage stage) {
    migration().moveTo(stage);
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Of the first row; null if there is none or it is null. */
  @Nullable String value(String sql) throws SQLException {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  /** Both stores are equal, with nothing left to do, and nothing was found different. */
  void isSettled() {
    assertThat(migration().awaitSettled(PATIENCE)).as("the journal is empty").isTrue();
    assertThat(migration().parked()).isEmpty();
    VerificationReport report = migration().verify();
    assertThat(report.differences()).isEmpty();
    assertThat(report.isClean()).isTrue();
    assertThat(mismatches).isEmpty();
  }

  @Override
  public void close() {
    if (crossfade != null) {
      crossfade.close();
    }
    legacy.drop();
    client.close();
    if (server != null) {
      server.close();
    }
    target.close();
  }
}
