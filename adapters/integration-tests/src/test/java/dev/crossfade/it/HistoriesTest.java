package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.Stage;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many threads on few keys, against backfill, repair and faults; every operation is recorded with
 * its outcome, and the history is checked. The sequences come from a seed, which is printed and may
 * be given as {@code crossfade.test.seed}; how they interleave is the machine's.
 */
class HistoriesTest {
  private static final int THREADS = 6;
  private static final int OPERATIONS = 60;
  private static final int HOT_KEYS = 3;

  private final long seed = Long.getLong("crossfade.test.seed", System.nanoTime());

  /** One operation on a register: what was to be there afterwards, "" for nothing. */
  private record Write(String value, long begun, long ended, Outcome outcome) {
    boolean happened() {
      return outcome != Outcome.NOT_WRITTEN;
    }

    /** An unknown one may take effect at any time later. */
    long over() {
      return outcome == Outcome.WRITTEN ? ended : Long.MAX_VALUE;
    }
  }

  private record Read(String value, long begun, long ended) {}

  private static final class Register {
    final Queue<Write> writes = new ConcurrentLinkedQueue<>();
    final Queue<Read> reads = new ConcurrentLinkedQueue<>();

    /** Whether some write put that value there which no later one had certainly overwritten. */
    boolean mayHold(String value, long begun, long ended) {
      List<Write> candidates = new ArrayList<>(writes);
      candidates.add(new Write("", Long.MIN_VALUE, Long.MIN_VALUE, Outcome.WRITTEN));
      for (Write write : candidates) {
        if (write.happened()
            && write.value.equals(value)
            && write.begun < ended
            && !overwritten(write, begun)) {
          return true;
        }
      }
      return false;
    }

    private boolean overwritten(Write write, long before) {
      return writes.stream()
          .anyMatch(
              later ->
                  later.outcome == Outcome.WRITTEN
                      && later.begun > write.over()
                      && later.ended < before);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"DUAL_WRITE, PT5S", "LIVE, PT5S", "DUAL_WRITE, PT0S", "LIVE, PT0S"})
  void registers(Stage stage, Duration secondaryWait) {
    report(stage, secondaryWait);
    Map<Long, Register> registers = new ConcurrentHashMap<>();
    for (long id = 1; id <= HOT_KEYS; id++) {
      registers.put(id, new Register());
    }
    try (Scenario app = started(stage, secondaryWait)) {
      withCopies(
          app,
          () ->
              together(
                  (thread, random) -> {
                    for (int n = 0; n < OPERATIONS; n++) {
                      if (thread == 0 && n % 6 == 0) {
                        disturb(app, random);
                      }
                      long id = 1L + random.nextInt(HOT_KEYS);
                      onRegister(app, registers.get(id), id, thread * 1_000L + n, random);
                    }
                  }));
      heal(app);
      app.assertSettled();
      Map<String, String> rows = app.rows.table(app.primary(), "account");
      registers.forEach((id, register) -> check(id, register, rows.get("account " + id)));
    }
  }

  private static void onRegister(
      Scenario app, Register register, long id, long value, Random random) {
    int dice = random.nextInt(10);
    long begun = System.nanoTime();
    if (dice < 3) {
      try {
        String found =
            app.accounts.find(id).map(row -> row.balance().toBigInteger().toString()).orElse("");
        register.reads.add(new Read(found, begun, System.nanoTime()));
      } catch (CrossfadeException e) {
        assertThat(e.outcome()).isEqualTo(Outcome.NOT_WRITTEN);
      }
    } else if (dice < 5) {
      Outcome outcome = Worlds.outcome(() -> app.accounts.delete(id));
      register.writes.add(new Write("", begun, System.nanoTime(), outcome));
    } else {
      Outcome outcome = Worlds.outcome(() -> app.accounts.save(account(id, "hot " + id, value)));
      register.writes.add(new Write(Long.toString(value), begun, System.nanoTime(), outcome));
    }
  }

  private static void check(long id, Register register, String row) {
    String value = row == null ? "" : row.split(", ", -1)[1];
    assertThat(register.mayHold(value, Long.MAX_VALUE, Long.MAX_VALUE))
        .as("key %s ends with '%s' after %s", id, value, register.writes)
        .isTrue();
    for (Read read : register.reads) {
      assertThat(register.mayHold(read.value, read.begun, read.ended))
          .as("key %s was read as %s in %s", id, read, register.writes)
          .isTrue();
    }
    assertThat(register.writes).isNotEmpty();
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"DUAL_WRITE, PT5S", "LIVE, PT5S", "DUAL_WRITE, PT0S", "LIVE, PT0S"})
  void sets(Stage stage, Duration secondaryWait) {
    report(stage, secondaryWait);
    Set<Long> there = ConcurrentHashMap.newKeySet();
    Set<Long> notThere = ConcurrentHashMap.newKeySet();
    try (Scenario app = started(stage, secondaryWait)) {
      withCopies(
          app,
          () ->
              together(
                  (thread, random) -> {
                    for (int n = 0; n < OPERATIONS; n++) {
                      if (thread == 0 && n % 6 == 0) {
                        disturb(app, random);
                      }
                      onSet(app, 1 + thread * 1_000L + n, random, there, notThere);
                    }
                  }));
      heal(app);
      app.assertSettled();
      Set<String> keys = app.rows.table(app.primary(), "account").keySet();
      assertThat(keys).containsAll(there.stream().map(id -> "account " + id).toList());
      assertThat(keys)
          .doesNotContainAnyElementsOf(notThere.stream().map(id -> "account " + id).toList());
      assertThat(there).isNotEmpty();
      assertThat(notThere).isNotEmpty();
    }
  }

  private static void onSet(
      Scenario app, long id, Random random, Set<Long> there, Set<Long> notThere) {
    Outcome inserted = Worlds.outcome(() -> app.accounts.insert(account(id, "set " + id, id)));
    if (inserted == Outcome.NOT_WRITTEN) {
      notThere.add(id);
    } else if (random.nextInt(3) > 0) {
      if (inserted == Outcome.WRITTEN) {
        there.add(id);
      }
    } else if (Worlds.outcome(() -> app.accounts.delete(id)) == Outcome.WRITTEN) {
      notThere.add(id);
    }
  }

  /** Money moves between accounts in units, each with an entry; none is made, none is lost. */
  @ParameterizedTest
  @CsvSource({"DUAL_WRITE, PT5S", "LIVE, PT5S", "DUAL_WRITE, PT0S", "LIVE, PT0S"})
  void bank(Stage stage, Duration secondaryWait) {
    report(stage, secondaryWait);
    int accounts = 5;
    try (Scenario app = started(stage, secondaryWait)) {
      for (long id = 1; id <= accounts; id++) {
        app.accounts.save(account(id, "bank " + id, 100));
      }
      Set<Long> booked = ConcurrentHashMap.newKeySet();
      Set<Long> failed = ConcurrentHashMap.newKeySet();
      withCopies(
          app,
          () ->
              together(
                  (thread, random) -> {
                    for (int n = 0; n < OPERATIONS / 2; n++) {
                      if (thread == 0 && n % 6 == 0) {
                        disturb(app, random);
                      }
                      if (n % 5 == 0) {
                        assertThat(app.accounts.total()).isEqualByComparingTo("500");
                      }
                      long booking = 1 + thread * 1_000L + n;
                      Outcome outcome = transfer(app, booking, accounts, random);
                      if (outcome == Outcome.WRITTEN) {
                        booked.add(booking);
                      } else if (outcome == Outcome.NOT_WRITTEN) {
                        failed.add(booking);
                      }
                    }
                  }));
      heal(app);
      app.assertSettled();
      assertThat(app.accounts.total()).isEqualByComparingTo("500");
      Set<String> entries = app.rows.table(app.primary(), "entry").keySet();
      assertThat(entries).containsAll(booked.stream().map(id -> "entry " + id).toList());
      assertThat(entries)
          .doesNotContainAnyElementsOf(failed.stream().map(id -> "entry " + id).toList());
      assertThat(booked).isNotEmpty();
    }
  }

  private static Outcome transfer(Scenario app, long booking, int accounts, Random random) {
    long one = 1L + random.nextInt(accounts);
    long other = 1 + (one + random.nextInt(accounts - 1)) % accounts;
    BigDecimal amount = BigDecimal.valueOf(1L + random.nextInt(40));
    boolean there = random.nextBoolean();
    return Worlds.outcome(
        () ->
            app.crossfade.unit(
                Scenario.MIGRATION,
                () -> {
                  app.accounts.add(Math.min(one, other), there ? amount : amount.negate());
                  app.accounts.add(Math.max(one, other), there ? amount.negate() : amount);
                  app.entries.insert(new Entry(booking, one, amount));
                }));
  }

  /** The next but few call of a step fails; what was planned before and not hit is forgotten. */
  private static void disturb(Scenario app, Random random) {
    Fault fault = random.nextBoolean() ? Fault.NOT_EXECUTED : Fault.REPLY_LOST;
    int nth = 1 + random.nextInt(5);
    if (random.nextInt(3) == 0) {
      app.primaryStore().plan(fault, nth, Step.MARK_AND_WRITE, Step.FINISH, Step.TAKE);
    } else {
      app.secondaryStore().plan(fault, nth, Step.APPLY);
    }
  }

  private static void heal(Scenario app) {
    app.sqlite.heal();
    app.postgres.heal();
  }

  /** A backfill after the other, and repairs of the hot keys, until the work is done. */
  private static void withCopies(Scenario app, Runnable work) {
    AtomicBoolean done = new AtomicBoolean();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Thread copier =
        new Thread(
            () -> {
              while (!done.get()) {
                try {
                  app.migration.backfill();
                  app.migration.repair(
                      List.of(
                          new RowDifference("account", 1L, List.of()),
                          new RowDifference("account", 2L, List.of())));
                } catch (CrossfadeException e) {
                  // a planned fault has hit the copy itself: the next one goes on
                } catch (RuntimeException | Error e) {
                  failures.add(e);
                  return;
                }
              }
            },
            "copier");
    copier.start();
    try {
      work.run();
    } finally {
      done.set(true);
      heal(app);
      join(copier);
    }
    assertThat(failures).as("of the copies").isEmpty();
  }

  /** With no wait for the secondary operations share its transactions. */
  private static Scenario started(Stage stage, Duration secondaryWait) {
    return Scenario.with()
        .settings(s -> s.secondaryWait(secondaryWait))
        .pool(2 * THREADS)
        .startIn(stage);
  }

  private interface Work {
    void run(int thread, Random random);
  }

  private void together(Work work) {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int index = i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await(120, TimeUnit.SECONDS);
                  work.run(index, new Random(seed + index));
                } catch (Exception | Error e) {
                  failures.add(e);
                }
              },
              "history-" + i);
      threads.add(thread);
      thread.start();
    }
    threads.forEach(HistoriesTest::join);
    assertThat(failures).as("seed %s", seed).isEmpty();
  }

  private static void join(Thread thread) {
    try {
      thread.join(300_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    assertThat(thread.isAlive()).as(thread + " hangs").isFalse();
  }

  private void report(Stage stage, Duration secondaryWait) {
    System.out.println(stage.id() + ", " + secondaryWait + ": -Dcrossfade.test.seed=" + seed);
  }

  /** What every thread does to one row, at once. */
  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({"DUAL_WRITE, PT5S", "LIVE, PT5S", "DUAL_WRITE, PT0S", "LIVE, PT0S"})
  void hotKeyOfSixteenThreads(Stage stage, Duration secondaryWait) {
    try (Scenario app = started(stage, secondaryWait)) {
      app.accounts.save(account(1, "hot", 0));
      List<Thread> threads = new ArrayList<>();
      Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
      CyclicBarrier start = new CyclicBarrier(16);
      for (int i = 0; i < 16; i++) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    start.await(120, TimeUnit.SECONDS);
                    for (int n = 0; n < 20; n++) {
                      assertThat(app.accounts.add(1, BigDecimal.ONE)).isTrue();
                    }
                  } catch (Exception | Error e) {
                    failures.add(e);
                  }
                },
                "hot-" + i);
        threads.add(thread);
        thread.start();
      }
      threads.forEach(HistoriesTest::join);

      assertThat(failures).isEmpty();
      app.assertSettled();
      Account account = app.accounts.find(1L).orElseThrow();
      assertThat(account.balance()).isEqualByComparingTo("320");
    }
  }
}
