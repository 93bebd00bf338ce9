package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.AbandonReport;
import dev.crossfade.Settings.Secondary;
import dev.crossfade.Stage;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is known to be in the legacy store when PostgreSQL is given up as the primary. */
class ProofTest {
  /** Longer than from one look at the journal for this to the next. */
  private static final Duration SOME_LOOKS = Duration.ofSeconds(11);

  /** Its entries are younger than the writes they stand for, which nobody carried over. */
  @Tag("exhaustive")
  @Test
  void whatWasRecalledIsNotThereBeforeItIsCopied() {
    try (Scenario app =
        Scenario.with()
            .proxied()
            .settings(s -> s.secondary(Secondary.REQUIRED))
            .startIn(Stage.COMPLETE)) {
      Instant complete = Instant.now();
      app.accounts.save(account(1, "while complete", 1));
      app.sqlite.plan(Fault.DOWN, 1, Step.APPLY);
      app.migration.moveTo(Stage.RAMP_DOWN);
      await("the key is recalled, and stays left")
          .atMost(Scenario.PATIENCE)
          .during(SOME_LOOKS)
          .until(() -> app.migration.journal().left() == 1);

      app.proxy().refuse();
      app.sqlite.heal();
      AbandonReport report = app.migration.abandonPrimary("the volume is gone");

      assertThat(app.accounts.find(1L)).as("lost").isEmpty();
      assertThat(report.nothingMissing()).isFalse();
      Instant proven = report.provenUntil();
      assertThat(proven == null || proven.isBefore(complete))
          .as("what is proven does not reach beyond %s, but until %s", complete, proven)
          .isTrue();
      app.abandon(); // the stores are apart
    }
  }

  @Test
  void whatWasRecalledAndCopiedIsThere() {
    try (Scenario app =
        Scenario.with()
            .proxied()
            .settings(s -> s.secondary(Secondary.REQUIRED))
            .startIn(Stage.COMPLETE)) {
      app.accounts.save(account(1, "while complete", 1));
      app.migration.moveTo(Stage.RAMP_DOWN);
      app.assertSettled();
      await("that is seen")
          .atMost(Scenario.PATIENCE)
          .during(SOME_LOOKS)
          .until(() -> app.migration.journal().entries() == 0);

      app.proxy().refuse();
      AbandonReport report = app.migration.abandonPrimary("the volume is gone");

      assertThat(app.accounts.find(1L)).isPresent();
      assertThat(report.nothingMissing()).isTrue();
      assertThat(report.provenUntil()).isNotNull();
      app.abandon(); // PostgreSQL is gone
    }
  }
}
