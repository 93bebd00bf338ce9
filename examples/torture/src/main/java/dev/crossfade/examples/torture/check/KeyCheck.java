package dev.crossfade.examples.torture.check;

import dev.crossfade.examples.torture.history.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The history of one key: could it have been that of a single register that does one thing after
 * the other?
 *
 * <p><b>What is known.</b> Each write puts a value there that no other write puts anywhere, and the
 * store moves the replaced value aside in the same statement and returns it. So an acknowledged
 * write names its one predecessor: a deleted row's or an absent one's is "nothing". Clocks or
 * versions are not needed for that, and a delete does not begin a new count: where a row was
 * absent, only time orders what came before and after, as for any register.
 *
 * <p><b>What is checked.</b>
 *
 * <ol>
 *   <li>Whatever was seen was written: by a write that is not known to have failed and that had
 *       begun before it was seen.
 *   <li>No value is replaced twice. Two acknowledged writes with one predecessor mean that the
 *       first of them was lost.
 *   <li>Nobody sees a value (by a read, or as predecessor) that an acknowledged write had replaced
 *       before he began: by name, or because a write that had certainly begun after that value was
 *       there had ended before he began. The same for absence.
 *   <li>Every acknowledged write is replaced by another or is there at the end. Where no
 *       acknowledged write names it, one whose outcome is unknown, or one that names nobody, must
 *       be able to have replaced it; each of those replaces one value at most (a matching of both).
 * </ol>
 *
 * <p><b>Unknown outcomes.</b> Such a write happened wholly or not at all, at one moment between its
 * beginning and its <em>latest</em> moment. That lies after the process knew that it does not know,
 * because its statement may be on its way to the server, held by a network, or running there. But
 * the server ends statements and idle transactions by its own limits, so {@link Horizon} bounds it;
 * and once somebody has seen its value it has happened before that. Without the bound a write of
 * the beginning could explain any loss later on; with one that is too short a late commit would be
 * a false alarm, so the bound is generous, and such a write can hide a loss for some seconds around
 * it and no longer.
 *
 * <p><b>Reads.</b> Those in a transaction of a write, and those of a process that certainly knew
 * the primary, are strict. A process that has not heard of a change of primary yet reads the old
 * one for a moment: what it reads must have been written, and nothing more is asked of it.
 */
final class KeyCheck {
  private final String key;
  private final List<Step> steps;
  private final Set<String> failed;
  private final Horizon horizon;
  private final List<Violation> violations = new ArrayList<>();
  private final Map<String, Put> puts = new HashMap<>();
  private final After after;
  private final Absence absence;

  /** A value that was put there, and what is known of it. */
  private static final class Put {
    final String value;
    final long begun;
    final boolean acknowledged;
    long latest;
    boolean happened;
    @Nullable Step successor;
    @Nullable String previous;

    Put(String value, long begun, long latest, boolean acknowledged) {
      this.value = value;
      this.begun = begun;
      this.latest = latest;
      this.acknowledged = acknowledged;
      this.happened = acknowledged;
    }
  }

  /**
   * @param key for messages
   * @param initial the value in the beginning; empty if there was no row
   * @param steps of operations that did not fail
   * @param failed the values of those that did
   */
  KeyCheck(String key, String initial, List<Step> steps, Set<String> failed, Horizon horizon) {
    this.key = key;
    this.steps = steps.stream().sorted(Comparator.comparingLong(Step::begun)).toList();
    this.failed = new HashSet<>(failed);
    this.horizon = horizon;
    if (!initial.isEmpty()) {
      puts.put(initial, new Put(initial, Long.MIN_VALUE, Long.MIN_VALUE, true));
    }
    for (Step step : this.steps) {
      if (step.type() == Step.Type.PUT) {
        Put put = new Put(step.value(), step.begun(), latest(step), step.isAcknowledged());
        put.previous = step.seen();
        puts.put(step.value(), put);
      }
    }
    this.after = new After(this.steps);
    this.absence = new Absence(this.steps, initial.isEmpty(), this::latest);
  }

  private long latest(Step step) {
    return step.isAcknowledged() ? step.ended() : horizon.latest(step.operation());
  }

  /**
   * All violations.
   *
   * @param value what the primary holds at the end; empty if there is no row
   * @param previous what that replaced
   */
  List<Violation> violations(String value, @Nullable String previous) {
    steps.forEach(this::learn);
    if (!value.isEmpty()) {
      learn(value, previous, Long.MAX_VALUE, "the end");
    }
    steps.stream().filter(Step::strict).forEach(this::checkSight);
    if (value.isEmpty()) {
      checkAbsence(Long.MAX_VALUE, Long.MAX_VALUE, "at the end there is no row");
    } else {
      checkValue(value, Long.MAX_VALUE, "the end", null);
    }
    checkReplaced(value);
    return violations;
  }

  // ---- what was seen was written

  private void learn(Step step) {
    String seen = step.seen();
    if (seen == null || seen.isEmpty()) {
      return;
    }
    learn(seen, step.seenPrevious(), step.ended(), step.value());
    Put put = puts.get(seen);
    if (put != null && step.changes() && step.isAcknowledged()) {
      if (put.successor == null) {
        put.successor = step;
      } else {
        lost(
            step.begun(),
            put.successor.value()
                + " and "
                + step.value()
                + " have both replaced "
                + seen
                + ": one of them was lost");
      }
    }
  }

  private void learn(String seen, @Nullable String previous, long ended, String who) {
    Put put = puts.get(seen);
    if (put == null || put.begun > ended) {
      String why =
          failed.contains(seen)
              ? ", but that write had failed"
              : put == null ? ", which nobody wrote" : ", which was written later";
      lost(Math.min(ended, put == null ? ended : put.begun), who + " has found " + seen + why);
      return;
    }
    put.happened = true;
    put.latest = Math.min(put.latest, ended);
    if (previous != null && put.previous == null && !put.acknowledged) {
      put.previous = previous;
    } else if (previous != null
        && put.previous != null
        && put.acknowledged
        && !Objects.equals(put.previous, previous)) {
      lost(
          put.begun,
          who
              + " has found "
              + seen
              + " after "
              + previous
              + ", but it had replaced "
              + put.previous);
    }
  }

  // ---- nobody sees what was replaced

  private void checkSight(Step step) {
    String seen = step.seen();
    if (seen == null) {
      return;
    }
    if (seen.isEmpty()) {
      checkAbsence(step.begun(), step.ended(), step.value() + " has found no row");
    } else {
      checkValue(seen, step.begun(), step.value(), step);
    }
  }

  private void checkValue(String seen, long begun, String who, @Nullable Step self) {
    Put put = puts.get(seen);
    if (put == null) {
      return; // said before
    }
    Step successor = put.successor;
    if (successor != null && !isSame(successor, self) && successor.ended() < begun) {
      lost(begun, who + " has found " + seen + ", which " + successor.value() + " had replaced");
      return;
    }
    Step later = after.certainly(put.latest, begun);
    if (later != null) {
      lost(begun, who + " has found " + seen + ", but " + later.value() + " came after that");
    }
  }

  private static boolean isSame(Step step, @Nullable Step other) {
    return other != null && step.value().equals(other.value());
  }

  private void checkAbsence(long begun, long ended, String what) {
    if (!absence.isPossible(begun, ended)) {
      Step put = absence.lastPut(begun);
      lost(
          put == null ? begun : Math.min(begun, put.ended()),
          what
              + ", but "
              + (put == null
                  ? "there was one in the beginning"
                  : put.value() + " had put one there")
              + ", and nobody deleted it since");
    }
  }

  // ---- every acknowledged write is replaced, or there at the end

  private void checkReplaced(String end) {
    List<Step> others =
        steps.stream()
            .filter(step -> step.changes() && step.seen() == null)
            .filter(step -> step.type() == Step.Type.DELETE || previousOf(step) == null)
            .toList();
    if (others.stream().anyMatch(step -> step.operation().kind() == Kind.SAVE)) {
      return; // written without looking: only time orders them, and that was checked
    }
    List<Put> open = new ArrayList<>();
    for (Put put : puts.values()) {
      if (put.happened
          && put.successor == null
          && !put.value.equals(end)
          && !isPreviousOfUnknown(put)) {
        open.add(put);
      }
    }
    Matching<Put, Step> matching = new Matching<>(open, others, this::mayReplace);
    for (Put put : matching.unmatched()) {
      if (put.acknowledged) {
        lost(put.begun, put.value + " is gone, and nobody has replaced it");
      } else {
        lost(put.begun, put.value + ", which was seen, is gone, and nobody has replaced it");
      }
    }
  }

  private @Nullable String previousOf(Step step) {
    Put put = puts.get(step.value());
    return put == null ? null : put.previous;
  }

  /** Named by a write whose own value was seen later, with what it had replaced. */
  private boolean isPreviousOfUnknown(Put put) {
    return puts.values().stream()
        .anyMatch(
            other -> !other.acknowledged && other.happened && put.value.equals(other.previous));
  }

  private boolean mayReplace(Put put, Step by) {
    if (by.value().equals(put.value) || latest(by) < put.begun) {
      return false;
    }
    Step later = after.first(put.latest);
    return later == null || by.begun() <= later.ended();
  }

  private void lost(long around, String text) {
    violations.add(new Violation(Violation.Kind.LOST, key, text, around));
  }
}
