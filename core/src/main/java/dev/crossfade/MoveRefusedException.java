package dev.crossfade;

import java.util.List;

/**
 * A move to another stage was refused; the stage is what it was. The message holds each reason and
 * its fix.
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
