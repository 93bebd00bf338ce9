package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Status;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads that write without a pause, each to accounts of its own, and log what was acknowledged:
 * an account's balance is the number of its last acknowledged write.
 */
final class Writers implements AutoCloseable {
  private static final int ACCOUNTS = 5;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Scenario app;
  private final String name;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();

  /** Per account: the balances it may have. */
  private final Map<Long, List<Long>> possible = new ConcurrentHashMap<>();

  /** Codes of accounts with generated keys. */
  private final Map<Long, String> inserted = new ConcurrentHashMap<>();

  /** Each thread's accounts, all with generated keys: a chosen one may be given again. */
  private final List<List<Long>> own = new ArrayList<>();

  private volatile boolean stopped;

  Writers(Scenario app, int count) {
    this(app, count, "");
  }

  /** Whose codes begin with a name: several may write one after the other. */
  Writers(Scenario app, int count, String name) {
    this.app = app;
    this.name = name;
    for (int i = 0; i < count; i++) {
      int index = i;
      List<Long> ids = new ArrayList<>();
      for (int k = 0; k < ACCOUNTS; k++) {
        Account account = app.accounts.insert(Domain.account(name + "writer " + i + "-" + k, 0));
        ids.add(account.id());
        possible.put(account.id(), List.of(0L));
      }
      own.add(ids);
      threads.add(new Thread(() -> run(index), "writer-" + i));
    }
    threads.forEach(Thread::start);
  }

  private void run(int index) {
    try {
      for (long n = 1; !stopped; n++) {
        write(index, n);
      }
    } catch (RuntimeException | Error e) {
      unexpected.add(e);
    }
  }

  private void write(int index, long n) {
    long id = own.get(index).get((int) (n % ACCOUNTS));
    if (n % 7 == 0) {
      insert(name + "generated-" + index + "-" + n);
      return;
    }
    Outcome outcome =
        outcome(
            () -> app.accounts.save(account(id, name + "writer " + index + "-" + n % ACCOUNTS, n)));
    possible.merge(
        id,
        List.of(n),
        (before, now) ->
            outcome == Outcome.WRITTEN
                ? now
                : outcome == Outcome.NOT_WRITTEN ? before : joined(before, now));
  }

  private static List<Long> joined(List<Long> a, List<Long> b) {
    List<Long> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  private static Account account(long id, String code, long n) {
    return new Account(id, code, BigDecimal.valueOf(n), Status.CLOSED, null, Domain.JANUARY);
  }

  private void insert(String code) {
    outcome(
        () -> {
          Account account = app.accounts.insert(Domain.account(code, 1));
          String twice = inserted.put(account.id(), code);
          if (twice != null) {
            unexpected.add(
                new AssertionError(
                    "key " + account.id() + " was given to " + twice + " and to " + code));
          }
        });
  }

  private Outcome outcome(Runnable write) {
    try {
      write.run();
      acknowledged.incrementAndGet();
      return Outcome.WRITTEN;
    } catch (CrossfadeException e) {
      failed.incrementAndGet();
      return e.outcome();
    }
  }

  long acknowledged() {
    return acknowledged.get();
  }

  long failed() {
    return failed.get();
  }

  /** Every thread has come further, more or less. */
  void awaitProgress() {
    long goal = acknowledged.get() + threads.size() * 5L;
    await("writers go on")
        .atMost(LIMIT)
        .until(() -> acknowledged.get() >= goal || !unexpected.isEmpty());
    assertThat(unexpected).isEmpty();
  }

  /** Nobody writes any more when it returns. */
  void stop() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        thread.join(LIMIT.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
      assertThat(thread.isAlive()).as(thread + " still writes").isFalse();
    }
    assertThat(unexpected).isEmpty();
  }

  /** What was acknowledged is in the primary. */
  void check() {
    Map<String, String> rows = app.rows.table(app.primary(), "account");
    possible.forEach(
        (id, balances) -> {
          String row = rows.get("account " + id);
          assertThat(row == null ? 0 : Long.parseLong(row.split(", ", -1)[1]))
              .as("account %s; acknowledged or unknown %s", id, balances)
              .isIn(balances);
        });
    inserted.forEach((id, code) -> assertThat(rows.get("account " + id)).startsWith(code + ", 1,"));
    assertThat(acknowledged.get()).isPositive();
  }

  @Override
  public void close() {
    stopped = true;
    threads.forEach(Writers::join);
  }

  private static void join(Thread thread) {
    try {
      thread.join(LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
