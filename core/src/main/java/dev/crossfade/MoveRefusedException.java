package dev.crossfade;

import java.util.List;

/**
 * A move to another stage was refused; the message holds each reason and its fix.
 *
 * <p>When it is thrown the stage is what it was, or, on a way back over several stages, that of the
 * last step that was made; no row was changed. Trying again is safe once the reasons are gone.
 */
public final class MoveRefusedException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  private final transient List<String> reasons;
  private final transient List<GateAnswer> answers;

  /** Made with all reasons, at least one, that are not a gate's. */
  public MoveRefusedException(String migration, Stage from, Stage to, List<String> reasons) {
    this(migration, from, to, reasons, List.of());
  }

  private MoveRefusedException(
      String migration, Stage from, Stage to, List<String> reasons, List<GateAnswer> answers) {
    super(
        "migration '"
            + migration
            + "' stays in "
            + from.id()
            + ", the move to "
            + to.id()
            + " is refused: "
            + String.join("; ", reasons),
        null,
        Outcome.NOT_WRITTEN);
    this.reasons = List.copyOf(reasons);
    this.answers = List.copyOf(answers);
  }

  /** Made with what all gates have said; at least one of them refuses. */
  public static MoveRefusedException byGates(
      String migration, Stage from, Stage to, List<GateAnswer> answers) {
    return new MoveRefusedException(
        migration,
        from,
        to,
        answers.stream().filter(GateAnswer::refuses).map(GateAnswer::sentence).toList(),
        answers);
  }

  /** What all gates have said; empty if it was not a gate that refused. */
  public List<GateAnswer> answers() {
    return answers;
  }

  /** Why, one sentence or two each. */
  public List<String> reasons() {
    return reasons;
  }
}
