package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.UndoneAttempt;
import dev.crossfade.MoveReport;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Fate.When;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.TcpProxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a dead coordinator leaves behind is undone by others; an old primary that is away when it
 * has been decided against is left behind, and follows when it is back.
 */
class LeftBehindTest {
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW", "RAMP_DOWN, COMPLETE"})
  void anAttemptOfADeadProcessIsUndoneAfterItsDeadline(Stage from, Stage to) {
    try (Scenario app = Switching.quickIn(from)) {
      Switching.verify(app, to);
      long epoch = app.migration.epoch();
      Fate fate = new Fate();
      try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate)) {
        dieClosing(fate, coordinator, to);

        // It waits for the deadline, if that is not over, and is written then.
        assertThat(app.accounts.save(account(1, "a", 1)).id()).isEqualTo(1);
      }
      assertThat(Switching.is(app, from.primary(), "open")).isTrue();
      assertThat(app.migration.stage()).isEqualTo(from);
      assertThat(app.migration.epoch()).isEqualTo(epoch);
      await("it is told")
          .atMost(Scenario.PATIENCE)
          .until(() -> !app.events.all(UndoneAttempt.class).isEmpty());
      assertThat(app.events.all(UndoneAttempt.class))
          .hasSize(1)
          .allMatch(event -> event.stage() == from);
      app.assertSettled();
      assertThat(Switching.step(app, to).to()).isEqualTo(to);
    }
  }

  /** Closed, and no more. */
  private static void dieClosing(Fate fate, Coordinator coordinator, Stage to) {
    fate.plan(When.AFTER, 1, call -> call.equals("replace"), fate::die);
    CompletableFuture<MoveReport> move = coordinator.move(to);
    Switching.awaitEnd(move);
    assertThat(fate.hasCome()).isTrue();
    assertThat(move).isCompletedExceptionally();
  }

  /** Nobody is there to undo it; whoever starts next does, once it is time. */
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void anAttemptOfTheLastProcessIsUndoneByTheNext(Stage from, Stage to) {
    try (Scenario app = Switching.quickIn(from)) {
      Switching.verify(app, to);
      long epoch = app.migration.epoch();
      Fate fate = new Fate();
      try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate)) {
        app.shutDown();
        dieClosing(fate, coordinator, to);
      }

      app.open();

      assertThat(app.accounts.save(account(1, "a", 1)).id()).isEqualTo(1);
      assertThat(app.migration.stage()).isEqualTo(from);
      assertThat(app.migration.epoch()).isEqualTo(epoch);
      assertThat(Switching.is(app, from.primary(), "open")).isTrue();
    }
  }

  /** Nobody but its own store knows of the decision; a start completes it. */
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void aDecisionOfTheLastProcessIsCompletedByTheNext(Stage from, Stage to) {
    try (Scenario app = Switching.quickIn(from)) {
      Switching.verify(app, to);
      long epoch = app.migration.epoch();
      Fate fate = new Fate();
      try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate)) {
        app.shutDown();
        fate.plan(When.BEFORE, 1, call -> call.equals("openIfOlder"), fate::die);
        Switching.awaitEnd(coordinator.move(to));
        assertThat(fate.hasCome()).isTrue();
      }
      assertThat(Switching.isOneOpen(app)).as("a store is open").isFalse();

      app.open();

      assertThat(app.migration.stage()).isEqualTo(to);
      assertThat(app.migration.epoch()).isEqualTo(epoch + 1);
      assertThat(Switching.is(app, to.primary(), "open")).isTrue();
      assertThat(app.accounts.save(account(1, "a", 1)).id()).isEqualTo(1);
    }
  }

  @Test
  void theWayBackIsCompletedWithoutPostgres() {
    theWayBackIsCompletedWithout(TcpProxy::refuse);
  }

  @Tag("exhaustive")
  @Test
  void theWayBackIsCompletedWithAPostgresThatIsSilent() {
    theWayBackIsCompletedWithout(TcpProxy::blackHole);
  }

  private static void theWayBackIsCompletedWithout(Consumer<TcpProxy> cut) {
    try (Scenario app =
            Scenario.with()
                .proxied()
                .settings(s -> Switching.quick(s).secondaryWait(Duration.ofMillis(300)))
                .postgres(
                    p -> p.statementTimeout(Duration.ofSeconds(1)).lockWait(Duration.ofSeconds(1)))
                .startIn(Stage.LIVE);
        Writers writers = new Writers(app, 3)) {
      writers.awaitProgress();
      Fate fate = new Fate();
      try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate)) {
        fate.plan(
            When.AFTER, 1, call -> call.equals("replaceIfDrained"), () -> cut.accept(app.proxy()));
        CompletableFuture<MoveReport> move = coordinator.move(Stage.SHADOW);
        Switching.awaitEnd(move);

        assertThat(move.join().to()).isEqualTo(Stage.SHADOW);
        assertThat(fate.hasCome()).isTrue();
        goesOnWithout(app, writers, Stage.SHADOW);
        app.proxy().pass();
        Switching.assertOver(app, writers, Stage.SHADOW);
      }
      follows(app, Side.TARGET);
      Switching.go(app, Stage.LIVE);
      follows(app, Side.LEGACY);
    }
  }

  @Test
  void theWayForwardIsCompletedWithoutTheLegacyStore() {
    try (Scenario app = Switching.quickIn(Stage.SHADOW);
        Writers writers = new Writers(app, 3)) {
      writers.awaitProgress();
      Switching.verify(app, Stage.LIVE);
      FaultyStore legacy = FaultyStore.around(app.newSqliteStore());
      Fate fate = new Fate();
      try (Coordinator coordinator =
          new Coordinator(legacy, app.newPostgresStore(), Switching.coordinator(app), fate)) {
        fate.plan(
            When.AFTER,
            1,
            call -> call.equals("replaceIfDrained"),
            () -> {
              legacy.plan(Fault.DOWN, 1);
              app.sqlite.plan(Fault.DOWN, 1);
            });
        CompletableFuture<MoveReport> move = coordinator.move(Stage.LIVE);
        Switching.awaitEnd(move);

        assertThat(move.join().to()).isEqualTo(Stage.LIVE);
        goesOnWithout(app, writers, Stage.LIVE);
        legacy.heal();
        app.sqlite.heal();
        Switching.assertOver(app, writers, Stage.LIVE);
      }
      follows(app, Side.LEGACY);
      Switching.go(app, Stage.SHADOW);
      follows(app, Side.TARGET);
    }
  }

  /** The new primary takes what the old one would have, and keeps for it what it cannot get. */
  private static void goesOnWithout(Scenario app, Writers writers, Stage stage) {
    await("the application is in " + stage)
        .atMost(Scenario.PATIENCE)
        .until(() -> app.migration.stage() == stage);
    writers.awaitProgress();
    assertThat(Switching.is(app, stage.primary(), "open")).isTrue();
    assertThat(Switching.is(app, stage.primary().other(), "moved")).isTrue();
    assertThat(app.migration.journal().entries()).as("kept for the old primary").isPositive();
  }

  private static void follows(Scenario app, Side secondary) {
    assertThat(app.primary()).isEqualTo(secondary.other());
    app.accounts.save(account(1_000_000, "to be followed by " + secondary, 1));
    app.assertSettled();
    assertThat(app.rows.row(secondary, "account", 1_000_000))
        .startsWith("to be followed by " + secondary);
  }
}
