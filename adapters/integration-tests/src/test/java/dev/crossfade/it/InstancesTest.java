package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.Instances.Counts;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several instances: each sees the moves of the others soon, and says what it has seen. */
class InstancesTest {
  /** No heartbeat comes before a test is over. */
  private static final Duration NEVER = Duration.ofHours(1);

  private static final Duration OFTEN = Duration.ofMillis(100);

  private static Settings settings(Duration heartbeat) {
    return Settings.builder()
        .instance("sibling")
        .heartbeat(heartbeat)
        .lease(NEVER.multipliedBy(2))
        .writeWait(Duration.ofSeconds(5))
        .shadowSampling(0)
        .rehearsalSampling(0)
        .build();
  }

  /** Whose own heartbeats come, and who takes nobody for dead. */
  private static Scenario in(Stage stage) {
    return Scenario.with().settings(s -> s.lease(NEVER.multipliedBy(2))).startIn(stage);
  }

  private static Stage beyond(Stage from) {
    return from == Stage.SHADOW ? Stage.LIVE : Stage.SHADOW;
  }

  private static void awaitStage(Sibling other, Stage stage) {
    await("it sees that the stage is " + stage.id())
        .atMost(Scenario.PATIENCE)
        .until(() -> other.migration().stage() == stage);
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE"})
  void aMoveIsSeenAtOnceWherePostgresTellsOfIt(Stage from) {
    try (Scenario app = in(from);
        Sibling other = new Sibling(app, settings(NEVER))) {
      assertThat(app.migration.verify().differences()).isEmpty();

      app.migration.moveTo(beyond(from));

      awaitStage(other, beyond(from));
      assertThat(other.migration().primary()).isEqualTo(beyond(from).primary());
    }
  }

  /** Its repair hangs, and nobody reads or writes there. */
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE"})
  void aMoveIsSeenWithTheNextHeartbeatWhereNobodyTellsOfIt(Stage from) throws Exception {
    try (Scenario app = in(from)) {
      FaultyStore sqlite = FaultyStore.around(app.newSqliteStore());
      FaultyStore postgres = FaultyStore.around(app.newPostgresStore());
      FaultyStore primary = from == Stage.SHADOW ? sqlite : postgres;
      primary.plan(Fault.HELD_BEFORE, 1, Step.TAKE);
      Store silent = StoreWithout.notices(postgres);
      try (Sibling other = new Sibling(app, settings(OFTEN), sqlite, silent)) {
        primary.awaitHit(Scenario.PATIENCE);
        assertThat(app.migration.verify().differences()).isEmpty();

        app.migration.moveTo(beyond(from));

        awaitStage(other, beyond(from));
        primary.heal();
      }
    }
  }

  @Test
  void aMoveWithinOnePrimaryIsSeenWithTheNextHeartbeat() {
    try (Scenario app = in(Stage.OFF);
        Sibling other = new Sibling(app, settings(OFTEN))) {
      app.migration.moveTo(Stage.DUAL_WRITE);
      awaitStage(other, Stage.DUAL_WRITE);
      app.migration.moveTo(Stage.OFF);
      awaitStage(other, Stage.OFF);
    }
  }

  private static List<Member> members(Scenario app) {
    return app.primaryStore().instances().members(Scenario.MIGRATION);
  }

  /** By the instance's name. */
  private static Map<String, Long> epochs(Scenario app) {
    Map<String, Long> epochs = new TreeMap<>();
    members(app).forEach(member -> epochs.put(member.instance(), member.epoch()));
    return epochs;
  }

  private static void awaitEpochs(Scenario app, long own, long others) {
    await("epochs " + own + " and " + others)
        .atMost(Scenario.PATIENCE)
        .until(() -> epochs(app).equals(Map.of("integration-test", own, "sibling", others)));
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE"})
  void membersSayWhichEpochTheyHaveSeen(Stage from) {
    try (Scenario app = in(from);
        Sibling other =
            new Sibling(
                app,
                settings(NEVER),
                app.newSqliteStore(),
                StoreWithout.notices(app.newPostgresStore()))) {
      assertThat(app.migration.verify().differences()).isEmpty();
      long epoch = app.migration.epoch();
      awaitEpochs(app, epoch, epoch);

      app.migration.moveTo(beyond(from));

      awaitEpochs(app, epoch + 1, epoch);
      assertThat(other.migration().stage()).as("stage it believes in").isEqualTo(from);

      assertThat(other.accounts().save(account(1, "from the other", 1)).id()).isEqualTo(1);

      awaitEpochs(app, epoch + 1, epoch + 1);
      assertThat(app.rows.row(app.primary(), "account", 1)).startsWith("from the other, 1,");
      assertThat(members(app)).extracting(Member::version).hasSize(2).doesNotContain("");
      assertThat(other.migration().awaitSettled(Scenario.PATIENCE)).isTrue();
    }
  }

  private static Counts counts(Scenario app) {
    return members(app).get(0).pulse().counts();
  }

  @Test
  void membersSayWhatTheyHaveComparedAndRehearsedInTheEpoch() {
    try (Scenario app =
        Scenario.with()
            .settings(
                s -> s.shadowSampling(1).rehearsalSampling(1).rehearsalLimit(Scenario.PATIENCE))
            .startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      app.accounts.find(1L);
      app.accounts.find(2L);

      await("what was found out is said")
          .atMost(Scenario.PATIENCE)
          .until(() -> counts(app).equals(new Counts(2, 0, 1, 0)));

      app.migration.moveTo(Stage.DUAL_WRITE);
      long epoch = app.migration.epoch();
      await("the next epoch is said")
          .atMost(Scenario.PATIENCE)
          .until(() -> members(app).get(0).epoch() == epoch);
      assertThat(counts(app)).isEqualTo(Counts.NONE);
    }
  }

  @Test
  void aProcessIsCountedOnceWhateverItsIncarnations() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.shadowSampling(1).gates(gates -> gates.withComparedReads(1)))
            .startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      app.accounts.find(1L);
      await("it is said")
          .atMost(Scenario.PATIENCE)
          .until(() -> counts(app).equals(new Counts(1, 0, 0, 0)));
      app.secondaryStore().plan(Fault.REPLY_LOST, 1, Step.APPLY);
      app.accounts.save(account(1, "a", 2));

      await("it goes on as a new incarnation")
          .atMost(Scenario.PATIENCE)
          .until(() -> members(app).stream().filter(Member::fenced).count() == 1);

      assertThat(members(app)).extracting(Member::compared).containsExactly(1L, 1L);
      assertThat(members(app).get(0).origin()).isEqualTo(members(app).get(1).origin());
      assertThat(app.migration.plan(Stage.LIVE).gates().toString()).contains(" 1 reads compared");
    }
  }
}
