package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be reached, is shutting down, is read-only, is full or is locked by another
 * program. Nothing was written; trying again later is safe.
 */
public final class StoreUnavailableException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
