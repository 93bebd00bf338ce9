package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The connection was lost while a change was under way, or the answer to its commit was: it is in
 * the primary store or not. Read before writing again. The library applies nothing on top of it;
 * its journal settles the other store.
 */
public final class OutcomeUnknownException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.UNKNOWN);
  }
}
