package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * A value is refused by the store: a check constraint, a missing value in a not-null column, a
 * value too long or out of range. Nothing was written.
 */
public final class CheckException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public CheckException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
