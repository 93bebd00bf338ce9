package dev.crossfade.it;

import static dev.crossfade.it.Domain.JANUARY;
import static dev.crossfade.it.Domain.account;
import static dev.crossfade.it.Domain.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.SecondaryMissedException;
import dev.crossfade.Settings.Secondary;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.SwitchInProgressException;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transaction of the application's own keeps waiting, misses, and is refused for. */
class JoinedRulesTest {
  private static final Duration SHORT = Duration.ofMillis(400);

  private static Scenario in(Stage stage) {
    Scenario app =
        Scenario.with()
            .sqlite(s -> s.busyTimeout(SHORT))
            .postgres(p -> p.controlWait(SHORT))
            .startIn(stage);
    OwnTransaction.prepare(app);
    return app;
  }

  private static Preference preference(String name) {
    return new Preference(name, "x");
  }

  // A change of stage.

  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW", "RAMP_DOWN, LIVE", "SHADOW, DUAL_WRITE"})
  void aChangeOfStageFailsWhileTheTransactionIsOpen(Stage from, Stage to) {
    try (Scenario app = in(from)) {
      if (to == Stage.LIVE && from == Stage.SHADOW) {
        assertThat(app.migration.verify().differences()).isEmpty();
      }
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));

        Throwable failure = catchThrowable(() -> app.migration.moveTo(to));

        assertThat(failure).isInstanceOf(CrossfadeException.class);
        if (from.primary() == Side.TARGET) {
          assertThat(failure).hasMessageContaining("in the way: process");
        }
        assertThat(app.migration.stage()).isEqualTo(from);
        own.unit.run(() -> app.accounts.save(account(2, "b", 1)));
        own.commit();
      }
      app.assertSettled();
      app.moveTo(to);
      assertThat(app.accounts.count()).isEqualTo(2);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void aChangeOfPrimaryWaitsForATransactionThatEndsSoon(Stage from, Stage to) throws Exception {
    try (Scenario app = Scenario.in(from)) {
      OwnTransaction.prepare(app);
      assertThat(app.migration.verify().differences()).isEmpty();
      long before = app.primaryStore().calls(Step.CONTROL);
      Side side = app.primary();
      CompletableFuture<?> move;
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        move = CompletableFuture.runAsync(() -> app.migration.moveTo(to));
        await("it closes")
            .atMost(Scenario.PATIENCE)
            .until(() -> app.store(side).calls(Step.CONTROL) > before);
        own.commit();
      }
      move.get(120, TimeUnit.SECONDS);

      assertThat(app.migration.stage()).isEqualTo(to);
      assertThat(app.rows.row(app.primary(), "account", 1)).startsWith("a, 1,");
    }
  }

  /** What has looked at the control row and found it closed holds nothing while it waits. */
  @Test
  void aTransactionThatWaitsForAChangeDoesNotHoldItUp() throws Exception {
    Duration patience = Duration.ofSeconds(30);
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.switchLimit(patience).writeWait(patience))
            .startIn(Stage.LIVE)) {
      FaultyStore old = app.store(Side.TARGET);
      old.plan(Fault.HELD_BEFORE, 2, Step.CONTROL); // the decision
      CompletableFuture<Void> move =
          CompletableFuture.runAsync(() -> app.migration.moveTo(Stage.SHADOW));
      old.awaitHit(Scenario.PATIENCE);
      try (OwnTransaction own = new OwnTransaction(app)) {
        CompletableFuture<Void> run =
            CompletableFuture.runAsync(
                () -> own.unit.run(() -> app.accounts.save(account(1, "a", 1))));
        await("it has looked and waits")
            .atMost(Scenario.PATIENCE)
            .until(() -> idleAfterRelease(app) == 1);
        assertThat(locksOfControl(app)).isEmpty();
        old.release();
        move.get(60, TimeUnit.SECONDS);

        assertThatThrownBy(() -> run.get(60, TimeUnit.SECONDS))
            .hasCauseInstanceOf(SwitchInProgressException.class)
            .hasMessageContaining("begin again");
        own.rollBack();
      }
      assertThat(app.accounts.count()).isZero();
    }
  }

  private static long idleAfterRelease(Scenario app) {
    return app.rows.count(
        Side.TARGET,
        "select count(*) from pg_stat_activity where datname = current_database()"
            + " and state = 'idle in transaction' and query like '%release savepoint crossfade_%'");
  }

  private static List<String> locksOfControl(Scenario app) {
    return app.rows.text(
        Side.TARGET,
        "select l.mode || ' ' || coalesce(a.state, '') || ': ' || coalesce(a.query, '')"
            + " from pg_locks l left join pg_stat_activity a using (pid)"
            + " where relation = 'crossfade.control'::regclass and mode <> 'AccessShareLock'");
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void aTransactionOnAnOldPrimaryIsToldToBeginAgain(Stage from, Stage to) {
    try (Scenario app = in(from)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        app.moveTo(to);

        assertThatThrownBy(() -> own.unit.run(() -> app.accounts.save(account(1, "a", 1))))
            .isInstanceOf(SwitchInProgressException.class)
            .hasMessageContaining("begin again")
            .hasMessageContaining(app.primaryStore().name());
        own.rollBack();
      }
      try (OwnTransaction again = new OwnTransaction(app)) {
        again.unit.run(() -> app.accounts.save(account(2, "b", 1)));
        again.commit();
      }
      assertThat(app.rows.all(app.primary())).containsOnlyKeys("account 2");
    }
  }

  /** Where the transaction still sees the time before the change, it has to begin again. */
  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({
    "LIVE, read committed",
    "LIVE, repeatable read",
    "LIVE, serializable",
    "SHADOW, deferred"
  })
  void anOldSnapshotIsRefusedAtEveryIsolationLevel(Stage from, String isolation) {
    Stage to = from == Stage.LIVE ? Stage.RAMP_DOWN : Stage.DUAL_WRITE;
    try (Scenario app = in(from);
        OwnTransaction own = new OwnTransaction(app)) {
      if (from == Stage.LIVE) {
        own.execute("set transaction isolation level " + isolation);
      }
      own.execute("select * from memo"); // its snapshot is as old as this
      app.migration.moveTo(to);

      Throwable failure =
          catchThrowable(() -> own.unit.run(() -> app.accounts.save(account(1, "a", 1))));

      if (isolation.equals("read committed")) {
        assertThat(failure).isNull();
        own.commit();
        assertThat(app.rows.row(app.primary().other(), "account", 1)).startsWith("a, 1,");
      } else {
        assertThat(failure)
            .isInstanceOf(SwitchInProgressException.class)
            .hasMessageContaining("begin again");
        own.rollBack();
        assertThat(app.rows.all(app.primary())).isEmpty();
      }
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(strings = {"read committed", "repeatable read", "serializable"})
  void writesAtEveryIsolationLevel(String isolation) {
    try (Scenario app = in(Stage.LIVE)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.execute("set transaction isolation level " + isolation);
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        Throwable locators =
            catchThrowable(() -> own.unit.run(() -> app.readings.save(reading(1, JANUARY, "1.5"))));
        if (isolation.equals("read committed")) {
          assertThat(locators).isNull();
        } else {
          assertThat(locators)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("read committed");
        }
        own.unit.run(() -> app.accounts.save(account(2, "b", 1)));
        own.commit();
      }
      assertThat(app.accounts.count()).isEqualTo(2);
      assertThat(app.rows.all(Side.LEGACY)).isEqualTo(app.rows.all(Side.TARGET));
    }
  }

  /** Somebody wrote between its first read and its first write. */
  @Tag("exhaustive")
  @Test
  void anOldSnapshotOfSqliteDoesNotBecomeAWriter() {
    try (Scenario app = in(Stage.DUAL_WRITE);
        OwnTransaction own = new OwnTransaction(app)) {
      own.execute("select * from memo");
      app.accounts.save(account(1, "a", 1));

      assertThatThrownBy(() -> own.unit.run(() -> app.accounts.save(account(2, "b", 1))))
          .isInstanceOf(ConflictException.class);
      own.rollBack();
      assertThat(app.rows.all(Side.LEGACY)).containsOnlyKeys("account 1");
    }
  }

  // The commit.

  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCommitWhoseAnswerIsLostIsFoundIfItWasDone(boolean done) throws SQLException {
    try (Scenario app = in(Stage.LIVE);
        TcpProxy proxy = TcpProxy.to(TestPostgres.shared())) {
      Connection connection =
          DriverManager.getConnection(
              app.database().jdbcUrlThrough(proxy), app.database().credentials());
      connection.setAutoCommit(false);
      try (OwnTransaction own = new OwnTransaction(app, connection)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        if (done) {
          proxy.loseReply("COMMIT"::equals);
        } else {
          proxy.loseRequest("COMMIT"::equals);
        }

        assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        own.unit.outcomeUnknown();
      }
      proxy.pass();

      app.assertSettled();
      assertThat(app.rows.all(Side.TARGET)).hasSize(done ? 1 : 0);
      assertThat(app.rows.all(Side.LEGACY)).hasSize(done ? 1 : 0);
    }
  }

  @Tag("exhaustive")
  @Test
  void theCallerHearsOfASecondaryThatIsRequired() {
    try (Scenario app =
        Scenario.with().settings(s -> s.secondary(Secondary.REQUIRED)).startIn(Stage.DUAL_WRITE)) {
      app.postgres.plan(Fault.NOT_EXECUTED, 1, Step.APPLY);
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));

        assertThatThrownBy(own::commit).isInstanceOf(SecondaryMissedException.class);
      }
      assertThat(app.rows.row(Side.LEGACY, "account", 1)).startsWith("a, 1,");
      app.postgres.heal();
      app.assertSettled();
    }
  }

  // What is refused.

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"DUAL_WRITE", "LIVE"})
  void aConnectionThatIsNotFitIsRefused(Stage stage) throws SQLException {
    try (Scenario app = in(stage)) {
      try (Connection other = OwnTransaction.open(app, app.primary().other())) {
        assertThatThrownBy(() -> app.crossfade.join(Scenario.MIGRATION, other))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("Migration.primary()");
      }
      Connection connection = OwnTransaction.open(app, app.primary());
      connection.setAutoCommit(true);
      assertThatThrownBy(() -> app.crossfade.join(Scenario.MIGRATION, connection))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("setAutoCommit(false)");
      connection.close();
      assertThatThrownBy(() -> app.crossfade.join(Scenario.MIGRATION, connection))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"DUAL_WRITE", "LIVE"})
  void aConnectionThatIsClosedEarlyIsSaidSo(Stage stage) {
    try (Scenario app = in(stage);
        OwnTransaction own = new OwnTransaction(app)) {
      own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
      own.closeConnection();

      assertThatThrownBy(() -> own.unit.run(() -> app.accounts.save(account(2, "b", 1))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      own.unit.committed(); // it was not
      assertThat(app.rows.all(app.primary())).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void anotherDatabaseOfTheSameKindIsRefused() throws SQLException {
    try (Scenario app = in(Stage.LIVE);
        TestDatabase elsewhere = TestPostgres.shared().newDatabase()) {
      refused(app, elsewhere.open(), "does not lead to the database of");
      app.shutDown();
      try (TestDatabase similar = app.database().copy()) {
        app.open();
        refused(app, similar.open(), "does not lead to the database of");
      }
    }
  }

  private static void refused(Scenario app, Connection connection, String why) throws SQLException {
    connection.setAutoCommit(false);
    try (OwnTransaction own = new OwnTransaction(app, connection)) {
      assertThatThrownBy(
              () ->
                  own.unit.run(
                      () -> {
                        app.preferences.save(preference("a"));
                        app.accounts.save(account(1, "a", 1));
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(why);
      own.commit();
    }
    assertThat(app.rows.all(app.primary())).isEmpty();
  }

  @Tag("exhaustive")
  @Test
  void aSessionOfPostgresThatMeansOtherThingsIsRefused() throws SQLException {
    try (Scenario app = in(Stage.LIVE)) {
      app.rows.execute(Side.TARGET, "create schema elsewhere");
      refused(app, postgres(app, "set search_path = elsewhere, public"), "search_path");
      refused(app, postgres(app, "set synchronous_commit = off"), "synchronous_commit");
      refused(app, postgres(app, "set session_replication_role = replica"), "foreign keys");
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({
    "LIVE, set search_path = elsewhere, search_path",
    "LIVE, set local synchronous_commit = off, synchronous_commit",
    "DUAL_WRITE, create temp table account (id integer primary key), temporary"
  })
  void whatIsChangedBetweenRunsIsFound(Stage stage, String sql, String why) {
    try (Scenario app = in(stage)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.preferences.save(preference("a")));
        own.execute(sql);

        assertThatThrownBy(() -> own.unit.run(() -> app.accounts.save(account(1, "a", 1))))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(why);
        own.rollBack();
      }
      app.assertSettled();
      assertThat(app.rows.all(Side.LEGACY)).isEmpty();
      assertThat(app.rows.all(Side.TARGET)).isEmpty();
    }
  }

  private static Connection postgres(Scenario app, String setting) throws SQLException {
    Connection connection = app.database().open();
    try (Statement statement = connection.createStatement()) {
      statement.execute(setting);
    }
    return connection;
  }

  @Tag("exhaustive")
  @Test
  void aConnectionToSqliteThatChecksTooLittleIsRefused() throws SQLException {
    try (Scenario app = in(Stage.DUAL_WRITE)) {
      String url = "jdbc:sqlite:" + app.file();
      refused(app, DriverManager.getConnection(url), "foreign keys");
      refused(app, DriverManager.getConnection(url + "?synchronous=normal"), "synchronous");
      refused(
          app, DriverManager.getConnection("jdbc:sqlite::memory:"), "does not lead to the file");
      Connection hiding = OwnTransaction.open(app, Side.LEGACY);
      try (Statement statement = hiding.createStatement()) {
        statement.execute("create temp trigger t after insert on Account begin select 1; end");
      }
      hiding.commit();
      refused(app, hiding, "temporary");
      try (OwnTransaction own = new OwnTransaction(app, unchecked(url))) {
        own.unit.run(() -> app.preferences.save(preference("has no foreign keys")));
        own.commit();
      }
      assertThat(app.preferences.count()).isEqualTo(1);
    }
  }

  private static Connection unchecked(String url) throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    connection.setAutoCommit(false);
    return connection;
  }

  @Tag("exhaustive")
  @Test
  void itIsForOneThreadAndOneUnitAtATime() {
    try (Scenario app = in(Stage.LIVE);
        OwnTransaction own = new OwnTransaction(app);
        OwnTransaction another = new OwnTransaction(app)) {
      own.unit.run(
          () -> {
            own.unit.run(() -> app.accounts.save(account(1, "joins", 1)));
            assertThatThrownBy(() -> another.unit.run(() -> app.accounts.save(account(2, "b", 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another unit of work");
            assertThatThrownBy(own.unit::committed)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("within one of its runs");
            Throwable inOtherThread =
                CompletableFuture.supplyAsync(() -> catchThrowable(own.unit::committed)).join();
            assertThat(inOtherThread)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another thread");
          });
      assertThatThrownBy(
              () ->
                  app.crossfade.unit(
                      Scenario.MIGRATION,
                      () -> own.unit.run(() -> app.accounts.save(account(3, "c", 1)))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another unit of work");
      own.commit();
      assertThat(app.accounts.count()).isEqualTo(1);
    }
  }

  @Tag("exhaustive")
  @Test
  void aBodyThatEndsTheTransactionIsFoundOut() {
    try (Scenario app = in(Stage.LIVE);
        OwnTransaction own = new OwnTransaction(app)) {
      assertThatThrownBy(
              () ->
                  own.unit.run(
                      () -> {
                        app.accounts.save(account(1, "a", 1));
                        own.commitUntold();
                        app.accounts.save(account(2, "b", 1));
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ended the transaction");
      own.rollBack();
      app.assertSettled();
      assertThat(app.rows.all(Side.LEGACY)).isEqualTo(app.rows.all(Side.TARGET));
    }
  }

  /** SQLite may give the whole transaction up then: nothing of it must be committed later. */
  @Tag("exhaustive")
  @Test
  void aDiskThatIsFullLeavesNothing() {
    try (Scenario app = in(Stage.DUAL_WRITE)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        own.execute("pragma max_page_count = 1"); // as many as there are, no less

        assertThatThrownBy(
                () ->
                    own.unit.run(
                        () -> {
                          for (int i = 2; i < 500; i++) {
                            app.accounts.save(account(i, "b" + i, 1).withNote("x".repeat(1_000)));
                          }
                        }))
            .isInstanceOf(StoreUnavailableException.class);
        own.commit();
      }
      app.assertSettled();
      assertThat(app.rows.all(Side.LEGACY).size()).isLessThan(2);
      assertThat(app.rows.all(Side.TARGET)).isEqualTo(app.rows.all(Side.LEGACY));
    }
  }

  @Tag("exhaustive")
  @Test
  void aServerThatEndsTheSessionLeavesNothing() {
    try (Scenario app = in(Stage.LIVE);
        OwnTransaction own = new OwnTransaction(app)) {
      own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
      endSession(app);

      assertThatThrownBy(() -> own.unit.run(() -> app.accounts.save(account(2, "b", 1))))
          .isInstanceOf(StoreUnavailableException.class);
      own.unit.rolledBack();
      assertThat(app.rows.all(Side.TARGET)).isEmpty();
    }
  }

  /** Not the body has ended the transaction then, though nothing is left to end. */
  @Test
  void aServerThatEndsTheSessionAtTheEndOfARunLeavesNothing() {
    try (Scenario app = in(Stage.LIVE);
        OwnTransaction own = new OwnTransaction(app)) {
      assertThatThrownBy(
              () ->
                  own.unit.run(
                      () -> {
                        app.accounts.save(account(1, "a", 1));
                        endSession(app);
                      }))
          .isInstanceOf(StoreUnavailableException.class);
      own.unit.rolledBack();
      assertThat(app.rows.all(Side.TARGET)).isEmpty();
    }
  }

  private static void endSession(Scenario app) {
    app.rows.text(
        Side.TARGET,
        "select pg_terminate_backend(pid) from pg_stat_activity"
            + " where datname = current_database() and state = 'idle in transaction'");
  }
}
