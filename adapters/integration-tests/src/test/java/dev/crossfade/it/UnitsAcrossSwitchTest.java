package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.SwitchInProgressException;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Units of work and reads while the primary changes: a unit runs wholly on one primary or not at
 * all, and a read gives what one of them had.
 */
class UnitsAcrossSwitchTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** What the repositories of the primary say that they are. */
  private static String primaryIn(Stage stage) {
    return stage.primary() == Side.LEGACY ? "sqlite" : "postgres";
  }

  private static void pass(CountDownLatch latch) {
    try {
      assertThat(latch.await(Scenario.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** It keeps the old primary from closing, reads there from beginning to end, and is written. */
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void aUnitThatHasBegunEndsOnTheOldPrimary(Stage from, Stage to) throws Exception {
    try (Scenario app = Scenario.in(from)) {
      for (long id = 1; id <= 20; id++) {
        app.accounts.save(account(id, "code " + id, id));
      }
      Switching.verify(app, to);
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      List<Account> scanned = new ArrayList<>();
      CompletableFuture<String> unit =
          CompletableFuture.supplyAsync(
              () ->
                  app.crossfade.unitOf(
                      Scenario.MIGRATION,
                      () -> {
                        app.accounts.save(account(1, "code 1", 100));
                        scanned.addAll(app.accounts.scan(null, 10));
                        inside.countDown();
                        pass(goOn);
                        scanned.addAll(app.accounts.scan(10L, 100));
                        app.accounts.save(account(2, "code 2", 200));
                        return app.accounts.whoAnswers();
                      }));
      pass(inside);
      FaultyStore old = app.store(from.primary());
      long before = old.calls(Step.CONTROL);

      CompletableFuture<Void> move = CompletableFuture.runAsync(() -> Switching.step(app, to));
      await("it closes the old primary")
          .atMost(Scenario.PATIENCE)
          .until(() -> old.calls(Step.CONTROL) > before);
      goOn.countDown();

      assertThat(unit.get(60, TimeUnit.SECONDS)).isEqualTo(primaryIn(from));
      move.get(60, TimeUnit.SECONDS);
      assertThat(app.migration.stage()).isEqualTo(to);
      assertThat(scanned).hasSize(20).extracting(Account::id).doesNotHaveDuplicates();
      app.assertSettled();
      assertThat(app.rows.row(to.primary(), "account", 1)).startsWith("code 1, 100,");
      assertThat(app.rows.row(to.primary(), "account", 2)).startsWith("code 2, 200,");
    }
  }

  /** Its body does not run before it is known where. */
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void aUnitThatComesWhileThePrimaryIsClosedRunsOnceOnTheNewOne(Stage from, Stage to)
      throws Exception {
    try (Scenario app = Scenario.in(from)) {
      Switching.verify(app, to);
      FaultyStore old = app.store(from.primary());
      old.plan(Fault.HELD_BEFORE, 2, Step.CONTROL); // the decision
      CompletableFuture<Void> move = CompletableFuture.runAsync(() -> app.migration.moveTo(to));
      old.awaitHit(Scenario.PATIENCE);
      long writes = old.calls(Step.MARK_AND_WRITE);
      AtomicInteger runs = new AtomicInteger();
      CompletableFuture<String> unit = begin(app, runs);
      await("it has been to the old primary")
          .atMost(Scenario.PATIENCE)
          .until(() -> old.calls(Step.MARK_AND_WRITE) > writes);
      assertThat(runs).hasValue(0);
      old.release();

      assertThat(unit.get(60, TimeUnit.SECONDS)).isEqualTo(primaryIn(to));
      assertThat(runs).hasValue(1);
      move.get(60, TimeUnit.SECONDS);
      app.assertSettled();
      assertThat(app.rows.all(to.primary())).containsOnlyKeys("account 1", "account 2");
    }
  }

  /** The coordinator stalls before its decision until others have undone the attempt. */
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void aUnitThatWaitedInVainRunsOnceOnTheOldOne(Stage from, Stage to) throws Exception {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.switchLimit(Duration.ofMillis(100)).writeWait(Duration.ofSeconds(5)))
            .startIn(from)) {
      Switching.verify(app, to);
      FaultyStore old = app.store(from.primary());
      old.plan(Fault.HELD_BEFORE, 2, Step.CONTROL); // the decision
      CompletableFuture<Void> move = CompletableFuture.runAsync(() -> app.migration.moveTo(to));
      old.awaitHit(Scenario.PATIENCE);
      AtomicInteger runs = new AtomicInteger();
      CompletableFuture<String> unit = begin(app, runs);

      assertThat(unit.get(60, TimeUnit.SECONDS)).isEqualTo(primaryIn(from));
      old.release();

      assertThatThrownBy(() -> move.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(MoveRefusedException.class);
      assertThat(runs).hasValue(1);
      assertThat(app.migration.stage()).isEqualTo(from);
      app.assertSettled();
      assertThat(app.rows.all(from.primary())).containsOnlyKeys("account 1", "account 2");
    }
  }

  /** Two accounts in a unit, on a thread of its own; its result is who has answered. */
  private static CompletableFuture<String> begin(Scenario app, AtomicInteger runs) {
    return CompletableFuture.supplyAsync(
        () ->
            app.crossfade.unitOf(
                Scenario.MIGRATION,
                () -> {
                  runs.incrementAndGet();
                  app.accounts.save(account(1, "a", 1));
                  app.accounts.save(account(2, "b", 1));
                  return app.accounts.whoAnswers();
                }));
  }

  // Reads.

  /** Page by page, each is of the primary of its moment, which has what the one before had. */
  @ParameterizedTest
  @CsvSource({"SHADOW, LIVE", "LIVE, SHADOW"})
  void aScanGoesOnInTheNewPrimary(Stage from, Stage to) {
    try (Scenario app = Scenario.in(from)) {
      for (long id = 1; id <= 30; id++) {
        app.accounts.save(account(id, "code " + id, id));
      }
      List<Account> scanned = new ArrayList<>(app.accounts.scan(null, 10));
      app.moveTo(to);
      app.accounts.save(account(15, "code 15", 1_500));
      app.accounts.delete(25L);
      app.accounts.save(account(5, "code 5", 500)); // behind where the scan is
      while (scanned.size() < 29) {
        Long last = scanned.get(scanned.size() - 1).id();
        List<Account> page = app.accounts.scan(last, 10);
        assertThat(page).as("after %s", last).isNotEmpty();
        scanned.addAll(page);
      }

      assertThat(scanned).extracting(Account::id).doesNotHaveDuplicates().doesNotContain(25L);
      assertThat(scanned.get(4).balance()).isEqualByComparingTo("5");
      assertThat(scanned.get(14).balance()).isEqualByComparingTo("1500");
    }
  }

  /** Waits within its statement for a lock that the test holds, its snapshot taken. */
  private static final class WaitingAccounts extends Domain.PostgresAccounts {
    static final int LOCK = 4711;

    WaitingAccounts(RepositoryContext<Account, Long> context) {
      super(context);
    }

    @Override
    public BigDecimal total() {
      return fetch(
              DSL.select(column("code", String.class), column("balance", BigDecimal.class))
                  .from(Domain.ACCOUNTS)
                  .where(
                      DSL.condition(
                          "(select count(*) from pg_advisory_xact_lock_shared(" + LOCK + ")) = 1")),
              row -> row.value2())
          .stream()
          .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
  }

  @Test
  void aReadUnderWayGivesWhatTheOldPrimaryHad() throws Exception {
    try (Scenario app =
            Scenario.with()
                .postgresAccounts(WaitingAccounts::new)
                .postgres(p -> p.statementTimeout(LONG).lockWait(LONG))
                .startIn(Stage.LIVE);
        Connection holder = app.database().open()) {
      app.accounts.saveAll(List.of(account(1, "a", 40), account(2, "b", 60)));
      execute(holder, "select pg_advisory_lock(" + WaitingAccounts.LOCK + ")");
      CompletableFuture<BigDecimal> total = CompletableFuture.supplyAsync(app.accounts::total);
      await("it reads")
          .atMost(Scenario.PATIENCE)
          .until(
              () ->
                  app.rows.count(
                          Side.TARGET,
                          "select count(*) from pg_locks where locktype = 'advisory'"
                              + " and not granted and database = (select oid from pg_database"
                              + " where datname = current_database())")
                      == 1);

      app.moveTo(Stage.SHADOW);
      app.accounts.save(account(1, "a", 1_000));
      app.accounts.save(account(3, "c", 1_000));
      app.assertSettled();
      assertThat(app.accounts.total()).as("of the new primary").isEqualByComparingTo("2060");
      execute(holder, "select pg_advisory_unlock(" + WaitingAccounts.LOCK + ")");

      assertThat(total.get(60, TimeUnit.SECONDS)).isEqualByComparingTo("100");
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  // Both, again and again.

  /** Books amounts on two accounts, each on both in one unit; keeps what was acknowledged. */
  private static final class Books {
    final Scenario app;
    final long one;
    final long other;
    final Queue<Long> booked = new ConcurrentLinkedQueue<>();
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    Books(Scenario app, String name) {
      this.app = app;
      one = app.accounts.insert(account(name + " one", 0)).id();
      other = app.accounts.insert(account(name + " other", 0)).id();
    }

    /** In a unit of the library's; false if it was refused. */
    boolean book(long n) {
      try {
        app.crossfade.unit(
            Scenario.MIGRATION,
            () -> {
              String begun = app.accounts.whoAnswers();
              bookOn(one, n);
              bookOn(other, n);
              assertThat(app.accounts.whoAnswers()).isEqualTo(begun);
            });
        return true;
      } catch (SwitchInProgressException e) {
        return false;
      }
    }

    private void bookOn(long account, long n) {
      app.entries.insert(new Entry(null, account, BigDecimal.valueOf(n)));
    }

    /** In two runs of a transaction of the application's own, which also writes a note. */
    boolean bookJoined(long n) {
      Connection connection = OwnTransaction.open(app, app.migration.primary());
      try (OwnTransaction own = joined(connection)) {
        if (own == null) {
          return false; // the primary has changed since
        }
        own.execute("insert into memo (text) values ('" + n + "')");
        try {
          own.unit.run(() -> bookOn(one, n));
          own.unit.run(() -> bookOn(other, n));
        } catch (CrossfadeException e) {
          assertThat(e.outcome()).isEqualTo(Outcome.NOT_WRITTEN);
          own.rollBack();
          return false;
        }
        own.commit();
        return true;
      }
    }

    private OwnTransaction joined(Connection connection) {
      try {
        return new OwnTransaction(app, connection);
      } catch (IllegalArgumentException e) {
        try {
          connection.close();
        } catch (SQLException again) {
          e.addSuppressed(again);
          throw e;
        }
        return null;
      }
    }

    void check() {
      for (long account : List.of(one, other)) {
        for (Side side : Side.values()) {
          assertThat(entries(side, account))
              .as("entries of account %s in %s", account, side)
              .containsExactlyElementsOf(new TreeSet<>(booked));
        }
      }
    }

    /** The amounts, in order; an amount that is there twice is there twice. */
    private List<Long> entries(Side side, long account) {
      Map<String, String> rows = app.rows.table(side, "entry");
      return rows.values().stream()
          .filter(row -> row.startsWith(account + ", "))
          .map(row -> Long.valueOf(row.substring(row.indexOf(' ') + 1)))
          .sorted()
          .toList();
    }
  }

  private interface Booking {
    boolean book(long n);
  }

  private static Thread start(Books books, Booking booking, AtomicBoolean stopped, String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                for (long n = 1; !stopped.get(); n++) {
                  if (booking.book(n)) {
                    books.booked.add(n);
                  }
                }
              } catch (RuntimeException | Error e) {
                books.failures.add(e);
              }
            },
            name);
    thread.start();
    return thread;
  }

  @Test
  void noUnitIsEverSplit() throws Exception {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      OwnTransaction.prepare(app);
      AtomicBoolean stopped = new AtomicBoolean();
      Books first = new Books(app, "first");
      Books second = new Books(app, "second");
      Books joined = new Books(app, "joined");
      List<Thread> threads =
          List.of(
              start(first, first::book, stopped, "units-1"),
              start(second, second::book, stopped, "units-2"),
              start(joined, joined::bookJoined, stopped, "units-joined"));
      try {
        for (int i = 0; i < 3; i++) {
          Switching.go(app, Stage.LIVE);
          awaitProgress(first, second, joined);
          Switching.go(app, Stage.SHADOW);
          awaitProgress(first, second, joined);
        }
      } finally {
        stopped.set(true);
        for (Thread thread : threads) {
          thread.join(Scenario.PATIENCE.toMillis());
        }
      }
      for (Books books : List.of(first, second, joined)) {
        assertThat(books.failures).isEmpty();
      }
      app.assertSettled();
      first.check();
      second.check();
      joined.check();
      assertThat(OwnTransaction.notes(app, Side.LEGACY) + OwnTransaction.notes(app, Side.TARGET))
          .as("what else those transactions have written, each where it was committed")
          .isEqualTo(joined.booked.size());
    }
  }

  private static void awaitProgress(Books... all) {
    for (Books books : all) {
      int goal = books.booked.size() + 3;
      await("units go on")
          .atMost(Scenario.PATIENCE)
          .until(() -> books.booked.size() >= goal || !books.failures.isEmpty());
      assertThat(books.failures).isEmpty();
    }
  }
}
