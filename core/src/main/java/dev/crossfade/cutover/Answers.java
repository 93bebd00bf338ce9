package dev.crossfade.cutover;

import dev.crossfade.Gate;
import dev.crossfade.GateAnswer;
import dev.crossfade.GateAnswer.Verdict;
import dev.crossfade.store.JournalStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Answers of gates, each made where its evidence is at hand. */
final class Answers {
  private Answers() {}

  /** It holds; found just now. */
  static GateAnswer holds(Gate gate, String evidence) {
    return holds(gate, evidence, null, "");
  }

  /** It holds. */
  static GateAnswer holds(Gate gate, String evidence, @Nullable Duration age, String threshold) {
    return new GateAnswer(gate, Verdict.HOLDS, evidence, age, threshold, "");
  }

  /** It refuses; found just now, against no threshold. */
  static GateAnswer refuses(Gate gate, String evidence, String advice) {
    return refuses(gate, evidence, null, "", advice);
  }

  /** It refuses. */
  static GateAnswer refuses(
      Gate gate, String evidence, @Nullable Duration age, String threshold, String advice) {
    return new GateAnswer(gate, Verdict.REFUSES, evidence, age, threshold, advice);
  }

  /**
   * It holds while what was found is no older than that.
   *
   * @param limit zero for any age
   */
  static GateAnswer noOlderThan(
      Gate gate, String evidence, Duration age, Duration limit, String advice) {
    if (limit.isZero()) {
      return holds(gate, evidence, age, "");
    }
    String threshold = "no older than " + limit.toSeconds() + " s";
    return age.compareTo(limit) <= 0
        ? holds(gate, evidence, age, threshold)
        : refuses(
            gate,
            evidence
                + ", but that is "
                + age.toSeconds()
                + " s ago, and "
                + threshold
                + " is asked for",
            age,
            threshold,
            advice);
  }

  /** Whether the other store refuses keys. */
  static GateAnswer parked(JournalStatus status) {
    return status.parked() == 0
        ? holds(Gate.PARKED, "no key is parked")
        : refuses(
            Gate.PARKED,
            status.parked() + " keys are parked because the other store refuses them",
            "look at Migration.parked(), correct the rows, then Migration.retryParked()");
  }

  /** The journal in numbers. */
  static String show(JournalStatus status) {
    return status.entries()
        + " entries, "
        + status.left()
        + " of them left, "
        + status.parked()
        + " parked, the oldest "
        + status.oldest().toMillis()
        + " ms old";
  }
}
