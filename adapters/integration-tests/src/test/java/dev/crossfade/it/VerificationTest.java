package dev.crossfade.it;

import static dev.crossfade.it.Domain.JANUARY;
import static dev.crossfade.it.Domain.account;
import static dev.crossfade.it.Domain.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.BackfillReport;
import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.Difference;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every field of every row, both directions. */
class VerificationTest {
  private static void fill(Scenario app) {
    for (long id = 1; id <= 10; id++) {
      app.accounts.save(account(id, "code " + id, id).withNote("secret " + id));
      app.entries.save(new Entry(id, id, BigDecimal.valueOf(id)));
      app.preferences.save(new Preference("name " + id, "text"));
      app.readings.save(reading(id, JANUARY.plusSeconds(id * 86_400), "1.5"));
    }
    assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "SHADOW", "LIVE", "RAMP_DOWN"})
  void findsChangedFieldsAndRowsOnEitherSide(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      fill(app);
      assertThat(app.migration.verify().isClean()).isTrue();
      app.rows.execute(
          app.primary().other(),
          List.of(
              "update account set balance = 99, note = null where id = 3",
              "delete from entry where id = 4",
              "insert into preference (name, text) values ('stray', 'x')",
              "update reading set level = 7 where id = 5"));

      VerificationReport report = app.migration.verify();

      assertThat(report.isClean()).isFalse();
      assertThat(report.differing()).isEqualTo(4);
      assertThat(report.totalRows()).isEqualTo(41);
      assertThat(report.differences())
          .extracting(difference -> difference.entity() + " " + difference.key())
          .containsExactlyInAnyOrder("account 3", "entry 4", "preference stray", "reading 5");
      RowDifference changed =
          report.differences().stream()
              .filter(difference -> difference.entity().equals("account"))
              .findFirst()
              .orElseThrow();
      assertThat(changed.differences())
          .extracting(Difference::component)
          .containsExactly("balance", "note");
      assertThat(changed.toString()).contains("99").doesNotContain("secret");

      assertThat(app.migration.repair(report.differences())).isZero();
      app.assertSettled();
      assertThat(app.migration.verify().isClean()).isTrue();
    }
  }

  @Test
  void aDifferenceBlocksTheCutover() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      fill(app);
      app.rows.execute(Side.TARGET, "delete from account where id = 3");
      VerificationReport report = app.migration.verify();
      assertThat(report.isClean()).isFalse();
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class);

      app.migration.repair(report.differences());
      app.assertSettled();
      // The account's cascade in PostgreSQL has taken its entry, which a second look finds.
      VerificationReport second = app.migration.verify();
      app.migration.repair(second.differences());
      app.assertSettled();
      app.moveTo(Stage.LIVE);
      assertThat(app.accounts.find(3L)).isPresent();
    }
  }

  @Tag("exhaustive")
  @Test
  void aLaterDifferenceVoidsAnEarlierCleanVerification() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      fill(app);
      assertThat(app.migration.verify().isClean()).isTrue();
      app.rows.execute(Side.TARGET, "update account set balance = 99 where id = 3");
      VerificationReport report = app.migration.verify();
      assertThat(report.isClean()).isFalse();

      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class);

      app.migration.repair(report.differences());
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void rowsUnderWayAreNoDifferences() throws Exception {
    try (Scenario app =
        Scenario.with().settings(s -> s.secondaryWait(Duration.ZERO)).startIn(Stage.DUAL_WRITE)) {
      fill(app);
      CountDownLatch release = new CountDownLatch(1);
      app.postgres.plan(Fault.HELD_BEFORE, 1, release, Step.APPLY);
      app.accounts.save(account(3, "code 3", 33));
      app.postgres.awaitHit(Scenario.PATIENCE);

      VerificationReport report = app.migration.verify();

      assertThat(report.isClean()).isTrue();
      assertThat(report.unsettled()).isEqualTo(1);
      release.countDown();
      app.assertSettled();
      assertThat(app.migration.verify().unsettled()).isZero();
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void cleanWhileEightWritersGoOn(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      List<VerificationReport> reports = new ArrayList<>();
      try (Writers writers = new Writers(app, 8)) {
        for (int i = 0; i < 5; i++) {
          reports.add(app.migration.verify());
          writers.awaitProgress();
        }
        writers.stop();
        app.assertSettled();
        writers.check();
      }
      assertThat(reports).allSatisfy(report -> assertThat(report.differences()).isEmpty());
    }
  }

  @Tag("exhaustive")
  @Test
  void backfillInSmallChunksCopiesEverythingAndTellsHowFar() {
    try (Scenario app = Scenario.with().settings(s -> s.backfillChunk(3)).start()) {
      fill(app);
      app.migration.moveTo(Stage.DUAL_WRITE);
      assertThat(app.rows.all(Side.TARGET)).isEmpty();
      assertThat(app.migration.verify().differing()).isEqualTo(40);

      BackfillReport report = app.migration.backfill();

      assertThat(report.totalRows()).isEqualTo(40);
      assertThat(report.refused()).isZero();
      assertThat(app.events.progress())
          .filteredOn(progress -> progress.activity().equals("backfill"))
          .filteredOn(progress -> progress.entity().equals("account"))
          .extracting(CopyProgress::rows)
          .containsExactly(3L, 6L, 9L, 10L);
      app.assertSettled();
      assertThat(app.migration.backfill().totalRows()).as("safe to repeat").isEqualTo(40);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"OFF", "COMPLETE"})
  void refusedWhereTheStoresDifferByDesign(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      assertThatThrownBy(() -> app.migration.verify())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(stage.id());
      assertThatThrownBy(() -> app.migration.backfill())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(stage.id());
    }
  }
}
