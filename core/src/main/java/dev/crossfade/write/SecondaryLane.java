package dev.crossfade.write;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.SecondaryEvent;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.journal.Finisher;
import dev.crossfade.journal.Membership;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.rehearsal.Lane;
import dev.crossfade.rehearsal.Rehearsals;
import dev.crossfade.rehearsal.Script;
import dev.crossfade.rehearsal.WriteRehearsal;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Change;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Store;
import dev.crossfade.store.Written;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Pools;
import dev.crossfade.wiring.StateOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Step 3 of writes: carries the rows a write left behind to the secondary store, on a bounded pool,
 * and hands the operation on to be finished. Never fails the caller. Safe for use by many threads.
 */
public final class SecondaryLane implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SecondaryLane.class);

  private final Crossing crossing;
  private final Ownership ownership;
  private final Membership membership;
  private final Finisher finisher;
  private final SecondaryBreaker breaker;
  private final Rehearsals rehearsals;
  private final Runnable suspicion;
  private final ThreadPoolExecutor pool;

  /**
   * Starts no thread before the first write.
   *
   * @param suspicion told when an incarnation is to be fenced
   */
  public SecondaryLane(
      Crossing crossing,
      Ownership ownership,
      Membership membership,
      Finisher finisher,
      SecondaryBreaker breaker,
      Rehearsals rehearsals,
      Runnable suspicion) {
    this.crossing = crossing;
    this.ownership = ownership;
    this.membership = membership;
    this.finisher = finisher;
    this.breaker = breaker;
    this.rehearsals = rehearsals;
    this.suspicion = suspicion;
    AtomicInteger number = new AtomicInteger();
    int threads = crossing.settings().secondaryThreads();
    this.pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(crossing.settings().secondaryQueue()),
            task ->
                new Lane(
                    task,
                    "crossfade-secondary-" + crossing.name() + "-" + number.incrementAndGet()));
    this.pool.allowCoreThreadTimeOut(true);
  }

  /** As many threads as the settings now say. */
  public void resize() {
    Pools.resize(pool, crossing.settings().secondaryThreads());
  }

  /**
   * Carries a write over, and waits for it up to {@code secondaryWait}.
   *
   * @param script its calls, if they are to be rehearsed
   */
  void carry(StageView view, Operation operation, Written<?> written, @Nullable Script script) {
    Carried carried = new Carried(view, operation, written, script);
    if (started(carried)) {
      carried.await(crossing.settings().secondaryWait());
    }
  }

  /**
   * Rehearses a write that has changed nothing, and so must not on the other store; waits for
   * nothing.
   *
   * @param script its calls; nothing happens without
   */
  void rehearse(StageView view, Operation operation, Written<?> written, @Nullable Script script) {
    if (script != null) {
      boolean unused = started(new Carried(view, operation, written, script));
    }
  }

  private boolean started(Carried carried) {
    if (!breaker.isClosed()
        || !membership.ready(carried.view.secondary(), carried.operation.owner())) {
      carried.skip();
      return false;
    }
    try {
      pool.execute(carried);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) { // no room, or no thread to be had
      carried.skip();
      return false;
    }
  }

  /** Ends the pool; what still waits is left to repair. */
  @Override
  public void close() {
    for (Runnable waiting : pool.shutdownNow()) {
      ((Carried) waiting).skip();
    }
    try {
      pool.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Carried implements Runnable {
    private final StageView view;
    private final Operation operation;
    private final Written<?> written;
    private final @Nullable WriteRehearsal rehearsal;
    private final CountDownLatch over = new CountDownLatch(1);
    private final long begun = System.nanoTime();

    Carried(StageView view, Operation operation, Written<?> written, @Nullable Script script) {
      this.view = view;
      this.operation = operation;
      this.written = written;
      this.rehearsal = script == null ? null : rehearsals.of(view, script, entries());
    }

    void await(Duration limit) {
      if (limit.isZero()) {
        return;
      }
      try {
        over.await(limit.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread()
            .interrupt(); // the write is done; only the wait for the other store ends
      }
    }

    void skip() {
      over(Outcome.NOT_DONE, SecondaryEvent.Outcome.SKIPPED, null);
    }

    @Override
    public void run() {
      try {
        apply(crossing.store(view.secondary()));
        over.countDown(); // the caller need not wait for the book-keeping
        breaker.answered(System.nanoTime() - begun);
        over(Outcome.DONE, SecondaryEvent.Outcome.APPLIED, null);
      } catch (FencedException | StaleEpochException e) {
        over(Outcome.NOT_DONE, SecondaryEvent.Outcome.FAILED, e);
      } catch (CrossfadeException e) {
        failed(e);
      } catch (RuntimeException | Error e) {
        unknown(e);
      }
    }

    private void apply(Store store) {
      if (rehearsal != null && rehearsal.isPossible()) {
        store.apply(change(), rehearsal);
      } else if (written.entries().length > 0) {
        store.apply(change());
      }
    }

    private Change change() {
      return new Change(
          crossing.name(),
          view.epoch(),
          operation.owner(),
          StateOrder.of(crossing, written.states()));
    }

    private void failed(CrossfadeException e) {
      if (e.outcome() != CrossfadeException.Outcome.NOT_WRITTEN) {
        unknown(e);
        return;
      }
      if (e instanceof StoreUnavailableException || e instanceof StoreTimeoutException) {
        breaker.failed(view.secondary(), System.nanoTime() - begun, e);
      } else {
        breaker.answered(System.nanoTime() - begun);
      }
      log.debug(
          "{} refused rows of migration '{}'; repair follows",
          crossing.store(view.secondary()).name(),
          crossing.name(),
          e);
      over(Outcome.NOT_DONE, SecondaryEvent.Outcome.FAILED, e);
    }

    private void unknown(Throwable e) {
      breaker.failed(view.secondary(), System.nanoTime() - begun, e);
      log.info(
          "The outcome of a change of {} is unknown; fencing incarnation {} before its keys are repaired: {}",
          crossing.store(view.secondary()).name(),
          operation.owner(),
          e.toString());
      ownership.suspect(operation.owner());
      over(Outcome.UNKNOWN, SecondaryEvent.Outcome.UNKNOWN, e);
      suspicion.run();
    }

    private void over(Outcome outcome, SecondaryEvent.Outcome told, @Nullable Throwable failure) {
      over.countDown();
      if (rehearsal != null) {
        rehearsal.tell();
      }
      if (written.entries().length == 0) {
        return; // nothing to be carried over or finished
      }
      finisher.finish(
          view,
          operation,
          new Finish(crossing.name(), operation.owner(), entries(), outcome, List.of()));
      if (crossing.events().wanted()) {
        SecondaryEvent event =
            new SecondaryEvent(
                crossing.name(),
                told,
                told == SecondaryEvent.Outcome.SKIPPED
                    ? Duration.ZERO
                    : Duration.ofNanos(System.nanoTime() - begun),
                failure);
        crossing.events().tell(listener -> listener.secondary(event));
      }
    }

    private List<Entry> entries() {
      List<Entry> entries = new ArrayList<>(written.entries().length);
      for (int i = 0; i < written.entries().length; i++) {
        RowState<?, ?> state = written.states().get(i);
        entries.add(
            new Entry(
                operation.owner(),
                written.entries()[i],
                Span.point(state.entity().name(), state.canonicalKey())));
      }
      return entries;
    }
  }
}
