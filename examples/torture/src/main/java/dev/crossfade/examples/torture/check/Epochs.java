package dev.crossfade.examples.torture.check;

import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.examples.torture.history.History;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Operation;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which stage it was when, and so which store the primary, as far as it is known: an epoch was
 * decided after a move that can have decided it had begun, and before anybody knew of it. Stages
 * may follow each other up and down in any way.
 */
final class Epochs {
  private static final String REFUSED = MoveRefusedException.class.getSimpleName();

  private final List<Operation> moves;

  /** The stages of the epochs of which anybody has told. */
  private final TreeMap<Long, Stage> stages = new TreeMap<>();

  /** Of each epoch, from when on it may have been decided; also of those of which nobody told. */
  private final TreeMap<Long, Long> earliest = new TreeMap<>();

  /** The same, by what stores have accepted: for reads, which no store checks. */
  private final TreeMap<Long, Long> earliestAccepted = new TreeMap<>();

  /** From which moment on this epoch or a later one was certainly decided: time → epoch. */
  private final TreeMap<Long, Long> certain = new TreeMap<>();

  Epochs(History history) {
    moves =
        history.operations().stream().filter(operation -> operation.kind() == Kind.MOVE).toList();
    history.stages().forEach((epoch, stage) -> stages.put(epoch, Stage.ofId(stage)));
    moves.stream()
        .filter(Operation::isAnswered)
        .forEach(move -> stages.putIfAbsent(reached(move), goal(move)));
    NavigableMap<Long, Long> accepted = new TreeMap<>();
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
    if (!stages.isEmpty()) {
      date(accepted);
    }
  }

  private void date(NavigableMap<Long, Long> accepted) {
    long last = Long.MIN_VALUE;
    long lastAccepted = Long.MIN_VALUE;
    for (long epoch = stages.firstKey(); epoch <= stages.lastKey(); epoch++) {
      last = Math.max(last, begun(epoch, last));
      earliest.put(epoch, last);
      for (long time : accepted.headMap(epoch, false).values()) {
        lastAccepted = Math.max(lastAccepted, time);
      }
      lastAccepted = Math.max(lastAccepted, last);
      earliestAccepted.put(epoch, lastAccepted);
    }
  }

  /**
   * When the first of the moves began that may have decided an epoch.
   *
   * @param before when the epoch before may have been decided
   */
  private long begun(long epoch, long before) {
    return moves.stream()
        .filter(move -> move.ended() >= before && mayHaveDecided(move, epoch))
        .mapToLong(Operation::begun)
        .min()
        .orElse(before);
  }

  /**
   * Whether a move may have decided an epoch: one that its process did not know before, and no
   * later one than it says to have reached, which it may only have found. The step that leads to
   * its goal it has made unless it was refused. But its process may not have known where the
   * migration was: then it has gone all the way back to its goal, and where that was refused, some
   * of the way.
   */
  private boolean mayHaveDecided(Operation move, long epoch) {
    if (epoch <= move.epochBefore() || (move.isAnswered() && epoch > reached(move))) {
      return false;
    }
    Stage stage = stages.get(epoch);
    Stage goal = goal(move);
    if (stage == goal) {
      return !move.result().contains(REFUSED);
    }
    return stage == null || (stage.compareTo(goal) > 0 && isBack(epoch, stage));
  }

  /** Whether the step to an epoch was, or may have been, one back. */
  private boolean isBack(long epoch, Stage stage) {
    Stage before = stages.get(epoch - 1);
    return before == null || before.compareTo(stage) > 0;
  }

  private static Stage goal(Operation move) {
    return Stage.ofId(move.arguments().get(1));
  }

  private static long reached(Operation move) {
    return Long.parseLong(move.result().get(0));
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

  /** The store that was the primary in an epoch; either, if nobody has told. */
  private Set<Side> sides(long epoch) {
    Stage stage = stages.get(epoch);
    return stage == null ? EnumSet.allOf(Side.class) : EnumSet.of(stage.primary());
  }

  /** The stores that may have been the primary at some moment between the two. */
  Set<Side> primaries(long from, long to) {
    Map.Entry<Long, Long> known = certain.lowerEntry(from);
    long first = known == null ? Long.MIN_VALUE : known.getValue();
    Set<Side> possible = EnumSet.noneOf(Side.class);
    earliest
        .tailMap(first, true)
        .forEach(
            (epoch, time) -> {
              if (time <= to) {
                possible.addAll(sides(epoch));
              }
            });
    return possible.isEmpty() ? EnumSet.allOf(Side.class) : possible;
  }

  /** Whether a read of a process that knew this epoch certainly went to the primary. */
  boolean readPrimary(Operation read) {
    Set<Side> known = sides(read.epochBefore());
    return known.size() == 1
        && earliestAccepted.tailMap(read.epochBefore(), false).entrySet().stream()
            .noneMatch(
                later -> later.getValue() <= read.ended() && !sides(later.getKey()).equals(known));
  }

  /**
   * Whether a difference that a verification has found was one. Not where the stage has changed
   * under way: what was the primary then may follow now, or nobody may follow any more. And not
   * after complete until the primary has changed: keys that were only remembered are in the journal
   * once they are recalled, which no step up to there waits for.
   */
  boolean isConclusive(Operation verification) {
    long epoch = verification.epochBefore();
    return epoch == Long.parseLong(verification.result().get(1)) && !hasComeFromComplete(epoch);
  }

  private boolean hasComeFromComplete(long epoch) {
    for (Stage stage : stages.headMap(epoch, true).descendingMap().values()) {
      if (stage == Stage.COMPLETE || stage.primary() == Side.LEGACY) {
        return stage == Stage.COMPLETE;
      }
    }
    return false;
  }

  /** How often that store became the primary. */
  long changesTo(Side side) {
    long changes = 0;
    Side before = side;
    for (Stage stage : stages.values()) {
      changes += stage.primary() == side && before != side ? 1 : 0;
      before = stage.primary();
    }
    return changes;
  }

  /** How many epochs there were of each stage. */
  Map<Stage, Integer> visits() {
    Map<Stage, Integer> visits = new EnumMap<>(Stage.class);
    stages.values().forEach(stage -> visits.merge(stage, 1, Integer::sum));
    return visits;
  }

  /** The primary at the end. */
  Side last() {
    return stages.isEmpty() ? Side.LEGACY : stages.lastEntry().getValue().primary();
  }
}
