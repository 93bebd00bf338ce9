package dev.crossfade.it;

import static dev.crossfade.it.Domain.FEBRUARY;
import static dev.crossfade.it.Domain.JANUARY;
import static dev.crossfade.it.Domain.account;
import static dev.crossfade.it.Domain.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.CrossfadeListener.ShadowReadEvent;
import dev.crossfade.CrossfadeListener.ShadowReadEvent.Result;
import dev.crossfade.Difference;
import dev.crossfade.NotFoundException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.it.Domain.Status;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The second read: compared, settled, reported, and never in the caller's way. */
class ShadowReadsTest {
  private static Scenario.Options everything() {
    return Scenario.with().settings(s -> s.shadowSampling(1));
  }

  private static void fill(Scenario app) {
    app.accounts.saveAll(
        List.of(
            account(1, "a", 10).withNote("secret"),
            account(2, "b", 20).withStatus(Status.ACTIVE),
            account(3, "c", 30).withStatus(Status.ACTIVE)));
    app.readings.save(reading(1, JANUARY, "1.125"));
    app.preferences.save(new Preference("x", "y"));
    assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
  }

  private static void awaitResults(Scenario app, int count) {
    await("shadow reads are done")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.events.shadowReads().size() >= count);
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE"})
  void everyKindOfResultMatches(Stage stage) {
    try (Scenario app = everything().startIn(stage)) {
      fill(app);
      app.accounts.find(1L);
      app.accounts.find(99L);
      app.accounts.findAll(List.of(3L, 1L));
      app.accounts.count();
      app.accounts.scan(null, 2);
      app.accounts.findByCode("b");
      app.accounts.byStatus(Status.ACTIVE);
      app.accounts.anyByStatus(Status.ACTIVE);
      app.accounts.byCodes("a", "c");
      app.accounts.total();
      app.accounts.holding("c");
      app.readings.since(JANUARY);
      app.preferences.find("x");

      awaitResults(app, 13);

      assertThat(app.events.mismatches()).isEmpty();
      assertThat(app.events.shadowReads())
          .filteredOn(event -> event.result() != Result.MATCH)
          .isEmpty();
      assertThat(app.events.shadowReads())
          .extracting(ShadowReadEvent::method)
          .containsExactlyInAnyOrder(
              "find",
              "find",
              "findAll",
              "count",
              "scan",
              "findByCode",
              "byStatus",
              "anyByStatus",
              "byCodes",
              "total",
              "holding",
              "since",
              "find");
    }
  }

  /** That the row is not there is what the other store answers, not a failure of it. */
  @Test
  void aRowThatGetMissesInTheOtherStoreIsAMismatch() {
    try (Scenario app = everything().startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      assertThatThrownBy(() -> app.accounts.get(2L)).isExactlyInstanceOf(NotFoundException.class);
      assertThat(app.accounts.get(1L).code()).isEqualTo("a");
      awaitResults(app, 1);
      assertThat(app.events.shadowReads(Result.MATCH)).isEqualTo(1);

      app.rows.execute(Side.TARGET, "delete from account");
      assertThat(app.accounts.get(1L).code()).isEqualTo("a");
      awaitResults(app, 2);

      assertThat(app.events.shadowReads(Result.MISMATCH)).isEqualTo(1);
      assertThat(app.events.mismatches())
          .extracting(Mismatch::method, Mismatch::key)
          .containsExactly(tuple("get", "1"));
      app.abandon();
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"OFF", "DUAL_WRITE", "RAMP_DOWN", "COMPLETE"})
  void otherStagesCompareNothing(Stage stage) {
    try (Scenario app = everything().startIn(stage)) {
      app.accounts.save(account(1, "a", 1));
      assertThat(app.accounts.find(1L)).isPresent();
      app.shutDown();
      assertThat(app.events.shadowReads()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void nothingIsComparedWithoutSampling() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      fill(app);
      for (int i = 0; i < 100; i++) {
        assertThat(app.accounts.find(1L)).isPresent();
      }
      app.shutDown();
      assertThat(app.events.shadowReads()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void readsThatAreDeclaredIncomparableAreNotCompared() {
    try (Scenario app = everything().startIn(Stage.SHADOW)) {
      assertThat(app.accounts.whoAnswers()).isEqualTo("sqlite");
      app.shutDown();
      assertThat(app.events.shadowReads()).isEmpty();
      assertThat(app.events.mismatches()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void readsInsideAUnitAreNotCompared() {
    try (Scenario app = everything().startIn(Stage.SHADOW)) {
      app.crossfade.unit(
          Scenario.MIGRATION,
          () -> {
            app.accounts.save(account(1, "a", 1));
            assertThat(app.accounts.find(1L)).isPresent();
          });
      app.assertSettled();
      app.shutDown();
      assertThat(app.events.shadowReads()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE"})
  void aTamperedRowIsReportedWithItsField(Stage stage) {
    try (Scenario app = everything().startIn(stage)) {
      fill(app);
      tamper(app, "update account set balance = 11, note = 'other secret' where id = 1");

      assertThat(app.accounts.findByCode("a")).isPresent();
      awaitResults(app, 1);

      assertThat(app.events.shadowReads(Result.MISMATCH)).isEqualTo(1);
      Mismatch mismatch = app.events.mismatches().get(0);
      assertThat(mismatch.migration()).isEqualTo(Scenario.MIGRATION);
      assertThat(mismatch.entity()).isEqualTo("account");
      assertThat(mismatch.method()).isEqualTo("findByCode");
      assertThat(mismatch.key()).isEqualTo("1");
      assertThat(mismatch.differences())
          .extracting(Difference::component)
          .containsExactly("balance", "note");
      assertThat(mismatch.differences().get(0).primary()).startsWith("10");
      assertThat(mismatch.differences().get(0).secondary()).startsWith("11");
      assertThat(mismatch.differences().get(1).toString()).doesNotContain("secret'");
      heal(app);
    }
  }

  @Tag("exhaustive")
  @Test
  void aRowOnOneSideIsReported() {
    try (Scenario app = everything().startIn(Stage.SHADOW)) {
      fill(app);
      tamper(app, "delete from account where id = 3");

      app.accounts.byStatus(Status.ACTIVE);
      awaitResults(app, 1);

      Mismatch mismatch = app.events.mismatches().get(0);
      assertThat(mismatch.key()).isEqualTo("3");
      assertThat(mismatch.differences())
          .containsExactly(new Difference("(row)", "present", "absent"));
      heal(app);
    }
  }

  @Tag("exhaustive")
  @Test
  void resultsWithoutRowsAreReportedAsAWhole() {
    try (Scenario app = everything().startIn(Stage.SHADOW)) {
      fill(app);
      tamper(app, "update account set balance = 11 where id = 1");

      app.accounts.total();
      app.accounts.holding("a");
      awaitResults(app, 2);

      assertThat(app.events.mismatches()).extracting(Mismatch::key).containsExactly(null, null);
      assertThat(app.events.mismatches())
          .flatExtracting(Mismatch::differences)
          .extracting(Difference::component)
          .containsExactly("(result)", "(result)");
      assertThat(app.events.mismatches())
          .filteredOn(mismatch -> mismatch.method().equals("total"))
          .flatExtracting(Mismatch::differences)
          .first()
          .satisfies(
              difference -> {
                assertThat(difference.primary()).startsWith("60");
                assertThat(difference.secondary()).startsWith("61");
              });
      heal(app);
    }
  }

  @Tag("exhaustive")
  @Test
  void mismatchesAreRepairedIfAskedFor() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.shadowSampling(1).repairMismatches(true))
            .startIn(Stage.SHADOW)) {
      fill(app);
      tamper(app, "update account set balance = 11 where id = 1");
      tamper(app, "update reading set taken_at = '2026-02-20 00:00:00+00' where id = 1");

      app.accounts.find(1L);
      app.readings.find(1L);
      awaitResults(app, 2);

      assertThat(app.events.mismatches()).hasSize(2);
      await().atMost(Scenario.PATIENCE).untilAsserted(app::assertSettled);
      assertThat(app.rows.row(Side.TARGET, "reading", 1)).isEqualTo(JANUARY + ", 1.125");
    }
  }

  /** Step 3 is held: the rows differ, and everybody who looks knows why. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"SHADOW", "LIVE"})
  void keysUnderWayAreExcused(Stage stage) throws Exception {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.shadowSampling(1).secondaryWait(Duration.ZERO))
            .startIn(stage)) {
      fill(app);
      CountDownLatch release = new CountDownLatch(1);
      app.secondaryStore().plan(Fault.HELD_BEFORE, 1, release, Step.APPLY);
      app.accounts.save(account(1, "a", 99).withNote("secret"));
      app.secondaryStore().awaitHit(Scenario.PATIENCE);

      app.accounts.find(1L);
      app.accounts.total();
      app.accounts.byStatus(Status.NEW);
      awaitResults(app, 3);

      assertThat(app.events.shadowReads(Result.EXCUSED)).isEqualTo(3);
      assertThat(app.events.mismatches()).isEmpty();
      release.countDown();
      app.assertSettled();
    }
  }

  /** The journal that the sample asks is that of a store which is primary no more. */
  @Tag("exhaustive")
  @Test
  void aChangeOfPrimaryExcuses() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    try (Scenario app = everything().startIn(Stage.SHADOW)) {
      fill(app);
      assertThat(app.migration.verify().isClean()).isTrue();
      tamper(app, "update account set balance = 11 where id = 1");
      app.sqlite.plan(Fault.HELD_BEFORE, 1, looking, Step.LOOK);
      app.accounts.find(1L);
      app.sqlite.awaitHit(Scenario.PATIENCE);

      app.migration.moveTo(Stage.LIVE);
      looking.countDown();
      awaitResults(app, 1);

      assertThat(app.events.shadowReads(Result.EXCUSED)).isEqualTo(1);
      assertThat(app.events.mismatches()).isEmpty();
      heal(app);
    }
  }

  /** Samples that do not fit are dropped and counted; the caller waits for none of them. */
  @Tag("exhaustive")
  @Test
  void aStuckOtherStoreIsNotTheCallersConcern() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.shadowSampling(1).shadowThreads(1).shadowQueue(3))
            .startIn(Stage.SHADOW)) {
      fill(app);
      tamper(app, "update account set balance = 11 where id = 1");
      // The one thread that compares is held while it asks the journal about the difference.
      app.sqlite.plan(Fault.HELD_BEFORE, 1, stuck, Step.LOOK);
      app.accounts.find(1L);
      app.sqlite.awaitHit(Scenario.PATIENCE);

      for (int i = 0; i < 10; i++) {
        assertThat(app.accounts.find(2L)).isPresent();
      }

      assertThat(app.events.shadowReads(Result.DROPPED)).isEqualTo(7);
      stuck.countDown();
      awaitResults(app, 11);
      assertThat(app.events.shadowReads(Result.MATCH)).isEqualTo(3);
      assertThat(app.events.shadowReads(Result.MISMATCH)).isEqualTo(1);
      heal(app);
    }
  }

  @Tag("exhaustive")
  @Test
  void theOtherStoreFails() {
    try (Scenario app = everything().proxied().startIn(Stage.SHADOW)) {
      fill(app);
      app.proxy().refuse();
      assertThat(app.accounts.find(1L)).isPresent();
      awaitResults(app, 1);
      assertThat(app.events.shadowReads(Result.FAILED)).isEqualTo(1);
      assertThat(app.events.mismatches()).isEmpty();
      app.proxy().pass();
    }
  }

  /** Eight writers change rows all the time, and no comparison takes that for a difference. */
  @Tag("exhaustive")
  @Test
  void nobodyIsAccusedWhileWritersGoOn() {
    try (Scenario app = everything().startIn(Stage.SHADOW)) {
      fill(app);
      try (Writers writers = new Writers(app, 8)) {
        for (int i = 0; i < 40; i++) {
          app.accounts.scan(null, 50);
          app.accounts.byStatus(Status.CLOSED);
          app.accounts.total();
          app.readings.since(FEBRUARY);
        }
        writers.awaitProgress();
        writers.stop();
      }
      app.assertSettled();
      awaitResults(app, 160);
      assertThat(app.events.mismatches()).isEmpty();
      assertThat(app.events.shadowReads(Result.MATCH)).isPositive();
    }
  }

  private static void tamper(Scenario app, String sql) {
    app.rows.execute(app.primary().other(), sql);
  }

  private static void heal(Scenario app) {
    app.migration.repair(app.migration.verify().differences());
    app.assertSettled();
  }
}
