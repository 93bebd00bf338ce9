package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.VerificationReport;
import dev.crossfade.it.Domain.Account;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The way back from complete once the keys that changed there are not remembered any more. */
class RollbackWindowTest {
  private static final String REMEMBERED = "select count(*) from crossfade.remembered";

  private static Scenario afterTheWindow() {
    Scenario app =
        Scenario.with()
            .settings(s -> s.rollbackWindow(Duration.ofMillis(1)))
            .startIn(Stage.RAMP_DOWN);
    List<Account> accounts =
        app.accounts.saveAll(List.of(account("a", 1), account("b", 2), account("c", 3)));
    app.assertSettled();
    app.moveTo(Stage.COMPLETE);
    app.accounts.save(accounts.get(0).withBalance(100));
    app.accounts.delete(accounts.get(1).id());
    app.accounts.insert(account("d", 4));
    await("the keys are forgotten")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.rows.count(Side.TARGET, REMEMBERED) == 0);
    return app;
  }

  @Test
  void itTakesABackfillAndAVerification() {
    try (Scenario app = afterTheWindow()) {
      app.moveTo(Stage.LIVE);
      assertThat(app.migration.journal().entries()).as("entries of what was forgotten").isZero();
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("were forgotten");

      app.migration.backfill();
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .as("nothing has compared the stores since")
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("were forgotten");
      VerificationReport found = app.migration.verify();
      assertThat(found.isClean()).as("%s", found).isTrue();

      app.migration.moveTo(Stage.SHADOW);

      app.assertSettled();
      assertThat(app.accounts.count()).isEqualTo(3);
    }
  }

  @Test
  void theNextTimeBeginsAnew() {
    try (Scenario app = afterTheWindow()) {
      app.moveTo(Stage.LIVE);
      app.migration.backfill();
      assertThat(app.migration.verify().isClean()).isTrue();
      app.moveTo(Stage.SHADOW);
      app.source.change(app.settings().toBuilder().rollbackWindow(Duration.ofDays(1)).build());

      app.moveTo(Stage.COMPLETE);
      app.accounts.insert(account("e", 5));
      app.moveTo(Stage.SHADOW);

      app.assertSettled();
      assertThat(app.accounts.count()).isEqualTo(4);
    }
  }
}
