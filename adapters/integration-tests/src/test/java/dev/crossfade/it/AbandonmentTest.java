package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.AbandonReport;
import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.AvailabilityEvent;
import dev.crossfade.CrossfadeListener.AvailabilityEvent.Reason;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.ReconcileReport;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL is the primary and is gone; and comes back. */
class AbandonmentTest {
  private static final String ONLY_THERE = "only in the lost one";

  private static Settings.Builder quick(Settings.Builder settings) {
    return settings.heartbeat(Duration.ofMillis(100)).lease(Duration.ofSeconds(1));
  }

  private static Settings sibling() {
    return quick(Settings.builder()).instance("sibling").writeWait(Duration.ofSeconds(5)).build();
  }

  private static Scenario.Options proxied() {
    return Scenario.with().proxied().settings(s -> s.secondaryWait(Duration.ofMillis(200)));
  }

  /** A write that the legacy store has not got when its primary is lost. */
  private static void loseWith(Scenario app, long id) {
    app.sqlite.plan(Fault.DOWN, 1, Step.APPLY);
    app.accounts.save(account(id, ONLY_THERE, 1));
    app.proxy().refuse();
    app.sqlite.heal();
  }

  private static void awaitRefused(Scenario app) {
    app.proxy().pass();
    await("it is refused")
        .atMost(Scenario.PATIENCE)
        .until(
            () ->
                app.events.all(AvailabilityEvent.class).stream()
                    .anyMatch(event -> event.reason() == Reason.UNFIT && !event.available()));
    awaitFreshConnections(app);
  }

  /** The pool looks at those that were idle for long enough, and replaces the broken ones. */
  private static void awaitFreshConnections(Scenario app) {
    long begun = System.nanoTime();
    await("it answers")
        .atMost(Scenario.PATIENCE)
        .ignoreExceptionsInstanceOf(CrossfadeException.class)
        .until(
            () ->
                System.nanoTime() - begun > Duration.ofSeconds(1).toNanos()
                    && !app.postgres.identity().isEmpty());
  }

  private static void assertNotGivenUp(Scenario app, String why) {
    assertThatThrownBy(() -> app.migration.abandonPrimary("no need"))
        .isInstanceOf(MoveRefusedException.class)
        .hasMessageContaining(why);
    assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
  }

  @Test
  void whatIsThereIsNotGivenUp() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      assertThatThrownBy(() -> app.migration.abandonPrimary("no need"))
          .isInstanceOf(IllegalStateException.class);
      app.moveTo(Stage.LIVE);
      assertNotGivenUp(app, "move back");
      assertThatThrownBy(() -> app.migration.abandonPrimary(" "))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> app.migration.reconcile(Path.of("none")))
          .isInstanceOf(IllegalStateException.class);
      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
    }
  }

  /** To whoever asks the pool, a full one says the same as a server that is gone. */
  @Test
  void aPoolThatGivesNothingIsNoLoss() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.postgres.plan(Fault.DOWN, 1, Step.CONTROL_READ, Step.CATALOGUE, Step.IDENTITY);
      assertNotGivenUp(app, "can be reached");
      app.postgres.heal();
    }
  }

  @Test
  void whatCannotBeToldIsNoLoss() {
    try (Scenario app = proxied().startIn(Stage.LIVE)) {
      app.proxy().refuse();
      app.postgres.plan(Fault.HELD_BEFORE, 1, Step.REACH);
      Thread.currentThread().interrupt();
      assertNotGivenUp(app, "cannot be told");
      assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
      app.abandon(); // PostgreSQL is still away
    }
  }

  @Test
  void nobodyGivesUpWhatAnotherMayStillWriteTo() {
    try (Scenario app = proxied().settings(AbandonmentTest::quick).startIn(Stage.LIVE)) {
      try (Sibling other = new Sibling(app, sibling())) {
        assertThat(other.migration().stage()).isEqualTo(Stage.LIVE);
        app.proxy().refuse();
        assertNotGivenUp(app, "sibling");
      }
      await("its lease runs out")
          .atMost(Scenario.PATIENCE)
          .ignoreExceptionsInstanceOf(MoveRefusedException.class)
          .until(() -> app.migration.abandonPrimary("gone").to() == Stage.DUAL_WRITE);
      app.abandon(); // one that was given up may come back before the test is over
    }
  }

  /** What has become of the legacy store since it was looked at counts, and is not overwritten. */
  @Test
  void whoComesSecondChangesNothing() throws Exception {
    try (Scenario app = proxied().startIn(Stage.LIVE)) {
      app.proxy().refuse();
      app.sqlite.plan(Fault.HELD_BEFORE, 1, Step.CONTROL);
      CompletableFuture<AbandonReport> slow =
          CompletableFuture.supplyAsync(() -> app.migration.abandonPrimary("slow"));
      app.sqlite.awaitHit(Scenario.PATIENCE);
      app.rows.execute(
          Side.LEGACY,
          "update crossfade_control set state = 'OPEN', stage = 'dual_write',"
              + " epoch = epoch + 1000");
      app.sqlite.release();

      assertThat(slow)
          .failsWithin(Scenario.PATIENCE)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(MoveRefusedException.class);
      assertThat(
              app.rows.count(
                  Side.LEGACY, "select count(*) from crossfade_audit where action = 'abandoned'"))
          .isZero();
      app.abandon();
    }
  }

  @Test
  void whatIsLostIsGivenUpAndTakenBackWhenItReturns(@TempDir Path folder) throws Exception {
    try (Scenario app = proxied().startIn(Stage.LIVE)) {
      app.accounts.save(account(1, "in both", 1));
      app.assertSettled();
      long epoch = app.migration.epoch();
      loseWith(app, 2);

      Instant before = Instant.now();
      AbandonReport report = app.migration.abandonPrimary("the volume is gone");

      assertThat(report.to()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(report.epoch()).isGreaterThan(epoch);
      assertThat(report.nothingMissing()).isFalse();
      assertThat(report.provenUntil()).isBefore(before);
      assertThat(app.migration.primary()).isEqualTo(Side.LEGACY);
      assertThat(app.accounts.find(1L)).isPresent();
      assertThat(app.accounts.find(2L)).as("lost").isEmpty();
      app.accounts.save(account(3, "after", 1));
      assertThat(app.migration.audit(1))
          .extracting(AuditEntry::action)
          .containsExactly(Action.ABANDONED);

      awaitRefused(app);
      assertThat(app.rows.row(Side.TARGET, "account", 3)).as("not written to").isNull();

      Path file = folder.resolve("lost.txt");
      ReconcileReport reconciled = app.migration.reconcile(file);

      assertThat(reconciled.lost()).isEqualTo(1);
      assertThat(Files.readString(file)).contains("account 2: ").contains(ONLY_THERE);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("Migration.backfill()");
      await("it is written to again")
          .atMost(Scenario.PATIENCE)
          .until(app.migration::secondaryAvailable);
      app.migration.backfill();
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
      assertThat(app.migration.verify().isClean()).as("the row that only it had is gone").isTrue();
      app.moveTo(Stage.LIVE);
      assertThat(app.accounts.find(3L)).isPresent();
      assertThat(app.accounts.find(2L)).isEmpty();
      app.abandon(); // that it is refused is an error in the log
    }
  }

  /** A process that ends while its primary is away cannot come back; somebody must still decide. */
  @Test
  void whereNoProcessIsLeftItIsGivenUpWithoutOne() {
    try (Scenario app = proxied().settings(AbandonmentTest::quick).startIn(Stage.LIVE)) {
      app.accounts.save(account(1, "in both", 1));
      app.assertSettled();
      assertThatThrownBy(() -> app.builder().abandonPrimary(Scenario.MIGRATION, "no need"))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("can be reached");
      app.proxy().refuse();
      app.crossfade.close();
      assertThatThrownBy(app::open).isInstanceOf(StoreUnavailableException.class);

      assertThatThrownBy(() -> app.builder().abandonPrimary("another", "gone"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("there is no migration 'another'");
      assertThatThrownBy(() -> app.builder().abandonPrimary(Scenario.MIGRATION, " "))
          .isInstanceOf(IllegalArgumentException.class);
      await("the lease of the one that has ended runs out")
          .atMost(Scenario.PATIENCE)
          .ignoreExceptionsInstanceOf(MoveRefusedException.class)
          .untilAsserted(
              () -> {
                AbandonReport report = app.builder().abandonPrimary(Scenario.MIGRATION, "gone");
                assertThat(report.from()).isEqualTo(Stage.LIVE);
                assertThat(report.to()).isEqualTo(Stage.DUAL_WRITE);
                assertThat(report.provenUntil()).isNull();
                assertThat(report.nothingMissing()).isFalse();
              });
      assertThatThrownBy(() -> app.builder().abandonPrimary(Scenario.MIGRATION, "again"))
          .isInstanceOf(IllegalStateException.class);

      app.open();
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(app.migration.primary()).isEqualTo(Side.LEGACY);
      assertThat(app.accounts.find(1L)).isPresent();
      assertThat(app.migration.audit(1))
          .extracting(AuditEntry::action)
          .containsExactly(Action.ABANDONED);
      awaitRefused(app); // as one that was given up by a running process
      app.abandon();
    }
  }

  /** In complete the journal names nothing: keys are only remembered. */
  @Test
  void whatWasOnlyRememberedIsWrittenDownToo(@TempDir Path folder) throws Exception {
    try (Scenario app = proxied().startIn(Stage.COMPLETE)) {
      app.accounts.save(account(1, ONLY_THERE, 1));
      app.proxy().refuse();
      app.migration.abandonPrimary("the volume is gone");
      awaitRefused(app);

      Path file = folder.resolve("lost.txt");
      ReconcileReport reconciled = app.migration.reconcile(file);

      assertThat(reconciled.keys()).isEqualTo(1);
      assertThat(reconciled.lost()).isEqualTo(1);
      assertThat(Files.readString(file)).contains("account 1: ").contains(ONLY_THERE);
      assertThat(app.rows.count(Side.TARGET, "select count(*) from crossfade.remembered")).isZero();
      assertThat(app.rows.count(Side.TARGET, "select count(*) from crossfade.journal")).isZero();
      assertThat(app.rows.text(Side.TARGET, "select state from crossfade.control"))
          .containsExactly("[state=moved]");
      app.abandon(); // the stores differ until there was a backfill
    }
  }

  /** Past the rollback window nothing names them. */
  @Test
  void whatWasForgottenIsFoundByLookingAtAllRows(@TempDir Path folder) throws Exception {
    try (Scenario app = proxied().startIn(Stage.COMPLETE)) {
      app.accounts.save(account(1, ONLY_THERE, 1));
      app.rows.execute(Side.TARGET, "delete from crossfade.remembered");
      app.rows.execute(
          Side.TARGET,
          "insert into crossfade.evidence (migration, name, detail) values ('"
              + Scenario.MIGRATION
              + "', 'forgotten keys', '')");
      app.proxy().refuse();
      app.migration.abandonPrimary("the volume is gone");
      awaitRefused(app);

      Path file = folder.resolve("lost.txt");
      assertThat(app.migration.reconcile(file).lost()).isEqualTo(1);
      assertThat(Files.readString(file)).contains("account 1: ").contains(ONLY_THERE);
      app.abandon();
    }
  }

  /** Nobody has looked at it yet: what it has is not written over before it is written down. */
  @Test
  void whatHasJustComeBackIsNotWrittenTo() {
    try (Scenario app =
        Scenario.with()
            .proxied()
            .settings(
                s ->
                    s.secondaryWait(Duration.ofMillis(200))
                        .heartbeat(Duration.ofMinutes(1))
                        .lease(Duration.ofMinutes(5)))
            .startIn(Stage.LIVE)) {
      loseWith(app, 1);
      app.migration.abandonPrimary("the volume is gone");
      app.proxy().pass();
      awaitFreshConnections(app);

      app.accounts.save(account(1, "after", 1));
      assertThatThrownBy(app.migration::backfill)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("reconcile()");
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("reconcile()");

      app.accounts.save(account(1, "after", 2));
      assertThat(app.rows.row(Side.TARGET, "account", 1)).startsWith(ONLY_THERE);
      app.abandon();
    }
  }

  /** Neither does the way over off, where nobody looks at it, bring it back unseen. */
  @Test
  void whatWasGivenUpIsNotJoinedFromOff(@TempDir Path folder) throws Exception {
    try (Scenario app = proxied().startIn(Stage.LIVE)) {
      loseWith(app, 1);
      app.migration.abandonPrimary("the volume is gone");
      awaitRefused(app);
      app.migration.moveTo(Stage.OFF);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.DUAL_WRITE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("reconcile()");

      Path file = folder.resolve("lost.txt");
      assertThat(app.migration.reconcile(file).lost()).isEqualTo(1);
      assertThat(Files.readString(file)).contains(ONLY_THERE);
      app.migration.moveTo(Stage.DUAL_WRITE);
      app.abandon(); // the row that only it had is still there
    }
  }

  /** It says of itself that it is the primary; the file knows better, whoever holds it. */
  @Test
  void whoStartsWhileTheFileIsBusyDoesNotBelieveIt() throws SQLException {
    try (Scenario app =
        proxied().sqlite(s -> s.busyTimeout(Duration.ofMillis(300))).startIn(Stage.LIVE)) {
      app.proxy().refuse();
      app.migration.abandonPrimary("the volume is gone");
      app.shutDown();
      app.proxy().pass();
      app.abandon();
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + app.file());
          Statement statement = other.createStatement()) {
        statement.execute("begin immediate");
        assertThatThrownBy(app::open).isInstanceOf(StoreTimeoutException.class);
        statement.execute("rollback");
      }
      app.open();
      assertThat(app.migration.primary()).isEqualTo(Side.LEGACY);
    }
  }

  /** Each process has looked at it, found it refused, and hears of what another one has done. */
  @Test
  void whatOneProcessHasTakenBackTheOthersWriteToAgain(@TempDir Path folder) {
    try (Scenario app = proxied().settings(AbandonmentTest::quick).startIn(Stage.LIVE)) {
      loseWith(app, 1);
      app.migration.abandonPrimary("the volume is gone");
      awaitRefused(app);
      try (Sibling other = new Sibling(app, sibling())) {
        assertThat(other.migration().primary()).isEqualTo(Side.LEGACY);
        assertThat(other.migration().secondaryAvailable()).isFalse();

        assertThat(app.migration.reconcile(folder.resolve("lost.txt")).lost()).isEqualTo(1);

        await("both write to it")
            .atMost(Scenario.PATIENCE)
            .until(
                () -> app.migration.secondaryAvailable() && other.migration().secondaryAvailable());
        other.accounts().save(account(2, "by the other", 1));
        await("it is there")
            .atMost(Scenario.PATIENCE)
            .until(() -> app.rows.row(Side.TARGET, "account", 2) != null);
      }
      app.abandon(); // the row that only the returned one had is still there
    }
  }
}
