package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.WantedEvent;
import dev.crossfade.Migration;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.WantedStage;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  @Test
  void aForwardJumpIsRefusedWithThePath() {
    try (Scenario app = wanting(Stage.LIVE)) {
      awaitRefusal(app.migration, "dual_write, shadow, live");
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
    }
  }

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
  @Test
  void aMoveUnderWayEndsSoonWithTheApplication() {
    try (Scenario app =
        Scenario.with()
            .settings(
                s ->
                    s.secondaryWait(Duration.ZERO)
                        .writeWait(Duration.ofSeconds(60))
                        .switchLimit(Duration.ofSeconds(50)))
            .startIn(Stage.SHADOW)) {
      assertThat(app.migration.verify().differences()).isEmpty();
      app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY);
      app.accounts.save(account(1, "a", 1));
      app.source.change(wanting(app, Stage.LIVE));
      await("the change of primary has begun")
          .atMost(Scenario.PATIENCE)
          .until(() -> isControl(app, "closing"));

      long begun = System.nanoTime();
      app.shutDown();

      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(12));
      assertThat(isControl(app, "open")).isTrue();
      app.open();
      app.assertSettled();
    }
  }

  private static boolean isControl(Scenario app, String state) {
    return app.rows.count(
            Side.LEGACY,
            "select count(*) from crossfade_control where lower(state) = '" + state + "'")
        == 1;
  }
}
