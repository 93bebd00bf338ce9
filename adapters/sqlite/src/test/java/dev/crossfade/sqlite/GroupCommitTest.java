package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import dev.crossfade.CheckException;
import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.sqlite.App.Score;
import dev.crossfade.sqlite.App.Token;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StaleEpochException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One writer, many callers: who shares a commit, who waits, and what each of them is told. */
@Timeout(600)
class GroupCommitTest {
  @TempDir Path directory;
  private App app;
  private ExecutorService threads;

  @BeforeEach
  void open() {
    app = new App(directory.resolve("app.db"));
    threads = Executors.newCachedThreadPool();
  }

  @AfterEach
  void close() throws InterruptedException {
    app.close();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(120, TimeUnit.SECONDS)).isTrue();
    assertThat(Thread.getAllStackTraces().keySet())
        .as("threads left behind")
        .noneMatch(thread -> thread.getName().startsWith("crossfade-sqlite-writer"));
  }

  @Test
  void oneFailingUnitOfAGroupTakesNobodyWithIt() throws Exception {
    app.saved("taken");
    List<Future<Object>> writes = new ArrayList<>();
    whileTheWriterIsBusy(
        () -> {
          for (int i = 0; i < 10; i++) {
            String mint = i == 5 ? "taken" : "m" + i;
            writes.add(threads.submit(() -> insert(mint)));
          }
          awaitWaiting(10);
        });

    for (int i = 0; i < 10; i++) {
      Future<Object> write = writes.get(i);
      if (i == 5) {
        assertThatThrownBy(write::get).hasCauseInstanceOf(DuplicateKeyException.class);
      } else {
        assertThat(write.get()).isInstanceOf(Token.class);
      }
    }
    assertThat(app.tokens.count()).isEqualTo(10);
    assertThat(app.store.journal().status(App.MIGRATION).entries())
        .as("an entry each for the first and the nine")
        .isEqualTo(10);
  }

  @Test
  void aUnitSeesWhatAnEarlierOneOfItsGroupHasDone() throws Exception {
    Token token = app.saved("a");
    List<Future<Boolean>> activations = new ArrayList<>();
    whileTheWriterIsBusy(
        () -> {
          for (int i = 0; i < 6; i++) {
            activations.add(threads.submit(() -> activate(token.id())));
          }
          awaitWaiting(6);
        });
    int won = 0;
    for (Future<Boolean> activation : activations) {
      won += activation.get() ? 1 : 0;
    }
    assertThat(won).isEqualTo(1);
  }

  @Test
  void allWritesOfManyThreadsAreThereAndNoThreadStarves() throws Exception {
    int count = 8;
    AtomicBoolean going = new AtomicBoolean(true);
    CyclicBarrier start = new CyclicBarrier(count);
    AtomicInteger[] written = new AtomicInteger[count];
    List<Future<?>> writers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      AtomicInteger mine = new AtomicInteger();
      written[i] = mine;
      String prefix = "t" + i + "-";
      writers.add(
          threads.submit(
              () -> {
                start.await();
                while (going.get()) {
                  insert(prefix + mine.get());
                  mine.incrementAndGet();
                }
                return null;
              }));
    }
    await().atMost(TWO_MINUTES).until(() -> written[0].get() >= 100);
    going.set(false);
    for (Future<?> writer : writers) {
      writer.get();
    }

    int total = 0;
    int fewest = Integer.MAX_VALUE;
    int most = 0;
    for (AtomicInteger mine : written) {
      total += mine.get();
      fewest = Math.min(fewest, mine.get());
      most = Math.max(most, mine.get());
    }
    assertThat(app.tokens.count()).isEqualTo(total);
    // One that the machine does not run for a while has fewer; one that starves has next to none.
    assertThat(fewest).as("writes of the slowest thread").isGreaterThanOrEqualTo(most / 4);
  }

  @Test
  void aBodyRunsOnItsCallersThread() {
    Thread ran = app.store.write(app.mark(), Thread::currentThread).result();
    assertThat(ran).isSameAs(Thread.currentThread());
  }

  @Test
  void aBodyThatThrowsLeavesNothing() {
    IOException thrown = new IOException("mine");
    assertThatThrownBy(
            () ->
                app.store.write(
                    app.mark(),
                    () -> {
                      app.tokens.save(App.token("a"));
                      throw thrown;
                    }))
        .isSameAs(thrown);
    assertThat(app.tokens.count()).isZero();
    assertThat(app.store.journal().status(App.MIGRATION).entries()).isZero();
  }

  @Test
  void aUnitReadsItsOwnWritesAndOthersDoNot() {
    app.store.write(
        app.mark(),
        () -> {
          app.tokens.save(App.token("a"));
          assertThat(app.tokens.byMint("a")).isPresent();
          assertThat(elsewhere(() -> app.tokens.count())).isZero();
          return true;
        });
    assertThat(elsewhere(() -> app.tokens.count())).isEqualTo(1);
  }

  @Test
  void aUnitInWhichAWriteFailedCannotBeSaved() {
    app.saved("a");
    assertThatThrownBy(
            () ->
                app.store.write(
                    app.mark(),
                    () -> {
                      app.tokens.insert(App.token("b"));
                      assertThatThrownBy(() -> app.tokens.insert(App.token("a")))
                          .isInstanceOf(DuplicateKeyException.class);
                      return true;
                    }))
        .isInstanceOf(DuplicateKeyException.class);
    assertThat(app.tokens.mints()).containsExactly("a");
  }

  @Test
  void aBodyThatTakesTooLongIsRolledBack() {
    reopen(builder -> builder.unitTimeLimit(Duration.ofMillis(200)));
    AtomicReference<Throwable> later = new AtomicReference<>();
    assertThatThrownBy(
            () ->
                app.store.write(
                    app.mark(),
                    () -> {
                      app.tokens.insert(App.token("a"));
                      // Others are served as soon as its time is up, while it is still at it.
                      elsewhere(() -> insert("b"));
                      later.set(catchThrowable(() -> app.tokens.insert(App.token("c"))));
                      return true;
                    }))
        .isInstanceOfSatisfying(
            StoreTimeoutException.class,
            e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN))
        .hasMessageContaining("200 ms");
    assertThat(later.get()).isInstanceOf(StoreTimeoutException.class);
    assertThat(app.tokens.mints()).containsExactly("b");
  }

  @Test
  void aStatementThatTakesTooLongIsInterruptedAndInnocentsOfItsGroupAreServed() throws Exception {
    reopen(builder -> builder.unitTimeLimit(Duration.ofSeconds(2)));
    List<Future<?>> innocent = new ArrayList<>();
    whileTheWriterIsBusy(
        () -> {
          innocent.add(threads.submit(() -> insert("before")));
          awaitWaiting(1);
          innocent.add(
              threads.submit(
                  () ->
                      assertThatThrownBy(() -> app.saved("unit before")) // its body runs once
                          .isInstanceOf(ConflictException.class)));
          awaitWaiting(2);
          innocent.add(
              threads.submit(
                  () ->
                      assertThatThrownBy(
                              () -> app.store.write(app.mark(), () -> app.tokens.endlessChange()))
                          .isInstanceOf(StoreTimeoutException.class)));
          awaitWaiting(3);
          innocent.add(threads.submit(() -> insert("after")));
          awaitWaiting(4);
        });
    for (Future<?> one : innocent) {
      one.get();
    }
    assertThat(app.tokens.mints()).containsExactly("after", "before");
  }

  @Test
  void aReadThatTakesTooLongTakesNobodyWithIt() throws Exception {
    reopen(builder -> builder.unitTimeLimit(Duration.ofSeconds(2)));
    Future<Token> before = threads.submit(() -> app.saved("a"));
    assertThatThrownBy(() -> app.store.write(app.mark(), () -> app.tokens.endless()))
        .isInstanceOf(StoreTimeoutException.class);
    before.get();
    assertThat(app.saved("b").id()).isNotNull();
    assertThat(app.tokens.mints()).containsExactly("a", "b");
  }

  @Test
  void aWriteThatWouldWaitForItselfIsRefused() {
    SqliteStore other = App.at(app.path).name("other").open();
    other.connect();
    app.store.write(
        app.mark(),
        () -> {
          assertThatThrownBy(() -> app.store.write(app.mark(), () -> true))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("would wait for itself");
          assertThatThrownBy(() -> other.control().voidEvidence(App.MIGRATION))
              .isInstanceOf(IllegalStateException.class);
          return true;
        });
    other.close();
    assertThat(app.saved("still open").id()).isNotNull();
  }

  @Test
  void aWriteOutsideOfAUnitIsRefused() {
    assertThatThrownBy(() -> app.tokens.save(App.token("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("crossfade.repository");
  }

  @Test
  void aBodyDoesNotRunAtAnotherEpoch() {
    AtomicBoolean ran = new AtomicBoolean();
    dev.crossfade.store.Mark stale =
        new dev.crossfade.store.Mark(
            App.MIGRATION, 2, dev.crossfade.store.Mark.Kind.ENTRY, App.OWNER, () -> 1);
    assertThatThrownBy(
            () ->
                app.store.write(
                    stale,
                    () -> {
                      ran.set(true);
                      return true;
                    }))
        .isInstanceOf(StaleEpochException.class);
    assertThat(ran).isFalse();
  }

  @Test
  void whoWaitsWhenTheStoreIsClosedIsToldThatNothingWasWritten() throws Exception {
    List<Future<Object>> waiting = new ArrayList<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Future<?> underWay =
        threads.submit(
            () ->
                app.store.write(
                    app.mark(),
                    () -> {
                      app.tokens.insert(App.token("under way"));
                      inside.countDown();
                      goOn.await();
                      return true;
                    }));
    inside.await();
    waiting.add(threads.submit(() -> insert("waiting")));
    awaitWaiting(1);
    Future<?> closing = threads.submit(() -> app.store.close());
    await().atMost(TWO_MINUTES).until(() -> catchThrowable(() -> app.tokens.count()) != null);
    goOn.countDown();
    closing.get();

    underWay.get();
    assertThatThrownBy(() -> waiting.get(0).get())
        .cause()
        .isInstanceOfSatisfying(
            StoreUnavailableException.class,
            e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN));
    assertThatThrownBy(() -> app.saved("later")).isInstanceOf(StoreUnavailableException.class);
    reopen(builder -> builder);
    assertThat(app.tokens.mints()).containsExactly("under way");
  }

  @Test
  void aFileLockedByAnotherProgramTimesOutUntilItIsNot() throws SQLException {
    reopen(builder -> builder.busyTimeout(Duration.ofMillis(50)));
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + app.path);
        Statement statement = other.createStatement()) {
      statement.execute("begin immediate");
      assertThatThrownBy(() -> app.saved("a"))
          .isInstanceOfSatisfying(
              StoreTimeoutException.class,
              e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN));
      statement.execute("rollback");
    }
    assertThat(app.saved("a").id()).isEqualTo(1);
  }

  @Test
  void anInterruptEndsTheWaitForAnotherProgram() throws Exception {
    reopen(builder -> builder.busyTimeout(Duration.ofMinutes(5)));
    AtomicReference<Throwable> told = new AtomicReference<>();
    Thread caller = new Thread(() -> told.set(catchThrowable(() -> insert("interrupted"))));
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + app.path);
        Statement statement = other.createStatement()) {
      statement.execute("begin immediate");
      caller.start();
      await().atMost(TWO_MINUTES).until(() -> caller.getState() == Thread.State.TIMED_WAITING);
      caller.interrupt();
      caller.join();
      statement.execute("rollback");
    }
    assertThat(told.get())
        .isInstanceOfSatisfying(
            StoreTimeoutException.class,
            e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN));
    assertThat(app.tokens.mints()).isEmpty();
  }

  @Test
  void anInterruptedCallerThatHasNotBegunHasWrittenNothing() throws Exception {
    AtomicReference<Throwable> told = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              told.set(catchThrowable(() -> insert("interrupted")));
              flag.set(Thread.currentThread().isInterrupted());
            });
    whileTheWriterIsBusy(
        () -> {
          caller.start();
          awaitWaiting(1);
          caller.interrupt();
          await().atMost(TWO_MINUTES).until(() -> !caller.isAlive());
        });
    assertThat(told.get()).isInstanceOf(StoreTimeoutException.class);
    assertThat(flag).as("the interrupt flag").isTrue();
    assertThat(app.tokens.count()).isZero();
  }

  @Test
  void aFullQueueWaitsAndThenRefuses() throws Exception {
    reopen(builder -> builder.queueLimit(1).turnWait(Duration.ofMillis(300)));
    whileTheWriterIsBusy(
        () -> {
          Future<Object> first = threads.submit(() -> insert("first"));
          awaitWaiting(1);
          assertThatThrownBy(() -> elsewhere(() -> insert("second")))
              .isInstanceOf(StoreTimeoutException.class);
          assertThatThrownBy(first::get).hasCauseInstanceOf(StoreTimeoutException.class);
        });
    assertThat(app.tokens.count()).isZero();
  }

  @Test
  void deferredForeignKeysFailTheirOwnWriteOnly() throws Exception {
    app.close();
    App.sql(
        app.path,
        "drop table scores",
        "create table scores (id integer primary key, token_id integer not null references tokens"
            + " on delete cascade deferrable initially deferred, value real not null)");
    app = new App(app.path);
    List<Future<?>> writes = new ArrayList<>();
    whileTheWriterIsBusy(
        () -> {
          writes.add(threads.submit(() -> insert("a")));
          awaitWaiting(1);
          writes.add(
              threads.submit(
                  () ->
                      assertThatThrownBy(
                              () ->
                                  app.store.writeRow(
                                      app.mark(),
                                      app.scores,
                                      new RowWrite.Insert<>(new Score(1, 99, 1))))
                          .isInstanceOf(ForeignKeyException.class)));
          awaitWaiting(2);
          writes.add(threads.submit(() -> insert("b")));
          awaitWaiting(3);
        });
    for (Future<?> write : writes) {
      write.get();
    }
    assertThat(app.tokens.mints()).containsExactly("a", "b");
  }

  @Test
  void aCheckConstraintIsACheck() {
    Token bad = new Token(null, "a", "bad", null, java.time.Instant.EPOCH);
    assertThatThrownBy(() -> app.store.writeRow(app.mark(), app.tokens, new RowWrite.Save<>(bad)))
        .isInstanceOf(CheckException.class);
  }

  // ---- words

  private Object insert(String mint) {
    return app.store
        .writeRow(app.mark(), app.tokens, new RowWrite.Insert<>(App.token(mint)))
        .result();
  }

  private boolean activate(long id) {
    return app.store.write(app.mark(), () -> app.tokens.activate(id)).result();
  }

  private void reopen(java.util.function.UnaryOperator<SqliteStore.Builder> settings) {
    app.close();
    app = new App(app.path, settings);
  }

  private void awaitWaiting(int writes) {
    await()
        .atMost(TWO_MINUTES)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> app.store.waiting() == writes);
  }

  private static <R> R elsewhere(java.util.function.Supplier<R> work) {
    try {
      return CompletableFuture.supplyAsync(work, task -> new Thread(task).start()).join();
    } catch (java.util.concurrent.CompletionException e) {
      throw (RuntimeException) e.getCause();
    }
  }

  @FunctionalInterface
  private interface Action {
    void run() throws Exception;
  }

  /** A unit holds the writer, so that what is submitted meanwhile forms one group. */
  private void whileTheWriterIsBusy(Action action) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Future<?> holder =
        threads.submit(
            () ->
                app.store.write(
                    app.mark(),
                    () -> {
                      inside.countDown();
                      goOn.await();
                      return true;
                    }));
    inside.await();
    try {
      action.run();
    } finally {
      goOn.countDown();
    }
    await().atMost(TWO_MINUTES).until(holder::isDone);
  }
}
