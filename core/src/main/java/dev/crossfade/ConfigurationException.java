package dev.crossfade;

import java.util.List;

/**
 * The wiring of a migration, its mapping or its databases do not fit together. The message holds
 * every problem at once, each with its fix.
 *
 * <p>When it is thrown no row was changed; the library's own tables may have been made. Trying
 * again is safe.
 */
public final class ConfigurationException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  /** Made with all problems that were found; at least one. */
  public ConfigurationException(List<String> problems) {
    super(message(problems), null, Outcome.NOT_WRITTEN);
    this.problems = List.copyOf(problems);
  }

  /** The problems, one sentence or two each. */
  public List<String> problems() {
    return problems;
  }

  private static String message(List<String> problems) {
    return problems.size() == 1
        ? problems.get(0)
        : problems.size() + " problems:\n  - " + String.join("\n  - ", problems);
  }
}
