package dev.crossfade.examples.torture.check;

import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.examples.torture.history.History;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Operation;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which store was the primary when, as far as it is known: an epoch was decided after the move to
 * it had begun, and before anybody knew of it.
 */
final class Epochs {
  private final TreeMap<Long, Side> sides = new TreeMap<>();
  private final Map<Long, Long> earliest = new TreeMap<>();

  /** The same, by what stores have accepted: for reads, which no store checks. */
  private final Map<Long, Long> earliestAccepted = new TreeMap<>();

  /** From which moment on this epoch or a later one was certainly decided: time → epoch. */
  private final TreeMap<Long, Long> certain = new TreeMap<>();

  private final List<Operation> moves;

  Epochs(History history) {
    history.stages().forEach((epoch, stage) -> sides.put(epoch, Stage.ofId(stage).primary()));
    moves =
        history.operations().stream().filter(operation -> operation.kind() == Kind.MOVE).toList();
    TreeMap<Long, Long> accepted = new TreeMap<>();
    for (Operation operation : history.operations()) {
      if (operation.kind().writes() && operation.isAnswered()) {
        // No later epoch was decided before it began, or the store would have refused it.
        accepted.merge(operation.epochAfter(), operation.begun(), Math::max);
      }
      known(operation.begun(), operation.epochBefore());
      if (operation.ended() != Long.MAX_VALUE) {
        known(operation.ended(), operation.epochAfter());
      }
    }
    long last = Long.MIN_VALUE;
    long lastAccepted = Long.MIN_VALUE;
    for (long epoch : sides.keySet()) {
      last = Math.max(last, begun(epoch, String.valueOf(history.stages().get(epoch)), last));
      earliest.put(epoch, last);
      for (long time : accepted.headMap(epoch, false).values()) {
        lastAccepted = Math.max(lastAccepted, time);
      }
      lastAccepted = Math.max(lastAccepted, last);
      earliestAccepted.put(epoch, lastAccepted);
    }
  }

  /**
   * When the first of the moves began that may have decided an epoch: the one that says so, which
   * may only have found it, or one to its stage that does not know what it did. A refused one knows
   * that it did nothing.
   *
   * @param before when the epoch before may have been decided
   */
  private long begun(long epoch, String stage, long before) {
    return moves.stream()
        .filter(
            move ->
                move.isAnswered()
                    ? move.result().get(0).equals(String.valueOf(epoch))
                    : move.arguments().get(1).equals(stage)
                        && move.ended() >= before
                        && !move.result().contains(MoveRefusedException.class.getSimpleName()))
        .mapToLong(Operation::begun)
        .min()
        .orElse(before);
  }

  private void known(long time, long epoch) {
    Map.Entry<Long, Long> before = certain.floorEntry(time);
    if (before != null && before.getValue() >= epoch) {
      return;
    }
    certain.put(time, epoch);
    Map.Entry<Long, Long> after = certain.higherEntry(time);
    while (after != null && after.getValue() <= epoch) {
      certain.remove(after.getKey());
      after = certain.higherEntry(time);
    }
  }

  /** The stores that may have been the primary at some moment between the two. */
  Set<Side> primaries(long from, long to) {
    Map.Entry<Long, Long> known = certain.lowerEntry(from);
    long first = known == null ? Long.MIN_VALUE : known.getValue();
    Set<Side> possible = EnumSet.noneOf(Side.class);
    for (Map.Entry<Long, Side> epoch : sides.tailMap(first, true).entrySet()) {
      if (earliest.getOrDefault(epoch.getKey(), Long.MIN_VALUE) <= to) {
        possible.add(epoch.getValue());
      }
    }
    return possible.isEmpty() ? EnumSet.allOf(Side.class) : possible;
  }

  /** Whether a read of a process that knew this epoch certainly went to the primary. */
  boolean readPrimary(Operation read) {
    Side known = sides.get(read.epochBefore());
    if (known == null) {
      return false;
    }
    return sides.tailMap(read.epochBefore(), false).entrySet().stream()
        .noneMatch(
            later ->
                later.getValue() != known
                    && earliestAccepted.getOrDefault(later.getKey(), Long.MIN_VALUE)
                        <= read.ended());
  }

  /** The primary at the end. */
  Side last() {
    return sides.isEmpty() ? Side.LEGACY : sides.lastEntry().getValue();
  }
}
