package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.SwitchInProgressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** Brings changes of stage about, and looks at what came of them behind the library's back. */
final class Switching {
  private Switching() {}

  /** Who is silent is soon taken for dead. */
  static Settings.Builder quick(Settings.Builder settings) {
    return settings.heartbeat(Duration.ofMillis(50)).lease(Duration.ofMillis(600));
  }

  static Scenario quickIn(Stage stage) {
    return Scenario.with().settings(Switching::quick).startIn(stage);
  }

  /** Of a coordinator: what it leaves undecided is undone 0.6 s after it has closed the primary. */
  static Settings coordinator(Scenario app) {
    return app.settings().toBuilder()
        .instance("coordinator")
        .switchLimit(Duration.ofMillis(500))
        .writeWait(Duration.ofMillis(700))
        .build();
  }

  /** What the way to live asks for. */
  static void verify(Scenario app, Stage next) {
    if (app.migration.stage() == Stage.SHADOW && next == Stage.LIVE) {
      assertThat(app.migration.verify().differences()).isEmpty();
    }
  }

  /** Goes one step; again where it is refused, as writers and a slow machine may bring about. */
  static MoveReport step(Scenario app, Stage next) {
    AtomicReference<MoveReport> report = new AtomicReference<>();
    await("the step to " + next)
        .atMost(Scenario.PATIENCE)
        .ignoreExceptionsInstanceOf(MoveRefusedException.class)
        .until(
            () -> {
              report.set(app.migration.moveTo(next));
              return true;
            });
    return report.get();
  }

  /** Goes there stage by stage, from wherever others have gone. */
  static void go(Scenario app, Stage goal) {
    await("the application knows where it is")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.migration.epoch() == latestEpoch(app));
    while (app.migration.stage() != goal) {
      Stage next = app.migration.stage().stepTowards(goal);
      if (app.migration.stage() == Stage.DUAL_WRITE && next == Stage.SHADOW) {
        app.migration.backfill();
      }
      verify(app, next);
      step(app, next);
    }
  }

  /** Until what is to happen has happened, or the move was made without. */
  static void awaitEither(Fate fate, CompletableFuture<MoveReport> move) {
    await("the fate, or the end of the move")
        .atMost(Scenario.PATIENCE)
        .until(() -> fate.hasCome() || move.isDone());
  }

  static void awaitEnd(CompletableFuture<MoveReport> move) {
    await("the end of the move").atMost(Scenario.PATIENCE).until(move::isDone);
  }

  /**
   * What must be so after an attempt to move, whatever has become of it, and of whoever made it:
   * writers go on, one store is open at the stage's epoch, nothing that was acknowledged is lost,
   * both stores are equal and the journal is empty.
   */
  static void assertOver(Scenario app, Writers writers, Stage stage) {
    await("one store is open").atMost(Scenario.PATIENCE).until(() -> isOneOpen(app));
    writers.awaitProgress();
    writers.stop();
    await("the application is in " + stage)
        .atMost(Scenario.PATIENCE)
        .until(() -> app.migration.stage() == stage);
    assertThat(is(app, stage.primary(), "open")).as("the primary is open").isTrue();
    assertThat(is(app, stage.primary().other(), "moved")).as("the other one is not").isTrue();
    long epoch = epoch(app, stage.primary());
    assertThat(epoch).isGreaterThanOrEqualTo(epoch(app, stage.primary().other()));
    assertThat(app.migration.epoch()).isEqualTo(epoch);
    app.assertSettled();
    writers.check();
  }

  /** The only reason for which a write has failed is that a change of primary took too long. */
  static void assertOnlyWaited(Scenario app) {
    assertThat(app.events.writes())
        .filteredOn(write -> write.failure() != null)
        .allMatch(write -> write.failure() instanceof SwitchInProgressException);
  }

  static boolean isOneOpen(Scenario app) {
    return is(app, Side.LEGACY, "open") != is(app, Side.TARGET, "open");
  }

  /** Whether a store's control row is open, closing or moved. */
  static boolean is(Scenario app, Side side, String state) {
    return app.rows.count(
            side, "select count(*) from " + row(side) + " and lower(state) = '" + state + "'")
        == 1;
  }

  static long latestEpoch(Scenario app) {
    return Math.max(epoch(app, Side.LEGACY), epoch(app, Side.TARGET));
  }

  static long epoch(Scenario app, Side side) {
    return app.rows.count(side, "select epoch from " + row(side));
  }

  private static String row(Side side) {
    String table = side == Side.LEGACY ? "crossfade_control" : "crossfade.control";
    return table + " where migration = '" + Scenario.MIGRATION + "'";
  }
}
