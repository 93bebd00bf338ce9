package dev.crossfade.examples.torture.check;

import dev.crossfade.examples.torture.history.Fault;
import dev.crossfade.examples.torture.history.History;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Operation;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Writes during which their process stood still for longer than its lease. Where only the lease
 * keeps it out it may write when others have gone on, without an entry; that is the one hole which
 * is known there. It explains a violation only of a key that such a write was to change, and only
 * if that write's own value is what was found, or lost; or if it deletes, that there is no row.
 */
final class StoppedWrites {
  private static final String PAUSE = "pause";

  private final Steps steps;
  private final List<Fault> pauses;

  StoppedWrites(History history, Steps steps) {
    this.steps = steps;
    this.pauses = history.faults().stream().filter(fault -> fault.kind().equals(PAUSE)).toList();
  }

  /** Whether such a write explains it. */
  boolean explain(Violation violation) {
    return steps.operations(violation.key()).stream()
        .filter(this::isStopped)
        .anyMatch(write -> explains(write, violation));
  }

  private static boolean explains(Operation write, Violation violation) {
    return names(violation.text(), write.id())
        || (write.kind() == Kind.DELETE
            && violation.kind() == Violation.Kind.DIFFERENCE
            && violation.text().contains(" has null"));
  }

  /** Whether such a write may have left the key different before that moment. */
  boolean mayHaveLeft(String key, long moment) {
    return steps.operations(key).stream()
        .anyMatch(write -> write.begun() <= moment && isStopped(write));
  }

  private boolean isStopped(Operation operation) {
    return operation.kind().writes()
        && pauses.stream()
            .anyMatch(
                pause ->
                    pause.child() == operation.child()
                        && pause.begun() <= operation.ended()
                        && operation.begun() <= pause.ended());
  }

  private static boolean names(String text, String id) {
    return Pattern.compile("(?<![\\d.])" + Pattern.quote(id) + "(?!\\d)").matcher(text).find();
  }
}
