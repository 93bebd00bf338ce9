package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
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
