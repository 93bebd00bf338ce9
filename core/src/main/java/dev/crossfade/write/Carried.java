package dev.crossfade.write;

import dev.crossfade.SecondaryMissedException;
import dev.crossfade.journal.Operation;
import dev.crossfade.rehearsal.WriteRehearsal;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.store.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A write on its way to the secondary, and what has become of it there. Waited for by its caller,
 * settled by whoever carries it.
 */
final class Carried implements Runnable {
  private final Consumer<Carried> carrier;
  private final StageView view;
  private final Operation operation;
  private final Written<?> written;
  private final @Nullable WriteRehearsal rehearsal;
  private final boolean waitedFor;
  private final long begun = System.nanoTime();
  private final CountDownLatch over = new CountDownLatch(1);

  /** These two are set before that is over; null until then. */
  private volatile @Nullable Outcome outcome;

  private volatile @Nullable Throwable failure;

  /**
   * Not under way yet.
   *
   * @param carrier called with it by the thread that runs it
   * @param waitedFor whether its caller waits
   */
  Carried(
      Consumer<Carried> carrier,
      StageView view,
      Operation operation,
      Written<?> written,
      @Nullable WriteRehearsal rehearsal,
      boolean waitedFor) {
    this.carrier = carrier;
    this.view = view;
    this.operation = operation;
    this.written = written;
    this.rehearsal = rehearsal;
    this.waitedFor = waitedFor;
  }

  /** The entries that a write has left, one per state. */
  static List<Entry> entries(Operation operation, Written<?> written) {
    List<Entry> entries = new ArrayList<>(written.entries().length);
    for (int i = 0; i < written.entries().length; i++) {
      entries.add(
          new Entry(operation.owner(), written.entries()[i], span(written.states().get(i))));
    }
    return entries;
  }

  private static Span span(RowState<?, ?> state) {
    return Span.point(state.entity().name(), state.canonicalKey());
  }

  @Override
  public void run() {
    carrier.accept(this);
  }

  StageView view() {
    return view;
  }

  Operation operation() {
    return operation;
  }

  UUID owner() {
    return operation.owner();
  }

  List<Entry> entries() {
    return entries(operation, written);
  }

  List<RowState<?, ?>> states() {
    return written.states();
  }

  int rows() {
    return written.entries().length;
  }

  @Nullable WriteRehearsal rehearsal() {
    return rehearsal;
  }

  /** Whether it may share a transaction: nobody waits for it, and it is not rehearsed. */
  boolean isBatched() {
    return !waitedFor && rehearsal == null;
  }

  /** The first of its keys; null if it has none. */
  @Nullable Span key() {
    return states().isEmpty() ? null : span(states().get(0));
  }

  /** How long it is under way. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** Waits until it is over, at most so long; false if it is not. */
  boolean await(Duration limit) throws InterruptedException {
    return over.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Lets its caller go on. */
  void settle(Outcome known, @Nullable Throwable why) {
    failure = why;
    outcome = known;
    over.countDown();
  }

  /** What a caller that needs the secondary is told now; null if that has acknowledged it. */
  @Nullable SecondaryMissedException missed(String store) {
    Outcome known = outcome;
    if (known == Outcome.DONE) {
      return null;
    }
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
}
