package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.BackfillReport;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.ParkedKey;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that are in each other's way, come late, or are refused. */
class AwkwardRowsTest {
  /**
   * Two acknowledged writes swap a unique value; the first one's rows reach the other store last.
   * Neither row alone can be written there: repair brings both.
   */
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void aSwapAcrossTwoWritesIsHealedByRepair(Stage stage) {
    try (Scenario app =
        Scenario.with().settings(s -> s.secondaryWait(Duration.ZERO)).startIn(stage)) {
      app.accounts.saveAll(List.of(account(1, "a", 1), account(2, "b", 2)));
      Entry child = app.entries.insert(new Entry(null, 1, BigDecimal.ONE));
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();

      app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY);
      app.accounts.save(account(1, "aside", 1));
      app.accounts.save(account(2, "a", 2));
      app.accounts.save(account(1, "b", 1));
      app.secondaryStore().heal();
      app.assertSettled();

      Side other = app.primary().other();
      assertThat(app.rows.row(other, "account", 1)).startsWith("b, 1,");
      assertThat(app.rows.row(other, "account", 2)).startsWith("a, 2,");
      assertThat(app.rows.row(other, "entry", child.id())).isEqualTo("1, 1");
    }
  }

  /** A circle of five needs all five in one transaction. */
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void aCircleOfUniqueValuesIsHealedByRepair(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      for (long id = 1; id <= 5; id++) {
        app.accounts.save(account(id, "code " + id, id));
      }
      app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY);
      app.accounts.save(account(1, "aside", 1));
      for (long id = 2; id <= 5; id++) {
        app.accounts.save(account(id, "code " + (id - 1), id));
      }
      app.accounts.save(account(1, "code 5", 1));
      app.secondaryStore().heal();
      app.assertSettled();

      assertThat(app.rows.row(app.primary().other(), "account", 1)).startsWith("code 5, 1,");
    }
  }

  /** A value freed by a delete and taken by another row, the delete being what arrives late. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void aValueFreedByADeleteIsTaken(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      app.accounts.save(account(1, "wanted", 1));
      app.secondaryStore().plan(Fault.NOT_EXECUTED, 1, Step.APPLY);
      assertThat(app.accounts.delete(1L)).isTrue();
      app.accounts.save(account(2, "wanted", 2));
      app.assertSettled();

      assertThat(app.rows.table(app.primary().other(), "account").keySet())
          .containsExactly("account 2");
    }
  }

  @Tag("exhaustive")
  @Test
  void parentsThatArriveLateAreBroughtAlong() {
    try (Scenario app = Scenario.with().settings(s -> s.backfillChunk(3)).start()) {
      for (long id = 1; id <= 10; id++) {
        app.accounts.save(account(id, "legacy " + id, id));
        app.entries.save(new Entry(id, id, BigDecimal.ONE));
      }
      app.migration.moveTo(Stage.DUAL_WRITE);

      // None of the accounts is there yet.
      app.entries.save(new Entry(100L, 7, BigDecimal.TEN));
      app.assertMinimal("entry 100", "account 7");
      BackfillReport report = app.migration.backfill();

      assertThat(report.rows()).containsEntry("account", 10L).containsEntry("entry", 11L);
      assertThat(report.refused()).isZero();
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void backfillDeletesWhatOnlyTheOtherStoreHas() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      app.rows.execute(
          Side.TARGET,
          List.of(
              "insert into account (id, code, balance, status) values (77, 'stray', 1, 'NEW')",
              "insert into entry (id, account_id, amount) values (78, 77, 1)",
              "insert into preference (name, text) values ('stray', 'x')"));

      app.migration.backfill();
      app.assertSettled();

      assertThat(app.rows.all(Side.TARGET).keySet()).containsExactly("account 1");
    }
  }

  /** Writes and deletes hit the chunk that is being copied, between its read and its write. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void writesBetweenTheReadAndTheWriteOfAChunk(Stage stage) throws Exception {
    try (Scenario app = Scenario.in(stage)) {
      for (long id = 1; id <= 5; id++) {
        app.accounts.save(account(id, "code " + id, id));
      }
      CountDownLatch release = new CountDownLatch(1);
      app.secondaryStore().plan(Fault.HELD_BEFORE, 1, release, Step.APPLY);
      Thread backfill = new Thread(() -> app.migration.backfill(), "backfill");
      backfill.start();
      app.secondaryStore().awaitHit(Scenario.PATIENCE);
      app.accounts.save(account(2, "code 2", 200));
      app.accounts.delete(3L);
      app.accounts.save(account(6, "code 6", 6));
      release.countDown();
      backfill.join(Scenario.PATIENCE.toMillis());

      app.assertSettled();
      assertThat(app.rows.row(app.primary().other(), "account", 2)).startsWith("code 2, 200,");
      assertThat(app.rows.table(app.primary().other(), "account")).hasSize(5);
    }
  }

  /**
   * The finish of a chunk is lost: its range stays live until upkeep finds it, and a key written in
   * it stays left, however often it is copied. Repair must come back to upkeep.
   */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void keysInAForgottenRangeDoNotKeepRepairFromItsUpkeep(Stage stage) {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.heartbeat(Duration.ofMinutes(1)).lease(Duration.ofMinutes(5)))
            .startIn(stage)) {
      app.accounts.save(account(1, "a", 1));
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
      app.primaryStore().plan(Fault.NOT_EXECUTED, 1, Step.FINISH);
      app.migration.backfill();
      assertThat(app.primaryStore().wasHit()).isTrue();
      assertThat(app.migration.journal().entries()).as("the forgotten range").isPositive();

      app.accounts.save(account(1, "a", 2));

      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void aRowThatPostgresRefusesIsParkedWithItsReason() {
    try (Scenario app = Scenario.with().settings(s -> s.parkAfter(2)).startIn(Stage.SHADOW)) {
      app.rows.execute(
          Side.TARGET, "alter table account add constraint no_bad check (code <> 'bad')");
      app.accounts.save(account(1, "bad", 1));
      app.accounts.save(account(2, "good", 1));

      await().atMost(Scenario.PATIENCE).until(() -> !app.migration.parked().isEmpty());

      ParkedKey parked = app.migration.parked().get(0);
      assertThat(parked.entity()).isEqualTo("account");
      assertThat(parked.key()).isEqualTo("1");
      assertThat(parked.reason()).contains("account").contains("no_bad");
      assertThat(parked.attempts()).isEqualTo(2);
      assertThat(app.migration.journal().parked()).isEqualTo(1);
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).as("but for it").isTrue();
      assertThat(app.rows.row(Side.TARGET, "account", 2)).startsWith("good,");
      assertThat(app.rows.row(Side.LEGACY, "account", 1)).as("never deleted").startsWith("bad,");
      assertThat(app.migration.verify().isClean()).isTrue();
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("1 keys are parked")
          .hasMessageContaining("retryParked");

      app.rows.execute(Side.TARGET, "alter table account drop constraint no_bad");
      assertThat(app.migration.retryParked()).isEqualTo(1);
      app.assertSettled();
      app.moveTo(Stage.LIVE);
      assertThat(app.accounts.findByCode("bad")).isPresent();
    }
  }

  /** The legacy file has what the library itself would refuse. */
  @Tag("exhaustive")
  @Test
  void aTextThatPostgresCannotHold() {
    try (Scenario app = Scenario.with().settings(s -> s.parkAfter(2)).startIn(Stage.DUAL_WRITE)) {
      app.rows.execute(
          Side.LEGACY,
          "insert into preference (name, text) values ('x', 'zero ' || char(0) || ' inside')");
      assertThat(app.migration.backfill().refused()).isEqualTo(1);
      await().atMost(Scenario.PATIENCE).until(() -> !app.migration.parked().isEmpty());
      assertThat(app.migration.parked().get(0).key()).isEqualTo("x");
      assertThat(app.migration.parked().get(0).reason()).contains("preference");

      app.preferences.save(new Preference("x", "fine"));
      app.migration.retryParked();
      app.assertSettled();

      assertThat(app.rows.row(Side.TARGET, "preference", "x")).isEqualTo("fine");
    }
  }

  /**
   * The row that is in the way has an entry of its own, which is to be healed first: being refused
   * until then is no reason to be given up.
   */
  @Tag("exhaustive")
  @Test
  void aCollisionThatPassesIsNotParked() throws Exception {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.secondaryWait(Duration.ZERO).parkAfter(5))
            .startIn(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "wanted", 1));
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
      CountDownLatch release = new CountDownLatch(1);
      app.postgres.plan(Fault.HELD_BEFORE, 1, release, Step.APPLY);
      assertThat(app.accounts.delete(1L)).isTrue();
      app.postgres.awaitHit(Scenario.PATIENCE);
      app.accounts.save(account(2, "wanted", 2));

      app.migration.awaitSettled(Duration.ofMillis(1_500));
      assertThat(app.migration.journal().parked()).isZero();
      release.countDown();
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void backfillSetsABadRowAsideAndGoesOn() {
    try (Scenario app = Scenario.with().settings(s -> s.backfillChunk(4).parkAfter(2)).start()) {
      for (int i = 0; i < 10; i++) {
        app.preferences.save(new Preference("name " + i, "good"));
      }
      app.rows.execute(
          Side.LEGACY, "update preference set text = 'bad ' || char(0) where name = 'name 5'");
      app.rows.execute(
          Side.LEGACY,
          "insert into account (id, code, balance, status) values (9, 'unreadable', 1, 'WHAT')");
      app.migration.moveTo(Stage.DUAL_WRITE);

      BackfillReport report = app.migration.backfill();

      assertThat(report.refused()).isEqualTo(2);
      assertThat(report.rows()).containsEntry("preference", 9L);
      await().atMost(Scenario.PATIENCE).until(() -> app.migration.parked().size() == 2);
      assertThat(app.migration.parked())
          .extracting(ParkedKey::key)
          .containsExactlyInAnyOrder("name 5", "9");
      assertThat(app.migration.parked())
          .extracting(ParkedKey::reason)
          .anySatisfy(reason -> assertThat(reason).contains("status"));

      app.preferences.save(new Preference("name 5", "good now"));
      app.rows.execute(Side.LEGACY, "update account set status = 'NEW' where id = 9");
      app.migration.retryParked();
      app.assertSettled();
      assertThat(app.rows.table(Side.TARGET, "preference")).hasSize(10);
    }
  }
}
