package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The store gave the transaction up because of a concurrent one (deadlock, serialization failure),
 * also after the library's own retries. Nothing was written; trying again is safe.
 */
public final class ConflictException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public ConflictException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
