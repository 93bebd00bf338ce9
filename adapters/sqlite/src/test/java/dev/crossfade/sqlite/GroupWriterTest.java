package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose thread writes, and that nobody hears of success before it is true. */
@Timeout(600)
class GroupWriterTest {
  @TempDir Path directory;
  private Path path;
  private SqliteFile file;
  private ExecutorService threads;

  @BeforeEach
  void open() {
    path = directory.resolve("app.db");
    App.sql(path, "create table tally (name text primary key, number integer not null)");
    file = SqliteFile.open(settings());
    threads = Executors.newCachedThreadPool();
  }

  @AfterEach
  void close() throws InterruptedException {
    file.release();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(120, TimeUnit.SECONDS)).isTrue();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("crossfade-sqlite-writer"));
  }

  @Test
  void whoIsAloneWritesOnItsOwnThread() {
    Thread wrote =
        write(
            session -> {
              add(session, "a");
              return Thread.currentThread();
            });
    assertThat(wrote).isSameAs(Thread.currentThread());
    assertThat(number("a")).isEqualTo(1);
  }

  @Test
  void whoComesMeanwhileIsServedByTheWritersThread() throws Exception {
    List<Future<String>> others = new ArrayList<>();
    whileACallerWrites(
        () -> {
          for (int i = 0; i < 5; i++) {
            others.add(
                threads.submit(
                    () ->
                        write(
                            session -> {
                              add(session, "a");
                              return Thread.currentThread().getName();
                            })));
          }
          awaitWaiting(5);
        });
    for (Future<String> other : others) {
      assertThat(other.get()).startsWith("crossfade-sqlite-writer");
    }
    assertThat(number("a")).isEqualTo(6);
  }

  @Test
  void whatOneCallerThrowsIsUndoneAndThrownAsItIs() {
    AssertionError thrown = new AssertionError("mine");
    assertThatThrownBy(
            () ->
                write(
                    session -> {
                      add(session, "a");
                      throw thrown;
                    }))
        .isSameAs(thrown);
    assertThat(number("a")).isZero();
    write(session -> add(session, "a"));
    assertThat(number("a")).isEqualTo(1);
  }

  /** The group is given up and done anew, and each of the others counts once all the same. */
  @Test
  void whatOneOfAGroupThrowsIsUndoneAloneAndTheOthersAreDoneOnce() throws Exception {
    List<Future<Boolean>> writes = new ArrayList<>();
    whileACallerWrites(
        () -> {
          for (int i = 0; i < 10; i++) {
            boolean fails = i == 6;
            writes.add(
                threads.submit(
                    () ->
                        write(
                            session -> {
                              add(session, "a");
                              if (fails) {
                                throw new AssertionError("mine");
                              }
                              return true;
                            })));
            awaitWaiting(i + 1);
          }
        });
    for (int i = 0; i < 10; i++) {
      Future<Boolean> write = writes.get(i);
      if (i == 6) {
        assertThatThrownBy(write::get).cause().isInstanceOf(AssertionError.class);
      } else {
        assertThat(write.get()).isTrue();
      }
    }
    assertThat(number("a")).isEqualTo(10);
  }

  @Test
  void anInterruptDoesNotDisturbWhoWritesOnItsOwnThread() throws Exception {
    Thread caller = Thread.currentThread();
    boolean written =
        write(
            session -> {
              caller.interrupt();
              return add(session, "a");
            });
    assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
    assertThat(written).isTrue();
    assertThat(number("a")).isEqualTo(1);
  }

  @Test
  void whoIsInterruptedBeforeItBeginsHasWrittenNothing() {
    Thread.currentThread().interrupt();
    Throwable told = catchThrowable(() -> write(session -> add(session, "a")));
    assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
    assertThat(told).hasMessageContaining("interrupted before");
    assertThat(number("a")).isZero();
  }

  @Test
  void aWriteWithinAWriteIsRefused() {
    write(
        session -> {
          assertThatThrownBy(() -> write(inner -> true))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("would wait for itself");
          return true;
        });
  }

  @Test
  void closingWaitsForWhoWritesAndRefusesWhoWaits() throws Exception {
    List<Future<Boolean>> waiting = new ArrayList<>();
    AtomicReference<Future<?>> closing = new AtomicReference<>();
    whileACallerWrites(
        () -> {
          waiting.add(threads.submit(() -> write(session -> add(session, "a"))));
          awaitWaiting(1);
          closing.set(threads.submit(() -> file.writer().close()));
          await()
              .atMost(TWO_MINUTES)
              .until(
                  () ->
                      catchThrowable(() -> threads.submit(() -> write(session -> true)).get())
                          != null);
          assertThat(closing.get()).isNotDone();
        });
    closing.get().get();
    assertThatThrownBy(() -> waiting.get(0).get())
        .hasCauseInstanceOf(StoreUnavailableException.class);
    assertThat(number("a")).as("who wrote, and not who waited").isEqualTo(1);
  }

  @Test
  void whoIsToldOfSuccessFindsItInTheFile() throws Exception {
    List<Future<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String name = "caller " + i;
      boolean durable = i % 3 != 0;
      callers.add(
          threads.submit(
              () -> {
                int missing = 0;
                try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + path)) {
                  for (int n = 1; n <= 100; n++) {
                    file.writer().run(session -> add(session, name), durable);
                    missing += number(other, name) == n ? 0 : 1;
                  }
                }
                return missing;
              }));
    }
    for (Future<Integer> caller : callers) {
      assertThat(caller.get()).isZero();
    }
  }

  @Test
  void whoMustBeDurableIsNeverInATransactionThatIsNot() throws Exception {
    AtomicInteger weak = new AtomicInteger();
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      boolean durable = i % 2 == 0;
      callers.add(
          threads.submit(
              () -> {
                for (int n = 0; n < 150; n++) {
                  int level = file.writer().run(GroupWriterTest::synchronous, durable);
                  if (durable && level < SqliteStore.Synchronous.FULL.level()) {
                    weak.incrementAndGet();
                  }
                }
              }));
    }
    for (Future<?> caller : callers) {
      caller.get();
    }
    assertThat(weak).hasValue(0);
  }

  // ---- words

  private <R> R write(Session.Work<R> work) {
    return file.writer().run(work, true);
  }

  private static boolean add(Session session, String name) throws SQLException {
    return session.update(
            "insert into tally (name, number) values (?, 1)"
                + " on conflict (name) do update set number = number + 1",
            statement -> statement.setString(1, name))
        == 1;
  }

  @Test
  void aFullDiskIsTheStoresFaultAndNothingIsWritten() {
    write(
        session -> {
          session.execute("pragma max_page_count = 1"); // as many as there are, no less
          return true;
        });
    assertThatThrownBy(
            () -> write(session -> add(session, "a".repeat(100_000)))) // more than a page has
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("full")
        .hasMessageContaining("nothing was written");
    write(
        session -> {
          session.execute("pragma max_page_count = 1000000");
          return add(session, "a");
        });
    assertThat(number("a")).isEqualTo(1);
  }

  private static int synchronous(Session session) throws SQLException {
    add(session, "synchronous");
    return session.query(
        "pragma synchronous", Session.Binder.NONE, rows -> rows.next() ? rows.getInt(1) : -1);
  }

  private int number(String name) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path)) {
      return number(connection, name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int number(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select coalesce(max(number), 0) from tally where name = '" + name + "'")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private void awaitWaiting(int writes) {
    await()
        .atMost(TWO_MINUTES)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> file.writer().waiting() == writes);
  }

  /** Which writes as well, so that the number is one more. */
  private void whileACallerWrites(Runnable action) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Future<Boolean> caller =
        threads.submit(
            () ->
                write(
                    session -> {
                      inside.countDown();
                      awaitUninterruptibly(goOn);
                      return add(session, "a");
                    }));
    inside.await();
    try {
      action.run();
    } finally {
      goOn.countDown();
    }
    assertThat(caller.get()).isTrue();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Settings settings() {
    return new Settings(
        path,
        "test",
        1,
        Duration.ofSeconds(5),
        128,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        1_000,
        SqliteStore.Synchronous.FULL,
        false,
        Clock.systemUTC());
  }
}
