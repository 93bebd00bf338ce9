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

  /** Made with all reasons; at least one. */
  public MoveRefusedException(String migration, Stage from, Stage to, List<String> reasons) {
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
  }

  /** Why, one sentence or two each. */
  public List<String> reasons() {
    return reasons;
  }
}
