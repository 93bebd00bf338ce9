package dev.crossfade.postgres;

import static dev.crossfade.postgres.Fixture.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.crossfade.Stage;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StaleEpochException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Changes of stage and fencing exclude writers without starving behind them. */
@ExtendWith(PostgresExtension.class)
class ControlTest {
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private Fixture fixture;

  @BeforeEach
  void open(TestDatabase database) {
    fixture =
        Fixture.on(database, Fixture.at(database, 20).controlWait(Duration.ofSeconds(30)).open());
  }

  @AfterEach
  void close() {
    executor.shutdownNow();
    fixture.close();
  }

  @Test
  void closesUnderEightWritersThatOverlap() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch writing = new CountDownLatch(8);
    List<Future<?>> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      long id = i;
      writers.add(
          executor.submit(
              () -> {
                while (!stop.get()) {
                  try {
                    fixture.store.write(
                        fixture.mark(),
                        () -> {
                          fixture.tokens.save(token(id, "mint" + id));
                          writing.countDown();
                          return fixture.tokens.count();
                        });
                  } catch (StaleEpochException e) {
                    return "refused";
                  }
                }
                return "stopped";
              }));
    }
    writing.await();

    ControlRow open = fixture.store.control().read(Fixture.MIGRATION);
    boolean closed =
        fixture
            .store
            .control()
            .replace(open, open.closing(UUID.randomUUID(), Instant.parse("2026-11-20T13:00:00Z")));

    assertThat(closed).isTrue();
    for (Future<?> writer : writers) {
      assertThat(writer.get(120, TimeUnit.SECONDS)).isEqualTo("refused");
    }
    stop.set(true);
  }

  private static PostgresStore impatient(TestDatabase database) {
    PostgresStore store = Fixture.at(database).controlWait(Duration.ofSeconds(2)).open();
    store.connect();
    return store;
  }

  @Test
  void namesWhoIsInTheWay(TestDatabase database) throws Exception {
    try (PostgresStore store = impatient(database);
        Connection holder = database.open();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("set application_name = 'the holder'");
      statement.executeQuery("select * from crossfade.control for share");
      ControlRow open = fixture.store.control().read(Fixture.MIGRATION);

      assertThatExceptionOfType(StoreTimeoutException.class)
          .isThrownBy(() -> store.control().replace(open, open.moved(Stage.SHADOW)))
          .withMessageContaining("crossfade.control within 2000 ms")
          .withMessageContaining("application 'the holder', idle in transaction");
    }
  }

  @Test
  void writersPassBetweenTheTurnsOfAWaitThatIsInVain(TestDatabase database) throws Exception {
    try (PostgresStore store = impatient(database);
        Connection holder = database.open();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.executeQuery("select * from crossfade.control for share");
      ControlRow open = fixture.store.control().read(Fixture.MIGRATION);
      Future<Boolean> change =
          executor.submit(() -> store.control().replace(open, open.moved(Stage.SHADOW)));
      int written = 0;
      while (!change.isDone()) {
        fixture.save(token((long) written++, "mint" + written));
      }

      assertThat(written).isGreaterThan(10);
    }
  }

  @Tag("exhaustive")
  @Test
  void decidesOnlyWithAnEmptyJournal() {
    ControlRow open = fixture.store.control().read(Fixture.MIGRATION);
    var written = fixture.save(token(1L, "a"));

    assertThat(fixture.store.control().replaceIfDrained(open, open.moved(Stage.SHADOW))).isFalse();
    assertThat(
            Fixture.patiently(() -> fixture.store.journal().finish(List.of(fixture.done(written)))))
        .isZero();
    assertThat(fixture.store.control().replaceIfDrained(open, open.moved(Stage.SHADOW))).isTrue();
    assertThat(fixture.store.control().replaceIfDrained(open, open.moved(Stage.SHADOW))).isFalse();
  }

  @Tag("exhaustive")
  @Test
  void fencingWaitsForAChangeUnderWayAndRefusesLaterOnes() throws Exception {
    try (Connection holder = fixture.database.open();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.executeQuery(
          "select * from crossfade.instances where incarnation = '"
              + fixture.incarnation
              + "' for share");
      Future<?> fenced =
          executor.submit(() -> fixture.store.instances().fence(fixture.incarnation));
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> fenced.get(300, TimeUnit.MILLISECONDS));
      holder.commit();
      fenced.get(120, TimeUnit.SECONDS);
    }

    assertThatExceptionOfType(FencedException.class)
        .isThrownBy(
            () ->
                fixture.store.apply(
                    fixture.change(RowState.present(Fixture.TOKEN, token(1L, "late")))));
    assertThat(fixture.query("select id from tokens")).isEmpty();
  }

  @Tag("exhaustive")
  @Test
  void heartbeatsGoOnWhileChangesOverlap() throws Exception {
    try (Connection holder = fixture.database.open();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.executeQuery("select * from crossfade.instances for share");

      assertThat(
              Fixture.patiently(
                  () -> fixture.store.instances().heartbeat(fixture.incarnation, Fixture.PULSE)))
          .isTrue();
    }
  }
}
