package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener;
import dev.crossfade.CrossfadeListener.FencingEvent;
import dev.crossfade.CrossfadeListener.SecondaryEvent.Outcome;
import dev.crossfade.MoveReport;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes that do not wait share transactions of the secondary. */
class BatchTest {
  private static final int MANY = 60;

  /** Holds the thread that carries: what is written meanwhile waits behind it. */
  private static final class Gate implements CrossfadeListener {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile boolean armed;

    @Override
    public void secondary(SecondaryEvent event) {
      if (armed && event.outcome() == Outcome.APPLIED) {
        entered.countDown();
        try {
          open.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    /** The thread is behind a row of no interest now. */
    void close(Scenario app) throws InterruptedException {
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
      armed = true;
      app.preferences.save(new Preference("first", "x"));
      assertThat(entered.await(120, TimeUnit.SECONDS)).isTrue();
    }

    void open() {
      armed = false;
      open.countDown();
    }
  }

  private final Gate gate = new Gate();

  private Scenario withOneThread(Stage stage, UnaryOperator<Settings.Builder> more) {
    return Scenario.with()
        .listener(gate)
        .settings(s -> more.apply(s.secondaryWait(Duration.ZERO).secondaryThreads(1)))
        .startIn(stage);
  }

  private Scenario withOneThread(Stage stage) {
    return withOneThread(stage, UnaryOperator.identity());
  }

  private static void awaitSecondaries(Scenario app, long expected, Outcome... outcomes) {
    await("events of the secondary")
        .atMost(Scenario.PATIENCE)
        .until(() -> count(app, outcomes) == expected);
  }

  private static long count(Scenario app, Outcome... outcomes) {
    return List.of(outcomes).stream().mapToLong(app.events::secondaries).sum();
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void whatWaitsGoesInOneTransaction(Stage stage) throws InterruptedException {
    try (Scenario app = withOneThread(stage)) {
      gate.close(app);
      int repairs = app.events.repairs().size();
      long calls = app.secondaryStore().calls(Step.APPLY);
      long applied = app.events.secondaries(Outcome.APPLIED);
      for (long id = 1; id <= MANY; id++) {
        app.accounts.save(account(1_000_000 + id, "a" + id, id));
      }
      assertThat(app.rows.table(app.primary().other(), "account")).isEmpty();

      gate.open();

      awaitSecondaries(app, applied + MANY + 1, Outcome.APPLIED);
      assertThat(app.secondaryStore().calls(Step.APPLY)).isEqualTo(calls + 1);
      assertThat(app.rows.all(app.primary().other())).isEqualTo(app.rows.all(app.primary()));
      app.assertSettled();
      assertThat(app.events.repairs()).as("nothing was left").hasSize(repairs);
    }
  }

  /** Whatever order they stand in: rows before those that refer to them, then the other way. */
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void parentsGoBeforeChildrenAndAfterThem(Stage stage) throws InterruptedException {
    try (Scenario app = withOneThread(stage)) {
      app.accounts.saveAll(
          LongStream.rangeClosed(1, 5).mapToObj(id -> account(id + 1000, "old" + id, 1)).toList());
      for (long id = 1; id <= 5; id++) {
        app.entries.insert(new Entry(id + 2000, id + 1000, BigDecimal.ONE));
      }
      gate.close(app);
      long calls = app.secondaryStore().calls(Step.APPLY);
      long applied = app.events.secondaries(Outcome.APPLIED);

      for (long id = 1; id <= 5; id++) {
        app.accounts.delete(id + 1000); // and its entry with it
        app.accounts.save(account(id + 3000, "new" + id, 1));
        app.entries.insert(new Entry(id + 4000, id + 3000, BigDecimal.TEN));
      }
      app.accounts.save(account(6000, "old1", 7)); // the code of one that was deleted
      gate.open();

      awaitSecondaries(app, applied + 17, Outcome.APPLIED);
      assertThat(app.secondaryStore().calls(Step.APPLY)).isEqualTo(calls + 1);
      app.assertSettled();
      assertThat(app.rows.table(app.primary().other(), "entry")).hasSize(5);
    }
  }

  @Tag("exhaustive")
  @Test
  void aKeyThatIsWrittenManyTimesIsContestedAndEndsEqual() throws InterruptedException {
    try (Scenario app = withOneThread(Stage.DUAL_WRITE)) {
      gate.close(app);
      long calls = app.secondaryStore().calls(Step.APPLY);
      long applied = app.events.secondaries(Outcome.APPLIED);
      for (int n = 1; n <= 20; n++) {
        app.accounts.save(account(1, "a", n));
      }
      app.accounts.delete(1L);
      app.accounts.save(account(1, "b", 77));
      gate.open();

      awaitSecondaries(app, applied + 23, Outcome.APPLIED);
      app.assertSettled();
      assertThat(app.rows.row(Side.TARGET, "account", 1)).startsWith("b, 77,");
      assertThat(app.events.repairs()).as("contested, so copied").isNotEmpty();
      assertThat(app.secondaryStore().calls(Step.APPLY)).isLessThan(calls + 20);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void oneBadRowDoesNotKeepTheOthers(Stage stage) throws InterruptedException {
    try (Scenario app = withOneThread(stage)) {
      app.accounts.save(account(1_000_000, "there", 77));
      Side secondary = app.primary().other();
      assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
      app.rows.execute(secondary, "create unique index one_balance on account (balance)");
      gate.close(app);
      long calls = app.secondaryStore().calls(Step.APPLY);
      long applied = app.events.secondaries(Outcome.APPLIED);
      app.primaryStore().plan(Fault.HELD_BEFORE, 1, Step.TAKE); // repair would be among the calls
      for (long id = 1; id <= MANY; id++) {
        app.accounts.save(account(1_000_000 + id, "a" + id, id == 40 ? 77 : 1000 + id));
      }
      gate.open();

      awaitSecondaries(app, 1, Outcome.FAILED);
      awaitSecondaries(app, applied + MANY, Outcome.APPLIED);
      assertThat(app.secondaryStore().calls(Step.APPLY))
          .as("halved until it stood alone")
          .isBetween(calls + 3, calls + 13);
      assertThat(app.rows.table(secondary, "account")).hasSize(MANY);
      app.primaryStore().heal();
      app.rows.execute(secondary, "drop index one_balance");
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void theLostAnswerOfABatchIsUnknownForAllOfIt(Stage stage) throws InterruptedException {
    try (Scenario app = withOneThread(stage)) {
      gate.close(app);
      for (long id = 1; id <= MANY; id++) {
        app.accounts.save(account(1_000_000 + id, "a" + id, id));
      }
      app.secondaryStore().plan(Fault.REPLY_LOST, 1, Step.APPLY);
      gate.open();

      awaitSecondaries(app, MANY, Outcome.UNKNOWN);
      app.assertSettled();
      assertThat(app.events.all(FencingEvent.class)).hasSize(1);
    }
  }

  @Tag("exhaustive")
  @Test
  void whatHasNoRoomStaysInTheJournal() throws InterruptedException {
    try (Scenario app = withOneThread(Stage.DUAL_WRITE, s -> s.secondaryQueue(10))) {
      gate.close(app);
      for (long id = 1; id <= MANY; id++) {
        app.accounts.save(account(1_000_000 + id, "a" + id, id));
      }
      assertThat(app.events.secondaries(Outcome.SKIPPED)).isEqualTo(MANY - 10);

      gate.open();
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void rowsHaveNoMoreRoomThanSmallOperationsWould() throws InterruptedException {
    try (Scenario app = withOneThread(Stage.DUAL_WRITE, s -> s.secondaryQueue(10))) {
      gate.close(app);
      unitOf(app, 0, 100);
      unitOf(app, 1, 61); // more than 160
      assertThat(app.events.secondaries(Outcome.SKIPPED)).isEqualTo(1);
      unitOf(app, 2, 60);
      assertThat(app.events.secondaries(Outcome.SKIPPED)).isEqualTo(1);

      gate.open();
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void aUnitOfAnySizeMayWaitAlone() throws InterruptedException {
    try (Scenario app = withOneThread(Stage.DUAL_WRITE, s -> s.secondaryQueue(10))) {
      gate.close(app);
      unitOf(app, 0, 200);
      unitOf(app, 1, 1);
      assertThat(app.events.secondaries(Outcome.SKIPPED)).isEqualTo(1);

      gate.open();
      app.assertSettled();
    }
  }

  private static void unitOf(Scenario app, long number, int rows) {
    long first = 1_000_000 + number * 1000;
    app.crossfade.unit(
        Scenario.MIGRATION,
        () ->
            app.accounts.saveAll(
                LongStream.range(first, first + rows)
                    .mapToObj(id -> account(id, "a" + id, id))
                    .toList()));
  }

  @Tag("exhaustive")
  @Test
  void closingLeavesWhatWaitsToRepair() throws InterruptedException {
    try (Scenario app = withOneThread(Stage.DUAL_WRITE)) {
      gate.close(app);
      for (long id = 1; id <= MANY; id++) {
        app.accounts.save(account(1_000_000 + id, "a" + id, id));
      }
      long begun = System.nanoTime();
      app.shutDown();
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
      assertThat(app.events.secondaries(Outcome.SKIPPED)).isEqualTo(MANY);

      app.open();
      app.assertSettled();
      assertThat(app.rows.table(Side.TARGET, "account")).hasSize(MANY);
    }
  }

  @Tag("exhaustive")
  @Test
  void theCutoverAndTheWayBackUnderWritersThatDoNotWait() {
    try (Scenario app =
            Scenario.with().settings(s -> s.secondaryWait(Duration.ZERO)).startIn(Stage.SHADOW);
        Writers writers = new Writers(app, 4)) {
      writers.awaitProgress();
      app.migration.verify();
      for (Stage next : List.of(Stage.LIVE, Stage.SHADOW, Stage.LIVE, Stage.SHADOW)) {
        if (next == Stage.LIVE) {
          assertThat(app.migration.verify().differences()).isEmpty();
        }
        MoveReport move = app.migration.moveTo(next);
        assertThat(move.pause()).isLessThan(app.settings().writeWait());
        writers.awaitProgress();
      }
      writers.stop();
      assertThat(writers.failed()).isZero();
      app.assertSettled();
      writers.check();
    }
  }
}
