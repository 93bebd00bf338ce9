package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.AbandonReport;
import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.CrossfadeListener.AvailabilityEvent;
import dev.crossfade.CrossfadeListener.AvailabilityEvent.Reason;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.ReconcileReport;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.VerificationReport;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL is the primary and is gone; and comes back. */
class AbandonmentTest {
  @Test
  void whatIsThereIsNotGivenUp() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      assertThatThrownBy(() -> app.migration.abandonPrimary("no need"))
          .isInstanceOf(IllegalStateException.class);
      app.moveTo(Stage.LIVE);
      assertThatThrownBy(() -> app.migration.abandonPrimary("no need"))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("move back");
      assertThatThrownBy(() -> app.migration.abandonPrimary(" "))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> app.migration.reconcile(Path.of("none")))
          .isInstanceOf(IllegalStateException.class);
      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
    }
  }

  @Test
  void whatIsLostIsGivenUpAndTakenBackWhenItReturns(@TempDir Path folder) throws Exception {
    try (Scenario app =
        Scenario.with()
            .proxied()
            .settings(s -> s.secondaryWait(Duration.ofMillis(200)))
            .startIn(Stage.LIVE)) {
      app.accounts.save(account(1, "in both", 1));
      app.assertSettled();
      app.sqlite.plan(Fault.DOWN, 1, Step.APPLY);
      app.accounts.save(account(2, "only in the lost one", 1));
      long epoch = app.migration.epoch();

      app.proxy().refuse();
      app.sqlite.heal();
      Instant before = Instant.now();
      AbandonReport report = app.migration.abandonPrimary("the volume is gone");

      assertThat(report.to()).isEqualTo(Stage.DUAL_WRITE);
      assertThat(report.epoch()).isGreaterThan(epoch);
      assertThat(report.nothingMissing()).isFalse();
      assertThat(report.provenUntil()).isBefore(before);
      assertThat(app.migration.primary()).isEqualTo(Side.LEGACY);
      assertThat(app.accounts.find(1L)).isPresent();
      assertThat(app.accounts.find(2L)).as("lost").isEmpty();
      app.accounts.save(account(3, "after", 1));
      assertThat(app.migration.audit(1))
          .extracting(AuditEntry::action)
          .containsExactly(Action.ABANDONED);

      app.proxy().pass();
      await("it is refused")
          .atMost(Scenario.PATIENCE)
          .until(
              () ->
                  app.events.all(AvailabilityEvent.class).stream()
                      .anyMatch(event -> event.reason() == Reason.UNFIT && !event.available()));
      assertThat(app.rows.row(Side.TARGET, "account", 3)).as("not written to").isNull();

      Path file = folder.resolve("lost.txt");
      ReconcileReport reconciled = app.migration.reconcile(file);

      assertThat(reconciled.lost()).isEqualTo(1);
      assertThat(Files.readString(file)).contains("account 2: ").contains("only in the lost one");
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("Migration.backfill()");
      await("it is written to again")
          .atMost(Scenario.PATIENCE)
          .until(app.migration::secondaryAvailable);
      app.migration.backfill();
      VerificationReport found = app.migration.verify();
      assertThat(found.differences()).as("the row that only it has").hasSize(1);
      app.migration.repair(found.differences());
      app.assertSettled();
      app.moveTo(Stage.LIVE);
      assertThat(app.accounts.find(3L)).isPresent();
      assertThat(app.accounts.find(2L)).isEmpty();
      app.abandon(); // that it is refused is an error in the log
    }
  }
}
