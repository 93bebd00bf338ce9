package dev.crossfade.it;

import static dev.crossfade.it.Domain.JANUARY;
import static dev.crossfade.it.Domain.account;
import static dev.crossfade.it.Domain.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.CrossfadeListener.VerificationEvent;
import dev.crossfade.Gate;
import dev.crossfade.GateAnswer;
import dev.crossfade.MigrationStatus.Rounds;
import dev.crossfade.RepairReport;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.Mode;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.VerifyOptions;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.ControlTable.Evidence;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Verifications of tables of many ranges, in all their modes, cut short and gone on with. */
class VerificationModesTest {
  private static final long SEED = Long.getLong("seed", new Random().nextLong());

  /** Several ranges of keys. */
  private static final int MANY = 30_000;

  /** Rows of all entities, written as a program would that knows nothing of the library. */
  private static void fill(Scenario app, int rows) {
    String numbers =
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < " + rows + ") ";
    app.rows.execute(
        Side.LEGACY,
        List.of(
            "pragma synchronous = off",
            "insert into account (id, code, balance, status, note, updated_at) "
                + numbers
                + "select i, 'code ' || i, i * 0.25, 'NEW', 'note ' || i,"
                + " '2026-01-10T12:00:00.123456Z' from n",
            "insert into entry (id, account_id, amount) " + numbers + "select i, i, i * 0.5 from n",
            "insert into preference (name, text) "
                + numbers
                + "select printf('name %09d', i), 'text ' || i from n",
            "insert into reading (id, taken_at, level) "
                + numbers
                + "select i, case i % 2 when 0 then '2026-01-10T12:00:00Z' else"
                + " '2026-02-10T12:00:00.5Z' end, i * 0.125 from n"));
    String series = " from generate_series(1, " + rows + ") i";
    app.rows.execute(
        Side.TARGET,
        List.of(
            "insert into account (id, code, balance, status, note, updated_at) select i, 'code ' ||"
                + " i, i * 0.25, 'NEW', 'note ' || i, '2026-01-10T12:00:00.123456Z'"
                + series,
            "insert into entry (id, account_id, amount) select i, i, i * 0.5" + series,
            "insert into preference (name, text) select 'name ' || lpad(i::text, 9, '0'),"
                + " 'text ' || i"
                + series,
            "insert into reading (id, taken_at, level) select i, case i % 2 when 0 then"
                + " '2026-01-10T12:00:00Z'::timestamptz else '2026-02-10T12:00:00.5Z' end,"
                + " i * 0.125"
                + series));
  }

  /** Something of every kind, at random places and at the ends; returns what is to be found. */
  private static Set<String> corrupt(Scenario app, Random random) {
    Set<String> expected = new TreeSet<>();
    List<String> target = new ArrayList<>();
    List<String> legacy = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long id = random.nextInt(MANY) + 1L;
      switch (random.nextInt(6)) {
        case 0 -> {
          target.add("update account set balance = balance + 0.01 where id = " + id);
          expected.add("account " + id);
        }
        case 1 -> {
          target.add("update account set note = null where id = " + id);
          expected.add("account " + id);
        }
        case 2 -> {
          target.add("update account set note = '' where id = " + id);
          expected.add("account " + id);
        }
        case 3 -> {
          target.add("delete from entry where id = " + id);
          expected.add("entry " + id);
        }
        case 4 -> {
          legacy.add("update reading set taken_at = '2026-01-11T00:00:00Z' where id = " + id);
          expected.add("reading " + id);
        }
        default -> {
          legacy.add(String.format("delete from preference where name = 'name %09d'", id));
          expected.add(String.format("preference name %09d", id));
        }
      }
    }
    target.add("insert into preference values ('a stray', ''), ('z stray', '')");
    expected.addAll(Set.of("preference a stray", "preference z stray"));
    legacy.add("insert into entry values (" + (MANY + 5) + ", 1, 1)");
    legacy.add("insert into entry values (-5, 1, 1)");
    expected.addAll(Set.of("entry " + (MANY + 5), "entry -5"));
    legacy.add("update reading set level = 'high' where id = 17");
    expected.add("reading 17");
    app.rows.execute(Side.TARGET, target);
    app.rows.execute(Side.LEGACY, legacy);
    return expected;
  }

  private static Set<String> keys(VerificationReport report) {
    return report.differences().stream()
        .map(difference -> difference.entity() + " " + difference.key())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void bothModesFindWhatWasCorruptedAndNothingElse() {
    bothModesFindWhatWasCorruptedIn(Stage.DUAL_WRITE);
  }

  @Tag("exhaustive")
  @Test
  void theyFindItWithPostgresAsPrimary() {
    bothModesFindWhatWasCorruptedIn(Stage.LIVE);
  }

  private static void bothModesFindWhatWasCorruptedIn(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      fill(app, MANY);
      VerificationReport clean = app.migration.verify();
      assertThat(clean.differences()).isEmpty();
      assertThat(clean.rows().values()).containsOnly((long) MANY);
      assertThat(app.migration.verify(VerifyOptions.quick()).totalRows()).isEqualTo(4L * MANY);
      Set<String> expected = corrupt(app, new Random(SEED));

      VerificationReport full = app.migration.verify();
      VerificationReport quick = app.migration.verify(VerifyOptions.quick());

      assertThat(keys(full)).as("seed %d", SEED).isEqualTo(expected);
      assertThat(full.differing()).isEqualTo(expected.size());
      assertThat(full.mode()).isEqualTo(Mode.FULL);
      assertThat(quick.mode()).isEqualTo(Mode.QUICK);
      assertThat(Set.copyOf(quick.differences())).isEqualTo(Set.copyOf(full.differences()));
      assertThat(quick.rows()).isEqualTo(full.rows());
      assertThat(full.differences())
          .filteredOn(difference -> difference.key().equals("a stray"))
          .extracting(RowDifference::toString)
          .singleElement()
          .asString()
          .contains(stage == Stage.LIVE ? "present in the primary" : "absent in the primary");
      app.abandon();
    }
  }

  @Test
  void quickOrPartOfItIsNoEvidence() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      app.preferences.save(new Domain.Preference("p", "x"));
      app.assertSettled();
      app.events.clear();

      assertThat(app.migration.verify(VerifyOptions.quick()).isClean()).isTrue();
      VerificationReport part = app.migration.verify(VerifyOptions.full().only("account"));

      assertThat(part.rows()).containsOnlyKeys("account");
      assertThat(app.events.all(VerificationEvent.class))
          .hasSize(2)
          .noneMatch(VerificationEvent::counts);
      assertThat(app.migration.plan(Stage.LIVE).refusals())
          .extracting(GateAnswer::gate)
          .contains(Gate.VERIFICATION);
      assertThatThrownBy(() -> app.migration.verify(VerifyOptions.full().only("accounts")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("accounts")
          .hasMessageContaining("account,");

      assertThat(app.migration.verify().isClean()).isTrue();
      assertThat(app.migration.plan(Stage.LIVE).holds()).isTrue();
      app.rows.execute(Side.TARGET, "update account set balance = 7");
      assertThat(app.migration.verify(VerifyOptions.quick()).differing()).isEqualTo(1);
      assertThat(app.migration.plan(Stage.LIVE).holds()).as("neither is what it finds").isTrue();
      app.rows.execute(Side.TARGET, "update account set balance = 1");
    }
  }

  @Test
  void verifyAndRepairLeavesNothingDifferentHoweverMuchWas() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      fill(app, 3_000);
      app.rows.execute(
          Side.TARGET,
          List.of(
              "update account set balance = balance + 1 where id <= 1500",
              "delete from reading where id % 2 = 0",
              "insert into preference select 'stray ' || i, '' from generate_series(1, 700) i"));

      RepairReport report = app.migration.verifyAndRepair();

      assertThat(report.found().differing()).isEqualTo(1_500 + 1_500 + 700);
      assertThat(report.refused()).isZero();
      assertThat(report.isClean()).isTrue();
      assertThat(report.after().differences()).isEmpty();
      app.assertSettled();
      assertThat(app.migration.verifyAndRepair().found().isClean()).isTrue();
    }
  }

  @Test
  void oneThatWasKilledIsGoneOnWith() throws Exception {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      fill(app, MANY);
      app.rows.execute(
          Side.TARGET,
          List.of(
              "update preference set text = 'x' where name = 'name 000000003'",
              "update preference set text = 'x' where name = 'name 000000004'",
              "update preference set text = 'x' where name = 'name 000029999'",
              "update account set note = 'x' where id = 5"));
      try (VerifyingJvm killed = VerifyingJvm.holding(app)) {
        assertThat(killed.answer("progress ")).isNotNull();
        await("its position is kept")
            .atMost(Scenario.PATIENCE)
            .until(() -> isSomewhere(app, " preference"));
        killed.kill();
      }
      app.rows.execute(
          Side.TARGET, "update preference set text = 'text 4' where name = 'name 000000004'");

      VerificationReport report = app.migration.verify();

      assertThat(report.resumed()).as("rows compared before").isBetween((long) MANY, 4L * MANY);
      assertThat(report.totalRows()).isEqualTo(4L * MANY);
      assertThat(keys(report))
          .containsExactly("account 5", "preference name 000000003", "preference name 000029999");
      assertThat(app.migration.verify().resumed()).as("that one came to its end").isZero();
      app.migration.repair(report.differences());
      app.assertSettled();
    }
  }

  private static String position(Scenario app) {
    Evidence kept =
        app.sqlite.control().evidence(Scenario.MIGRATION).get("verification position FULL");
    return kept == null ? "" : kept.detail();
  }

  /** Whether it has come beyond the beginning of an entity. */
  private static boolean isSomewhere(Scenario app, String entity) {
    return position(app)
        .lines()
        .anyMatch(
            line -> line.endsWith(entity) && (line.startsWith("=") || line.startsWith("- ended")));
  }

  @Tag("exhaustive")
  @Test
  void aPositionOfWhatMayNotHoldAnyMoreIsThrownAway() throws Exception {
    try (Scenario app =
        Scenario.with().settings(s -> s.backfillChunk(10_000)).startIn(Stage.DUAL_WRITE)) {
      fill(app, MANY);
      interruptLate(app);
      assertThat(position(app)).contains(" account");
      assertThat(app.migration.verify(VerifyOptions.full().fromTheBeginning()).resumed())
          .as("not wanted")
          .isZero();

      interruptLate(app);
      app.migration.backfill();
      app.assertSettled();
      assertThat(app.migration.verify().resumed()).as("a backfill since").isZero();

      interruptLate(app);
      app.migration.moveTo(Stage.SHADOW);
      assertThat(app.migration.verify().resumed()).as("another epoch").isZero();

      interruptLate(app);
      String mapping = position(app).lines().skip(3).findFirst().orElseThrow();
      app.rows.execute(
          Side.LEGACY,
          "update crossfade_evidence set detail = replace(detail, '" + mapping + "', 'other')");
      assertThat(app.migration.verify().resumed()).as("another mapping").isZero();

      interruptLate(app);
      assertThat(app.migration.verify().resumed()).as("nothing of that").isPositive();
    }
  }

  /** Begins a verification and interrupts it once it has kept its position. */
  private static void interruptLate(Scenario app) throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    app.held = release;
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try {
      Future<VerificationReport> running = caller.submit(() -> app.migration.verify());
      await("its position is kept").atMost(Scenario.PATIENCE).until(() -> isSomewhere(app, ""));
      long begun = System.nanoTime();
      caller.shutdownNow();
      assertThatThrownBy(running::get).hasCauseInstanceOf(StoreTimeoutException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(25));
    } finally {
      release.countDown();
      app.held = null;
      caller.shutdownNow();
      assertThat(caller.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void closingEndsItAtOnce() throws Exception {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      fill(app, MANY);
      app.held = new CountDownLatch(1);
      ExecutorService caller = Executors.newSingleThreadExecutor();
      Future<VerificationReport> running = caller.submit(() -> app.migration.verify());
      await("it is under way")
          .atMost(Scenario.PATIENCE)
          .until(() -> !app.events.progress().isEmpty());
      caller.shutdown();
      app.held.countDown();
      app.held = null;

      app.shutDown();

      assertThat(caller.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
      if (running.isDone()) {
        assertThat(running).failsWithin(Duration.ofSeconds(1));
      }
    }
  }

  /** As much text as would fill its heap several times. */
  @Test
  void littleMemoryIsEnoughForLargeTables() throws Exception {
    littleMemoryIsEnough("FULL");
  }

  @Tag("exhaustive")
  @Test
  void littleMemoryIsEnoughForAQuickLook() throws Exception {
    littleMemoryIsEnough("QUICK");
  }

  private static void littleMemoryIsEnough(String mode) throws Exception {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      int rows = 30_000;
      app.rows.execute(
          Side.LEGACY,
          List.of(
              "pragma synchronous = off",
              "insert into preference with recursive n (i) as (select 1 union all select i + 1 from"
                  + " n where i < "
                  + rows
                  + ") select printf('name %09d', i), i || hex(zeroblob(case i % 1000 when 0 then"
                  + " 250000 else 2000 end)) from n"));
      app.rows.execute(
          Side.TARGET,
          "insert into preference select 'name ' || lpad(i::text, 9, '0'), i || repeat('0', case i"
              + " % 1000 when 0 then 500000 else 4000 end) from generate_series(1, "
              + rows
              + ") i");
      app.rows.execute(Side.TARGET, "delete from preference where name > 'name 000025000'");
      try (VerifyingJvm small = VerifyingJvm.start(app, mode, "go", "-Xmx48m")) {
        assertThat(small.answer("report ")).as(mode).isEqualTo("report 30000 5000 0");
      }
      app.abandon();
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(Mode.class)
  void cleanWhileWritersGoOnInEitherMode(Mode mode) {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      fill(app, 5_000);
      try (Writers writers = new Writers(app, 4)) {
        for (int i = 0; i < 5; i++) {
          assertThat(app.migration.verify(new VerifyOptions(mode, Set.of(), true)).differences())
              .isEmpty();
          writers.awaitProgress();
        }
        writers.stop();
        app.assertSettled();
      }
    }
  }

  @Test
  void roundAfterRoundIsGoneWithoutBeingAsked() {
    try (Scenario app =
        Scenario.with().settings(s -> s.verificationRate(100_000)).startIn(Stage.SHADOW)) {
      for (long id = 1; id <= 20; id++) {
        app.accounts.save(account(id, "code " + id, id));
        app.entries.save(new Entry(id, id, BigDecimal.ONE));
        app.readings.save(reading(id, JANUARY, "1"));
      }
      await("a round is clean").atMost(Scenario.PATIENCE).until(() -> lastRows(app) == 60);
      assertThat(app.migration.plan(Stage.LIVE).holds()).as("it is evidence").isTrue();

      app.rows.execute(Side.TARGET, "update account set balance = 77 where id = 7");
      await("it is found")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.migration.status().rounds().lastDiffering() == 1);
      assertThat(app.events.all(VerificationEvent.class))
          .anySatisfy(event -> assertThat(keys(event.report())).containsExactly("account 7"));
      assertThat(app.events.progress()).extracting(CopyProgress::activity).contains("continuous");

      app.postgres.plan(Fault.DOWN, 1, Step.values());
      app.accounts.save(account(21, "code 21", 21));
      await("it waits for PostgreSQL")
          .atMost(Scenario.PATIENCE)
          .until(() -> !app.migration.secondaryAvailable());
      app.postgres.heal();
      app.source.change(app.settings().toBuilder().repairMismatches(true).build());
      await("it repairs where that is wanted")
          .atMost(Scenario.PATIENCE)
          .until(() -> lastRows(app) == 61 && app.migration.status().rounds().lastDiffering() == 0);
      assertThat(app.rows.row(Side.TARGET, "account", 7)).contains("7, NEW");

      app.source.change(app.settings().toBuilder().verificationRate(0).build());
      await("it ends").atMost(Scenario.PATIENCE).until(() -> !rounds(app).going());
    }
  }

  /** Or else both stores would be read round and round as fast as they can be. */
  @Test
  void smallTablesAreNotReadAgainAtOnce() {
    long begun = System.nanoTime();
    try (Scenario app =
        Scenario.with().settings(s -> s.verificationRate(100_000)).startIn(Stage.SHADOW)) {
      await("three rounds").atMost(Scenario.PATIENCE).until(() -> rounds(app).completed() >= 3);
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
      assertThat(rounds(app).completed())
          .as("a second's rest after each")
          .isBetween(3L, seconds + 2);
    }
  }

  private static long lastRows(Scenario app) {
    return rounds(app).lastRows();
  }

  private static Rounds rounds(Scenario app) {
    return app.migration.status().rounds();
  }

  @Test
  void progressTellsHowFarAndHowLong() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      fill(app, MANY);
      app.events.clear();
      app.migration.verify();
      List<CopyProgress> told =
          app.events.progress().stream().filter(p -> p.entity().equals("account")).toList();
      assertThat(told).isNotEmpty();
      CopyProgress last = told.get(told.size() - 1);
      assertThat(last.rows()).isEqualTo(MANY);
      assertThat(last.expectedRows()).isEqualTo(MANY);
      assertThat(last.left()).isEqualTo(Duration.ZERO);
      assertThat(last.rowsPerSecond()).isPositive();
      assertThat(told.stream().mapToLong(CopyProgress::more).sum()).isEqualTo(MANY);
    }
  }
}
