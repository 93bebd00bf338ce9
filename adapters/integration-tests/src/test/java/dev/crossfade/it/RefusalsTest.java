package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused because it could not be right, and that nothing has happened then. */
class RefusalsTest {
  /** What would see the rows of a unit before they are committed, or wait for itself. */
  interface OutsideUnits {
    void on(Scenario app);
  }

  static Stream<OutsideUnits> whatHasNoPlaceInAUnit() {
    return Stream.of(
        app -> app.migration.backfill(),
        app -> app.migration.verify(),
        app -> app.migration.repair(List.of()),
        app -> app.migration.moveTo(Stage.SHADOW),
        app -> app.migration.awaitSettled(Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @MethodSource("whatHasNoPlaceInAUnit")
  void copiesAndMovesAreRefusedInsideAUnit(OutsideUnits operation) {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      assertThatThrownBy(
              () ->
                  app.crossfade.unit(
                      Scenario.MIGRATION,
                      () -> {
                        app.accounts.save(account(1, "a", 1));
                        operation.on(app);
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not inside a unit of work");
      assertThat(app.accounts.find(1L)).isEmpty();
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
    }
  }

  /** An interface that the implementations of two entities have. */
  interface Common extends Repository<Account, Long> {}

  @Test
  void anInterfaceThatDoesNotSayWhichEntityIsRefused() {
    try (Scenario app = Scenario.in(Stage.OFF)) {
      assertThatThrownBy(() -> app.crossfade.repository(Repository.class))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("all have implementations of")
          .hasMessageContaining("give each an interface of its own");
      assertThatThrownBy(() -> app.crossfade.repository(Common.class))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("no migration has an entity");
    }
  }

  @Tag("exhaustive")
  @Test
  void aLegacyStoreWithoutTheHistoryOfTheTargetMayNotBegin() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.shutDown();
      app.rows.execute(Side.LEGACY, "delete from crossfade_control"); // another file, an old backup
      app.open();
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.DUAL_WRITE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("has seen epoch")
          .hasMessageContaining("restored from a backup or replaced");
      assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"NOT_EXECUTED, 1", "NOT_EXECUTED, 2", "REPLY_LOST, 1", "REPLY_LOST, 2"})
  void noEvidenceOutlivesAWayToOffThatWasDisturbed(Fault fault, long call) {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.migration.backfill();
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
      app.sqlite.plan(fault, call, Step.CONTROL);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.OFF))
          .isInstanceOf(CrossfadeException.class);
      app.shutDown();
      app.open();

      if (app.migration.stage() == Stage.OFF) {
        assertThat(app.rows.count(Side.LEGACY, "select count(*) from crossfade_evidence")).isZero();
      }
      app.moveTo(Stage.OFF);
      app.moveTo(Stage.DUAL_WRITE);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("no backfill");
    }
  }
}
