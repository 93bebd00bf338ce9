package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.BacklogEvent;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an outage of the secondary has left is made good, oldest first, for all to see. */
class BacklogTest {
  private static final int ROWS = 1_500;

  private static Scenario withBacklog() {
    Scenario app = Scenario.in(Stage.DUAL_WRITE);
    app.postgres.plan(Fault.DOWN, 1, Step.APPLY);
    for (int i = 1; i <= ROWS; i++) {
      app.accounts.save(account(i, "a" + i, i));
    }
    await("all of it is left")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.migration.journal().left() == ROWS);
    return app;
  }

  /** At every moment what is there are the oldest. */
  @Test
  void theOldestComeFirst() {
    try (Scenario app = withBacklog()) {
      app.postgres.heal();
      await("all of it")
          .atMost(Scenario.PATIENCE)
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                assertThat(
                        app.rows.count(
                            Side.TARGET, "select coalesce(max(id), 0) - count(*) from account"))
                    .isZero();
                return app.rows.count(Side.TARGET, "select count(*) from account") == ROWS;
              });
    }
  }

  @Test
  void itsProgressIsTold() {
    try (Scenario app = withBacklog()) {
      app.postgres.heal();
      app.assertSettled();
      await("its end is told")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.events.all(BacklogEvent.class).size() >= 2);
      List<BacklogEvent> told = app.events.all(BacklogEvent.class);
      assertThat(told.get(0).left()).isPositive();
      assertThat(told.get(told.size() - 1).left()).isZero();
      assertThat(told.get(told.size() - 1).copied()).isEqualTo(ROWS);
      assertThat(told).extracting(BacklogEvent::migration).containsOnly(Scenario.MIGRATION);
    }
  }

  /** It rests between rounds for those that write, and comes to its end all the same. */
  @Test
  void writersGoOnMeanwhile() {
    try (Scenario app = withBacklog();
        Writers writers = new Writers(app, 2)) {
      app.postgres.heal();
      writers.awaitProgress();
      await("the backlog is gone")
          .atMost(Scenario.PATIENCE)
          .until(
              () ->
                  app.rows.count(Side.TARGET, "select count(*) from account where code like 'a%'")
                      == ROWS);
      writers.stop();
      app.assertSettled();
      writers.check();
    }
  }
}
