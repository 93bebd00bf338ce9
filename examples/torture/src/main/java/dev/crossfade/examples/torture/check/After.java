package dev.crossfade.examples.torture.check;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds acknowledged changes of a key by when they began and ended. */
final class After {
  private final List<Step> byBeginning;

  /** At each place the one that ended first from there on. */
  private final Step[] endsFirst;

  After(List<Step> steps) {
    byBeginning =
        steps.stream()
            .filter(step -> step.changes() && step.isAcknowledged())
            .sorted(Comparator.comparingLong(Step::begun))
            .toList();
    endsFirst = new Step[byBeginning.size()];
    for (int n = endsFirst.length - 1; n >= 0; n--) {
      Step step = byBeginning.get(n);
      boolean first = n == endsFirst.length - 1 || step.ended() < endsFirst[n + 1].ended();
      endsFirst[n] = first ? step : endsFirst[n + 1];
    }
  }

  /** One that began after the first moment and had ended before the second; null if none. */
  @Nullable Step certainly(long from, long to) {
    Step first = first(from);
    return first != null && first.ended() < to ? first : null;
  }

  /** Of those that began after that moment the one that ended first; null if there is none. */
  @Nullable Step first(long from) {
    int low = 0;
    int high = endsFirst.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (byBeginning.get(middle).begun() > from) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == endsFirst.length ? null : endsFirst[low];
  }
}
