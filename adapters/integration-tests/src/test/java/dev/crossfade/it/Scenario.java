package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.GateSettings;
import dev.crossfade.Migration;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.RestartablePostgres;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.RepositoryFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

/**
 * The application on both of its databases, new for every test, and what must be so when a test is
 * over: both stores equal where both are written, journal empty, no thread and no connection left,
 * no error logged.
 *
 * <p>The stores are wrapped in {@link FaultyStore}s, which only count until a test plans a fault.
 */
final class Scenario implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(3);
  static final String MIGRATION = Bank.MIGRATION;

  /** Connections of a test's pool: it fills, and to connect takes longer than most tests. */
  static final int POOL = 4;

  static { // what is awaited at the end of each test is mostly so already
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
  }

  final RowReader rows;
  final Recorder events = new Recorder();
  private final Options options;
  private final Path directory;
  private final TestDatabase database;
  private final TcpProxy proxy;
  private final ListAppender<ILoggingEvent> errors = new ListAppender<>();
  private boolean settles = true;

  FaultyStore sqlite;
  FaultyStore postgres;
  NewSettings source;
  Crossfade crossfade;
  Migration migration;
  Domain.Accounts accounts;
  Domain.Entries entries;
  Domain.Preferences preferences;
  Domain.Readings readings;

  /** What tells of progress waits for it, where a test wants that. */
  volatile CountDownLatch held;

  /** What a test wants otherwise. Not changed once a scenario was made of it. */
  static final class Options {
    private UnaryOperator<Settings.Builder> settings = UnaryOperator.identity();
    private UnaryOperator<SqliteStore.Builder> sqlite = UnaryOperator.identity();
    private UnaryOperator<PostgresStore.Builder> postgres = UnaryOperator.identity();
    private RepositoryFactory<Domain.Account, Long> postgresAccounts = Domain.PostgresAccounts::new;
    private CrossfadeListener listener = new CrossfadeListener() {};
    private int pool = POOL;
    private boolean proxied;
    private RestartablePostgres server;

    Options settings(UnaryOperator<Settings.Builder> change) {
      settings = change;
      return this;
    }

    Options sqlite(UnaryOperator<SqliteStore.Builder> change) {
      sqlite = change;
      return this;
    }

    Options postgres(UnaryOperator<PostgresStore.Builder> change) {
      postgres = change;
      return this;
    }

    /** These settings, for a scenario that runs with others. */
    Settings settingsOf(Scenario running) {
      return settings.apply(running.settings().toBuilder()).build();
    }

    /** Another implementation on PostgreSQL. */
    Options postgresAccounts(RepositoryFactory<Domain.Account, Long> factory) {
      postgresAccounts = factory;
      return this;
    }

    /** Told what happens, beside the scenario's own recorder. */
    Options listener(CrossfadeListener another) {
      listener = another;
      return this;
    }

    /** For a test whose threads shall all be in PostgreSQL at once. */
    Options pool(int size) {
      pool = size;
      return this;
    }

    /** PostgreSQL is reached through a proxy. */
    Options proxied() {
      proxied = true;
      return this;
    }

    /** On a PostgreSQL that the test may stop, and that must run at the end. */
    Options server(RestartablePostgres own) {
      server = own;
      return this;
    }

    /** The scenario, in stage off, its tables empty. */
    Scenario start() {
      return new Scenario(this);
    }

    Scenario startIn(Stage stage) {
      Scenario scenario = new Scenario(this);
      try {
        scenario.begin(stage);
        return scenario;
      } catch (RuntimeException | Error e) {
        scenario.abandon();
        scenario.close();
        throw e;
      }
    }
  }

  /** Through a proxy connections are waited for a moment only: a busy machine needs some turns. */
  private void begin(Stage stage) {
    await("it begins in " + stage)
        .pollInSameThread()
        .atMost(PATIENCE)
        .ignoreExceptionsMatching(
            e -> e instanceof MoveRefusedException || e instanceof StoreUnavailableException)
        .untilAsserted(() -> assertThat(moveTo(stage).migration.stage()).isEqualTo(stage));
  }

  static Options with() {
    return new Options();
  }

  static Scenario in(Stage stage) {
    return with().startIn(stage);
  }

  private Scenario(Options options) {
    this.options = options;
    errors.start();
    logger().addAppender(errors);
    try {
      directory = Files.createTempDirectory("crossfade-it-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    database = options.server == null ? Template.database().copy() : options.server.newDatabase();
    proxy = options.proxied ? TcpProxy.to(database.server()) : null;
    rows = RowReader.keeping(file(), database);
    rows.execute(Side.LEGACY, Domain.SQLITE_TABLES);
    if (options.server != null) {
      rows.execute(Side.TARGET, Domain.POSTGRES_TABLES);
    }
    try {
      open();
    } catch (RuntimeException | Error e) {
      abandon();
      close();
      throw e;
    }
  }

  /** The application's tables and the library's, made once: a copy is there in no time. */
  private static final class Template {
    private static TestDatabase made; // guarded by the class

    /** Should it fail, the next scenario tries again. */
    static synchronized TestDatabase database() {
      if (made == null) {
        made = make();
      }
      return made;
    }

    private static TestDatabase make() {
      TestDatabase database = TestPostgres.shared().newDatabase();
      Runtime.getRuntime().addShutdownHook(new Thread(database::close));
      new RowReader(Path.of("none"), database).execute(Side.TARGET, Domain.POSTGRES_TABLES);
      try (PostgresStore store =
          PostgresStore.at(database.jdbcUrl())
              .credentials(database.user(), database.password())
              .poolSize(1)
              .connectionWait(Duration.ofMinutes(2))
              .open()) {
        store.connect();
      }
      return database;
    }
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.crossfade");
  }

  Path file() {
    return directory.resolve("app.db");
  }

  TestDatabase database() {
    return database;
  }

  TcpProxy proxy() {
    return proxy;
  }

  /** The legacy store over the same file, as {@link #open} makes it. */
  SqliteStore newSqliteStore() {
    return options.sqlite.apply(sqliteAt(file())).open();
  }

  /** A store whose units of work may take their time, on however busy a machine. */
  static SqliteStore.Builder sqliteAt(Path file) {
    return SqliteStore.at(file).unitTimeLimit(Duration.ofSeconds(30));
  }

  /** PostgreSQL's store over the same database, as {@link #open} makes it. */
  PostgresStore newPostgresStore() {
    String url = proxy == null ? database.jdbcUrl() : database.jdbcUrlThrough(proxy);
    return options
        .postgres
        .apply(
            PostgresStore.at(url)
                .credentials(database.user(), database.password())
                .poolSize(options.pool)
                .connectionWait(connectionWait()))
        .open();
  }

  /** Where the server is taken away it is waited for in vain; elsewhere a machine may be busy. */
  private Duration connectionWait() {
    return Duration.ofSeconds(proxy == null && options.server == null ? 30 : 1);
  }

  /** Builds the application, as at the start of its process. */
  void open() {
    crossfade = builder().build();
    migration = crossfade.migration(MIGRATION);
    accounts = crossfade.repository(Domain.Accounts.class);
    entries = crossfade.repository(Domain.Entries.class);
    preferences = crossfade.repository(Domain.Preferences.class);
    readings = crossfade.repository(Domain.Readings.class);
  }

  /** The application as it is wired, with new stores. */
  Crossfade.Builder builder() {
    sqlite = FaultyStore.around(newSqliteStore());
    postgres = FaultyStore.around(newPostgresStore());
    source = new NewSettings(settings());
    return Crossfade.builder()
        .legacy(sqlite)
        .target(postgres)
        .migration(MIGRATION, m -> Bank.declare(m, options.postgresAccounts))
        .settings(source)
        .listener(options.listener)
        .listener(events)
        .listener(
            new CrossfadeListener() {
              @Override
              public void progressed(CopyProgress progress) {
                holdUp();
              }
            });
  }

  private void holdUp() {
    CountDownLatch latch = held;
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits for the second store, so that what a test asserts after a write is in both. Parks
   * nothing: what is refused only for the moment is tried again as fast as the journal is asked
   * for.
   */
  Settings settings() {
    return options
        .settings
        .apply(
            Settings.builder()
                .instance("integration-test")
                .secondaryWait(Duration.ofSeconds(5))
                .writeWait(Duration.ofSeconds(5))
                .switchLimit(Duration.ofSeconds(4))
                .heartbeat(Duration.ofMillis(200))
                .lease(Duration.ofSeconds(5))
                .shadowSampling(0)
                .rehearsalSampling(0)
                .backfillChunk(100)
                .gates(gates -> GateSettings.least())
                .parkAfter(1_000))
        .build();
  }

  /** Ends the application as at the end of its process; {@link #open} begins the next. */
  void shutDown() {
    rows.disconnect();
    Crossfade ended = crossfade;
    crossfade = null;
    if (ended != null) {
      ended.close();
    }
  }

  /** Goes there stage by stage, with the evidence that each gate asks for. */
  Scenario moveTo(Stage stage) {
    while (migration.stage() != stage) {
      Stage next = migration.stage().stepTowards(stage);
      if (next == Stage.SHADOW && migration.stage() == Stage.DUAL_WRITE) {
        migration.backfill();
        assertThat(migration.awaitSettled(PATIENCE)).as("journal settled").isTrue();
      } else if (next == Stage.LIVE && migration.stage() == Stage.SHADOW) {
        assertThat(migration.verify().differences()).isEmpty();
      }
      migration.moveTo(next);
    }
    return this;
  }

  Side primary() {
    return migration.stage().primary();
  }

  FaultyStore store(Side side) {
    return side == Side.LEGACY ? sqlite : postgres;
  }

  FaultyStore primaryStore() {
    return store(primary());
  }

  FaultyStore secondaryStore() {
    return store(primary().other());
  }

  /**
   * What the two stores hold, once settled, is what the primary holds; and the journal is empty.
   */
  void assertSettled() {
    if (!migration.stage().writesBoth()) {
      return;
    }
    assertThat(migration.awaitSettled(PATIENCE))
        .as("journal settled within %s; it is %s", PATIENCE, migration.journal())
        .isTrue();
    assertThat(migration.journal().entries()).as("entries in the journal").isZero();
    assertThat(rows.all(primary().other()))
        .as("rows of the secondary are those of the primary")
        .isEqualTo(rows.all(primary()));
  }

  /** What the secondary has got so far is what was written, and what that refers to. */
  void assertMinimal(String... keys) {
    assertThat(migration.awaitSettled(PATIENCE)).isTrue();
    assertThat(rows.all(primary().other()).keySet()).containsExactlyInAnyOrder(keys);
  }

  /** This test leaves the stores apart on purpose. */
  void abandon() {
    settles = false;
  }

  @Override
  public void close() {
    try {
      if (settles && crossfade != null) {
        assertSettled();
      }
    } finally {
      shutDown();
      end();
    }
  }

  private void end() {
    logger().detachAppender(errors);
    try {
      if (settles) {
        assertNothingLeaks();
      }
    } finally {
      if (proxy != null) {
        proxy.close();
      }
      database.close();
      delete();
    }
  }

  private void assertNothingLeaks() {
    await("threads of the library end")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .filteredOn(Scenario::isOurs)
                    .isEmpty());
    await("sessions end").atMost(PATIENCE).untilAsserted(() -> assertThat(sessions()).isZero());
    // The last connection to close deletes it.
    assertThat(directory.resolve("app.db-wal")).as("left open").doesNotExist();
    assertThat(errors.list)
        .filteredOn(event -> event.getLevel() == Level.ERROR)
        .extracting(ILoggingEvent::getFormattedMessage)
        .as("errors logged")
        .isEmpty();
  }

  private static boolean isOurs(String thread) {
    return thread.startsWith("crossfade-") && !thread.startsWith("crossfade-proxy");
  }

  private long sessions() {
    try (Connection connection = database.open()) {
      return rows.count(
          connection,
          "select count(*) from pg_stat_activity where datname = current_database()"
              + " and pid <> pg_backend_pid() and backend_type = 'client backend'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void delete() {
    for (String name : List.of("app.db", "app.db-wal", "app.db-shm", "")) {
      try {
        Files.deleteIfExists(directory.resolve(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
