package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.BackfillPlan;
import dev.crossfade.BackfillPlan.EntityPlan;
import dev.crossfade.BackfillReport;
import dev.crossfade.BackfillRun;
import dev.crossfade.BackfillRun.State;
import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.Gate;
import dev.crossfade.ParkedKey;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.Room;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything from the primary to the other store, whatever happens meanwhile. */
class BackfillTest {
  private static final int ROWS = 2_000;

  /** A scenario whose legacy file has so many preferences, and an account for every tenth. */
  private static Scenario filled(Scenario.Options options, int rows) {
    Scenario app = options.start();
    fill(app, rows);
    return app;
  }

  private static void fill(Scenario app, int rows) {
    app.rows.execute(
        Side.LEGACY,
        List.of(
            numbers(rows)
                + "insert into preference select printf('name %06d', i), 'text ' || i from n",
            numbers(rows / 10)
                + "insert into account (id, code, balance, status)"
                + " select i, 'code ' || i, i / 4.0, 'NEW' from n",
            numbers(rows / 10)
                + "insert into entry (id, account_id, amount) select i, i, 0.25 from n",
            numbers(rows / 10)
                + "insert into reading select i, printf('2026-%02d-03T00:00:00Z', 1 + i % 2), 0.125"
                + " from n"));
  }

  private static String numbers(int rows) {
    return "with recursive n (i) as (select 1 union all select i + 1 from n where i < "
        + rows
        + ") ";
  }

  private static Scenario inDualWrite(Scenario.Options options, int rows) {
    Scenario app = filled(options, rows);
    app.migration.moveTo(Stage.DUAL_WRITE);
    return app;
  }

  private static void assertWhole(BackfillReport report, int rows) {
    assertThat(report.rows())
        .containsEntry("preference", (long) rows)
        .containsEntry("account", (long) rows / 10)
        .containsEntry("entry", (long) rows / 10)
        .containsEntry("reading", (long) rows / 10);
    assertThat(report.refused()).isZero();
  }

  @Test
  void everythingArrivesAndIsCountedOnce() {
    try (Scenario app = inDualWrite(Scenario.with(), ROWS)) {
      assertWhole(app.migration.backfill(), ROWS);

      app.assertSettled();
      assertThat(app.migration.verify().isClean()).isTrue();
    }
  }

  @Test
  void generatorsAndStatisticsFollow() {
    try (Scenario app = inDualWrite(Scenario.with(), ROWS)) {
      app.migration.backfill();

      app.rows.execute(
          Side.TARGET, "insert into account (code, balance, status) values ('own', 1, 'NEW')");
      assertThat(app.rows.count(Side.TARGET, "select id from account where code = 'own'"))
          .isGreaterThan(ROWS / 10);
      assertThat(
              app.rows.count(
                  Side.TARGET, "select reltuples from pg_class where oid = 'preference'::regclass"))
          .isEqualTo(ROWS);
      app.rows.execute(Side.TARGET, "delete from account where code = 'own'");
    }
  }

  /** The way back, and again onto what is there. */
  @Test
  void theOtherDirection() {
    try (Scenario app = filled(Scenario.with(), ROWS)) {
      app.moveTo(Stage.LIVE);
      app.rows.execute(
          Side.LEGACY,
          List.of(
              "delete from preference where name < 'name 001500'",
              "update reading set level = 77",
              "insert into preference values ('stray', 'x')"));

      BackfillReport report = app.migration.backfill();

      assertThat(report.rows()).containsEntry("preference", ROWS + 1L);
      app.assertSettled();
      assertThat(app.migration.verify().isClean()).isTrue();
    }
  }

  /** Half of it is there, some of it wrong, and some that nobody knows. */
  @Test
  void whatIsThereIsMerged() {
    try (Scenario app = inDualWrite(Scenario.with(), ROWS)) {
      app.migration.backfill();
      app.rows.execute(
          Side.TARGET,
          List.of(
              "delete from preference where right(name, 1) = '7'",
              "update preference set text = 'wrong' where right(name, 1) = '3'",
              "insert into preference select name || ' stray', 'x' from preference"
                  + " where right(name, 2) = '55'",
              "delete from entry where id % 3 = 0",
              "update reading set taken_at = taken_at + interval '1 hour' where id % 5 = 0"));

      app.migration.backfill();

      app.assertSettled();
    }
  }

  /** What is the same is not written again. */
  @Test
  void aSecondBackfillLeavesRowsAsTheyAre() {
    try (Scenario app = inDualWrite(Scenario.with(), ROWS)) {
      app.migration.backfill();
      String versions = "select count(distinct xmin::text) from preference";
      String last = "select max(xmin::text::bigint) from preference";
      long before = app.rows.count(Side.TARGET, last);

      assertWhole(app.migration.backfill(), ROWS);

      assertThat(app.rows.count(Side.TARGET, last)).isEqualTo(before);
      assertThat(app.rows.count(Side.TARGET, versions)).as("chunks").isGreaterThan(10);
    }
  }

  // Ended and gone on with.

  @Test
  void goesOnAfterItsProcessWasKilled() throws Exception {
    try (Scenario app = inDualWrite(Scenario.with(), ROWS)) {
      try (Backfilling other = new Backfilling(app, 50, 500)) {
        await("it has copied some")
            .atMost(Scenario.PATIENCE)
            .until(
                () ->
                    !other.isAlive()
                        || app.rows.count(Side.TARGET, "select count(*) from preference") > 400);
        assertThat(other.isAlive()).as(Files.readString(other.printed())).isTrue();
        other.kill();
      }
      long there = app.rows.count(Side.TARGET, "select count(*) from preference");
      EntityPlan plan = plan(app, "preference");
      assertThat(plan.copied()).as("known to be copied").isBetween(100L, there);
      assertThat(there).isLessThan(ROWS);
      long applied = app.postgres.calls(Step.APPLY);

      BackfillReport report = app.migration.backfill();

      assertWhole(report, ROWS);
      assertThat(app.postgres.calls(Step.APPLY) - applied)
          .as("chunks of 100 rows that were left, and what repair made good")
          .isLessThan((ROWS - plan.copied()) / 100 + ROWS / 100);
      app.assertSettled();
      assertThat(plan(app, "preference").copied()).as("a new one begins anew").isZero();
    }
  }

  private static EntityPlan plan(Scenario app, String entity) {
    return app.migration.planBackfill().entities().stream()
        .filter(plan -> plan.entity().equals(entity))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void goesOnAfterItWasCancelled() throws Exception {
    try (Scenario app =
        inDualWrite(Scenario.with().settings(s -> s.backfillChunk(20).backfillRate(500)), ROWS)) {
      BackfillRun run = app.migration.startBackfill();
      awaitRows(run, "preference", 100);
      run.cancel();
      assertThatThrownBy(run::await)
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("goes on from there");
      assertThat(run.state()).isEqualTo(State.CANCELLED);
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).as("no mark is left").isTrue();
      long copied = plan(app, "preference").copied();
      assertThat(copied).isBetween(100L, ROWS - 1L);

      app.source.change(app.settings().toBuilder().backfillRate(0).build());
      assertWhole(app.migration.backfill(), ROWS);
      app.assertSettled();
    }
  }

  private static void awaitRows(BackfillRun run, String entity, long rows) {
    await(rows + " rows of " + entity)
        .atMost(Scenario.PATIENCE)
        .until(
            () ->
                run.state() == State.FAILED
                    || run.progress().stream()
                        .anyMatch(p -> p.entity().equals(entity) && p.rows() >= rows));
    assertThat(run.state()).isNotEqualTo(State.FAILED);
  }

  @Test
  void anEpochOrARestartBeginsAnew() throws Exception {
    try (Scenario app =
        inDualWrite(Scenario.with().settings(s -> s.backfillChunk(20).backfillRate(400)), ROWS)) {
      cancelAfter(app, 100);
      assertThat(plan(app, "preference").copied()).isPositive();
      app.migration.moveTo(Stage.OFF);
      app.migration.moveTo(Stage.DUAL_WRITE);
      assertThat(plan(app, "preference").copied()).as("another epoch").isZero();

      cancelAfter(app, 100);
      assertThat(plan(app, "preference").copied()).isPositive();
      BackfillRun anew = app.migration.restartBackfill();
      assertThat(anew.progress()).allSatisfy(p -> assertThat(p.rows()).isLessThan(100));
      app.source.change(app.settings().toBuilder().backfillRate(0).build());
      assertWhole(anew.await(), ROWS);
    }
  }

  private static void cancelAfter(Scenario app, long rows) {
    BackfillRun run = app.migration.startBackfill();
    awaitRows(run, "preference", rows);
    run.cancel();
    assertThatThrownBy(run::await).isInstanceOf(CancellationException.class);
  }

  @Test
  void pausesAndGoesOn() throws Exception {
    try (Scenario app =
        inDualWrite(Scenario.with().settings(s -> s.backfillChunk(20).backfillRate(1_000)), ROWS)) {
      BackfillRun run = app.migration.startBackfill();
      assertThatThrownBy(() -> app.migration.backfill())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("under way");
      awaitRows(run, "preference", 100);
      run.pause();
      assertThat(run.state()).isEqualTo(State.PAUSED);
      await("nothing is marked while it is paused")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.migration.journal().entries() == 0);
      long applied = app.postgres.calls(Step.APPLY);
      app.preferences.save(new Preference("name 000001", "written meanwhile"));
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
      assertThat(app.postgres.calls(Step.APPLY)).as("only the write").isEqualTo(applied + 1);

      run.resume();
      assertWhole(run.await(), ROWS);
      assertThat(run.state()).isEqualTo(State.DONE);
    }
  }

  @Test
  void anInterruptEndsIt() throws Exception {
    try (Scenario app =
        inDualWrite(Scenario.with().settings(s -> s.backfillChunk(20).backfillRate(200)), ROWS)) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      CountDownLatch flagged = new CountDownLatch(1);
      Thread caller =
          new Thread(
              () -> {
                try {
                  app.migration.backfill();
                } catch (CancellationException e) {
                  thrown.set(e);
                  if (Thread.currentThread().isInterrupted()) {
                    flagged.countDown();
                  }
                }
              },
              "caller");
      caller.start();
      await("it copies")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.rows.count(Side.TARGET, "select count(*) from preference") > 0);
      caller.interrupt();
      caller.join(Scenario.PATIENCE.toMillis());

      assertThat(thrown.get()).isInstanceOf(CancellationException.class);
      assertThat(flagged.getCount()).as("the flag stays").isZero();
      app.source.change(app.settings().toBuilder().backfillRate(0).build());
      app.migration.backfill();
    }
  }

  /** Whoever waits for it is told. */
  @Test
  void closingEndsIt() {
    try (Scenario app =
        inDualWrite(Scenario.with().settings(s -> s.backfillChunk(20).backfillRate(200)), ROWS)) {
      app.abandon();
      BackfillRun run = app.migration.startBackfill();
      awaitRows(run, "preference", 20);

      app.shutDown();

      assertThatThrownBy(run::await).isInstanceOf(CancellationException.class);
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .noneMatch(name -> name.startsWith("crossfade-backfill"));
    }
  }

  // Its pace.

  @Test
  void keepsToItsRate() {
    try (Scenario app = inDualWrite(Scenario.with().settings(s -> s.backfillRate(1_000)), ROWS)) {
      long begun = System.nanoTime();
      BackfillReport report = app.migration.backfill();
      double seconds = (System.nanoTime() - begun) / 1e9;

      // what is read at once at the beginning and at the end need not be waited for
      assertThat(report.totalRows() / seconds).as("rows a second").isLessThan(1_300);
    }
  }

  @Test
  void tellsHowFarItIs() {
    try (Scenario app = inDualWrite(Scenario.with(), ROWS)) {
      app.migration.backfill();

      List<CopyProgress> told =
          app.events.progress().stream().filter(p -> p.entity().equals("preference")).toList();
      assertThat(told).hasSizeGreaterThan(5);
      assertThat(told.stream().mapToLong(CopyProgress::more).sum()).isEqualTo(ROWS);
      CopyProgress last = told.get(told.size() - 1);
      assertThat(last.rows()).isEqualTo(ROWS);
      assertThat(last.expectedRows()).isEqualTo(ROWS);
      assertThat(last.rowsPerSecond()).isPositive();
      assertThat(last.left()).isNotNull().isZero();
    }
  }

  // Amid writes.

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void whileOthersWriteAndDelete(Stage stage) throws Exception {
    long seed = Long.getLong("crossfade.test.seed", System.nanoTime());
    System.out.println("whileOthersWriteAndDelete: -Dcrossfade.test.seed=" + seed);
    try (Scenario app =
        filled(Scenario.with().settings(s -> s.backfillLanes(3).backfillChunk(50)), ROWS)) {
      if (stage == Stage.LIVE) {
        app.moveTo(Stage.LIVE);
        app.rows.execute(Side.LEGACY, List.of("delete from entry", "delete from preference"));
      } else {
        app.migration.moveTo(Stage.DUAL_WRITE);
      }
      CompletableFuture<Void> over = new CompletableFuture<>();
      List<Thread> writers = new ArrayList<>();
      List<Throwable> failures = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random random = new Random(seed + i);
        Thread writer =
            new Thread(
                () -> {
                  try {
                    while (!over.isDone()) {
                      writeOrDelete(app, random);
                    }
                  } catch (RuntimeException | Error e) {
                    synchronized (failures) {
                      failures.add(e);
                    }
                  }
                },
                "writer-" + i);
        writers.add(writer);
        writer.start();
      }
      try {
        for (int i = 0; i < 3; i++) {
          assertThat(app.migration.backfill().refused()).isZero();
        }
      } finally {
        over.complete(null);
        for (Thread writer : writers) {
          writer.join(Scenario.PATIENCE.toMillis());
        }
      }
      assertThat(failures).isEmpty();
      app.assertSettled();
      assertThat(app.migration.verify().isClean()).isTrue();
    }
  }

  private static void writeOrDelete(Scenario app, Random random) {
    String name = String.format("name %06d", 1 + random.nextInt(ROWS * 11 / 10));
    switch (random.nextInt(4)) {
      case 0 -> app.preferences.delete(name);
      case 1 ->
          app.readings.save(
              Domain.reading(
                  1 + random.nextInt(ROWS / 9),
                  random.nextBoolean() ? Domain.JANUARY : Domain.FEBRUARY,
                  "0.5"));
      default -> app.preferences.save(new Preference(name, "written " + random.nextInt()));
    }
  }

  /** A row comes into the range after the store was found to have none there. */
  @Test
  void aWriteIntoTheRangeThatIsLoaded() throws Exception {
    try (Scenario app = inDualWrite(Scenario.with(), 100)) {
      CountDownLatch release = new CountDownLatch(1);
      app.postgres.plan(Fault.HELD_BEFORE, 1, release, Step.APPLY);
      BackfillRun run = app.migration.startBackfill();
      app.postgres.awaitHit(Scenario.PATIENCE);
      app.rows.execute(
          Side.TARGET,
          List.of(
              "insert into account (id, code, balance, status) values (3, 'other', 1, 'NEW')",
              "insert into preference values ('name 000007', 'other')",
              "insert into reading values (5, '2026-01-20Z', 1)"));
      release.countDown();

      assertWhole(run.await(), 100);
      app.assertSettled();
    }
  }

  // Refused.

  @Test
  void whatIsRefusedIsParkedAndTheRestIsThere() {
    try (Scenario app =
        inDualWrite(Scenario.with().settings(s -> s.parkAfter(2).backfillChunk(500)), ROWS)) {
      app.rows.execute(
          Side.TARGET, "alter table preference add check (text not in ('text 77', 'text 1500'))");
      app.rows.execute(
          Side.LEGACY,
          List.of(
              "update preference set text = 'bad ' || char(0) where name = 'name 000500'",
              "update account set status = 'WHAT' where id = 9",
              "update reading set taken_at = '2031-01-01T00:00:00Z' where id = 11"));

      BackfillReport report = app.migration.backfill();

      assertThat(report.refused()).as("with the entry of the account").isEqualTo(6);
      assertThat(report.rows())
          .containsEntry("preference", ROWS - 3L)
          .containsEntry("account", ROWS / 10 - 1L)
          .containsEntry("reading", ROWS / 10 - 1L);
      await()
          .atMost(Scenario.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(app.migration.parked())
                      .extracting(ParkedKey::key)
                      .containsExactlyInAnyOrder(
                          "name 000077", "name 000500", "name 001500", "9", "9", "11"));
      assertThat(app.migration.parked())
          .allSatisfy(key -> assertThat(key.reason()).contains(key.entity()));

      app.rows.execute(Side.TARGET, "alter table preference drop constraint preference_text_check");
      app.rows.execute(
          Side.LEGACY,
          List.of(
              "update preference set text = 'good' where name = 'name 000500'",
              "update account set status = 'NEW' where id = 9",
              "update reading set taken_at = '2026-01-01T00:00:00Z' where id = 11"));
      app.migration.retryParked();
      app.assertSettled();
    }
  }

  /**
   * Dropped before the first row, back after the last; a run that was ended keeps no move from it.
   */
  @Test
  void indexesComeLast() throws Exception {
    String definitions =
        "select string_agg(indexdef, ' ' order by indexname) from pg_indexes"
            + " where schemaname = 'public'";
    try (Scenario app =
        inDualWrite(Scenario.with().settings(s -> s.backfillIndexesLast(true)), ROWS)) {
      List<String> before = app.rows.text(Side.TARGET, definitions);
      app.sqlite.plan(Fault.HELD_BEFORE, 2, Step.MARK);
      BackfillRun run = app.migration.startBackfill();
      app.sqlite.awaitHit(Scenario.PATIENCE);

      assertThat(app.rows.text(Side.TARGET, definitions)).isNotEqualTo(before);
      assertThat(app.migration.plan(Stage.SHADOW).gates())
          .filteredOn(answer -> answer.gate() == Gate.OTHER_STORE)
          .singleElement()
          .satisfies(answer -> assertThat(answer.refuses()).isTrue())
          .satisfies(answer -> assertThat(answer.evidence()).contains("entry_account"));
      run.cancel();
      app.sqlite.release();
      assertThatThrownBy(run::await).isInstanceOf(CancellationException.class);
      assertThat(app.rows.text(Side.TARGET, definitions)).isEqualTo(before);

      assertWhole(app.migration.backfill(), ROWS);
      assertThat(app.rows.text(Side.TARGET, definitions)).isEqualTo(before);
      app.moveTo(Stage.SHADOW);
    }
  }

  @Test
  void tooLittleRoomIsSaidBeforehand() {
    try (Scenario app = inDualWrite(Scenario.with(), 100)) {
      Settings settings = app.settings().toBuilder().instance("sibling").build();
      try (Sibling sibling =
          new Sibling(
              app,
              settings,
              app.newSqliteStore(),
              StoreWithout.in(
                  app.newPostgresStore(),
                  "",
                  "room",
                  (arguments, original) ->
                      new Room(OptionalLong.empty(), OptionalLong.of(1_000))))) {
        BackfillPlan plan = sibling.migration().planBackfill();
        assertThat(plan.problems()).singleElement().asString().contains("1 MB free");
        assertThat(plan.free()).hasValue(1_000);
        assertThat(plan.size().getAsLong()).isPositive();
        assertThatThrownBy(() -> sibling.migration().backfill())
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining("backfillSpace");
        assertThat(app.rows.count(Side.TARGET, "select count(*) from account")).isZero();

        sibling.apply(settings.toBuilder().backfillSpace(0).build());
        assertThat(sibling.migration().backfill().rows()).containsEntry("account", 10L);
      }
      app.migration.backfill();
    }
  }

  @Test
  void thePlanSaysWhatThereIs() {
    try (Scenario app = inDualWrite(Scenario.with(), 100)) {
      app.accounts.save(account(1, "code 1", 1));
      BackfillPlan plan = app.migration.planBackfill();

      assertThat(plan.entities())
          .contains(
              new EntityPlan("account", 10, 1, 0),
              new EntityPlan("entry", 10, 0, 0),
              new EntityPlan("preference", 100, 0, 0));
      assertThat(plan.totalRows()).isEqualTo(130);
      assertThat(plan.problems()).isEmpty();
      assertThat(app.rows.count(Side.TARGET, "select count(*) from preference")).isZero();
      app.migration.backfill();
    }
  }

  // Stores that fail.

  /** Any call that it makes fails once, or is done and not answered. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {
        "MARK",
        "APPLY",
        "FINISH",
        "WITHDRAW",
        "CONTROL",
        "CONTROL_READ",
        "ANALYZE",
        "INDEXES"
      })
  void aCallThatFails(Step step) {
    try (Scenario app =
        inDualWrite(
            Scenario.with()
                .settings(s -> s.lease(java.time.Duration.ofSeconds(2)).backfillIndexesLast(true)),
            500)) {
      for (FaultyStore store : List.of(app.sqlite, app.postgres)) {
        for (Fault fault : List.of(Fault.NOT_EXECUTED, Fault.REPLY_LOST)) {
          for (int nth = 1; nth <= 2; nth++) {
            app.rows.execute(Side.TARGET, List.of("delete from preference", "delete from entry"));
            store.plan(fault, nth, step);
            backfillUntilDone(app);
            store.heal();
            app.assertSettled();
          }
        }
      }
    }
  }

  /** Where a store fails before anything is copied the caller is told. */
  private static void backfillUntilDone(Scenario app) {
    await("a backfill comes to its end")
        .atMost(Scenario.PATIENCE)
        .pollDelay(10, TimeUnit.MILLISECONDS)
        .ignoreExceptionsInstanceOf(dev.crossfade.CrossfadeException.class)
        .until(() -> app.migration.backfill() != null);
  }
}
