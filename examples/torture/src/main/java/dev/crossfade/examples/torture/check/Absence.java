package dev.crossfade.examples.torture.check;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * When there may have been no row. There was none if that is how it began, or somebody deleted it,
 * and no acknowledged write has certainly put one there since.
 */
final class Absence {
  private final boolean initially;

  /** Acknowledged puts by their end; at each place the one that began last up to there. */
  private final List<Step> puts;

  private final Step[] beginsLast;

  /** Deletes by their beginning; at each place the latest moment of those up to there. */
  private final List<Step> deletes;

  private final long[] latest;

  Absence(List<Step> steps, boolean initially, ToLongFunction<Step> latestOf) {
    this.initially = initially;
    puts =
        steps.stream()
            .filter(step -> step.type() == Step.Type.PUT && step.isAcknowledged())
            .sorted(Comparator.comparingLong(Step::ended))
            .toList();
    beginsLast = new Step[puts.size()];
    for (int n = 0; n < beginsLast.length; n++) {
      Step put = puts.get(n);
      beginsLast[n] = n > 0 && beginsLast[n - 1].begun() > put.begun() ? beginsLast[n - 1] : put;
    }
    deletes =
        steps.stream()
            .filter(step -> step.type() == Step.Type.DELETE)
            .sorted(Comparator.comparingLong(Step::begun))
            .toList();
    latest = new long[deletes.size()];
    for (int n = 0; n < latest.length; n++) {
      long own = latestOf.applyAsLong(deletes.get(n));
      latest[n] = n > 0 ? Math.max(latest[n - 1], own) : own;
    }
  }

  /**
   * Whether there may have been no row at a moment between the two.
   *
   * @param begun nothing is asked of puts that had not ended before
   * @param ended deletes count that had begun before
   */
  boolean isPossible(long begun, long ended) {
    int deleted = count(deletes, ended, Step::begun);
    Step put = lastPut(begun);
    return put == null
        ? initially || deleted > 0
        : deleted > 0 && latest[deleted - 1] >= put.begun();
  }

  /** Of the puts that had ended before that moment the one that began last; null if none had. */
  @Nullable Step lastPut(long before) {
    int count = count(puts, before, Step::ended);
    return count == 0 ? null : beginsLast[count - 1];
  }

  /** How many lie before that moment. */
  private static int count(List<Step> sorted, long before, ToLongFunction<Step> time) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (time.applyAsLong(sorted.get(middle)) < before) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
