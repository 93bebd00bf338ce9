package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import org.junit.jupiter.api.Test;

/** A store that has forgotten what it was, because it was restored from a backup. */
class RestoredStoreTest {
  private static final String EVIDENCE = "select count(*) from crossfade.evidence";
  private static final String TARGET_AS_BEFORE_LIVE =
      "update crossfade.control set epoch = 0, state = 'moved', stage = 'off'";

  /** It looks like one that was never opened after the decision; it was, and was written to. */
  @Test
  void aPrimaryFromBeforeTheCutoverIsNotOpenedAgain() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.accounts.save(account(1, "since the cutover", 1));
      app.assertSettled();
      app.shutDown();
      app.rows.execute(Side.TARGET, TARGET_AS_BEFORE_LIVE);

      assertThatThrownBy(app::open)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("restored from a backup");

      assertThat(app.rows.text(Side.TARGET, "select state from crossfade.control"))
          .as("not opened")
          .containsExactly("[state=moved]");
      app.abandon();
    }
  }

  /** Steps in which evidence is void do not make it forgotten that the decision was carried out. */
  @Test
  void norIsOneWhoseLegacyStoreHasNoEvidenceAnyMore() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.accounts.save(account(1, "since the cutover", 1));
      app.assertSettled();
      app.sqlite.control().voidEvidence(Scenario.MIGRATION);
      app.shutDown();
      app.rows.execute(Side.TARGET, TARGET_AS_BEFORE_LIVE);

      assertThatThrownBy(app::open)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("restored from a backup");
      app.abandon();
    }
  }

  @Test
  void nobodyWritesToItWhoWasThere() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      app.assertSettled();
      app.rows.execute(Side.TARGET, TARGET_AS_BEFORE_LIVE);

      assertThatThrownBy(() -> app.accounts.save(account(2, "b", 1)))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("restored from a backup");

      assertThat(app.rows.row(Side.TARGET, "account", 2)).isNull();
      app.abandon();
    }
  }

  @Test
  void theLegacyStoreFromBeforeTheRollbackIsNotOpenedAgain() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      app.assertSettled();
      String before =
          "update crossfade_control set state = 'MOVED', stage = 'live', epoch = "
              + app.migration.epoch();
      app.moveTo(Stage.SHADOW);
      app.accounts.save(account(2, "since the rollback", 1));
      app.assertSettled();
      app.shutDown();
      app.rows.execute(Side.LEGACY, before);

      assertThatThrownBy(app::open)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("restored from a backup");
      app.abandon();
    }
  }

  /** As the gate advises; its epochs come again, and what it noted of them then is not so now. */
  @Test
  void aTargetWhoseRowWasDeletedHasForgottenItsEarlierLife() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.moveTo(Stage.OFF);
      assertThat(app.rows.count(Side.TARGET, EVIDENCE)).isPositive();
      app.shutDown();
      app.rows.execute(Side.TARGET, "delete from crossfade.control");
      app.open();

      app.moveTo(Stage.DUAL_WRITE);

      assertThat(app.rows.count(Side.TARGET, EVIDENCE)).isZero();
    }
  }

  /** Killed right after the decision: that one is opened by whoever comes. */
  @Test
  void aDecisionThatWasNotCarriedOutIs() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      app.assertSettled();
      app.shutDown();
      app.rows.execute(
          Side.LEGACY,
          "update crossfade_control set state = 'MOVED', stage = 'live', epoch = epoch + 1");

      app.open();

      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
      assertThat(app.accounts.find(1L)).isPresent();
    }
  }
}
