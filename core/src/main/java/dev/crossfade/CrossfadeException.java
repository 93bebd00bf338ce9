package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything Crossfade throws at an application. The same failure is the same type in
 * every stage and on every store; what the driver threw is the {@linkplain #getCause() cause}.
 * Misuse of the API is an {@link IllegalArgumentException} or {@link IllegalStateException}.
 *
 * <p>{@link #outcome()} says what has become of a write, whatever the type; each type says whether
 * trying again is safe. Messages name the store, and entity, table or constraint; they hold neither
 * passwords nor values of rows other than keys.
 */
public abstract class CrossfadeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Outcome outcome;

  /** What has become of the write that failed. */
  public enum Outcome {
    /** Nothing has changed in any store. */
    NOT_WRITTEN,
    /** The primary store has it; only what came afterwards failed. */
    WRITTEN,
    /**
     * The primary store has it or not; reading tells. Both stores agree once the journal has
     * settled.
     */
    UNKNOWN
  }

  /** For the exceptions of this package. */
  protected CrossfadeException(String message, @Nullable Throwable cause, Outcome outcome) {
    super(message, cause);
    this.outcome = outcome;
  }

  /** What has become of the write; {@link Outcome#NOT_WRITTEN} for reads. */
  public Outcome outcome() {
    return outcome;
  }
}
