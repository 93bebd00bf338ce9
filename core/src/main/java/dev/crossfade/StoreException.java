package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The store refused a statement for a reason that has no type of its own, such as a missing table
 * or right; the message and cause say which.
 *
 * <p>When it is thrown nothing has changed in any store. Trying the same again fails again until
 * somebody has looked at it.
 */
public final class StoreException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library; the message goes on with what is in the stores. */
  public StoreException(String message, @Nullable Throwable cause) {
    super(message + "; nothing was written", cause, Outcome.NOT_WRITTEN);
  }
}
