package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.SecondaryEvent;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.JoinedUnit;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Changed;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultSweep;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes that are part of a transaction of the application's own. */
class JoinedUnitTest {
  private static Scenario in(Stage stage) {
    Scenario app = Scenario.with().settings(s -> s.lease(Duration.ofSeconds(1))).startIn(stage);
    OwnTransaction.prepare(app);
    return app;
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void whatIsWrittenIsCommittedWithWhatTheApplicationDoesBesides(Stage stage) {
    try (Scenario app = in(stage)) {
      Account[] saved = new Account[1];
      try (OwnTransaction own = new OwnTransaction(app)) {
        saved[0] = own.unit.runOf(() -> app.accounts.save(account("a", 1)));
        own.note("one");
        own.unit.run(
            () -> {
              assertThat(app.accounts.findByCode("a")).as("read within").isPresent();
              assertThat(app.accounts.activate(saved[0].id())).isTrue();
              app.crossfade.unit(
                  Scenario.MIGRATION,
                  () -> app.entries.insert(new Entry(null, saved[0].id(), BigDecimal.TEN)));
            });
        assertThat(app.rows.all(app.primary())).as("before the commit").isEmpty();

        own.commit();
      }

      assertThat(OwnTransaction.notes(app, app.primary())).isEqualTo(1);
      assertThat(app.rows.all(app.primary())).hasSize(2);
      assertThat(app.accounts.get(saved[0].id()).status()).isEqualTo(Domain.Status.ACTIVE);
      if (stage.writesBoth()) {
        assertThat(app.rows.all(app.primary().other()))
            .as("there when committed() returns")
            .isEqualTo(app.rows.all(app.primary()));
        awaitApplied(app);
      }
    }
  }

  /** Told after the caller has been let go. */
  private static void awaitApplied(Scenario app) {
    await()
        .atMost(Scenario.PATIENCE)
        .untilAsserted(
            () -> assertThat(app.events.secondaries(SecondaryEvent.Outcome.APPLIED)).isEqualTo(1));
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE", "COMPLETE"})
  void whatIsRolledBackIsNowhere(Stage stage) {
    try (Scenario app = in(stage)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        own.note("one");
        own.rollBack();
      }

      assertThat(app.rows.all(app.primary())).isEmpty();
      assertThat(app.rows.all(app.primary().other())).isEmpty();
      assertThat(app.migration.journal().entries()).isZero();
    }
  }

  /** The library hears nothing of savepoints: what they undo must reach nobody. */
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void whatASavepointUndoesIsNotCarriedOver(Stage stage) {
    try (Scenario app = in(stage)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        Savepoint between = own.savepoint();
        own.unit.run(
            () -> {
              app.accounts.save(account(1, "a", 2));
              app.accounts.save(account(2, "b", 2));
            });
        own.rollBackTo(between);
        own.unit.run(
            () -> {
              app.accounts.save(account(3, "c", 3));
              Savepoint within = own.savepoint();
              app.accounts.save(account(3, "c", 4));
              app.accounts.save(account(4, "d", 4));
              app.accounts.delete(1L);
              own.rollBackTo(within);
            });
        app.primaryStore().plan(Fault.HELD_BEFORE, 1, Step.FINISH); // nothing is repaired so far
        own.commit();
      }

      assertThat(app.rows.all(app.primary())).containsOnlyKeys("account 1", "account 3");
      assertThat(app.rows.row(app.primary(), "account", 1)).startsWith("a, 1,");
      assertThat(app.rows.row(app.primary(), "account", 3)).startsWith("c, 3,");
      assertThat(app.rows.all(app.primary().other())).isEqualTo(app.rows.all(app.primary()));
      app.primaryStore().heal();
    }
  }

  /** Everything undone, then written again: earlier entries of a key come back, or do not. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void aKeyThatIsUndoneAndWrittenAgainIsCarriedOverAsItIs(Stage stage) {
    try (Scenario app = in(stage)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.note("begun");
        Savepoint first = own.savepoint();
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        own.rollBackTo(first);
        own.unit.run(() -> app.accounts.save(account(1, "a", 2)));
        Savepoint second = own.savepoint();
        own.unit.run(() -> app.accounts.save(account(1, "a", 3)));
        own.rollBackTo(second);
        own.unit.run(() -> app.accounts.save(account(1, "a", 4)));
        own.commit();
      }

      assertThat(app.rows.row(app.primary(), "account", 1)).startsWith("a, 4,");
      assertThat(app.rows.row(app.primary().other(), "account", 1)).startsWith("a, 4,");
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void aRunThatFailsLeavesNothingAndTheTransactionGoesOn(Stage stage) {
    try (Scenario app = in(stage)) {
      app.accounts.save(account(9, "taken", 1));
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        assertThatThrownBy(
                () ->
                    own.unit.run(
                        () -> {
                          app.accounts.save(account(2, "b", 1));
                          app.accounts.save(account(3, "taken", 1));
                        }))
            .isInstanceOf(DuplicateKeyException.class);
        assertThatThrownBy(
                () ->
                    own.unit.run(
                        () -> {
                          app.accounts.save(account(4, "d", 1));
                          Throwable caught =
                              catchThrowable(() -> app.accounts.save(account(5, "taken", 1)));
                          assertThat(caught).isInstanceOf(DuplicateKeyException.class);
                        }))
            .as("swallowed by the body")
            .isInstanceOf(DuplicateKeyException.class);
        assertThatThrownBy(
                () ->
                    own.unit.run(
                        () -> {
                          app.accounts.save(account(6, "f", 1));
                          throw new Changed();
                        }))
            .isInstanceOf(Changed.class);
        own.note("goes on");
        own.unit.run(() -> app.accounts.save(account(7, "g", 1)));
        own.commit();
      }

      assertThat(app.rows.all(app.primary()))
          .containsOnlyKeys("account 1", "account 7", "account 9");
      assertThat(app.rows.all(app.primary().other())).isEqualTo(app.rows.all(app.primary()));
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"DUAL_WRITE, true", "DUAL_WRITE, false", "LIVE, true", "LIVE, false"})
  void whatIsCommittedAndNotToldIsFound(Stage stage, boolean unknown) {
    try (Scenario app = in(stage)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        own.commitUntold();
        if (unknown) {
          own.unit.outcomeUnknown();
        }
      }

      app.assertSettled();
      assertThat(app.rows.row(app.primary().other(), "account", 1)).startsWith("a, 1,");
    }
  }

  /** Told before the commit, it can carry nothing; what is committed then is found. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void whatIsToldTooEarlyIsFoundToo(Stage stage) {
    try (Scenario app = in(stage)) {
      try (OwnTransaction own = new OwnTransaction(app)) {
        own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
        own.unit.committed();
        assertThat(app.rows.all(app.primary().other())).isEmpty();
        own.commitUntold();
      }

      app.assertSettled();
      assertThat(app.rows.row(app.primary().other(), "account", 1)).startsWith("a, 1,");
    }
  }

  /** Even if the transaction is a deferred one, as connections to SQLite begin them by default. */
  @Test
  void nobodyWritesToTheFileBetweenTheLookAtTheStageAndTheWrite() throws SQLException {
    try (Scenario app = in(Stage.DUAL_WRITE);
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + app.file());
        Statement statement = other.createStatement();
        OwnTransaction own = new OwnTransaction(app)) {
      statement.execute("pragma busy_timeout = 0");
      own.unit.run(
          () -> {
            assertThatThrownBy(() -> statement.execute("delete from account"))
                .hasMessageContaining("SQLITE_BUSY");
            app.accounts.save(account(1, "a", 1));
          });
      own.commit();

      app.assertSettled();
      assertThat(app.rows.row(Side.TARGET, "account", 1)).startsWith("a, 1,");
    }
  }

  /** The process dies between the commit and the word of it. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void whatADeadProcessHasCommittedIsAdopted(Stage stage) {
    try (Scenario app = in(stage)) {
      OwnTransaction own = new OwnTransaction(app);
      own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
      own.commitUntold();
      own.closeConnection();
      app.shutDown();
      assertThat(app.rows.all(stage.primary().other())).isEmpty();

      app.open();

      app.assertSettled();
      assertThat(app.rows.row(app.primary().other(), "account", 1)).startsWith("a, 1,");
    }
  }

  /** As long as nobody is told, a living process keeps its entries: nobody repairs them. */
  @Tag("exhaustive")
  @Test
  void betweenTheCommitAndTheWordOfItNobodyElseTakesTheEntries() {
    try (Scenario app = in(Stage.DUAL_WRITE);
        OwnTransaction own = new OwnTransaction(app)) {
      own.unit.run(() -> app.accounts.save(account(1, "a", 1)));
      own.commitUntold();
      assertThat(app.migration.awaitSettled(Duration.ofMillis(500))).isFalse();
      assertThat(app.rows.all(Side.TARGET)).isEmpty();

      own.unit.committed();

      assertThat(app.rows.row(Side.TARGET, "account", 1)).startsWith("a, 1,");
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({
    "DUAL_WRITE, true, NOT_EXECUTED", "DUAL_WRITE, true, REPLY_LOST",
    "DUAL_WRITE, false, NOT_EXECUTED", "DUAL_WRITE, false, REPLY_LOST",
    "LIVE, true, NOT_EXECUTED", "LIVE, true, REPLY_LOST",
    "LIVE, false, NOT_EXECUTED", "LIVE, false, REPLY_LOST"
  })
  void everyCallFailsOnce(Stage stage, boolean onPrimary, Fault fault) {
    try (Scenario app = in(stage)) {
      FaultyStore faulty = onPrimary ? app.primaryStore() : app.secondaryStore();
      long committed = 0;
      for (FaultSweep.Point point : FaultSweep.of(fault)) {
        point.arm(
            faulty,
            Step.MARK_AND_WRITE,
            Step.LOOK,
            Step.STATUS,
            Step.TAKE,
            Step.APPLY,
            Step.FINISH,
            Step.SETTLE,
            Step.FENCE,
            Step.INSTANCES);
        committed += transfer(app, point.nth()) ? 1 : 0;
        settle(app);
        assertThat(app.rows.all(app.primary().other()))
            .as("%s", point)
            .isEqualTo(app.rows.all(app.primary()));
        assertThat(OwnTransaction.notes(app, app.primary())).as("%s", point).isEqualTo(committed);
        assertThat(app.rows.table(app.primary(), "entry")).as("%s", point).hasSize((int) committed);
      }
      faulty.heal();
      assertThat(committed).isPositive();
    }
  }

  /** Two runs, a note, and a savepoint that undoes a third; whether it was committed. */
  private static boolean transfer(Scenario app, long n) {
    try (OwnTransaction own = new OwnTransaction(app)) {
      try {
        own.unit.run(() -> app.accounts.save(account(1, "a", n)));
        own.unit.run(
            () -> {
              app.accounts.save(account(1, "a", n + 1));
              app.entries.insert(new Entry(n, 1, BigDecimal.ONE));
            });
        own.note("transfer " + n);
        Savepoint before = own.savepoint();
        own.unit.run(() -> app.accounts.save(account(1, "phantom", 1)));
        own.rollBackTo(before);
      } catch (CrossfadeException e) {
        own.rollBack();
        return false;
      }
      own.commit();
      return true;
    }
  }

  private static void settle(Scenario app) {
    await("settled")
        .atMost(Scenario.PATIENCE)
        .ignoreExceptionsInstanceOf(CrossfadeException.class)
        .until(() -> app.migration.awaitSettled(Scenario.PATIENCE));
  }

  /** Whatever the framework calls, and however often. */
  @Tag("exhaustive")
  @Test
  void theFirstWordOfTheEndCounts() {
    try (Scenario app = in(Stage.DUAL_WRITE);
        OwnTransaction own = new OwnTransaction(app)) {
      JoinedUnit unit = own.unit;
      unit.run(() -> app.preferences.save(new Preference("a", "1")));
      own.commit();
      unit.committed();
      unit.rolledBack();
      unit.outcomeUnknown();
      awaitApplied(app);
      assertThatThrownBy(() -> unit.run(() -> app.preferences.save(new Preference("b", "1"))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has ended");
    }
  }
}
