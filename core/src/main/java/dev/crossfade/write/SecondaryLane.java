package dev.crossfade.write;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.SecondaryEvent;
import dev.crossfade.SecondaryMissedException;
import dev.crossfade.Settings;
import dev.crossfade.Settings.Secondary;
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
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Step 3 of writes: carries the rows a write left behind to the secondary store, on a bounded pool,
 * and hands the operation on to be finished. Fails the caller only where the settings require the
 * secondary, and then with what is known.
 *
 * <p>What nobody waits for shares transactions: a thread that takes one of them takes what waits
 * behind it as well. Safe for use by many threads.
 */
public final class SecondaryLane implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SecondaryLane.class);

  /** More would be smaller; one alone would wait for whatever row of it is locked. */
  private static final int BATCHES_AT_ONCE = 2;

  private static final int ROWS_PER_OPERATION = 16;

  private final Crossing crossing;
  private final Ownership ownership;
  private final Membership membership;
  private final Finisher finisher;
  private final SecondaryBreaker breaker;
  private final Rehearsals rehearsals;
  private final Runnable suspicion;
  private final ThreadPoolExecutor pool;

  /** Of the operations that wait for a thread, and that nobody waits for. */
  private final AtomicLong waitingRows = new AtomicLong();

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
    int threads = threads(crossing.settings());
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
    Pools.resize(pool, threads(crossing.settings()));
  }

  private static int threads(Settings settings) {
    return settings.secondaryWait().isZero()
        ? Math.min(BATCHES_AT_ONCE, settings.secondaryThreads())
        : settings.secondaryThreads();
  }

  /**
   * Refuses a write that has not begun if it must reach a secondary that is known not to take any.
   *
   * @throws StoreUnavailableException if so; nothing has changed
   */
  void refuseIfRequiredInVain(StageView view, Operation operation) {
    if (view.stage().writesBoth()
        && crossing.settings().secondary() == Secondary.REQUIRED
        && !isAvailable(view, operation)) {
      throw new StoreUnavailableException(
          crossing.store(view.secondary()).name()
              + ", the secondary of migration '"
              + crossing.name()
              + "', takes no writes at present, and the settings require it; bring it back, or set"
              + " secondary to optional",
          null);
    }
  }

  private boolean isAvailable(StageView view, Operation operation) {
    return breaker.isClosed() && membership.ready(view.secondary(), operation.owner());
  }

  /**
   * Carries a write over, and waits for it up to {@code secondaryWait}.
   *
   * @param script its calls, if they are to be rehearsed
   * @return what its caller is to be told if the secondary is required and has not acknowledged it;
   *     null otherwise
   */
  @Nullable SecondaryMissedException carry(
      StageView view, Operation operation, Written<?> written, @Nullable Script script) {
    Settings settings = crossing.settings();
    boolean waits = !settings.secondaryWait().isZero();
    Carried carried = carried(view, operation, written, script, waits);
    if (started(carried) && waits) {
      await(carried, settings.secondaryWait());
    }
    return settings.secondary() == Secondary.REQUIRED
        ? carried.missed(crossing.store(view.secondary()).name())
        : null;
  }

  /**
   * Rehearses a write that has changed nothing, and so must not on the other store; waits for
   * nothing.
   *
   * @param script its calls; nothing happens without
   */
  void rehearse(StageView view, Operation operation, Written<?> written, @Nullable Script script) {
    if (script != null) {
      boolean unused = started(carried(view, operation, written, script, false));
    }
  }

  private Carried carried(
      StageView view,
      Operation operation,
      Written<?> written,
      @Nullable Script script,
      boolean waitedFor) {
    WriteRehearsal rehearsal =
        script == null ? null : rehearsals.of(view, script, Carried.entries(operation, written));
    return new Carried(this::run, view, operation, written, rehearsal, waitedFor);
  }

  private void await(Carried carried, Duration limit) {
    try {
      boolean inTime = carried.await(limit);
      if (!inTime && carried.rehearsal() == null) { // one may have taken the time, not the store
        breaker.waitedOut(carried.view().secondary(), limit, carried.key());
      }
    } catch (InterruptedException e) {
      Thread.currentThread()
          .interrupt(); // the write is done; only the wait for the other store ends
    }
  }

  private boolean started(Carried carried) {
    if (!isAvailable(carried.view(), carried.operation()) || !hasRoom(carried)) {
      skip(carried);
      return false;
    }
    try {
      pool.execute(carried);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) { // no room, or no thread to be had
      taken(carried);
      skip(carried);
      return false;
    }
  }

  /**
   * Units of work may be large, and of those that are waited for each is held by its caller anyway;
   * of the others as many rows wait as would if they were small. One of any size may.
   */
  private boolean hasRoom(Carried carried) {
    if (!carried.isBatched()) {
      return true;
    }
    long most = (long) ROWS_PER_OPERATION * crossing.settings().secondaryQueue();
    long before = waitingRows.getAndAdd(carried.rows());
    if (before == 0 || before + carried.rows() <= most) {
      return true;
    }
    taken(carried);
    return false;
  }

  /** It does not wait any more. */
  private void taken(Carried carried) {
    if (carried.isBatched()) {
      waitingRows.addAndGet(-carried.rows());
    }
  }

  /** On a thread of the pool: this one, and what waits behind it. */
  private void run(Carried first) {
    taken(first);
    Carried next = first;
    try {
      while (next != null && (next == first || !pool.isShutdown())) {
        Batch batch = new Batch(next);
        next = fill(batch);
        deliver(batch);
      }
    } finally {
      if (next != null) {
        skip(next);
      }
    }
  }

  /** Adds what waits; returns the first that does not fit in, null if there is none. */
  private @Nullable Carried fill(Batch batch) {
    while (batch.first().isBatched()) {
      Carried next = (Carried) pool.getQueue().poll();
      if (next == null) {
        break;
      }
      taken(next);
      if (!batch.add(next)) {
        return next;
      }
    }
    return null;
  }

  private void deliver(Batch batch) {
    if (!breaker.isClosed()) { // it has opened while these waited for a thread
      batch.operations().forEach(this::skip);
      return;
    }
    try {
      apply(batch, crossing.store(batch.view().secondary()));
      // Callers need not wait for the book-keeping.
      batch.operations().forEach(each -> each.settle(Outcome.DONE, null));
      answered(batch.first());
      over(batch, Outcome.DONE, SecondaryEvent.Outcome.APPLIED, null);
    } catch (FencedException | StaleEpochException e) {
      over(batch, Outcome.NOT_DONE, SecondaryEvent.Outcome.FAILED, e);
    } catch (CrossfadeException e) {
      failed(batch, e);
    } catch (RuntimeException | Error e) {
      unknown(batch, e);
    }
  }

  private void answered(Carried carried) {
    Duration took = carried.age();
    breaker.answered(took.toNanos());
    Settings settings = crossing.settings();
    Duration limit = settings.secondaryWait().plus(settings.rehearsalLimit());
    if (carried.rehearsal() != null
        && !settings.secondaryWait().isZero()
        && took.compareTo(limit) > 0) {
      breaker.waitedOut(carried.view().secondary(), took, carried.key());
    }
  }

  private void apply(Batch batch, Store store) {
    WriteRehearsal rehearsal = batch.first().rehearsal();
    if (rehearsal != null && rehearsal.isPossible()) {
      store.apply(change(batch), rehearsal);
    } else if (batch.first().rows() > 0) {
      store.apply(change(batch));
    }
  }

  private Change change(Batch batch) {
    return new Change(
        crossing.name(),
        batch.view().epoch(),
        batch.owner(),
        StateOrder.of(crossing, batch.states()),
        crossing.settings().secondaryLimit());
  }

  private void failed(Batch batch, CrossfadeException e) {
    if (e.outcome() != CrossfadeException.Outcome.NOT_WRITTEN) {
      unknown(batch, e);
      return;
    }
    if (e instanceof StoreUnavailableException || e instanceof StoreTimeoutException) {
      breaker.failed(
          batch.view().secondary(), batch.first().age().toNanos(), e, batch.first().key());
    } else {
      breaker.answered(batch.first().age().toNanos());
      if (batch.operations().size() > 1) {
        batch.halves().forEach(this::deliver); // what it refuses need not keep the others
        return;
      }
    }
    log.debug(
        "{} refused rows of migration '{}'; repair follows",
        crossing.store(batch.view().secondary()).name(),
        crossing.name(),
        e);
    over(batch, Outcome.NOT_DONE, SecondaryEvent.Outcome.FAILED, e);
  }

  private void unknown(Batch batch, Throwable e) {
    breaker.failed(batch.view().secondary(), batch.first().age().toNanos(), e, batch.first().key());
    log.info(
        "The outcome of a change of {} is unknown; fencing incarnation {} before its keys are repaired: {}",
        crossing.store(batch.view().secondary()).name(),
        batch.owner(),
        e.toString());
    ownership.suspect(batch.owner());
    over(batch, Outcome.UNKNOWN, SecondaryEvent.Outcome.UNKNOWN, e);
    suspicion.run();
  }

  private void over(
      Batch batch, Outcome outcome, SecondaryEvent.Outcome told, @Nullable Throwable failure) {
    List<Operation> operations = new ArrayList<>();
    List<Finish> finishes = new ArrayList<>();
    for (Carried carried : batch.operations()) {
      settle(carried, outcome, failure);
      if (carried.rows() > 0) { // else nothing is to be carried over or finished
        operations.add(carried.operation());
        finishes.add(finish(carried, outcome));
      }
    }
    if (batch.first().isBatched()) {
      finisher.finishTogether(batch.view(), operations, finishes);
    } else if (!operations.isEmpty()) {
      finisher.finish(batch.view(), operations.get(0), finishes.get(0));
    }
    batch.operations().forEach(each -> tell(each, told, failure));
  }

  private void skip(Carried carried) {
    settle(carried, Outcome.NOT_DONE, null);
    if (carried.rows() > 0) {
      finisher.finish(carried.view(), carried.operation(), finish(carried, Outcome.NOT_DONE));
      tell(carried, SecondaryEvent.Outcome.SKIPPED, null);
    }
  }

  private static void settle(Carried carried, Outcome outcome, @Nullable Throwable failure) {
    carried.settle(outcome, failure);
    WriteRehearsal rehearsal = carried.rehearsal();
    if (rehearsal != null) {
      rehearsal.tell();
    }
  }

  private Finish finish(Carried carried, Outcome outcome) {
    return new Finish(crossing.name(), carried.owner(), carried.entries(), outcome, List.of());
  }

  private void tell(Carried carried, SecondaryEvent.Outcome told, @Nullable Throwable failure) {
    if (carried.rows() > 0 && crossing.events().wanted()) {
      SecondaryEvent event =
          new SecondaryEvent(
              crossing.name(),
              told,
              told == SecondaryEvent.Outcome.SKIPPED ? Duration.ZERO : carried.age(),
              failure);
      crossing.events().tell(listener -> listener.secondary(event));
    }
  }

  /** Ends the pool; what still waits is left to repair. */
  @Override
  public void close() {
    for (Runnable waiting : pool.shutdownNow()) {
      skip((Carried) waiting);
    }
    try {
      pool.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
