package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The primary store did not answer within its time limit and has given the work up. Nothing was
 * written.
 */
public final class StoreTimeoutException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public StoreTimeoutException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
