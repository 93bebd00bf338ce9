package dev.crossfade.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.Change;
import dev.crossfade.store.Instances.Counts;
import dev.crossfade.store.Instances.Pulse;
import dev.crossfade.store.Store;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultyStoreTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Change CHANGE =
      new Change("m", 1, new UUID(1, 1), List.of(), Duration.ofSeconds(5));

  private final Ledger ledger = new Ledger();
  private final FaultyStore store = FaultyStore.around(ledger.store);

  /** A store that writes down what reaches it. */
  private interface LedgerStore extends Store {}

  private static final class Ledger {
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final LedgerStore store = recording(LedgerStore.class);

    private <T> T recording(Class<T> type) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "control", "journal", "instances" -> recording(method.getReturnType());
                    case "name" -> "ledger";
                    case "unwrap" -> ((Class<?>) arguments[0]).cast(proxy);
                    default -> {
                      calls.add(method.getName());
                      yield answer(method.getReturnType());
                    }
                  }));
    }

    private static Object answer(Class<?> type) {
      if (type == boolean.class) {
        return true;
      }
      if (type == int.class) {
        return 0;
      }
      return type == List.class ? List.of() : null;
    }
  }

  @Test
  void withoutAPlanItOnlyCounts() {
    store.apply(CHANGE);
    store.apply(CHANGE);
    store.journal().finish(List.of());
    assertThat(store.control().read("m")).isNull();
    store.instances().fence(new UUID(1, 1));

    assertThat(ledger.calls).containsExactly("apply", "apply", "finish", "read", "fence");
    assertThat(store.calls(Step.APPLY)).isEqualTo(2);
    assertThat(store.calls(Step.FINISH)).isEqualTo(1);
    assertThat(store.calls(Step.CONTROL_READ)).isEqualTo(1);
    assertThat(store.calls(Step.FENCE)).isEqualTo(1);
    assertThat(store.calls(Step.TAKE)).isZero();
    assertThat(store.calls()).isEqualTo(5);
    assertThatThrownBy(store::wasHit).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aCallThatIsNotExecutedNeverReachesTheStore() {
    store.plan(Fault.NOT_EXECUTED, 2, Step.APPLY);
    store.apply(CHANGE);
    assertThat(store.wasHit()).isFalse();

    assertThatThrownBy(() -> store.apply(CHANGE))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("APPLY")
        .hasMessageContaining("ledger");

    assertThat(store.wasHit()).isTrue();
    assertThat(ledger.calls).hasSize(1);
    store.apply(CHANGE);
    assertThat(ledger.calls).hasSize(2);
    assertThat(store.calls(Step.APPLY)).isEqualTo(3);
  }

  @Test
  void aLostReplyComesAfterTheCallWasMade() {
    store.plan(Fault.REPLY_LOST, 1, Step.APPLY, Step.FINISH);

    assertThatThrownBy(() -> store.journal().finish(List.of()))
        .isInstanceOfSatisfying(
            OutcomeUnknownException.class,
            e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.UNKNOWN));

    assertThat(store.wasHit()).isTrue();
    assertThat(ledger.calls).containsExactly("finish");
  }

  @Test
  void aLostReplyOfAReadChangedNothing() {
    store.plan(Fault.REPLY_LOST, 1);

    assertThatThrownBy(() -> store.control().read("m"))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(ledger.calls).containsExactly("read");
  }

  @Test
  void aPlanCountsOverAllStepsUnlessSomeAreNamed() {
    store.plan(Fault.NOT_EXECUTED, 3);
    store.apply(CHANGE);
    store.journal().retryParked("m");

    assertThatThrownBy(
            () -> store.instances().heartbeat(new UUID(1, 1), new Pulse(null, 1, Counts.NONE)))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void repliesAreLostUntilItIsHealed() {
    store.plan(Fault.REPLIES_LOST, 1, Step.APPLY);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> store.apply(CHANGE)).isInstanceOf(OutcomeUnknownException.class);
    }

    store.heal();
    store.apply(CHANGE);

    assertThat(ledger.calls).containsExactly("apply", "apply", "apply", "apply");
  }

  @Test
  void aSlowStoreIsSlowUntilItIsHealed() throws InterruptedException {
    store.slow(Duration.ofMillis(30));
    long begun = System.nanoTime();
    store.apply(CHANGE);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(29));

    store.slow(Duration.ofMinutes(10));
    Thread waiting = new Thread(() -> store.apply(CHANGE), "crossfade-test-slow");
    waiting.start();
    await().atMost(TWO_MINUTES).until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    store.heal();
    waiting.join();

    assertThat(ledger.calls).containsExactly("apply", "apply");
    assertThatThrownBy(() -> store.slow(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStoreIsDownUntilItIsHealed() {
    store.plan(Fault.DOWN, 2, Step.APPLY);
    store.apply(CHANGE);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> store.apply(CHANGE)).isInstanceOf(StoreUnavailableException.class);
    }
    store.journal().finish(List.of());

    store.heal();
    store.apply(CHANGE);

    assertThat(ledger.calls).containsExactly("apply", "finish", "apply");
    assertThat(store.wasHit()).as("still known").isTrue();
  }

  @Test
  void aCallIsHeldBeforeItIsMade() throws Exception {
    store.plan(Fault.HELD_BEFORE, 1, Step.APPLY);
    CompletableFuture<Void> call = CompletableFuture.runAsync(() -> store.apply(CHANGE));
    store.awaitHit(LIMIT);
    assertThat(ledger.calls).isEmpty();
    assertThat(call).isNotDone();

    store.release();

    assertThat(call).succeedsWithin(LIMIT);
    assertThat(ledger.calls).containsExactly("apply");
  }

  @Test
  void anAnswerIsHeldAfterTheCallWasMade() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    store.plan(Fault.HELD_AFTER, 1, latch, Step.APPLY);
    CompletableFuture<Void> call = CompletableFuture.runAsync(() -> store.apply(CHANGE));
    store.awaitHit(LIMIT);
    assertThat(ledger.calls).containsExactly("apply");
    assertThat(call).isNotDone();
    store.apply(CHANGE);

    latch.countDown();

    assertThat(call).succeedsWithin(LIMIT);
  }

  @Test
  void anInterruptedCallThatIsHeldSaysWhatBecameOfIt() throws Exception {
    assertThat(interrupted(Fault.HELD_BEFORE)).isInstanceOf(StoreTimeoutException.class);
    assertThat(ledger.calls).isEmpty();
    assertThat(interrupted(Fault.HELD_AFTER)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(ledger.calls).containsExactly("apply");
  }

  private Throwable interrupted(Fault fault) throws InterruptedException {
    store.plan(fault, 1, Step.APPLY);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                store.apply(CHANGE);
              } catch (CrossfadeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    store.awaitHit(LIMIT);
    caller.interrupt();
    await().atMost(LIMIT).until(() -> thrown.get() != null);
    caller.join();
    assertThat(flag).as("the interrupt flag").isTrue();
    return thrown.get();
  }

  @Test
  void closingLetsGoWhatIsHeld() throws Exception {
    store.plan(Fault.HELD_BEFORE, 1, Step.APPLY);
    CompletableFuture<Void> call = CompletableFuture.runAsync(() -> store.apply(CHANGE));
    store.awaitHit(LIMIT);

    store.close();

    assertThat(call).succeedsWithin(LIMIT);
    assertThat(ledger.calls).contains("close");
  }

  @Test
  void whatDoesNotComeIsReportedWithWhatDid() {
    store.plan(Fault.NOT_EXECUTED, 2, Step.TAKE);
    store.apply(CHANGE);

    assertThatThrownBy(() -> store.awaitHit(Duration.ofMillis(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("NOT_EXECUTED at call 2 of [TAKE]")
        .hasMessageContaining("{APPLY=1}");
    assertThatThrownBy(() -> store.plan(Fault.DOWN, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theDelegateIsSeenThroughIt() {
    assertThat(store.unwrap(FaultyStore.class)).isSameAs(store);
    assertThat(store.unwrap(LedgerStore.class)).isSameAs(ledger.store);
    assertThat(store.name()).isEqualTo("ledger");
  }

  @Test
  void aSweepHitsEachCallOnceWithEachFaultAndEndsWithARunThatIsClean() {
    List<String> runs = new ArrayList<>();
    for (FaultSweep.Point point : FaultSweep.of(Fault.NOT_EXECUTED, Fault.REPLY_LOST)) {
      Ledger fresh = new Ledger();
      FaultyStore swept = point.arm(FaultyStore.around(fresh.store), Step.APPLY, Step.FINISH);
      try {
        swept.apply(CHANGE);
        swept.control().now();
        swept.journal().finish(List.of());
      } catch (CrossfadeException e) {
        swept.heal();
      }
      runs.add(point + ": " + fresh.calls);
      swept.close();
    }
    assertThat(runs)
        .containsExactly(
            "NOT_EXECUTED at call 1: []",
            "NOT_EXECUTED at call 2: [apply, now]",
            "NOT_EXECUTED at call 3: [apply, now, finish]",
            "REPLY_LOST at call 1: [apply]",
            "REPLY_LOST at call 2: [apply, now, finish]",
            "REPLY_LOST at call 3: [apply, now, finish]");
  }

  @Test
  void aSweepWhoseRunArmedNothingSaysSo() {
    assertThatThrownBy(
            () -> {
              for (FaultSweep.Point point : FaultSweep.of(Fault.DOWN)) {
                assertThat(point.nth()).isEqualTo(1);
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("DOWN at call 1");
  }
}
