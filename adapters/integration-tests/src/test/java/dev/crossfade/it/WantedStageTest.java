package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.WantedEvent;
import dev.crossfade.Migration;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.WantedStage;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A setting is the wanted stage: obeyed once, by all or by none, and not against an operator. */
class WantedStageTest {
  private static Scenario wanting(Stage stage) {
    return Scenario.with().settings(s -> s.stage(Scenario.MIGRATION, stage)).start();
  }

  private static Settings wanting(Scenario app, Stage stage) {
    return app.settings().toBuilder().stage(Scenario.MIGRATION, stage).build();
  }

  private static Sibling sibling(Scenario app, Stage wanted) {
    return new Sibling(app, wanting(app, wanted).toBuilder().instance("sibling").build());
  }

  private static void awaitObeyed(Migration migration, Stage stage) {
    await(stage + " is obeyed")
        .atMost(Scenario.PATIENCE)
        .until(
            () -> migration.wanted().equals(Optional.of(new WantedStage(stage, true, List.of()))));
  }

  private static void awaitRefusal(Migration migration, String reason) {
    await("refused because " + reason)
        .atMost(Scenario.PATIENCE)
        .until(() -> migration.wanted().orElseThrow().reasons().toString().contains(reason));
  }

  /** Long enough for anything that is to be obeyed to have been obeyed. */
  private static void awaitHeartbeats(Scenario app) {
    long before = app.primaryStore().calls(Step.INSTANCES);
    await("heartbeats")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.primaryStore().calls(Step.INSTANCES) > before + 8);
  }

  @Test
  void withoutASettingNothingIsWanted() {
    try (Scenario app = Scenario.in(Stage.OFF)) {
      assertThat(app.migration.wanted()).isEmpty();
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .doesNotContain("crossfade-wanted-bank");
    }
  }

  @Test
  void aSettingIsObeyedOnce() {
    try (Scenario app = wanting(Stage.DUAL_WRITE)) {
      awaitObeyed(app.migration, Stage.DUAL_WRITE);
      await("it is told").until(() -> app.events.wanted().size() == 1);

      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(app.migration.epoch()).isEqualTo(2);
      awaitHeartbeats(app);
      assertThat(app.migration.epoch()).as("epoch some looks later").isEqualTo(2);
      assertThat(app.events.wanted())
          .containsExactly(new WantedEvent(Scenario.MIGRATION, Stage.DUAL_WRITE, true, List.of()));
    }
  }

  @Tag("exhaustive")
  @Test
  void aSettingThatIsTrueAlreadyCountsAsObeyed() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      long epoch = app.migration.epoch();
      app.source.change(wanting(app, Stage.DUAL_WRITE));
      awaitObeyed(app.migration, Stage.DUAL_WRITE);
      assertThat(app.migration.epoch()).isEqualTo(epoch);

      app.migration.moveTo(Stage.OFF);
      awaitHeartbeats(app);
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
    }
  }

  @Tag("exhaustive")
  @Test
  void aMoveByHandSupersedesAlsoForTheNextProcess() {
    try (Scenario app = wanting(Stage.DUAL_WRITE)) {
      awaitObeyed(app.migration, Stage.DUAL_WRITE);

      app.migration.moveTo(Stage.OFF);
      awaitHeartbeats(app);
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
      app.shutDown();
      app.open();
      awaitHeartbeats(app);

      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
      assertThat(app.migration.wanted())
          .contains(new WantedStage(Stage.DUAL_WRITE, true, List.of()));
    }
  }

  @Tag("exhaustive")
  @Test
  void aMoveByHandAlsoSupersedesWhatWasRefused() {
    try (Scenario app = Scenario.in(Stage.SHADOW);
        Sibling other = sibling(app, Stage.RAMP_DOWN)) {
      app.source.change(wanting(app, Stage.LIVE));
      awaitRefusal(app.migration, "'sibling' wants ramp_down");

      app.migration.moveTo(Stage.DUAL_WRITE);

      awaitObeyed(app.migration, Stage.LIVE);
      awaitObeyed(other.migration(), Stage.RAMP_DOWN);
      other.apply(wanting(app, Stage.LIVE));
      assertThat(app.migration.verify().differences()).isEmpty();
      awaitHeartbeats(app);
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
    }
  }

  @Tag("exhaustive")
  @Test
  void aMoveByHandToTheStageThatIsWithdrawsTheSetting() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.source.change(wanting(app, Stage.SHADOW));
      awaitRefusal(app.migration, "backfill");
      long epoch = app.migration.epoch();

      app.migration.moveTo(Stage.DUAL_WRITE);
      app.migration.backfill();
      awaitHeartbeats(app);

      awaitObeyed(app.migration, Stage.SHADOW);
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(app.migration.epoch()).isEqualTo(epoch);
    }
  }

  @Tag("exhaustive")
  @Test
  void aSettingThatIsTakenBackIsNotObeyed() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.source.change(wanting(app, Stage.SHADOW));
      awaitRefusal(app.migration, "backfill");

      app.source.change(app.settings());
      app.migration.backfill();
      awaitHeartbeats(app);

      assertThat(app.migration.wanted()).isEmpty();
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
    }
  }

  /** Both may try at the same moment; the control row lets one of them. */
  @Tag("exhaustive")
  @Test
  void differentSettingsAreObeyedByNobodyUntilAllAgree() {
    try (Scenario app = wanting(Stage.OFF);
        Sibling other = sibling(app, Stage.OFF)) {
      awaitObeyed(app.migration, Stage.OFF);
      long epoch = app.migration.epoch();

      app.source.change(wanting(app, Stage.DUAL_WRITE));
      awaitRefusal(app.migration, "'sibling' wants off");
      awaitHeartbeats(app);
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
      other.apply(wanting(app, Stage.DUAL_WRITE));

      awaitObeyed(app.migration, Stage.DUAL_WRITE);
      awaitObeyed(other.migration(), Stage.DUAL_WRITE);
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(other.migration().stage()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(app.migration.epoch()).isEqualTo(epoch + 1);
    }
  }

  @Tag("exhaustive")
  @Test
  void anInstanceThatWantsNothingIsNotWaitedFor() {
    try (Scenario app = Scenario.in(Stage.OFF);
        Sibling other = new Sibling(app)) {
      app.source.change(wanting(app, Stage.DUAL_WRITE));

      awaitObeyed(app.migration, Stage.DUAL_WRITE);

      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(other.migration().wanted()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void whatAGateRefusesIsObeyedOnceItOpens() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      app.source.change(wanting(app, Stage.LIVE));
      awaitRefusal(app.migration, "Migration.verify()");
      assertThat(app.migration.wanted().orElseThrow().obeyed()).isFalse();
      assertThat(app.migration.stage()).isEqualTo(Stage.SHADOW);

      assertThat(app.migration.verify().differences()).isEmpty();

      awaitObeyed(app.migration, Stage.LIVE);
      await("it is told").until(() -> app.events.wanted().size() == 2);
      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
      assertThat(app.events.wanted()).extracting(WantedEvent::obeyed).containsExactly(false, true);
      assertThat(app.events.wanted().get(0).reasons().toString()).contains("Migration.verify()");
    }
  }

  @Tag("exhaustive")
  @Test
  void aGateThatIsOpenedElsewhereIsFoundOpen() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE);
        Sibling other = new Sibling(app)) {
      app.source.change(wanting(app, Stage.SHADOW));
      awaitRefusal(app.migration, "Migration.backfill()");

      other.migration().backfill();

      awaitObeyed(app.migration, Stage.SHADOW);
      assertThat(app.migration.stage()).isEqualTo(Stage.SHADOW);
    }
  }

  @Tag("exhaustive")
  @Test
  void aForwardJumpIsRefusedWithThePath() {
    try (Scenario app = wanting(Stage.LIVE)) {
      awaitRefusal(app.migration, "dual_write, shadow, live");
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
    }
  }

  @Tag("exhaustive")
  @Test
  void backwardsAllStagesAreGone() {
    try (Scenario app = Scenario.in(Stage.RAMP_DOWN)) {
      app.accounts.save(account(1, "a", 1));

      app.source.change(wanting(app, Stage.OFF));

      awaitObeyed(app.migration, Stage.OFF);
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
      assertThat(app.rows.row(Side.LEGACY, "account", 1)).startsWith("a, 1,");
    }
  }

  @Tag("exhaustive")
  @Test
  void anAnswerThatIsLostIsFoundInTheControlRow() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.migration.backfill();
      long epoch = app.migration.epoch();
      app.sqlite.plan(Fault.REPLY_LOST, 1, Step.CONTROL);

      app.source.change(wanting(app, Stage.SHADOW));

      awaitObeyed(app.migration, Stage.SHADOW);
      assertThat(app.sqlite.wasHit()).isTrue();
      assertThat(app.migration.stage()).isEqualTo(Stage.SHADOW);
      assertThat(app.migration.epoch()).isEqualTo(epoch + 1);
    }
  }

  /** The drain of this change would go on for half a minute. */
  @Tag("exhaustive")
  @Test
  void aMoveUnderWayEndsSoonWithTheApplication() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.writeWait(Duration.ofSeconds(60)).switchLimit(Duration.ofSeconds(50)))
            .startIn(Stage.SHADOW)) {
      assertThat(app.migration.verify().differences()).isEmpty();
      beginAWriteElsewhere(app);
      app.source.change(wanting(app, Stage.LIVE));
      await("the change of primary has begun")
          .atMost(Scenario.PATIENCE)
          .until(() -> isControl(app, "closing"));

      long begun = System.nanoTime();
      app.shutDown();

      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(12));
      assertThat(isControl(app, "open")).isTrue();
      endTheWriteElsewhere(app);
      app.open();
      app.assertSettled();
    }
  }

  /** A change of primary cannot drain, and nothing is left that could be repaired before it. */
  private static void beginAWriteElsewhere(Scenario app) {
    app.rows.execute(
        Side.LEGACY,
        "insert into crossfade_instance (incarnation, process, instance, version, migration,"
            + " heard_at, epoch) select '9f1c1c1e-6f0e-4c0a-9d53-1f2a3b4c5d6e',"
            + " '9f1c1c1e-6f0e-4c0a-9d53-1f2a3b4c5d6e', 'elsewhere', version, migration,"
            + " 4102444800000, "
            + app.migration.epoch()
            + " from crossfade_instance where migration = 'bank' limit 1");
    app.rows.execute(
        Side.LEGACY,
        "insert into crossfade_entry (owner, id, migration, entity, key_from, is_range, made_at)"
            + " values ('9f1c1c1e-6f0e-4c0a-9d53-1f2a3b4c5d6e', 1, 'bank', 'account', x'01', 0,"
            + " 0)");
  }

  private static void endTheWriteElsewhere(Scenario app) {
    app.rows.execute(Side.LEGACY, "delete from crossfade_entry");
    app.rows.execute(Side.LEGACY, "delete from crossfade_instance where instance = 'elsewhere'");
  }

  /**
   * All writes wait for such an attempt, so what does no more than look does not bring the next.
   */
  @Tag("exhaustive")
  @Test
  void afterADrainInVainThePrimaryIsLeftOpenForAWhile() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.switchLimit(Duration.ofMillis(200)))
            .startIn(Stage.SHADOW)) {
      assertThat(app.migration.verify().differences()).isEmpty();
      beginAWriteElsewhere(app);
      app.source.change(wanting(app, Stage.LIVE));
      awaitRefusal(app.migration, "did not drain");
      long changes = app.primaryStore().calls(Step.CONTROL);
      endTheWriteElsewhere(app);

      app.source.change(wanting(app, Stage.LIVE));
      awaitHeartbeats(app);
      assertThat(app.primaryStore().calls(Step.CONTROL)).isEqualTo(changes);
      assertThat(app.migration.wanted().orElseThrow().reasons().toString()).contains("drain");
      app.source.change(
          wanting(app, Stage.LIVE).toBuilder().switchLimit(Duration.ofSeconds(3)).build());

      awaitObeyed(app.migration, Stage.LIVE);
      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
    }
  }

  /** In shadow, wanting live, while a key is left that the other store does not take. */
  private static Scenario catchingUp() {
    Scenario app =
        Scenario.with().settings(s -> s.secondaryWait(Duration.ZERO)).startIn(Stage.SHADOW);
    assertThat(app.migration.verify().differences()).isEmpty();
    app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY);
    app.accounts.save(account(1, "a", 1));
    await("a key is left")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.migration.journal().left() == 1);
    app.source.change(wanting(app, Stage.LIVE));
    long before = app.primaryStore().calls(Step.STATUS);
    await("it catches up")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.primaryStore().calls(Step.STATUS) > before + 8);
    return app;
  }

  @Tag("exhaustive")
  @Test
  void thePrimaryIsNotClosedWhileAnythingIsLeft() {
    try (Scenario app = catchingUp()) {
      long changes = app.primaryStore().calls(Step.CONTROL);
      awaitHeartbeats(app);
      assertThat(app.primaryStore().calls(Step.CONTROL)).isEqualTo(changes);

      app.secondaryStore().heal();

      awaitObeyed(app.migration, Stage.LIVE);
      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
    }
  }

  @Tag("exhaustive")
  @Test
  void aSettingThatIsTakenBackWhileItIsObeyedIsObeyedNoFurther() {
    try (Scenario app = catchingUp()) {
      long epoch = app.migration.epoch();
      app.source.change(app.settings());

      app.secondaryStore().heal();

      app.assertSettled();
      awaitHeartbeats(app);
      assertThat(app.migration.stage()).isEqualTo(Stage.SHADOW);
      assertThat(app.migration.epoch()).isEqualTo(epoch);
      assertThat(app.events.wanted()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void aSettingThatIsTakenBackEndsAWayBackWithTheStepUnderWay() throws Exception {
    try (Scenario app = Scenario.in(Stage.RAMP_DOWN)) {
      app.postgres.plan(Fault.HELD_AFTER, 1, Step.CONTROL);
      app.source.change(wanting(app, Stage.OFF));
      app.postgres.awaitHit(Scenario.PATIENCE);

      app.source.change(app.settings());
      app.postgres.release();

      await("the step").atMost(Scenario.PATIENCE).until(() -> app.migration.stage() == Stage.LIVE);
      awaitHeartbeats(app);
      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
    }
  }

  /** The change that it does not wait for would go on for half a minute. */
  @Tag("exhaustive")
  @Test
  void aHandGoesFirst() {
    try (Scenario app = catchingUp()) {
      long begun = System.nanoTime();

      app.migration.moveTo(Stage.DUAL_WRITE);

      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(12));
      app.secondaryStore().heal();
      awaitObeyed(app.migration, Stage.LIVE);
      awaitHeartbeats(app);
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(app.events.wanted()).extracting(WantedEvent::obeyed).doesNotContain(false);
    }
  }

  @Tag("exhaustive")
  @Test
  void aHandThatWaitsCanBeInterrupted() throws Exception {
    try (Scenario app = Scenario.in(Stage.OFF)) {
      app.sqlite.plan(Fault.HELD_BEFORE, 1, Step.CONTROL);
      app.source.change(wanting(app, Stage.DUAL_WRITE));
      app.sqlite.awaitHit(Scenario.PATIENCE);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      AtomicBoolean interrupted = new AtomicBoolean();
      Thread hand =
          new Thread(
              () -> {
                failure.set(catchThrowable(() -> app.migration.moveTo(Stage.OFF)));
                interrupted.set(Thread.currentThread().isInterrupted());
              },
              "hand");
      hand.start();
      await("it waits").until(() -> hand.getState() == Thread.State.WAITING);

      hand.interrupt();
      hand.join(Scenario.PATIENCE.toMillis());

      assertThat(failure.get())
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("interrupted")
          .hasMessageContaining("nothing was moved");
      assertThat(interrupted).isTrue();
      app.sqlite.release();
      awaitObeyed(app.migration, Stage.DUAL_WRITE);
    }
  }

  @Tag("exhaustive")
  @Test
  void aMoveElsewhereIsToldAlsoWhileOneIsUnderWayHere() {
    try (Scenario app = catchingUp();
        Sibling other = new Sibling(app)) {
      MoveReport elsewhere = other.migration().moveTo(Stage.DUAL_WRITE);

      await("it is told")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.events.moves().contains(elsewhere));
      awaitObeyed(app.migration, Stage.LIVE);
      app.secondaryStore().heal();
      app.assertSettled();
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(app.events.moves())
          .as("once each")
          .extracting(MoveReport::epoch)
          .doesNotHaveDuplicates();
    }
  }

  private static boolean isControl(Scenario app, String state) {
    return app.rows.count(
            Side.LEGACY,
            "select count(*) from crossfade_control where lower(state) = '" + state + "'")
        == 1;
  }
}
