package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose turn it is, and in which order they come. */
@Timeout(600)
class WriteQueueTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(30);

  private final WriteQueue queue = new WriteQueue(1_000);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void theTurnIsOneCallers() throws Exception {
    assertThat(queue.enter()).isTrue();
    assertThat(queue.isCallers()).isTrue();
    assertThat(threads.submit(queue::enter).get()).isFalse();
    assertThat(threads.submit(queue::isCallers).get()).isFalse();
    queue.leave();
    assertThat(queue.isCallers()).isFalse();
    assertThat(queue.enter()).isTrue();
  }

  @Test
  void whoWaitsIsNotOvertaken() throws Exception {
    Task waiting = task(true);
    queue.enter();
    queue.offer(waiting, LONG);
    queue.leave();
    assertThat(queue.enter()).isFalse();
    assertThat(queue.first(0)).isSameAs(waiting);
    assertThat(queue.enter()).as("the turn is the writer's until it asks again").isFalse();
  }

  @Test
  void theWriterLetsGoOfATurnThatNobodyWantsOfIt() throws Exception {
    queue.offer(task(true), LONG);
    queue.first(0);
    Future<Task> next = threads.submit(() -> queue.first(1));
    while (!queue.enter()) {
      Thread.onSpinWait();
    }
    queue.leave();
    assertThat(next).isNotDone();
    queue.close();
    assertThat(next.get()).isNull();
  }

  @Test
  void theWriterIsToldOfTheEndOnlyOnceACallerHasLeft() throws Exception {
    queue.enter();
    queue.close();
    Future<Task> end = threads.submit(() -> queue.first(0));
    assertThat(queue.isClosed()).isTrue();
    assertThat(end).isNotDone();
    queue.leave();
    assertThat(end.get()).isNull();
    assertThat(queue.enter()).isFalse();
    assertThat(queue.offer(task(true), LONG)).isEqualTo(WriteQueue.Offer.CLOSED);
  }

  @Test
  void thereIsRoomForSoManyOnly() throws Exception {
    WriteQueue small = new WriteQueue(1);
    small.enter();
    assertThat(small.offer(task(true), 0)).isEqualTo(WriteQueue.Offer.WAITS);
    assertThat(small.offer(task(true), 1)).isEqualTo(WriteQueue.Offer.NO_ROOM);
    Future<WriteQueue.Offer> third = threads.submit(() -> small.offer(task(true), LONG));
    small.leave();
    small.first(0);
    assertThat(third.get()).isEqualTo(WriteQueue.Offer.WAITS);
  }

  /** Looking and taking were two steps once; what was taken was not what had been looked at. */
  @Test
  void nobodyWhoMustBeDurableIsTakenIntoAGroupThatIsNot() throws Exception {
    int each = 5_000;
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean durable = i % 2 == 0;
      callers.add(
          threads.submit(
              () -> {
                for (int n = 0; n < each; n++) {
                  assertThat(queue.offer(task(durable), LONG)).isEqualTo(WriteQueue.Offer.WAITS);
                }
                return null;
              }));
    }
    int taken = 0;
    while (taken < 4 * each) {
      boolean durable = queue.first(0).isDurable() || queue.hasDurable();
      taken++;
      for (Task next = queue.next(durable); next != null; next = queue.next(durable)) {
        assertThat(durable || !next.isDurable()).isTrue();
        taken++;
      }
    }
    for (Future<?> caller : callers) {
      caller.get();
    }
    assertThat(queue.waiting()).isZero();
    assertThat(queue.hasDurable()).isFalse();
  }

  private static Task task(boolean durable) {
    return new Job<>(session -> true, durable);
  }
}
