package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.SwitchInProgressException;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The change of stage, while the application writes. */
class SwitchTest {
  /** Generous: a loaded machine is no defect, and writers give up after five seconds. */
  private static final Duration SANE_PAUSE = Duration.ofSeconds(4);

  @Test
  void thereAndBackUnderEightWriters() {
    try (Scenario app = Scenario.in(Stage.SHADOW);
        Writers writers = new Writers(app, 8)) {
      writers.awaitProgress();
      for (Stage next :
          List.of(
              Stage.LIVE,
              Stage.SHADOW,
              Stage.LIVE,
              Stage.RAMP_DOWN,
              Stage.COMPLETE,
              Stage.RAMP_DOWN)) {
        long epoch = app.migration.epoch();
        Stage from = app.migration.stage();
        if (next == Stage.LIVE) {
          assertThat(app.migration.verify().differences()).isEmpty();
        }

        MoveReport report = moved(app, next);

        assertThat(report.from()).isEqualTo(from);
        assertThat(report.to()).isEqualTo(next);
        assertThat(report.epoch()).isGreaterThan(epoch);
        if (from.primary() == next.primary() && next != Stage.COMPLETE) {
          assertThat(report.pause()).isZero();
        } else {
          assertThat(report.pause()).isPositive().isLessThan(SANE_PAUSE);
        }
        writers.awaitProgress();
      }
      writers.stop();
      app.assertSettled();
      writers.check();
      assertThat(app.events.moves()).extracting(MoveReport::to).contains(Stage.COMPLETE);
    }
  }

  /** Eight writers and a slow machine may need a second try; that is what a refusal says. */
  private static MoveReport moved(Scenario app, Stage next) {
    for (int tries = 1; ; tries++) {
      try {
        return app.migration.moveTo(next);
      } catch (MoveRefusedException e) {
        if (tries == 3) {
          throw e;
        }
      }
    }
  }

  @Test
  void noWriteIsAcceptedByTheOldPrimaryAfterTheDecision() {
    try (Scenario app = Scenario.in(Stage.SHADOW);
        Writers writers = new Writers(app, 4)) {
      writers.awaitProgress();
      assertThat(app.migration.verify().differences()).isEmpty();
      moved(app, Stage.LIVE);
      assertThat(app.rows.text(Side.LEGACY, "select * from crossfade_entry"))
          .as("what is left in the old primary")
          .isEmpty();
      writers.awaitProgress();

      assertThat(app.rows.count(Side.LEGACY, "select count(*) from crossfade_entry"))
          .as("marks in the old primary")
          .isZero();
      assertThat(
              app.rows.count(
                  Side.LEGACY,
                  "select count(*) from crossfade_control where lower(state) = 'moved'"))
          .isEqualTo(1);
      writers.stop();
      app.assertSettled();
      writers.check();
    }
  }

  @Tag("exhaustive")
  @Test
  void generatedKeysNeverCollide() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      Set<Long> ids = ConcurrentHashMap.newKeySet();
      Account highest = app.accounts.save(account(500, "chosen", 1));
      ids.add(highest.id());
      insert(app, ids, "legacy");
      assertThat(app.accounts.delete(app.accounts.insert(account("gone", 1)).id())).isTrue();

      app.moveTo(Stage.LIVE);
      insert(app, ids, "target");
      app.accounts.save(account(9_000, "chosen too", 1));
      ids.add(9_000L);
      app.moveTo(Stage.SHADOW);
      insert(app, ids, "back");
      app.moveTo(Stage.LIVE);
      insert(app, ids, "again");

      assertThat(ids).hasSize(22);
      assertThat(app.accounts.count()).isEqualTo(22);
    }
  }

  private static void insert(Scenario app, Set<Long> ids, String name) {
    for (int i = 0; i < 5; i++) {
      assertThat(ids.add(app.accounts.insert(account(name + i, 1)).id())).isTrue();
    }
  }

  /** Where a migration gets only with an empty journal. */
  private static Stage behindADrain(Stage from) {
    return switch (from) {
      case SHADOW -> Stage.LIVE;
      case LIVE -> Stage.SHADOW;
      default -> Stage.COMPLETE;
    };
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE", "RAMP_DOWN"})
  void aDrainThatCannotFinishIsUndone(Stage from) {
    Stage to = behindADrain(from);
    try (Scenario app =
        Scenario.with()
            .settings(
                s ->
                    s.switchLimit(Duration.ofMillis(300))
                        .writeWait(Duration.ofSeconds(5))
                        .secondaryWait(Duration.ZERO))
            .startIn(from)) {
      assertThat(app.migration.verify().differences()).isEmpty();
      long epoch = app.migration.epoch();
      app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY);
      app.accounts.save(account(1, "a", 1));

      assertThatThrownBy(() -> app.migration.moveTo(to))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("did not drain");

      assertThat(app.migration.stage()).isEqualTo(from);
      assertThat(app.migration.epoch()).isEqualTo(epoch);
      assertThat(app.accounts.save(account(2, "b", 1)).id()).isEqualTo(2);
      app.secondaryStore().heal();
      app.assertSettled();
      app.migration.moveTo(to);
      assertThat(app.migration.stage()).isEqualTo(to);
    }
  }

  /** Refused for good after the gates were asked: to wait longer helps nobody. */
  @Tag("exhaustive")
  @Test
  void aKeyThatIsParkedWhileTheJournalDrainsEndsTheMove() throws Exception {
    try (Scenario app =
        Scenario.with()
            .settings(
                s ->
                    s.parkAfter(1)
                        .writeWait(Duration.ofSeconds(60))
                        .switchLimit(Duration.ofSeconds(50)))
            .startIn(Stage.SHADOW)) {
      app.rows.execute(
          Side.TARGET, "alter table account add constraint no_bad check (code <> 'bad')");
      assertThat(app.migration.verify().differences()).isEmpty();
      app.sqlite.plan(Fault.HELD_BEFORE, 1, Step.CONTROL); // the closing
      CompletableFuture<MoveReport> move =
          CompletableFuture.supplyAsync(() -> app.migration.moveTo(Stage.LIVE));
      app.sqlite.awaitHit(Scenario.PATIENCE);
      app.accounts.save(account(1, "bad", 1));
      await("it is parked")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.migration.journal().parked() == 1);
      long changes = app.sqlite.calls(Step.CONTROL);
      app.sqlite.release();

      assertThatThrownBy(() -> move.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("1 keys are parked");

      assertThat(app.sqlite.calls(Step.CONTROL) - changes)
          .as("the decision it has tried, and its undoing")
          .isEqualTo(2);
      assertThat(app.migration.stage()).isEqualTo(Stage.SHADOW);
      app.rows.execute(Side.TARGET, "alter table account drop constraint no_bad");
      assertThat(app.migration.retryParked()).isEqualTo(1);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE", "RAMP_DOWN"})
  void aLostAnswerToTheDecisionIsNoLostDecision(Stage from) {
    Stage to = behindADrain(from);
    for (Fault fault : List.of(Fault.NOT_EXECUTED, Fault.REPLY_LOST)) {
      for (int nth = 1; nth <= 2; nth++) {
        try (Scenario app = Scenario.in(from)) {
          app.accounts.save(account(1, "a", 1));
          assertThat(app.migration.verify().differences()).isEmpty();
          app.primaryStore().plan(fault, nth, Step.CONTROL);
          String what = fault + " at change " + nth + " of the control row";

          Outcome outcome = Worlds.outcome(() -> app.migration.moveTo(to));

          assertThat(app.migration.stage()).as(what).isIn(from, to);
          app.primaryStore().heal();
          await(what + ": writers go on after " + outcome)
              .atMost(Scenario.PATIENCE)
              .ignoreExceptionsInstanceOf(SwitchInProgressException.class)
              .until(() -> app.accounts.save(account(2, "b", 1)).id() == 2);
          assertThat(app.events.writes())
              .as(what + ": no writer has waited for an attempt that was over")
              .filteredOn(write -> write.failure() instanceof SwitchInProgressException)
              .isEmpty();
          app.assertSettled();
        }
      }
    }
  }

  @Tag("exhaustive")
  @Test
  void aLostDecisionIsFoundAlsoWhereOthersHaveMovedOnSince() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      assertThat(app.migration.verify().differences()).isEmpty();
      long epoch = app.migration.epoch();
      Settings patient =
          app.settings().toBuilder()
              .instance("sibling")
              .writeWait(Duration.ofSeconds(60))
              .switchLimit(Duration.ofSeconds(40))
              .build();
      try (Sibling other =
          new Sibling(
              app,
              patient,
              LostDecision.in(app.newSqliteStore(), () -> app.migration.moveTo(Stage.SHADOW)))) {

        MoveReport report = other.migration().moveTo(Stage.LIVE);

        assertThat(report.to()).isEqualTo(Stage.LIVE);
        assertThat(report.epoch()).isEqualTo(epoch + 1);
        assertThat(app.migration.epoch()).isEqualTo(epoch + 2);
        await("it sees the later move")
            .atMost(Scenario.PATIENCE)
            .until(() -> other.migration().stage() == Stage.SHADOW);
      }
    }
  }

  /** It reads the old primary's row before the decision, and the new one's after it. */
  @Tag("exhaustive")
  @Test
  void aStartDuringAChangeOfPrimaryFindsItsEnd() throws Exception {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      assertThat(app.migration.verify().differences()).isEmpty();
      FaultyStore target = FaultyStore.around(app.newPostgresStore());
      target.plan(Fault.HELD_BEFORE, 1, Step.CONTROL_READ);
      Settings settings = app.settings().toBuilder().instance("sibling").build();
      CompletableFuture<Sibling> start =
          CompletableFuture.supplyAsync(
              () -> new Sibling(app, settings, app.newSqliteStore(), target));
      target.awaitHit(Scenario.PATIENCE);
      app.migration.moveTo(Stage.LIVE);

      target.release();

      try (Sibling other = start.get(120, TimeUnit.SECONDS)) {
        assertThat(other.migration().stage()).isEqualTo(Stage.LIVE);
      }
    }
  }

  @Tag("exhaustive")
  @Test
  void anAttemptOfAnotherProcessIsNotDisturbed() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      ControlTable control = app.sqlite.control();
      ControlRow open = control.read(Scenario.MIGRATION);
      ControlRow closing = open.closing(UUID.randomUUID(), control.now().plusSeconds(60));
      assertThat(control.replace(open, closing)).isTrue();

      assertThatThrownBy(() -> app.migration.moveTo(Stage.DUAL_WRITE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("somebody else is changing the stage");

      assertThat(control.read(Scenario.MIGRATION)).isEqualTo(closing);
      assertThat(control.replace(closing, open)).as("it ends").isTrue();
      app.migration.moveTo(Stage.DUAL_WRITE);
    }
  }

  @Tag("exhaustive")
  @Test
  void aForwardJumpIsRefusedWithThePath() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("stays in dual_write")
          .hasMessageContaining("shadow");
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
    }
  }

  @Tag("exhaustive")
  @Test
  void gatesAskForBackfillAndVerification() {
    try (Scenario app = Scenario.in(Stage.OFF)) {
      app.accounts.save(account(1, "a", 1));
      app.migration.moveTo(Stage.DUAL_WRITE);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("Migration.backfill()");
      app.migration.backfill();
      app.migration.moveTo(Stage.SHADOW);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("Migration.verify()");
      app.migration.verify();
      app.migration.moveTo(Stage.LIVE);
      assertThat(app.accounts.find(1L)).isPresent();
    }
  }

  /** What was the same before the cutover is not proved by that after it. */
  @Tag("exhaustive")
  @Test
  void differencesFoundWhileLiveStillCountAfterTheWayBack() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      app.assertSettled();
      app.rows.execute(Side.LEGACY, "update account set balance = 77 where id = 1");
      assertThat(app.migration.verify().differences()).hasSize(1);
      app.moveTo(Stage.SHADOW);

      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("a later one has found differences");

      app.migration.repair(app.migration.verify().differences());
      assertThat(app.migration.verify().isClean()).isTrue();
      app.migration.moveTo(Stage.LIVE);
    }
  }

  @Tag("exhaustive")
  @Test
  void backToOffWalksBackAndVoidsTheEvidence() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));

      MoveReport report = app.migration.moveTo(Stage.OFF);

      assertThat(report.from()).isEqualTo(Stage.LIVE);
      assertThat(report.to()).isEqualTo(Stage.OFF);
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
      assertThat(app.rows.row(Side.LEGACY, "account", 1)).startsWith("a, 1,");
      app.accounts.save(account(2, "only in legacy", 1));
      app.migration.moveTo(Stage.DUAL_WRITE);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("no backfill");
      app.migration.backfill();
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
    }
  }

  @Tag("exhaustive")
  @Test
  void completeRemembersKeysAndTheWayBackCopiesThem() {
    try (Scenario app = Scenario.in(Stage.RAMP_DOWN)) {
      List<Account> made =
          app.accounts.saveAll(List.of(account("a", 1), account("b", 2), account("c", 3)));
      Account first = made.get(0);
      app.entries.insert(new Entry(null, made.get(2).id(), BigDecimal.ONE));
      app.moveTo(Stage.COMPLETE);
      Map<String, String> before = app.rows.all(Side.LEGACY);

      app.accounts.save(first.withBalance(100));
      app.accounts.delete(made.get(2).id());
      app.accounts.insert(account("new", 4));
      app.preferences.save(new Preference("x", "y"));
      app.accounts.activate(made.get(1).id());
      assertThat(app.rows.all(Side.LEGACY)).isEqualTo(before);

      app.moveTo(Stage.RAMP_DOWN);
      app.assertSettled();

      assertThat(app.rows.all(Side.LEGACY)).isNotEqualTo(before);
      assertThat(app.rows.row(Side.LEGACY, "account", first.id())).startsWith("a, 100,");
      assertThat(app.rows.table(Side.LEGACY, "entry")).isEmpty();
      app.moveTo(Stage.SHADOW);
      assertThat(app.accounts.insert(account("newer", 5)).id()).isPositive();
    }
  }

  @Tag("exhaustive")
  @Test
  void theStageSurvivesARestart() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      Account saved = app.accounts.save(account(1, "a", 1));
      long epoch = app.migration.epoch();
      app.shutDown();
      app.open();

      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
      assertThat(app.migration.epoch()).isEqualTo(epoch);
      assertThat(app.accounts.find(1L)).contains(saved);
      app.accounts.save(saved.withBalance(2));
    }
  }

  @Tag("exhaustive")
  @Test
  void aMoveToTheStageThatIsDoesNothing() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      long epoch = app.migration.epoch();
      MoveReport report = app.migration.moveTo(Stage.DUAL_WRITE);
      assertThat(report.from()).isEqualTo(report.to());
      assertThat(app.migration.epoch()).isEqualTo(epoch);
    }
  }

  /** A second process that nobody tells; its next write is made under the new stage. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE"})
  void anInstanceWithAnOldViewWritesUnderTheNewStage(Stage from) {
    Stage to = from == Stage.SHADOW ? Stage.LIVE : Stage.SHADOW;
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.heartbeat(Duration.ofMinutes(1)).lease(Duration.ofMinutes(5)))
            .startIn(from)) {
      assertThat(app.migration.verify().differences()).isEmpty();
      Settings settings = app.settings().toBuilder().instance("sibling").build();
      try (Sibling other =
          new Sibling(
              app, settings, app.newSqliteStore(), StoreWithout.notices(app.newPostgresStore()))) {
        app.migration.moveTo(to);
        assertThat(other.migration().stage()).isEqualTo(from);

        other.accounts().save(account(1, "from the other", 1));

        assertThat(other.migration().stage()).isEqualTo(to);
        assertThat(app.rows.row(to.primary(), "account", 1)).startsWith("from the other, 1,");
        assertThat(other.migration().awaitSettled(Scenario.PATIENCE)).isTrue();
      }
    }
  }
}
