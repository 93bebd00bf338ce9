package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The connection was lost while a change was under way, or the answer to its commit was.
 *
 * <p>When it is thrown the primary store has the whole change or nothing of it, and nobody knows
 * which; the other store has nothing of it yet. The library applies nothing on top of it; its
 * journal brings the other store to what the primary has. Trying again is not safe by itself: read
 * first, or write what may be written twice ({@link Repository#save} of a row with a key).
 */
public final class OutcomeUnknownException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library; the message goes on with what is in the stores. */
  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(
        message + "; whether it was written is not known: read before writing again",
        cause,
        Outcome.UNKNOWN);
  }
}
