package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who is taken for dead, and what becomes of one who was not. */
class HeartbeatTest {
  private static Settings.Builder quick(Settings.Builder settings) {
    return settings.heartbeat(Duration.ofMillis(100)).lease(Duration.ofSeconds(2));
  }

  private static long fenced(Scenario app) {
    return app.rows.count(Side.LEGACY, "select count(*) from crossfade_instance where fenced = 1");
  }

  @Test
  void aRepairThatTakesLongerThanTheLeaseIsNoDeath() throws Exception {
    try (Scenario app = Scenario.with().settings(HeartbeatTest::quick).startIn(Stage.DUAL_WRITE);
        Sibling other = new Sibling(app, quick(Settings.builder()).instance("sibling").build())) {
      app.sqlite.plan(Fault.HELD_BEFORE, 1, Step.TAKE);
      app.sqlite.awaitHit(Scenario.PATIENCE);

      long before = app.sqlite.calls(Step.INSTANCES);
      await("heartbeats for longer than the lease")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.sqlite.calls(Step.INSTANCES) > before + 25);

      assertThat(fenced(app)).isZero();
      app.sqlite.release();
      assertThat(other.accounts().save(account(1, "a", 1)).id()).isEqualTo(1);
    }
  }

  @Test
  void whoWasTakenForDeadGoesOnAsANewIncarnation() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.rows.execute(Side.LEGACY, "update crossfade_instance set fenced = 1");
      app.rows.execute(Side.TARGET, "update crossfade.instances set fenced = true");

      await("a new incarnation")
          .atMost(Scenario.PATIENCE)
          .until(
              () ->
                  app.rows.count(
                          Side.LEGACY, "select count(*) from crossfade_instance where fenced = 0")
                      == 1);
      app.accounts.save(account(1, "a", 1));

      app.assertSettled();
      assertThat(fenced(app)).isEqualTo(1);
    }
  }
}
