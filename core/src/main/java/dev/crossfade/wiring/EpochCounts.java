package dev.crossfade.wiring;

import static java.util.Objects.requireNonNull;

import dev.crossfade.store.Instances.Counts;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What this process has compared and rehearsed in the latest epoch of which it has seen anything.
 *
 * <p>Each read and each write counts in the epoch in which it was made, whenever its result comes:
 * what was good in one epoch says nothing of the next. Results of earlier epochs are forgotten.
 * Safe for use by many threads; who counts never waits.
 */
public final class EpochCounts {
  private final AtomicReference<Tally> latest = new AtomicReference<>(new Tally(0));

  private static final class Tally {
    final long epoch;
    final LongAdder compared = new LongAdder();
    final LongAdder mismatched = new LongAdder();
    final LongAdder rehearsed = new LongAdder();
    final LongAdder differed = new LongAdder();

    Tally(long epoch) {
      this.epoch = epoch;
    }

    /** First all, then the bad ones among them: none of these is taken for a good one. */
    Counts counts() {
      long reads = compared.sum();
      long writes = rehearsed.sum();
      return new Counts(reads, mismatched.sum(), writes, differed.sum());
    }
  }

  /** A read made in that epoch was compared. */
  public void compared(long epoch, boolean same) {
    Tally tally = tally(epoch);
    if (tally != null) {
      count(tally.compared, tally.mismatched, same);
    }
  }

  /** A write made in that epoch was rehearsed. */
  public void rehearsed(long epoch, boolean same) {
    Tally tally = tally(epoch);
    if (tally != null) {
      count(tally.rehearsed, tally.differed, same);
    }
  }

  /** What was counted in that epoch so far. */
  public Counts in(long epoch) {
    Tally tally = requireNonNull(latest.get());
    return tally.epoch == epoch ? tally.counts() : Counts.NONE;
  }

  /** In the other order than they are read. */
  private static void count(LongAdder all, LongAdder bad, boolean same) {
    if (!same) {
      bad.increment();
    }
    all.increment();
  }

  /** That of an epoch, which ends those before; null if it was ended itself. */
  private @Nullable Tally tally(long epoch) {
    Tally tally = latest.updateAndGet(known -> known.epoch < epoch ? new Tally(epoch) : known);
    return tally.epoch == epoch ? tally : null;
  }
}
