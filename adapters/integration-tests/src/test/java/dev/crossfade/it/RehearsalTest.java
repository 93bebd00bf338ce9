package dev.crossfade.it;

import static dev.crossfade.it.Domain.ACCOUNTS;
import static dev.crossfade.it.Domain.FEBRUARY;
import static dev.crossfade.it.Domain.JANUARY;
import static dev.crossfade.it.Domain.account;
import static dev.crossfade.it.Domain.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.CrossfadeListener.RehearsalEvent;
import dev.crossfade.CrossfadeListener.RehearsalEvent.Result;
import dev.crossfade.CrossfadeListener.SecondaryEvent;
import dev.crossfade.Difference;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.it.Domain.Status;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RepositoryFactory;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PostgreSQL's own write code, run before the cutover and rolled back. */
class RehearsalTest {
  /** Longer than a busy machine needs. */
  private static final Duration LONG = Duration.ofSeconds(10);

  private static Scenario.Options always() {
    return Scenario.with().settings(s -> s.rehearsalSampling(1).rehearsalLimit(LONG));
  }

  private static Scenario with(RepositoryFactory<Account, Long> accounts) {
    return always().postgresAccounts(accounts).startIn(Stage.SHADOW);
  }

  private static List<Result> results(Scenario app, int count) {
    await("rehearsals are done")
        .atMost(Scenario.PATIENCE)
        .until(() -> app.events.rehearsals().size() >= count);
    return app.events.rehearsals().stream().map(RehearsalEvent::result).toList();
  }

  /** What the last of so many came to; the journal is empty then. */
  private static Result last(Scenario app, int count) {
    List<Result> results = results(app, count);
    assertThat(results).hasSize(count);
    settle(app);
    return results.get(count - 1);
  }

  /** A write right behind another one of its key is excused: that one is being finished. */
  private static void settle(Scenario app) {
    assertThat(app.migration.awaitSettled(Scenario.PATIENCE)).isTrue();
  }

  private static void oneByOne(Scenario app, Runnable... writes) {
    for (Runnable write : writes) {
      write.run();
      settle(app);
    }
  }

  @Test
  void everyKindOfWriteMatches() {
    try (Scenario app = always().startIn(Stage.SHADOW)) {
      long first = app.accounts.insert(account("a", 10)).id();
      long opened = app.accounts.open("opened", BigDecimal.ONE);
      settle(app);
      oneByOne(
          app,
          () -> app.accounts.save(account(first, "a", 20).withNote("secret")),
          () -> app.accounts.save(account(500, "chosen", 5)),
          () ->
              app.accounts.saveAll(
                  List.of(
                      account("b", 1),
                      account(700, "c", 2),
                      account("d", 3),
                      account(first, "a", 21))),
          () -> app.accounts.activate(first),
          () -> app.accounts.activate(first),
          () -> app.accounts.raise(Status.NEW, BigDecimal.TEN),
          () -> app.accounts.add(first, BigDecimal.ONE),
          () -> app.accounts.touch(first),
          () -> app.accounts.delete(opened),
          () -> app.accounts.delete(opened),
          () -> app.accounts.deleteAll(List.of(500L, 700L, 9_999L)),
          () -> app.preferences.save(new Preference("x", "y")),
          () -> app.preferences.delete("x"),
          () -> app.readings.save(reading(1, JANUARY, "1.125")),
          () -> app.readings.save(reading(1, FEBRUARY, "2")));

      assertThat(results(app, 17)).hasSize(17).containsOnly(Result.MATCH);
      assertThat(app.migration.rehearsals()).containsEntry(Result.MATCH, 17L);
      assertThat(app.events.mismatches()).isEmpty();
      app.assertSettled();

      app.moveTo(Stage.LIVE);
      assertThat(app.accounts.insert(account("live", 1)).id()).isGreaterThan(opened);
    }
  }

  /** Each call of a unit finds what the calls before it did on the primary, generated keys too. */
  @Test
  void unitsAreRehearsedCallByCall() {
    try (Scenario app = always().startIn(Stage.SHADOW)) {
      app.accounts.saveAll(List.of(account(1, "a", 10), account(2, "b", 20)));
      settle(app);
      app.crossfade.unit(
          Scenario.MIGRATION,
          () -> {
            Account parent = app.accounts.insert(account("parent", 1));
            app.entries.insert(new Entry(null, parent.id(), BigDecimal.TEN));
            app.accounts.activate(parent.id());
            app.accounts.save(account(1, "aside", 10));
            app.accounts.save(account(2, "a", 20));
            app.accounts.save(account(1, "b", 10));
            app.accounts.delete(parent.id());
          });

      assertThat(results(app, 8)).hasSize(8).containsOnly(Result.MATCH);
      assertThat(app.events.rehearsals())
          .extracting(RehearsalEvent::method)
          .containsExactly(
              "saveAll", "insert", "insert", "activate", "save", "save", "save", "delete");
      app.assertSettled();
    }
  }

  /** Keys are copied past a sequence that nobody has used; spent values do not matter. */
  @Tag("exhaustive")
  @Test
  void sequencesThatAreBehindCollideWithNothing() {
    try (Scenario app =
        Scenario.with().settings(s -> s.rehearsalSampling(0)).startIn(Stage.DUAL_WRITE)) {
      for (int i = 0; i < 30; i++) {
        app.accounts.insert(account("before " + i, i));
      }
      app.moveTo(Stage.SHADOW);
      app.source.change(always().settingsOf(app));

      app.accounts.insert(account("one", 1));
      app.accounts.saveAll(List.of(account("two", 2), account("three", 3)));

      assertThat(results(app, 2)).containsOnly(Result.MATCH);
      app.moveTo(Stage.LIVE);
      assertThat(app.accounts.insert(account("live", 1)).id()).isGreaterThan(33);
    }
  }

  private static class Wrong extends Domain.PostgresAccounts {
    Wrong(RepositoryContext<Account, Long> context) {
      super(context);
    }

    /** Another status, and the condition forgotten. */
    @Override
    public boolean activate(long id) {
      return !write(
              DSL.update(ACCOUNTS)
                  .set(column("status", Status.class), Status.CLOSED)
                  .where(column("id", Long.class).eq(id)))
          .isEmpty();
    }

    /** One row too many. */
    @Override
    public boolean add(long id, BigDecimal by) {
      boolean other = super.add(id + 1, by);
      return super.add(id, by) || other;
    }

    /** Says something else. */
    @Override
    public int raise(Status status, BigDecimal by) {
      return super.raise(status, by) + 1;
    }
  }

  @Tag("exhaustive")
  @Test
  void whatComesOutOtherwiseIsReportedAndNotKept() {
    try (Scenario app = with(Wrong::new)) {
      app.accounts.saveAll(List.of(account(1, "a", 10), account(2, "b", 20)));
      settle(app);
      assertThat(app.accounts.activate(1)).isTrue();
      assertThat(last(app, 2)).isEqualTo(Result.MISMATCH);
      assertThat(app.accounts.add(1, BigDecimal.ONE)).isTrue();
      assertThat(last(app, 3)).isEqualTo(Result.MISMATCH);
      assertThat(app.accounts.raise(Status.NEW, BigDecimal.ONE)).isEqualTo(1);
      assertThat(last(app, 4)).isEqualTo(Result.MISMATCH);

      List<Mismatch> found = app.events.mismatches();
      assertThat(found).extracting(Mismatch::method).containsExactly("activate", "add", "raise");
      assertThat(found).extracting(Mismatch::key).containsExactly("1", "2", null);
      assertThat(found.get(0).entity()).isEqualTo("account");
      assertThat(found.get(0).differences())
          .containsExactly(new Difference("status", "ACTIVE", "CLOSED"));
      assertThat(found.get(1).differences())
          .extracting(Difference::component)
          .containsExactly("balance");
      assertThat(found.get(2).differences()).containsExactly(new Difference("(result)", "1", "2"));
      app.assertSettled();
    }
  }

  /** The primary did nothing, and PostgreSQL's implementation would have. */
  @Tag("exhaustive")
  @Test
  void aForgottenConditionIsFoundByACallThatChangesNothing() {
    try (Scenario app = with(Wrong::new)) {
      app.accounts.save(account(1, "a", 10).withStatus(Status.ACTIVE));
      settle(app);
      assertThat(app.accounts.activate(1)).isFalse();

      assertThat(last(app, 2)).isEqualTo(Result.MISMATCH);
      assertThat(app.events.mismatches().get(0).differences())
          .containsExactly(new Difference("status", "ACTIVE", "CLOSED"));
      assertThat(app.events.secondaries(SecondaryEvent.Outcome.APPLIED)).isEqualTo(1);
      app.assertSettled();
    }
  }

  private static class Failing extends Domain.PostgresAccounts {
    private final RepositoryContext<Account, Long> context;

    Failing(RepositoryContext<Account, Long> context) {
      super(context);
      this.context = context;
    }

    @Override
    @SuppressWarnings("InfiniteRecursion")
    public boolean activate(long id) {
      return activate(id);
    }

    @Override
    public int raise(Status status, BigDecimal by) {
      throw new UnsupportedOperationException("not written yet");
    }

    /** Violates a check, and hides it. */
    @Override
    public boolean add(long id, BigDecimal by) {
      try {
        return super.add(id, BigDecimal.valueOf(-1_000_000));
      } catch (RuntimeException e) {
        return true;
      }
    }

    /** Violates a constraint that is looked at when the transaction commits. */
    @Override
    public long open(String code, BigDecimal first) {
      context.sibling(Domain.ENTRY).insert(new Entry(null, 4_711, first));
      return super.open(code, first);
    }
  }

  @Tag("exhaustive")
  @Test
  void whatFailsIsReportedAndTheWriteIsDone() {
    try (Scenario app = with(Failing::new)) {
      app.rows.execute(
          Side.TARGET,
          "alter table entry alter constraint entry_account_id_fkey deferrable initially deferred");
      app.accounts.save(account(1, "a", 10));
      settle(app);

      assertThat(app.accounts.activate(1)).isTrue();
      assertThat(last(app, 2)).as("endless recursion").isEqualTo(Result.FAILED);
      assertThat(app.accounts.raise(Status.ACTIVE, BigDecimal.ONE)).isEqualTo(1);
      assertThat(last(app, 3)).as("an exception").isEqualTo(Result.FAILED);
      assertThat(app.accounts.add(1, BigDecimal.ONE)).isTrue();
      assertThat(last(app, 4)).as("a check").isEqualTo(Result.FAILED);
      long opened = app.accounts.open("opened", BigDecimal.ONE);
      assertThat(last(app, 5)).as("a deferred constraint").isEqualTo(Result.FAILED);

      assertThat(app.events.mismatches()).isEmpty();
      assertThat(app.events.secondaries(SecondaryEvent.Outcome.APPLIED)).isEqualTo(5);
      app.assertSettled();
      assertThat(app.rows.row(Side.TARGET, "account", 1)).startsWith("a, 12, ACTIVE");
      assertThat(app.rows.row(Side.TARGET, "account", opened)).startsWith("opened, 0, NEW");
    }
  }

  @Tag("exhaustive")
  @Test
  void triggersLeaveOnlyWhatTheChangeItselfDoes() {
    try (Scenario app = always().startIn(Stage.SHADOW)) {
      app.rows.execute(
          Side.TARGET,
          List.of(
              "create table audit (id bigint, balance numeric)",
              """
              create function audited() returns trigger language plpgsql as
              $$ begin insert into audit values (new.id, new.balance); return null; end $$
              """,
              """
              create constraint trigger audited after insert or update on account
              deferrable initially deferred for each row execute function audited()
              """));
      oneByOne(
          app,
          () -> app.accounts.save(account(1, "a", 10)),
          () -> app.accounts.add(1, BigDecimal.ONE),
          () ->
              app.crossfade.unit(
                  Scenario.MIGRATION,
                  () -> {
                    app.accounts.add(1, BigDecimal.ONE);
                    app.accounts.activate(1);
                  }));

      assertThat(results(app, 4)).containsOnly(Result.MATCH);
      assertThat(app.rows.count(Side.TARGET, "select count(*) from audit")).isEqualTo(3);
    }
  }

  /** What takes too long by waiting for a lock, on the server, or before it says anything. */
  private static class Slow extends Domain.PostgresAccounts {
    Slow(RepositoryContext<Account, Long> context) {
      super(context);
    }

    @Override
    public boolean activate(long id) {
      fetch(
          DSL.select(columns()).from(ACCOUNTS).where(column("id", Long.class).eq(99L)).forUpdate());
      return super.activate(id);
    }

    @Override
    public boolean add(long id, BigDecimal by) {
      fetchValue(DSL.select(DSL.val(1)).from("pg_sleep(30)"));
      return super.add(id, by);
    }
  }

  @Tag("exhaustive")
  @Test
  void whatTakesTooLongEndsAtTheLimitAndRests() throws SQLException {
    try (Scenario app =
            Scenario.with()
                .settings(s -> s.rehearsalSampling(1).rehearsalLimit(Duration.ofMillis(250)))
                .postgresAccounts(Slow::new)
                .startIn(Stage.DUAL_WRITE);
        Connection other = app.database().open();
        Statement lock = other.createStatement()) {
      app.accounts.saveAll(List.of(account(1, "a", 10), account(99, "b", 20)));
      app.assertSettled();
      app.moveTo(Stage.SHADOW);
      other.setAutoCommit(false);
      lock.execute("select 1 from account where id = 99 for update");

      long begun = System.nanoTime();
      assertThat(app.accounts.activate(1)).isTrue();
      assertThat(last(app, 1)).isEqualTo(Result.TIMED_OUT);
      assertThat(app.accounts.add(1, BigDecimal.ONE)).isTrue();
      assertThat(last(app, 2)).isEqualTo(Result.TIMED_OUT);
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .as("two limits, and this machine's time")
          .isBetween(Duration.ofMillis(450), Duration.ofSeconds(5));
      assertThat(app.accounts.add(1, BigDecimal.ONE)).isTrue();
      assertThat(last(app, 3)).as("it rests").isEqualTo(Result.SKIPPED);

      other.rollback();
      assertThat(app.events.secondaries(SecondaryEvent.Outcome.APPLIED)).isEqualTo(4);
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void whatSaysSoIsNotRehearsed() {
    try (Scenario app = always().startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 10));
      assertThat(app.accounts.announce(1)).isTrue();
      assertThat(last(app, 2)).isEqualTo(Result.SKIPPED);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void otherStagesRehearseNothing(Stage stage) {
    try (Scenario app = always().startIn(stage)) {
      app.accounts.save(account(1, "a", 1));
      app.accounts.activate(1);
      app.crossfade.unit(Scenario.MIGRATION, () -> app.accounts.add(1, BigDecimal.ONE));
      app.assertSettled();
      assertThat(app.events.rehearsals()).isEmpty();
    }
  }

  /** Step 3 of the write before is held: PostgreSQL is behind, and its implementation not wrong. */
  @Tag("exhaustive")
  @Test
  void keysUnderWayAreExcused() throws Exception {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.rehearsalSampling(1).rehearsalLimit(LONG).secondaryWait(Duration.ZERO))
            .startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      assertThat(last(app, 1)).isEqualTo(Result.MATCH);
      app.assertSettled();
      CountDownLatch release = new CountDownLatch(1);
      app.postgres.plan(Fault.HELD_BEFORE, 1, release, Step.APPLY);
      app.accounts.add(1, BigDecimal.ONE);
      app.postgres.awaitHit(Scenario.PATIENCE);

      app.accounts.activate(1);
      assertThat(results(app, 2)).containsExactly(Result.MATCH, Result.EXCUSED);

      release.countDown();
      app.assertSettled();
      assertThat(app.events.mismatches()).isEmpty();
    }
  }

  /** The entry of one write is there while the other runs, and neither has the other's key. */
  @Tag("exhaustive")
  @Test
  void aDifferenceThatAnotherWriteMayHaveMadeIsExcused() throws Exception {
    try (Scenario app =
        always()
            .settings(s -> s.rehearsalSampling(1).rehearsalLimit(LONG).secondaryWait(Duration.ZERO))
            .startIn(Stage.SHADOW)) {
      app.accounts.saveAll(
          List.of(account(1, "a", 1), account(2, "b", 1).withStatus(Status.ACTIVE)));
      app.assertSettled();
      CountDownLatch release = new CountDownLatch(1);
      app.postgres.plan(Fault.HELD_BEFORE, 1, release, Step.APPLY);
      app.accounts.save(account(1, "a", 1).withStatus(Status.CLOSED));
      app.postgres.awaitHit(Scenario.PATIENCE);
      app.accounts.raise(Status.NEW, BigDecimal.ONE);

      assertThat(results(app, 2)).containsExactly(Result.MATCH, Result.EXCUSED);
      release.countDown();
      app.assertSettled();
      assertThat(app.events.mismatches()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void nothingIsRehearsedWhileTheJournalCannotBeAsked() {
    try (Scenario app = always().startIn(Stage.SHADOW)) {
      app.sqlite.plan(Fault.DOWN, 1, Step.LOOK);
      app.accounts.save(account(1, "a", 1));
      assertThat(results(app, 1)).containsExactly(Result.SKIPPED);
      app.sqlite.heal();
      app.assertSettled();
      assertThat(app.events.secondaries(SecondaryEvent.Outcome.APPLIED)).isEqualTo(1);
    }
  }

  @Tag("exhaustive")
  @Test
  void nothingIsRehearsedWhilePostgresIsAway() {
    try (Scenario app = always().proxied().startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      app.proxy().refuse();
      for (int i = 0; i < 8; i++) {
        app.accounts.add(1, BigDecimal.ONE);
      }
      app.proxy().pass();
      app.assertSettled();
      assertThat(app.events.mismatches()).isEmpty();
      assertThat(app.events.rehearsals(Result.FAILED)).isZero();
      assertThat(app.events.rehearsals(Result.SKIPPED)).isPositive();
    }
  }

  /** Eight threads on few keys, by every kind of write. */
  @Tag("exhaustive")
  @Test
  void nobodyIsAccusedWhileHotKeysChange() throws Exception {
    try (Scenario app = always().pool(10).startIn(Stage.SHADOW)) {
      app.accounts.saveAll(List.of(account(1, "hot 1", 0), account(2, "hot 2", 0)));
      Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
      CyclicBarrier start = new CyclicBarrier(8);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int index = i;
        Thread thread =
            new Thread(
                () -> {
                  try {
                    start.await(120, TimeUnit.SECONDS);
                    for (int n = 0; n < 40; n++) {
                      hammer(app, index, n);
                    }
                  } catch (Exception | Error e) {
                    failures.add(e);
                  }
                },
                "hammer-" + i);
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join(300_000);
        assertThat(thread.isAlive()).as(thread + " hangs").isFalse();
      }

      assertThat(failures).isEmpty();
      app.assertSettled();
      assertThat(app.events.mismatches()).isEmpty();
      assertThat(app.migration.rehearsals())
          .as("%s", app.migration.rehearsals())
          .containsEntry(Result.MISMATCH, 0L)
          .containsEntry(Result.FAILED, 0L);
      assertThat(app.events.rehearsals(Result.MATCH)).isPositive();
    }
  }

  private static void hammer(Scenario app, int thread, int n) {
    long hot = n % 2 == 0 ? 1 : 2;
    switch ((thread + n) % 6) {
      case 0 -> app.accounts.add(hot, BigDecimal.ONE);
      case 1 -> app.accounts.raise(Status.NEW, BigDecimal.ONE);
      case 2 -> app.accounts.activate(hot);
      case 3 -> app.accounts.delete(app.accounts.open(thread + "-" + n, BigDecimal.ONE));
      case 4 -> app.accounts.insert(account("new " + thread + "-" + n, n));
      default ->
          app.crossfade.unit(
              Scenario.MIGRATION,
              () -> {
                app.accounts.add(1, BigDecimal.ONE);
                app.entries.insert(new Entry(null, hot, BigDecimal.ONE));
                app.accounts.add(2, BigDecimal.ONE);
              });
    }
  }
}
