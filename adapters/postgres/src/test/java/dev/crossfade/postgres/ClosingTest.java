package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.RestartablePostgres;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of those who wait for a connection when a store is closed. */
@ExtendWith(PostgresExtension.class)
class ClosingTest {
  private static final int THREADS = 8;

  /** Who waits for a connection would wait for a minute. */
  @RepeatedTest(3)
  void nobodyWaitsForAConnectionOfAClosedStore(TestDatabase database) throws Exception {
    Fixture fixture = Fixture.on(database, Fixture.at(database, 1).open());
    ExecutorService readers = Executors.newFixedThreadPool(THREADS);
    CountDownLatch reading = new CountDownLatch(THREADS);
    try {
      List<Future<StoreUnavailableException>> ends = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        ends.add(readers.submit(() -> readUntilClosed(fixture, reading)));
      }
      assertThat(reading.await(2, TimeUnit.MINUTES)).isTrue();
      fixture.close();
      for (Future<StoreUnavailableException> end : ends) {
        assertThat(end.get(30, TimeUnit.SECONDS)).hasMessageContaining("the store is closed");
      }
    } finally {
      readers.shutdownNow();
    }
  }

  /** Nobody has a connection that could be handed over, and none can be made. */
  @Tag("exhaustive")
  @Test
  void whoeverWaitsForAServerThatIsGoneDoesNotHoldUpTheEnd() throws Exception {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try (RestartablePostgres server = TestPostgres.start()) {
      TestDatabase database = server.newDatabase();
      Fixture fixture =
          Fixture.on(
              database,
              PostgresStore.at(database.jdbcUrl())
                  .credentials(database.user(), database.password())
                  .poolSize(1)
                  .connectionWait(Duration.ofSeconds(12))
                  .open());
      server.stopImmediately();
      assertThatThrownBy(fixture.tokens::count)
          .as("on the connection that is broken")
          .isInstanceOf(StoreUnavailableException.class);
      Future<StoreUnavailableException> end =
          reader.submit(() -> readUntilClosed(fixture, new CountDownLatch(1)));
      await()
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> fixture.store.pools().stream().anyMatch(pool -> pool.waiting() > 0));

      long closing = System.nanoTime();
      fixture.store.close();
      assertThat(Duration.ofNanos(System.nanoTime() - closing))
          .as("the wait for a connection is 12 s")
          .isLessThan(Duration.ofSeconds(9));
      assertThat(end.get(2, TimeUnit.MINUTES)).isNotNull();
    } finally {
      reader.shutdownNow();
    }
  }

  private static StoreUnavailableException readUntilClosed(
      Fixture fixture, CountDownLatch reading) {
    while (true) {
      try {
        fixture.tokens.count();
        reading.countDown();
      } catch (StoreUnavailableException e) {
        return e;
      }
    }
  }
}
