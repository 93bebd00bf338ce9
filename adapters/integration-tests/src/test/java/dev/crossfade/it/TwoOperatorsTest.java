package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two operators move in two processes at once, to the same stage or to opposite ones, while the
 * application writes in a third: the control row lets one of them.
 */
class TwoOperatorsTest {
  private static final int ROUNDS = 6;

  /**
   * What became of a move.
   *
   * @param report null if it was refused
   * @param steps how often its process has raised the epoch
   */
  private record Attempt(Stage goal, MoveReport report, long steps) {
    boolean hasMoved() {
      return report != null && report.from() != report.to();
    }
  }

  /** A process of an operator's, and how often it has raised the epoch. */
  private record Operator(Coordinator process, Fate fate) implements AutoCloseable {
    static Operator of(Scenario app, String name) {
      Settings settings = app.settings().toBuilder().instance(name).build();
      Fate fate = new Fate();
      return new Operator(new Coordinator(app, settings, fate), fate);
    }

    /** Anything but a success or a refusal is a failure of the test. */
    Attempt move(Stage goal, CyclicBarrier start) {
      long before = fate.steps();
      MoveReport report;
      try {
        start.await(20, TimeUnit.SECONDS);
        report = process.migration().moveTo(goal);
      } catch (MoveRefusedException e) {
        report = null;
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new AssertionError(e);
      }
      return new Attempt(goal, report, fate.steps() - before);
    }

    @Override
    public void close() {
      process.close();
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({
    "LIVE, SHADOW, SHADOW",
    "RAMP_DOWN, COMPLETE, COMPLETE",
    "SHADOW, LIVE, DUAL_WRITE",
    "RAMP_DOWN, COMPLETE, LIVE"
  })
  void oneOfThemWinsElsewhere(Stage from, Stage one, Stage other) {
    oneOfThemWins(from, one, other);
  }

  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE, LIVE", "LIVE, RAMP_DOWN, SHADOW"})
  void oneOfThemWins(Stage from, Stage one, Stage other) {
    try (Scenario app = Switching.quickIn(from);
        Operator ann = Operator.of(app, "ann");
        Operator bob = Operator.of(app, "bob");
        Writers writers = new Writers(app, 2)) {
      writers.awaitProgress();
      int won = 0;
      for (int round = 0; round < ROUNDS; round++) {
        Switching.verify(app, one);
        long epoch = Switching.latestEpoch(app);
        // Whoever is asked first has an advantage.
        List<Attempt> attempts =
            round % 2 == 0 ? atOnce(ann, one, bob, other) : atOnce(bob, other, ann, one);

        check("round " + round + ": " + attempts, app, epoch, attempts);
        won += attempts.stream().anyMatch(Attempt::hasMoved) ? 1 : 0;
        Switching.go(app, from);
        writers.awaitProgress();
      }
      assertThat(won).as("rounds that somebody has won").isPositive();
      writers.stop();
      app.assertSettled();
      writers.check();
      Switching.assertOnlyWaited(app);
    }
  }

  private static List<Attempt> atOnce(Operator one, Stage goal, Operator other, Stage otherGoal) {
    CyclicBarrier start = new CyclicBarrier(2);
    CompletableFuture<Attempt> first =
        CompletableFuture.supplyAsync(() -> one.move(goal, start), task -> run(task, "first"));
    CompletableFuture<Attempt> second =
        CompletableFuture.supplyAsync(
            () -> other.move(otherGoal, start), task -> run(task, "second"));
    return List.of(first.join(), second.join());
  }

  /** The common pool may have but one thread, and they wait for each other. */
  private static void run(Runnable task, String name) {
    new Thread(task, "operator-" + name).start();
  }

  private static void check(String round, Scenario app, long epoch, List<Attempt> attempts) {
    Attempt one = attempts.get(0);
    Attempt other = attempts.get(1);
    checkSteps(round, one, other);
    checkSteps(round, other, one);
    if (one.goal == other.goal) {
      assertThat(one.hasMoved() && other.hasMoved()).as(round + ": both have won").isFalse();
    } else if (one.hasMoved() && other.hasMoved()) {
      // One after the other then: the later one has begun where the earlier one has ended.
      assertThat(one.report.from() == other.report.to() || other.report.from() == one.report.to())
          .as(round + ": one after the other")
          .isTrue();
    }
    assertThat(Switching.latestEpoch(app) - epoch).as(round).isEqualTo(one.steps + other.steps);
  }

  private static void checkSteps(String round, Attempt attempt, Attempt other) {
    if (attempt.report != null) {
      assertThat(attempt.report.to()).as(round).isEqualTo(attempt.goal);
      assertThat(attempt.steps).as(round).isEqualTo(distance(attempt.report));
    } else {
      // Back over where the other one has gone are two steps, and the second may be refused.
      boolean wayBack = attempt.goal != other.goal && other.hasMoved();
      assertThat(attempt.steps).as(round).isLessThanOrEqualTo(wayBack ? 1 : 0);
    }
  }

  private static long distance(MoveReport report) {
    long steps = 0;
    for (Stage at = report.from(); at != report.to(); at = at.stepTowards(report.to())) {
      steps++;
    }
    return steps;
  }
}
