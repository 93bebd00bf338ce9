package dev.crossfade.rehearsal;

import dev.crossfade.CheckException;
import dev.crossfade.Difference;
import dev.crossfade.rehearsal.DeltaComparison.RowDifference;
import dev.crossfade.store.RowState;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a rehearsed call came out otherwise than on the primary. Immutable.
 *
 * @param rows rows that are different
 * @param result how its result differs; null if it does not
 * @param failure what it threw, and the primary's did not; null if nothing
 */
record Finding(List<RowDifference> rows, @Nullable Difference result, @Nullable Throwable failure) {
  static final Finding NOTHING = new Finding(List.of(), null, null);

  static Finding failed(Throwable failure) {
    return new Finding(List.of(), null, failure);
  }

  boolean isNothing() {
    return rows.isEmpty() && result == null && failure == null;
  }

  /** Whether nothing but the rows of the call itself can have made the difference. */
  boolean isOfOwnKeys(Script.Call call) {
    if (!call.method.dependsOnOwnKeysOnly() || call.delta.isEmpty()) {
      return false;
    }
    Set<RowState<?, ?>> own = Set.copyOf(call.delta);
    return failure == null
        ? rows.stream().allMatch(row -> own.contains(row.state()))
        : failure instanceof CheckException;
  }

  /** Without values: what a log may say. */
  String inShort() {
    if (failure != null) {
      return failure.getClass().getSimpleName();
    }
    return rows.isEmpty()
        ? "another result"
        : rows.stream()
            .limit(3)
            .map(
                row ->
                    row.state()
                        + " in "
                        + row.differences().stream().map(Difference::component).toList())
            .toList()
            .toString();
  }
}
