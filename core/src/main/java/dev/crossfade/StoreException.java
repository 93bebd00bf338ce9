package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The store refused a statement for a reason that has no type of its own, such as a missing table
 * or right; the message and cause say which. Nothing was written.
 */
public final class StoreException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
