package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.Stage;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Notices;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who asks is told of changes of a control row that others make, and of no more than that. */
@ExtendWith(PostgresExtension.class)
class ControlNoticesTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String SESSIONS =
      "from pg_stat_activity where datname = current_database()"
          + " and application_name = 'crossfade-notices'";
  private static final ControlRow OPEN = ControlRow.open(Fixture.MIGRATION, 1, Stage.LIVE);

  private final AtomicInteger told = new AtomicInteger();
  private Fixture others;
  private PostgresStore store;

  @BeforeEach
  void open(TestDatabase database) {
    others = Fixture.on(database);
    store = Fixture.at(database).open();
  }

  @AfterEach
  void close() {
    store.close();
    others.close();
  }

  private ControlTable control() {
    return others.store.control();
  }

  private long sessions() {
    return Long.parseLong(others.query("select count(*) " + SESSIONS).get(0));
  }

  /** Whoever begins to listen is told at once: something may have happened before. */
  private Notices listen() {
    store.connect();
    Notices notices = store.onControlChange(Fixture.MIGRATION, told::incrementAndGet);
    await("it listens").atMost(PATIENCE).until(() -> told.get() > 0);
    told.set(0);
    return notices;
  }

  /** They come in the order of their commits: one of a migration of its own is the last. */
  private void awaitEarlierNotices() {
    ControlRow last = ControlRow.open(UUID.randomUUID().toString(), 1, Stage.LIVE);
    control().createIfAbsent(last);
    AtomicInteger heard = new AtomicInteger();
    Notices notices = store.onControlChange(last.migration(), heard::incrementAndGet);
    heard.set(0);
    assertThat(control().replace(last, last.advanced(Stage.RAMP_DOWN))).isTrue();
    await("the last notice").atMost(PATIENCE).until(() -> heard.get() > 0);
    notices.close();
  }

  @Test
  void everyChangeIsToldAndNothingElse() {
    listen();
    ControlRow closing = OPEN.closing(UUID.randomUUID(), control().now().plusSeconds(60));
    ControlRow moved = closing.moved(Stage.SHADOW);

    assertThat(control().replace(OPEN, closing)).isTrue();
    awaitEarlierNotices();
    assertThat(told).as("closing").hasValue(1);

    assertThat(control().replaceIfDrained(closing, moved)).isTrue();
    awaitEarlierNotices();
    assertThat(told).as("moved").hasValue(2);

    ControlRow opened = ControlRow.open(Fixture.MIGRATION, 3, Stage.LIVE);
    assertThat(control().openIfOlder(opened)).isTrue();
    awaitEarlierNotices();
    assertThat(told).as("opened").hasValue(3);

    assertThat(control().openIfOlder(opened)).as("it is, already").isTrue();
    assertThat(control().replace(OPEN, closing)).as("not the row any more").isFalse();
    control().recordEvidence(Fixture.MIGRATION, "backfill", "done");
    awaitEarlierNotices();
    assertThat(told).as("no change").hasValue(3);
  }

  @Test
  void whoWantsNoMoreIsToldNoMore() {
    Notices notices = listen();
    notices.close();
    notices.close();

    assertThat(control().replace(OPEN, OPEN.advanced(Stage.RAMP_DOWN))).isTrue();
    awaitEarlierNotices();

    assertThat(told).hasValue(0);
  }

  @Test
  void aConnectionThatBreaksIsReplacedAndWhatWasMissedIsLookedFor() {
    listen();

    others.query("select pg_terminate_backend(pid) " + SESSIONS);

    await("it listens again, and says that it may have missed something")
        .atMost(PATIENCE)
        .until(() -> told.get() > 0);
    awaitEarlierNotices();
    await("the broken session ends").atMost(PATIENCE).until(() -> sessions() == 1);
  }

  @Test
  void nobodyIsContactedUntilSomebodyAsksAndTheStoreIsConnected() {
    store.onControlChange(Fixture.MIGRATION, told::incrementAndGet);
    others.store.connect();
    assertThat(threads()).as("threads that listen").isZero();
    assertThat(sessions()).isZero();

    store.connect();

    await("it listens").atMost(PATIENCE).until(() -> told.get() > 0);
    assertThat(threads()).isEqualTo(1);
    assertThat(sessions()).isEqualTo(1);
  }

  @Test
  void aClosedStoreTellsNobodyAndLeavesNothing() {
    listen();
    store.close();

    assertThat(threads()).isZero();
    await("the session ends").atMost(PATIENCE).until(() -> sessions() == 0);
    store.onControlChange(Fixture.MIGRATION, told::incrementAndGet);
    assertThat(threads()).as("threads of a store that is closed").isZero();
    assertThat(told).hasValue(0);
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("crossfade-notices"))
        .count();
  }
}
