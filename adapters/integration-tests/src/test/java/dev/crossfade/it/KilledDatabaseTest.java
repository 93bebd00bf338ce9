package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException;
import dev.crossfade.MoveReport;
import dev.crossfade.Stage;
import dev.crossfade.it.Fate.When;
import dev.crossfade.junit.RestartablePostgres;
import dev.crossfade.junit.TestPostgres;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * PostgreSQL is stopped as by a crash before the n-th step of a change of primary, whichever store
 * that step is for, and comes back once the move has failed or gone on without it. Everybody else
 * lives on.
 */
class KilledDatabaseTest {
  private static final Set<String> STEPS =
      Set.of("replace", "replaceIfDrained", "openIfOlder", "raiseGenerator");

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void postgresIsGoneAtEveryStep(Stage from, Stage to) {
    try (RestartablePostgres server = TestPostgres.start();
        Scenario app =
            Scenario.with()
                .server(server)
                .settings(s -> Switching.quick(s).secondaryWait(Duration.ofMillis(300)))
                .postgres(
                    p -> p.statementTimeout(Duration.ofSeconds(2)).lockWait(Duration.ofSeconds(1)))
                .startIn(from)) {
      int killed = 0;
      while (isKilled(app, server, from, to, killed + 1)) {
        killed++;
      }
      assertThat(killed).as("steps swept").isGreaterThanOrEqualTo(5);
    }
  }

  private static boolean isKilled(
      Scenario app, RestartablePostgres server, Stage from, Stage to, int nth) {
    String point = "before step " + nth + " from " + from + " to " + to;
    try {
      return isKilled(app, server, from, to, nth, point + ": ");
    } catch (RuntimeException | Error e) {
      throw new AssertionError("PostgreSQL stopped " + point, e);
    }
  }

  /** Whether there was such a step. Afterwards the application is where it was. */
  private static boolean isKilled(
      Scenario app, RestartablePostgres server, Stage from, Stage to, int nth, String codes) {
    Switching.verify(app, to); // a crash voids what was found before
    Fate fate = new Fate();
    try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate);
        Writers writers = new Writers(app, 2, codes)) {
      writers.awaitProgress();
      fate.plan(When.BEFORE, nth, call -> isStep(fate, call), server::stopImmediately);

      CompletableFuture<MoveReport> move = coordinator.move(to);
      Switching.awaitEither(fate, move);
      Switching.awaitEnd(move);
      boolean killed = fate.hasCome();
      if (!killed) {
        assertThat(move.join().to()).isEqualTo(to);
      }
      server.startAgain();

      Switching.assertOver(app, writers, fate.hasDone("replaceIfDrained") ? to : from);
      awaitReachable(app);
      Switching.go(app, to);
      Switching.go(app, from);
      return killed;
    }
  }

  /** From the closing of the primary on; what comes before it changes nothing that matters. */
  private static boolean isStep(Fate fate, String call) {
    return Coordinator.isMoving()
        && STEPS.contains(call)
        && (call.equals("replace") || fate.hasDone("replace"));
  }

  /** Connections of the pools may be found dead one by one. */
  private static void awaitReachable(Scenario app) {
    await("both stores can be reached")
        .atMost(Scenario.PATIENCE)
        .ignoreExceptionsInstanceOf(CrossfadeException.class)
        .until(() -> app.migration.verify().isClean());
  }
}
