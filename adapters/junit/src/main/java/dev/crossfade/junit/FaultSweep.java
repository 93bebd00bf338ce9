package dev.crossfade.junit;

import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Sweeps a fault over the calls of a scenario: the first call fails, then the second, until a run
 * is over before its planned fault is hit; then the same with the next fault.
 *
 * <pre>{@code
 * for (FaultSweep.Point point : FaultSweep.of(Fault.NOT_EXECUTED, Fault.REPLY_LOST)) {
 *   FaultyStore secondary = point.arm(FaultyStore.around(freshStore()), Step.APPLY);
 *   … // the scenario, and what must hold after it
 * }
 * }</pre>
 *
 * <p>Each run must begin anew and arm one store; the scenario ends before the next point is asked
 * for. The last run of each fault is one without a fault: what it takes to know that all calls have
 * been swept. Not safe for use by several threads.
 */
public final class FaultSweep implements Iterable<FaultSweep.Point> {
  private static final long MOST = 10_000;

  private final List<Fault> faults;

  private FaultSweep(List<Fault> faults) {
    this.faults = faults;
  }

  /** A sweep with each of these faults in turn. */
  public static FaultSweep of(Fault... faults) {
    if (faults.length == 0) {
      throw new IllegalArgumentException("a sweep needs a fault");
    }
    return new FaultSweep(List.of(faults));
  }

  /** One run of the scenario. */
  public static final class Point {
    private final Fault fault;
    private final long nth;
    private @Nullable FaultyStore armed;

    private Point(Fault fault, long nth) {
      this.fault = fault;
      this.nth = nth;
    }

    /** The fault of this run. */
    public Fault fault() {
      return fault;
    }

    /** The call that it hits. */
    public long nth() {
      return nth;
    }

    /** Plans it in a store, over these steps, over all if none is given; returns the store. */
    public FaultyStore arm(FaultyStore store, Step... steps) {
      armed = store.plan(fault, nth, steps);
      return store;
    }

    private boolean wasHit() {
      if (armed == null) {
        throw new IllegalStateException("the run of " + this + " has armed no store");
      }
      return armed.wasHit();
    }

    /** {@code REPLY_LOST at call 3}. */
    @Override
    public String toString() {
      return fault + " at call " + nth;
    }
  }

  @Override
  public Iterator<Point> iterator() {
    return new Points();
  }

  private final class Points implements Iterator<Point> {
    private int fault;
    private long nth;
    private @Nullable Point last;

    @Override
    public boolean hasNext() {
      settle();
      return fault < faults.size();
    }

    @Override
    public Point next() {
      settle();
      if (fault >= faults.size()) {
        throw new NoSuchElementException("the sweep is over");
      }
      if (nth >= MOST) {
        throw new IllegalStateException(
            "the scenario makes more than " + MOST + " calls; does it retry for ever?");
      }
      Point point = new Point(faults.get(fault), ++nth);
      last = point;
      return point;
    }

    /** Looks, once, at how the last run ended. */
    private void settle() {
      if (last != null && !last.wasHit()) {
        fault++;
        nth = 0;
      }
      last = null;
    }
  }
}
