package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.MoveReport;
import dev.crossfade.Stage;
import dev.crossfade.it.Fate.When;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The process that moves dies at the n-th call that makes the move, for every n that there is:
 * right before it, or right after it. The application goes on in another process, whose writers
 * lose nothing, and which undoes the attempt or completes it: completes it if, and only if, it was
 * decided.
 *
 * <p>Calls that change nothing leave the stores as they are, so to die at one of them is to die
 * before the next that does. With {@code -Dcrossfade.test.every=true} they are swept all the same,
 * and so is what the thread repairs.
 */
class KilledCoordinatorTest {
  private static final boolean EVERY = Boolean.getBoolean("crossfade.test.every");
  private static final int WRITERS = 3;

  private static final Set<String> STEPS =
      Set.of("replace", "replaceIfDrained", "openIfOlder", "raiseGenerator");

  @ParameterizedTest(name = "{0} to {1}, killed {2} a step; at least {3} of them")
  @CsvSource({
    "SHADOW, LIVE, BEFORE, 7",
    "LIVE, SHADOW, AFTER, 7",
    "RAMP_DOWN, COMPLETE, BEFORE, 2",
    "COMPLETE, RAMP_DOWN, AFTER, 1"
  })
  void everyStepIsItsLast(Stage from, Stage to, When when, int least) {
    try (Scenario app = Switching.quickIn(from)) {
      int killed = 0;
      while (isKilled(app, from, to, when, killed + 1)) {
        killed++;
      }
      assertThat(killed).as("steps swept").isGreaterThanOrEqualTo(least);
      Switching.assertOnlyWaited(app);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest(name = "{0} to {1}, killed {2} a step; at least {3} of them")
  @CsvSource({
    "SHADOW, LIVE, AFTER, 7",
    "LIVE, SHADOW, BEFORE, 7",
    "RAMP_DOWN, COMPLETE, AFTER, 2",
    "COMPLETE, RAMP_DOWN, BEFORE, 1"
  })
  void everyStepIsItsLastTheOtherWay(Stage from, Stage to, When when, int least) {
    everyStepIsItsLast(from, to, when, least);
  }

  private static boolean isKilled(Scenario app, Stage from, Stage to, When when, int nth) {
    String point = when + " step " + nth + " from " + from + " to " + to;
    try {
      return isKilled(app, from, to, when, nth, point + ": ");
    } catch (RuntimeException | Error e) {
      throw new AssertionError("killed " + point, e);
    }
  }

  /** Whether there was such a step. Afterwards the application is where it was. */
  private static boolean isKilled(
      Scenario app, Stage from, Stage to, When when, int nth, String codes) {
    Switching.verify(app, to);
    Fate fate = new Fate();
    try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate);
        Writers writers = new Writers(app, WRITERS, codes)) {
      writers.awaitProgress();
      fate.plan(when, nth, KilledCoordinatorTest::isStep, fate::die);

      CompletableFuture<MoveReport> move = coordinator.move(to);
      Switching.awaitEither(fate, move);

      boolean killed = fate.hasCome();
      if (killed) {
        coordinator.end(); // its connections end with it
        Switching.awaitEnd(move);
      } else {
        assertThat(move.join().to()).isEqualTo(to);
      }
      boolean decided = fate.hasDone(to == Stage.RAMP_DOWN ? "replace" : "replaceIfDrained");
      Switching.assertOver(app, writers, decided ? to : from);
      Switching.go(app, to);
      Switching.go(app, from);
      return killed;
    }
  }

  private static boolean isStep(String call) {
    return Coordinator.isMoving() && (EVERY || STEPS.contains(call));
  }
}
