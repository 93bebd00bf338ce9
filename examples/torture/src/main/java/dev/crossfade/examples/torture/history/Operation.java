package dev.crossfade.examples.torture.history;

import java.util.List;

/**
 * One operation of one child process.
 *
 * @param id of its own in the run; the value that it writes
 * @param child who did it
 * @param kind what it was
 * @param arguments as {@link Kind} says
 * @param begun when it was called
 * @param epochBefore the epoch its process knew then
 * @param ended when it returned; if it did not, when its process died
 * @param epochAfter the epoch its process knew then; that of the beginning if it did not return
 * @param outcome what is known; unknown if it did not return
 * @param result as {@link Kind} says; of a failure its type
 */
public record Operation(
    String id,
    int child,
    Kind kind,
    List<String> arguments,
    long begun,
    long epochBefore,
    long ended,
    long epochAfter,
    Outcome outcome,
    List<String> result) {
  /** Copies the lists. */
  public Operation {
    arguments = List.copyOf(arguments);
    result = List.copyOf(result);
  }

  /** Whether it is known to be done. */
  public boolean isAcknowledged() {
    return isAnswered() || outcome == Outcome.WRITTEN;
  }

  /** Whether it also said what it found. */
  public boolean isAnswered() {
    return outcome == Outcome.OK;
  }

  /** As the history of a key shows it; times in milliseconds since {@code start}. */
  public String shown(long start) {
    return String.format(
        "%10.1f %10.1f  %-8s %-10s %-16s %s -> %s",
        (begun - start) / 1e6,
        (ended - start) / 1e6,
        outcome,
        kind,
        id,
        String.join(" ", arguments),
        String.join(" ", result));
  }
}
