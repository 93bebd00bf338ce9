package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** A listener can hold the thread that calls it, and nothing else. */
class ListenerTest {
  /** A listener of which every method does the same. */
  private static CrossfadeListener each(InvocationHandler handler) {
    return (CrossfadeListener)
        Proxy.newProxyInstance(
            ListenerTest.class.getClassLoader(), new Class<?>[] {CrossfadeListener.class}, handler);
  }

  /** Also what cannot be thrown: other languages throw everything unchecked. */
  @Test
  void whatAListenerThrowsDisturbsNobody() {
    Set<String> called = ConcurrentHashMap.newKeySet();
    CrossfadeListener throwing =
        each(
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == CrossfadeListener.class) {
                called.add(method.getName());
                throw called.size() % 2 == 0
                    ? new AssertionError("listener")
                    : new IOException("listener");
              }
              return method.getName().equals("hashCode") ? (Object) 1 : "throwing";
            });
    try (Scenario app =
        Scenario.with()
            .listener(throwing)
            .settings(s -> s.shadowSampling(1))
            .startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      assertThat(app.accounts.get(1L).code()).isEqualTo("a");
      app.moveTo(Stage.LIVE);
      app.accounts.save(account(2, "b", 1));
      app.assertSettled();
      assertThat(app.events.writes()).as("the other listener").hasSize(2);
      await()
          .atMost(Scenario.PATIENCE)
          .until(
              () ->
                  called.containsAll(
                      Set.of("written", "secondary", "shadowRead", "moved", "verified")));
    }
  }

  /** It is called on a thread of the secondary's pool, when the rows are there already. */
  @Test
  void aListenerThatBlocksInStepThreeHoldsNoWriteAndNoFinish() {
    CountDownLatch release = new CountDownLatch(1);
    Semaphore inside = new Semaphore(0);
    CrossfadeListener blocking =
        new CrossfadeListener() {
          @Override
          public void secondary(SecondaryEvent event) {
            inside.release();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    try (Scenario app =
        Scenario.with()
            .listener(blocking)
            .settings(s -> s.secondaryThreads(2).secondaryQueue(1))
            .startIn(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      app.accounts.save(account(2, "b", 1));
      inside.acquireUninterruptibly(2);

      app.assertSettled();
      assertThat(app.rows.row(Side.TARGET, "account", 2)).startsWith("b, 1,");
      release.countDown();
      app.accounts.save(account(3, "c", 1));
      app.assertSettled();
      assertThat(app.events.writes()).hasSize(3).allMatch(write -> write.failure() == null);
    } finally {
      release.countDown();
    }
  }
}
