package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.MoveReport;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Fate.When;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The process that moves dies while it copies what others have left: after it has closed the
 * primary, and after the way back from complete. The others cannot copy meanwhile; when they can
 * again they find what it had in hand.
 */
class KilledRepairTest {
  private static final int WRITERS = 3;

  /** Two rounds and more; later ones are like them. */
  private static final int MOST = 8;

  private static final Set<String> COPYING =
      Set.of("take", "mark", "markForRepair", "apply", "finish", "withdraw");

  /** Whichever of its threads it is: the one that moves and the one that repairs take turns. */
  @Tag("exhaustive")
  @ParameterizedTest(name = "{0} to {1}, killed {2} a call")
  @CsvSource({
    "SHADOW, LIVE, BEFORE",
    "SHADOW, LIVE, AFTER",
    "LIVE, SHADOW, BEFORE",
    "LIVE, SHADOW, AFTER"
  })
  void everyCallOfTheDrainIsItsLast(Stage from, Stage to, When when) {
    try (Scenario app = Switching.quickIn(from)) {
      int killed = 0;
      while (killed < MOST && isKilled(app, from, to, when, killed + 1)) {
        killed++;
      }
      assertThat(killed).as("calls swept").isPositive();
      Switching.assertOnlyWaited(app);
    }
  }

  private static boolean isKilled(Scenario app, Stage from, Stage to, When when, int nth) {
    String point = when + " call " + nth + " of the drain from " + from + " to " + to;
    try {
      return isKilled(app, from, to, when, nth, point + ": ");
    } catch (RuntimeException | Error e) {
      throw new AssertionError("killed " + point, e);
    }
  }

  /** Whether there was such a call. Afterwards the application is where it was. */
  private static boolean isKilled(
      Scenario app, Stage from, Stage to, When when, int nth, String codes) {
    Switching.verify(app, to);
    Fate fate = new Fate();
    try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate);
        Writers writers = new Writers(app, WRITERS, codes)) {
      leaveEverything(app);
      writers.awaitProgress();
      fate.plan(when, nth, call -> fate.hasDone("replace") && COPYING.contains(call), fate::die);

      CompletableFuture<MoveReport> move = coordinator.move(to);
      Switching.awaitEither(fate, move);

      boolean killed = fate.hasCome();
      if (killed) {
        coordinator.end();
        Switching.awaitEnd(move);
      } else {
        assertThat(move.join().to()).isEqualTo(to);
      }
      heal(app);
      Switching.assertOver(app, writers, fate.hasDone("replaceIfDrained") ? to : from);
      Switching.go(app, to);
      Switching.go(app, from);
      return killed;
    }
  }

  /** The application's rows do not reach the secondary, and it does not repair. */
  private static void leaveEverything(Scenario app) {
    app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY);
    app.primaryStore().plan(Fault.DOWN, 1, Step.TAKE);
  }

  private static void heal(Scenario app) {
    app.sqlite.heal();
    app.postgres.heal();
  }

  /** Keys are recalled, and then copied; others do what is left of either. */
  @ParameterizedTest
  @EnumSource(When.class)
  void everyKindOfCallOfTheWayBackFromCompleteIsItsLast(When when) {
    try (Scenario app = Switching.quickIn(Stage.COMPLETE)) {
      for (String last : List.of("recall", "take", "apply", "finish")) {
        try {
          wayBack(app, when, last);
        } catch (RuntimeException | Error e) {
          throw new AssertionError("killed " + when + " " + last, e);
        }
      }
    }
  }

  private static void wayBack(Scenario app, When when, String last) {
    List<Account> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rows.add(app.accounts.insert(Domain.account(last + " " + i, 1)));
    }
    assertThat(app.accounts.delete(rows.get(0).id())).isTrue();
    Fate fate = new Fate();
    try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate)) {
      app.postgres.plan(Fault.DOWN, 1, Step.SETTLE, Step.TAKE); // it neither recalls nor repairs
      fate.plan(
          when,
          1,
          call -> call.equals(last) && (last.equals("recall") || fate.hasDone("recall")),
          fate::die);

      CompletableFuture<MoveReport> move = coordinator.move(Stage.RAMP_DOWN);
      await("its last call").atMost(Scenario.PATIENCE).until(fate::hasCome);
      coordinator.end();
      Switching.awaitEnd(move);
      heal(app);

      await("the application is back")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.migration.stage() == Stage.RAMP_DOWN);
      app.assertSettled();
      assertThat(app.rows.table(Side.LEGACY, "account"))
          .doesNotContainKey("account " + rows.get(0).id())
          .containsKey("account " + rows.get(1).id());
      Switching.go(app, Stage.COMPLETE);
    }
  }
}
