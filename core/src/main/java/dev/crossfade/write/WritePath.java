package dev.crossfade.write;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeListener.WriteEvent;
import dev.crossfade.Stage.Side;
import dev.crossfade.journal.Membership;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Store;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A write on its way: mark and primary in one transaction, then the resulting rows to the
 * secondary.
 *
 * <p>A write is decided once, on the primary of the stage it was begun in. Where the store refuses
 * that stage as outdated, nothing has happened, and the write begins again in the stage that is.
 * Safe for use by many threads.
 */
public final class WritePath {
  private static final int RETRIES = 3;
  private static final long JITTER_NANOS = 2_000_000;

  private final Crossing crossing;
  private final Stages stages;
  private final Ownership ownership;
  private final Membership membership;
  private final SecondaryLane secondary;

  @SuppressWarnings("ThreadLocalUsage") // one per migration, of which there are few
  private final ThreadLocal<@Nullable Side> unit = new ThreadLocal<>();

  /** Made once per migration. */
  public WritePath(
      Crossing crossing,
      Stages stages,
      Ownership ownership,
      Membership membership,
      SecondaryLane secondary) {
    this.crossing = crossing;
    this.membership = membership;
    this.stages = stages;
    this.ownership = ownership;
    this.secondary = secondary;
  }

  /** The side on which this thread has a unit of work open; null if it has none. */
  public @Nullable Side unitSide() {
    return unit.get();
  }

  /** A write of one row, as a unit of work of its own. */
  public <T, K> Object row(String name, EntityPair<T, K> pair, RowWrite<T, K> write) {
    return run(name, (store, side, mark) -> store.writeRow(mark, pair.on(side), write));
  }

  /** A unit of work; joins the one that this thread has open. */
  public <R extends @Nullable Object, X extends Exception> R unit(String name, UnitBody<R, X> body)
      throws X {
    if (unit.get() != null) {
      return body.run();
    }
    return run(name, (store, side, mark) -> store.write(mark, () -> inUnit(side, body)));
  }

  /**
   * A method of a repository as a unit of work; joins the one that this thread has open. It may be
   * run again, so a transaction that the store gave up because of a concurrent one is.
   */
  public <R extends @Nullable Object, X extends Exception> R method(
      String name, UnitBody<R, X> body) throws X {
    if (unit.get() != null) {
      return body.run();
    }
    for (int retry = 1; ; retry++) {
      try {
        return unit(name, body);
      } catch (ConflictException e) {
        if (retry > RETRIES) {
          throw e;
        }
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(JITTER_NANOS << retry));
      }
    }
  }

  private <R extends @Nullable Object, X extends Exception> R inUnit(Side side, UnitBody<R, X> body)
      throws X {
    unit.set(side);
    try {
      return body.run();
    } finally {
      unit.remove();
    }
  }

  /** Steps 1 and 2 on the primary, whichever that is. */
  private interface Attempt<R extends @Nullable Object, X extends Exception> {
    Written<R> on(Store store, Side side, Mark mark) throws X;
  }

  private <R extends @Nullable Object, X extends Exception> R run(
      String name, Attempt<R, X> attempt) throws X {
    long begun = System.nanoTime();
    StageView view = stages.current();
    while (true) {
      Operation operation = ownership.begin();
      try {
        return once(name, view, begun, operation, attempt);
      } catch (StaleEpochException e) {
        operation.end();
        view = next(name, view, begun);
      } catch (Exception | Error e) {
        operation.end();
        tell(name, view, begun, e);
        throw e;
      }
    }
  }

  private <R extends @Nullable Object, X extends Exception> R once(
      String name, StageView view, long begun, Operation operation, Attempt<R, X> attempt)
      throws X {
    membership.ensureKnown(view.primary(), operation.owner());
    Written<R> written =
        attempt.on(
            crossing.store(view.primary()), view.primary(), operation.mark(crossing.name(), view));
    if (written.entries().length == 0) {
      operation.end();
    } else {
      secondary.carry(view, operation, written);
    }
    tell(name, view, begun, null);
    return written.result();
  }

  private StageView next(String name, StageView view, long begun) {
    try {
      return stages.awaitAfter(view, begun + crossing.settings().writeWait().toNanos());
    } catch (RuntimeException e) {
      tell(name, view, begun, e);
      throw e;
    }
  }

  private void tell(String name, StageView view, long begun, @Nullable Throwable failure) {
    if (crossing.events().wanted()) {
      WriteEvent event =
          new WriteEvent(
              crossing.name(),
              name,
              view.stage(),
              Duration.ofNanos(System.nanoTime() - begun),
              failure);
      crossing.events().tell(listener -> listener.written(event));
    }
  }
}
