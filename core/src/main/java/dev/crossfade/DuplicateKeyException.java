package dev.crossfade;

import org.jspecify.annotations.Nullable;

/** A key or another unique value is taken. Nothing was written. */
public final class DuplicateKeyException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public DuplicateKeyException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
