package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.Migration;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.WantedStage;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Three processes with a settings file, started again one after the other as a deployment does it:
 * an old file does not undo what an operator has done by hand since, a new one is obeyed.
 */
class RollingRestartTest {
  /** Of the scenario's own process, whenever it starts. */
  private Stage wanted;

  private Scenario app;

  /** Null is one that is down. */
  private final List<Sibling> others = new ArrayList<>();

  private Settings.Builder file(Settings.Builder settings) {
    Settings.Builder quick =
        settings.heartbeat(Duration.ofMillis(100)).lease(Duration.ofSeconds(1));
    return wanted == null ? quick : quick.stage(Scenario.MIGRATION, wanted);
  }

  private Settings fileOf(int other) {
    return app.settings().toBuilder().instance("other-" + other).build();
  }

  private void stop(int other) {
    Sibling stopped = others.set(other, null);
    if (stopped != null) {
      stopped.close();
    }
  }

  private void start(int other) {
    others.set(other, new Sibling(app, fileOf(other)));
  }

  private List<Migration> migrations() {
    return Stream.concat(Stream.of(app.migration), others.stream().map(Sibling::migration))
        .toList();
  }

  @Test
  void anOldSettingDoesNotUndoARollbackAndANewOneIsObeyed() {
    app = Scenario.with().settings(this::file).startIn(Stage.SHADOW);
    try (Scenario running = app) {
      others.add(null);
      others.add(null);
      try {
        aCutoverByTheFile();
        long epoch = aRollbackByHandWhileOneIsDown();
        aRollingRestartWithTheOldFile(epoch);
        aNewFileOneByOne(epoch);
        theCutoverByTheFileOnceMore(epoch);
      } finally {
        stop(0);
        stop(1);
      }
      assertThat(running.accounts.count()).isEqualTo(2);
    }
  }

  private void aCutoverByTheFile() {
    assertThat(app.migration.verify().differences()).isEmpty();
    wanted = Stage.LIVE;
    start(0);
    start(1);
    app.source.change(app.settings());
    awaitObeyed(Stage.LIVE);
    awaitAllIn(Stage.LIVE);
    app.accounts.save(account(1, "written in live", 1));
  }

  private long aRollbackByHandWhileOneIsDown() {
    stop(1);
    awaitHeartbeats(30); // it is not among the living any more
    Switching.step(app, Stage.SHADOW);
    return app.migration.epoch();
  }

  private void aRollingRestartWithTheOldFile(long epoch) {
    start(1);
    awaitNothing(epoch);
    stop(0);
    start(0);
    awaitNothing(epoch);
    app.shutDown();
    app.open();
    awaitNothing(epoch);
    assertThat(migrations()).allMatch(migration -> isObeyed(migration, Stage.LIVE));
  }

  private static boolean isObeyed(Migration migration, Stage stage) {
    return migration.wanted().equals(Optional.of(new WantedStage(stage, true, List.of())));
  }

  /** Long enough for anything that is to be obeyed to have been obeyed. */
  private void awaitNothing(long epoch) {
    awaitHeartbeats(10);
    assertThat(app.migration.stage()).isEqualTo(Stage.SHADOW);
    assertThat(Switching.latestEpoch(app)).isEqualTo(epoch);
  }

  private void aNewFileOneByOne(long epoch) {
    wanted = Stage.DUAL_WRITE;
    app.source.change(app.settings());
    await("those with the old file are waited for")
        .atMost(Scenario.PATIENCE)
        .until(
            () -> app.migration.wanted().orElseThrow().reasons().toString().contains("wants live"));
    others.get(0).apply(fileOf(0));
    awaitNothing(epoch);
    stop(1);
    start(1);

    awaitObeyed(Stage.DUAL_WRITE);
    awaitAllIn(Stage.DUAL_WRITE);
    assertThat(Switching.latestEpoch(app)).isEqualTo(epoch + 1);
  }

  /** What was superseded once may be wanted again. */
  private void theCutoverByTheFileOnceMore(long epoch) {
    for (Stage next : List.of(Stage.SHADOW, Stage.LIVE)) {
      app.migration.backfill();
      assertThat(app.migration.verify().differences()).isEmpty();
      wanted = next;
      for (int i = 0; i < others.size(); i++) {
        others.get(i).apply(fileOf(i));
      }
      app.source.change(app.settings());
      awaitObeyed(next);
      awaitAllIn(next);
    }
    assertThat(Switching.latestEpoch(app)).isEqualTo(epoch + 3);
    others.get(0).accounts().save(account(2, "written in live again", 1));
    assertThat(app.rows.row(Side.TARGET, "account", 2)).startsWith("written in live again");
  }

  private void awaitObeyed(Stage stage) {
    await(stage + " is obeyed")
        .atMost(Scenario.PATIENCE)
        .until(() -> migrations().stream().allMatch(migration -> isObeyed(migration, stage)));
  }

  private void awaitAllIn(Stage stage) {
    await("all are in " + stage)
        .atMost(Scenario.PATIENCE)
        .until(() -> migrations().stream().allMatch(migration -> migration.stage() == stage));
  }

  private void awaitHeartbeats(int count) {
    long before = app.primaryStore().calls(Step.INSTANCES);
    await("heartbeats")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.primaryStore().calls(Step.INSTANCES) >= before + count);
  }
}
