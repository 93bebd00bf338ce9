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
 * and hands the operation on to be finished. Fails the caller only where the settings require the
 * secondary, and then with what is known. Safe for use by many threads.
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
    Carried carried = new Carried(view, operation, written, script);
    Settings settings = crossing.settings();
    if (started(carried)) {
      carried.await(settings.secondaryWait());
    }
    return settings.secondary() == Secondary.REQUIRED ? carried.missed() : null;
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
    if (!isAvailable(carried.view, carried.operation)) {
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

    /** These two are set before that is over; null until then. */
    private volatile @Nullable Outcome outcome;

    private volatile @Nullable Throwable failure;

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
        boolean inTime = over.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        if (!inTime && rehearsal == null) { // one may have taken the time, not the store
          breaker.waitedOut(view.secondary(), limit, key());
        }
      } catch (InterruptedException e) {
        Thread.currentThread()
            .interrupt(); // the write is done; only the wait for the other store ends
      }
    }

    /** Null if the secondary has acknowledged it. */
    @Nullable SecondaryMissedException missed() {
      Outcome known = outcome;
      if (known == Outcome.DONE) {
        return null;
      }
      String store = crossing.store(view.secondary()).name();
      if (known == null) {
        return new SecondaryMissedException(
            store + " has not answered within secondaryWait, or the wait was interrupted",
            true,
            null);
      }
      Throwable why = failure;
      return new SecondaryMissedException(
          why == null
              ? store + " takes no writes at present, or too many wait for it"
              : store + " did not acknowledge the write (" + why.getClass().getSimpleName() + ")",
          known == Outcome.UNKNOWN,
          why);
    }

    void skip() {
      over(Outcome.NOT_DONE, SecondaryEvent.Outcome.SKIPPED, null);
    }

    @Override
    public void run() {
      if (!breaker.isClosed()) { // it has opened while this one waited for a thread
        skip();
        return;
      }
      try {
        apply(crossing.store(view.secondary()));
        outcome = Outcome.DONE;
        over.countDown(); // the caller need not wait for the book-keeping
        answered();
        over(Outcome.DONE, SecondaryEvent.Outcome.APPLIED, null);
      } catch (FencedException | StaleEpochException e) {
        over(Outcome.NOT_DONE, SecondaryEvent.Outcome.FAILED, e);
      } catch (CrossfadeException e) {
        failed(e);
      } catch (RuntimeException | Error e) {
        unknown(e);
      }
    }

    private void answered() {
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      breaker.answered(took.toNanos());
      Settings settings = crossing.settings();
      Duration limit = settings.secondaryWait().plus(settings.rehearsalLimit());
      if (rehearsal != null && !settings.secondaryWait().isZero() && took.compareTo(limit) > 0) {
        breaker.waitedOut(view.secondary(), took, key());
      }
    }

    /** The first of its keys; null if it has none. */
    private @Nullable Span key() {
      return written.states().isEmpty() ? null : span(written.states().get(0));
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
          StateOrder.of(crossing, written.states()),
          crossing.settings().secondaryLimit());
    }

    private void failed(CrossfadeException e) {
      if (e.outcome() != CrossfadeException.Outcome.NOT_WRITTEN) {
        unknown(e);
        return;
      }
      if (e instanceof StoreUnavailableException || e instanceof StoreTimeoutException) {
        breaker.failed(view.secondary(), System.nanoTime() - begun, e, key());
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
      breaker.failed(view.secondary(), System.nanoTime() - begun, e, key());
      log.info(
          "The outcome of a change of {} is unknown; fencing incarnation {} before its keys are repaired: {}",
          crossing.store(view.secondary()).name(),
          operation.owner(),
          e.toString());
      ownership.suspect(operation.owner());
      over(Outcome.UNKNOWN, SecondaryEvent.Outcome.UNKNOWN, e);
      suspicion.run();
    }

    private void over(Outcome known, SecondaryEvent.Outcome told, @Nullable Throwable why) {
      failure = why;
      outcome = known;
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
          new Finish(crossing.name(), operation.owner(), entries(), known, List.of()));
      if (crossing.events().wanted()) {
        SecondaryEvent event =
            new SecondaryEvent(
                crossing.name(),
                told,
                told == SecondaryEvent.Outcome.SKIPPED
                    ? Duration.ZERO
                    : Duration.ofNanos(System.nanoTime() - begun),
                why);
        crossing.events().tell(listener -> listener.secondary(event));
      }
    }

    private List<Entry> entries() {
      List<Entry> entries = new ArrayList<>(written.entries().length);
      for (int i = 0; i < written.entries().length; i++) {
        RowState<?, ?> state = written.states().get(i);
        entries.add(new Entry(operation.owner(), written.entries()[i], span(state)));
      }
      return entries;
    }

    private Span span(RowState<?, ?> state) {
      return Span.point(state.entity().name(), state.canonicalKey());
    }
  }
}
