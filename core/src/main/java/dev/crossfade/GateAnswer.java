package dev.crossfade;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a gate says of one step. Immutable.
 *
 * @param gate the gate
 * @param verdict what it comes to
 * @param evidence what was found, in numbers: {@code 1,204 reads compared, 0 differed}
 * @param age how old that is, by the clock of the store that keeps it; null if it was found just
 *     now
 * @param threshold what is asked for, in the words of the settings; empty where nothing can be set
 * @param advice what to do; empty if the gate holds
 */
public record GateAnswer(
    Gate gate,
    Verdict verdict,
    String evidence,
    @Nullable Duration age,
    String threshold,
    String advice) {

  /** What an answer comes to. */
  public enum Verdict {
    /** The step may be made. */
    HOLDS,
    /** It may not. */
    REFUSES,
    /** It would not, but an operator has forced this gate, and gave a reason. */
    FORCED,
    /** Nobody has asked yet, as {@link Migration#plan} does not in off: the move does. */
    UNASKED
  }

  /** Whether the step may not be made. */
  public boolean refuses() {
    return verdict == Verdict.REFUSES;
  }

  /** The same; forced, if it refuses and the force names its gate. */
  public GateAnswer givingWayTo(Force force) {
    return refuses() && force.gates().contains(gate)
        ? new GateAnswer(gate, Verdict.FORCED, evidence, age, threshold, advice)
        : this;
  }

  /** A sentence: what was found, and what to do. */
  public String sentence() {
    return advice.isEmpty() ? evidence : evidence + "; " + advice;
  }

  /** As the audit and the log show it: {@code verification refuses: …}. */
  @Override
  public String toString() {
    return gate.id()
        + ' '
        + verdict.name().toLowerCase(Locale.ROOT)
        + ": "
        + sentence()
        + (age == null ? "" : " (" + age.toSeconds() + " s ago)");
  }
}
