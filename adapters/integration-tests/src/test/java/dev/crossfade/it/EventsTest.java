package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeListener.AvailabilityEvent;
import dev.crossfade.CrossfadeListener.BackfillEvent;
import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.CrossfadeListener.FailedMove;
import dev.crossfade.CrossfadeListener.FencingEvent;
import dev.crossfade.CrossfadeListener.FinishFailure;
import dev.crossfade.CrossfadeListener.ParkedEvent;
import dev.crossfade.CrossfadeListener.RecallEvent;
import dev.crossfade.CrossfadeListener.RepairFailure;
import dev.crossfade.CrossfadeListener.SecondaryEvent;
import dev.crossfade.CrossfadeListener.ShadowReadEvent;
import dev.crossfade.CrossfadeListener.UndoneAttempt;
import dev.crossfade.CrossfadeListener.VerificationEvent;
import dev.crossfade.CrossfadeListener.WriteEvent;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Instances.Counts;
import dev.crossfade.store.Instances.Origin;
import dev.crossfade.store.Instances.Pulse;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an operator's alarms hang on: everything of note is told, once, with what it is about. */
class EventsTest {
  @Test
  void theSecondaryGoesAndComesBack() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      assertThat(app.migration.secondaryAvailable()).isTrue();
      app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY, Step.INSTANCES);
      await()
          .atMost(Scenario.PATIENCE)
          .until(
              () -> {
                app.accounts.save(account(1, "a", 1));
                return !app.migration.secondaryAvailable();
              });
      app.secondaryStore().heal();
      await().atMost(Scenario.PATIENCE).until(app.migration::secondaryAvailable);

      List<AvailabilityEvent> events = app.events.all(AvailabilityEvent.class);
      assertThat(events).extracting(AvailabilityEvent::available).containsExactly(false, true);
      assertThat(events.get(0).store()).isEqualTo(app.secondaryStore().name());
      assertThat(events.get(0).failure()).isInstanceOf(StoreUnavailableException.class);
      assertThat(events.get(1).failure()).isNull();
    }
  }

  /** The store can be reached, but for writes: the breaker alone stands for it. */
  @Test
  void theBreakerOpensAndCloses() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.heartbeat(Duration.ofSeconds(2)).lease(Duration.ofMinutes(5)))
            .startIn(Stage.LIVE)) {
      app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY);
      for (int i = 0; i < 10; i++) {
        app.accounts.save(account(1, "a", i));
      }
      assertThat(app.migration.secondaryAvailable()).isFalse();
      assertThat(app.events.all(AvailabilityEvent.class))
          .extracting(AvailabilityEvent::reason)
          .containsExactly(AvailabilityEvent.Reason.BREAKER);
      assertThat(app.events.secondaries(SecondaryEvent.Outcome.SKIPPED)).isPositive();

      app.secondaryStore().heal();
      app.assertSettled();
      await().atMost(Scenario.PATIENCE).until(app.migration::secondaryAvailable);
      assertThat(app.events.all(AvailabilityEvent.class)).hasSize(2);
    }
  }

  @Tag("exhaustive")
  @Test
  void aParkedKeyIsNamedWithItsReason() {
    try (Scenario app = Scenario.with().settings(s -> s.parkAfter(2)).startIn(Stage.DUAL_WRITE)) {
      app.rows.execute(
          Side.TARGET, "alter table account add constraint no_bad check (code <> 'bad')");
      app.accounts.save(account(1, "bad", 1));
      await().atMost(Scenario.PATIENCE).until(() -> !app.events.all(ParkedEvent.class).isEmpty());

      ParkedEvent event = app.events.all(ParkedEvent.class).get(0);
      assertThat(event.migration()).isEqualTo(Scenario.MIGRATION);
      assertThat(event.parked()).isEqualTo(app.migration.parked().get(0));
      assertThat(event.parked().entity()).isEqualTo("account");
      assertThat(event.parked().key()).isEqualTo("1");
      assertThat(event.parked().attempts()).isEqualTo(2);
      assertThat(event.parked().reason()).contains("no_bad").doesNotContain("'bad'");
      assertThat(app.events.all(ParkedEvent.class)).hasSize(1);

      app.rows.execute(Side.TARGET, "alter table account drop constraint no_bad");
      app.migration.retryParked();
    }
  }

  @Tag("exhaustive")
  @Test
  void aMoveThatIsRefusedOrFailsSaysWhy() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class);
      app.primaryStore().plan(Fault.NOT_EXECUTED, 1, Step.CONTROL);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.OFF))
          .isInstanceOf(StoreUnavailableException.class);

      List<FailedMove> failed = app.events.all(FailedMove.class);
      assertThat(failed)
          .extracting(FailedMove::from, FailedMove::to)
          .containsExactly(
              tuple(Stage.DUAL_WRITE, Stage.SHADOW), tuple(Stage.DUAL_WRITE, Stage.OFF));
      assertThat(failed.get(0).reasons()).hasSize(1);
      assertThat(failed.get(0).reasons().get(0)).contains("Migration.backfill()");
      assertThat(failed.get(0).failure()).isInstanceOf(MoveRefusedException.class);
      assertThat(failed.get(1).failure()).isInstanceOf(StoreUnavailableException.class);
    }
  }

  @Tag("exhaustive")
  @Test
  void copiesTellHowFarTheyAreAndHowTheyEnded() {
    try (Scenario app = Scenario.with().settings(s -> s.backfillChunk(3)).start()) {
      for (int i = 1; i <= 8; i++) {
        app.accounts.save(account(i, "a" + i, i));
      }
      app.migration.moveTo(Stage.DUAL_WRITE);
      app.migration.backfill();
      app.migration.backfill();
      app.migration.verify();

      for (String activity : List.of("backfill", "verify")) {
        assertThat(
                app.events.progress().stream()
                    .filter(p -> p.activity().equals(activity) && p.entity().equals("account"))
                    .mapToLong(CopyProgress::more)
                    .sum())
            .as(activity)
            .isEqualTo(activity.equals("verify") ? 8 : 16);
      }
      assertThat(app.events.all(BackfillEvent.class))
          .hasSize(2)
          .allMatch(event -> event.counts() && event.report().totalRows() == 8);
      assertThat(app.events.all(VerificationEvent.class))
          .hasSize(1)
          .allMatch(event -> event.counts() && event.report().isClean());
    }
  }

  @Tag("exhaustive")
  @Test
  void fencingsAreTold() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.secondaryStore().plan(Fault.REPLY_LOST, 1, Step.APPLY);
      app.accounts.save(account(1, "a", 1));
      await().atMost(Scenario.PATIENCE).until(() -> fencings(app).size() == 1);

      UUID silent = UUID.randomUUID();
      app.primaryStore()
          .instances()
          .register(
              silent,
              new Origin(silent, "long gone", "1.2.3", Scenario.MIGRATION),
              new Pulse(null, 1, Counts.NONE));
      app.rows.execute(
          Side.LEGACY,
          "update crossfade_instance set heard_at = 0 where incarnation = x'"
              + silent.toString().replace("-", "")
              + "'");
      await().atMost(Scenario.PATIENCE).until(() -> fencings(app).size() == 2);
      assertThat(fencings(app))
          .containsExactly(FencingEvent.Cause.OUTCOME_UNKNOWN, FencingEvent.Cause.SILENT);
      assertThat(app.events.all(FencingEvent.class).get(1).incarnation()).isEqualTo(silent);
    }
  }

  private static List<FencingEvent.Cause> fencings(Scenario app) {
    return app.events.all(FencingEvent.class).stream().map(FencingEvent::cause).toList();
  }

  @Tag("exhaustive")
  @Test
  void aLostFinishIsTold() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.primaryStore().plan(Fault.NOT_EXECUTED, 1, Step.FINISH);
      app.accounts.save(account(1, "a", 1));
      await().atMost(Scenario.PATIENCE).until(() -> !app.events.all(FinishFailure.class).isEmpty());
      FinishFailure failure = app.events.all(FinishFailure.class).get(0);
      assertThat(failure.operations()).isEqualTo(1);
      assertThat(failure.failure()).isInstanceOf(StoreUnavailableException.class);
      assertThat(app.events.all(RepairFailure.class)).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void theWayBackFromCompleteIsTold() {
    try (Scenario app = Scenario.in(Stage.COMPLETE)) {
      app.accounts.save(account(1, "a", 1));
      app.accounts.save(account(2, "b", 1));
      app.moveTo(Stage.RAMP_DOWN);
      app.assertSettled();
      assertThat(app.events.all(RecallEvent.class))
          .containsExactly(new RecallEvent(Scenario.MIGRATION, 2));
    }
  }

  @Tag("exhaustive")
  @Test
  void anAttemptThatNobodyEndsIsUndoneAndTold() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      ControlRow open = app.primaryStore().control().read(Scenario.MIGRATION);
      assertThat(
              app.primaryStore()
                  .control()
                  .replace(
                      open,
                      open.closing(
                          UUID.randomUUID(), app.primaryStore().control().now().minusSeconds(1))))
          .isTrue();
      app.accounts.save(account(1, "a", 1));
      await().atMost(Scenario.PATIENCE).until(() -> !app.events.all(UndoneAttempt.class).isEmpty());
      assertThat(app.events.all(UndoneAttempt.class))
          .hasSize(1)
          .allMatch(event -> event.stage() == Stage.SHADOW);
    }
  }

  /** A write that its caller got is one event, however often it was run. */
  @Tag("exhaustive")
  @Test
  void retriesOfAConflictAreCountedInTheOneEvent() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      app.rows.execute(
          Side.TARGET,
          List.of(
              "create sequence tries",
              """
              create function give_up() returns trigger language plpgsql as $$
              begin
                if nextval('tries') < 3 then raise exception 'again' using errcode = '40001'; end if;
                return new;
              end $$
              """,
              "create trigger give_up before update on account"
                  + " for each row execute function give_up()"));

      assertThat(app.accounts.activate(1)).isTrue();
      app.rows.execute(Side.TARGET, "alter sequence tries minvalue -100 restart with -100");
      assertThatThrownBy(() -> app.accounts.add(1, BigDecimal.ONE))
          .isExactlyInstanceOf(ConflictException.class);
      app.rows.execute(Side.TARGET, "drop trigger give_up on account");

      assertThat(app.events.writes())
          .filteredOn(event -> !event.operation().equals("account.save"))
          .extracting(WriteEvent::operation, WriteEvent::retries)
          .containsExactly(tuple("account.activate", 2), tuple("account.add", 3));
    }
  }

  @Tag("exhaustive")
  @Test
  void aShadowReadThatFailsSaysWhy() {
    try (Scenario app = Scenario.with().settings(s -> s.shadowSampling(1)).startIn(Stage.SHADOW)) {
      app.rows.execute(Side.TARGET, "alter table preference rename to elsewhere");
      assertThat(app.preferences.find("x")).isEmpty();
      await()
          .atMost(Scenario.PATIENCE)
          .until(() -> app.events.shadowReads(ShadowReadEvent.Result.FAILED) == 1);
      assertThat(app.events.shadowReads().get(0).failure()).hasMessageContaining("preference");
      app.rows.execute(Side.TARGET, "alter table elsewhere rename to preference");
    }
  }
}
