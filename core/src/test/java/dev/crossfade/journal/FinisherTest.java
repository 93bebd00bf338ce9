package dev.crossfade.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Span;
import dev.crossfade.store.Store;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Events;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Finished operations gather, here for an hour, and nobody who waits for them waits for that. The
 * journal only counts; what a finish does is the stores' to test.
 */
@Timeout(600)
class FinisherTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final StageView VIEW =
      new StageView(Side.LEGACY, ControlRow.open("tokens", 1, Stage.DUAL_WRITE));

  private final List<Integer> batches = new CopyOnWriteArrayList<>();

  /** Of the first operation of each batch. */
  private final List<Outcome> firsts = new CopyOnWriteArrayList<>();

  private final Ownership ownership = new Ownership();
  private final Store store = counting();
  private volatile CountDownLatch held = new CountDownLatch(0);
  private final Finisher finisher =
      new Finisher(
          Crossing.of(
              "tokens",
              store,
              store,
              Settings.defaults(),
              new Events(List.of()),
              new Crossing.Declaration(Map.of(), Map.of())),
          () -> {},
          new Gathering(HOUR, HOUR));

  @AfterEach
  void close() {
    finisher.close();
  }

  @Test
  void whoWaitsForThemWaitsForNoMoreToCome() throws InterruptedException {
    untilOperationsGather();
    finish(3);
    assertThat(finisher.flush(HOUR)).isTrue();
    assertThat(batches).as("operations of each transaction").containsExactly(1, 3);
  }

  @Test
  void whatGathersIsFinishedByClose() throws InterruptedException {
    untilOperationsGather();
    List<Long> ids = finish(2);
    finisher.close();
    assertThat(batches).containsExactly(1, 2);
    assertThat(ids).noneMatch(id -> ownership.knows(ownership.current(), id));
  }

  @Test
  void aFullBatchWaitsForNoMore() throws InterruptedException {
    untilOperationsGather();
    finish(256);
    await().atMost(TWO_MINUTES).until(() -> batches.equals(List.of(1, 256)));
  }

  @Test
  void whatHasChangedNothingWaitsForNoRoom() {
    untilTheQueueIsFull();
    for (int i = 0; i < 1024; i++) {
      skipped();
    }
    long begun = System.nanoTime();
    long id = skipped();
    assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.MILLISECONDS.toNanos(900));
    assertThat(ownership.knows(ownership.current(), id)).as("left to the sweep").isFalse();
    held.countDown();
  }

  @Test
  void whatHasChangedNothingKeepsNobodyWaiting() {
    held = new CountDownLatch(1);
    finish(1);
    await().atMost(TWO_MINUTES).until(() -> batches.size() == 1);
    for (int i = 0; i < 1024; i++) {
      skipped();
    }
    finish(1);
    held.countDown();
    finisher.close();
    assertThat(batches.stream().mapToInt(size -> size).sum()).isEqualTo(1026);
    assertThat(firsts.get(1)).isEqualTo(Outcome.DONE);
  }

  @Test
  void operationsOfOneChangeWaitTogetherForRoom() {
    untilTheQueueIsFull();
    List<Operation> operations = new ArrayList<>();
    List<Finish> finishes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Operation operation = ownership.begin();
      operations.add(operation);
      finishes.add(finish(operation, operation.getAsLong(), Outcome.DONE));
    }
    long begun = System.nanoTime();
    finisher.finishTogether(VIEW, operations, finishes);
    assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.MILLISECONDS.toNanos(3_000));
    held.countDown();
  }

  /** The first batch is being finished, and nothing behind it. */
  private void untilTheQueueIsFull() {
    held = new CountDownLatch(1);
    finish(1);
    await().atMost(TWO_MINUTES).until(() -> batches.size() == 1);
    finish(1024);
  }

  /** After one batch in which nothing was contested. */
  private void untilOperationsGather() throws InterruptedException {
    finish(1);
    assertThat(finisher.flush(HOUR)).isTrue();
  }

  private List<Long> finish(int operations) {
    List<Long> ids = new CopyOnWriteArrayList<>();
    for (int i = 0; i < operations; i++) {
      Operation operation = ownership.begin();
      long id = operation.getAsLong();
      ids.add(id);
      finisher.finish(VIEW, operation, finish(operation, id, Outcome.DONE));
    }
    return ids;
  }

  /** One that has changed nothing; its id. */
  private long skipped() {
    Operation operation = ownership.begin();
    long id = operation.getAsLong();
    finisher.finish(VIEW, operation, finish(operation, id, Outcome.NOT_DONE));
    return id;
  }

  private static Finish finish(Operation operation, long id, Outcome outcome) {
    Entry entry = new Entry(operation.owner(), id, Span.point("token", new byte[] {1}));
    return new Finish("tokens", operation.owner(), List.of(entry), outcome, List.of());
  }

  private Store counting() {
    Journal journal =
        proxy(
            Journal.class,
            (arguments) -> {
              List<?> operations = (List<?>) arguments[0];
              firsts.add(((Finish) operations.get(0)).outcome());
              batches.add(operations.size());
              awaitRelease();
              return 0;
            });
    return proxy(Store.class, arguments -> journal);
  }

  private void awaitRelease() {
    try {
      held.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts the thread", e);
    }
  }

  private interface Answer {
    Object to(Object[] arguments);
  }

  private static <S> S proxy(Class<S> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> answer.to(arguments)));
  }
}
