package dev.crossfade;

import java.util.List;

/**
 * How this process is with its migrations, for probes: asks no store, so it answers at once
 * whatever is down. From {@link Crossfade#health}. Immutable.
 *
 * @param state what it comes to
 * @param reasons why it is not {@link State#UP}, a sentence each
 */
public record Health(State state, List<String> reasons) {
  /** Copies what is given. */
  public Health {
    reasons = List.copyOf(reasons);
  }

  /** What health comes to. */
  public enum State {
    /** All is as it should be. */
    UP,
    /**
     * The application is served, and somebody should look: the other store does not follow, or a
     * wanted stage is refused. A restart helps nothing.
     */
    DEGRADED,
    /** Closed: nothing works any more. */
    DOWN
  }

  /** Whether the process should go on; for a liveness probe. Never false for what a store does. */
  public boolean isAlive() {
    return state != State.DOWN;
  }
}
