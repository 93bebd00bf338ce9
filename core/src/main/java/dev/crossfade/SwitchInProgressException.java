package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The migration was changing its primary store for longer than {@code writeWait}. Nothing was
 * written; trying again is safe.
 */
public final class SwitchInProgressException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public SwitchInProgressException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
