package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * No row has the key that was asked for. The message names entity and key.
 *
 * <p>When it is thrown nothing has changed in any store. A unit of work that catches it may go on;
 * asking again is safe.
 */
public final class NotFoundException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public NotFoundException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
