package dev.crossfade;

import java.util.List;

/**
 * The stage that the settings of this process want a migration in, and what has come of it. From
 * {@link Migration#wanted}.
 *
 * @param stage the wanted stage
 * @param obeyed whether it has no effect any more: the migration was moved there because all live
 *     instances wanted it, or a move by hand has superseded it. Only another setting, or a move by
 *     hand, changes the stage from here.
 * @param reasons why it has not been obeyed, as of the last look: what the gates say, which other
 *     instances want something else, or what could not be reached. It is tried again. Empty if it
 *     is obeyed, or has not been looked at yet
 */
public record WantedStage(Stage stage, boolean obeyed, List<String> reasons) {
  /** Copies what is given. */
  public WantedStage {
    reasons = List.copyOf(reasons);
  }
}
