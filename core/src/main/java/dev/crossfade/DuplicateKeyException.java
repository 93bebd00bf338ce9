package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * A key or another unique value is taken. The message names the constraint, or entity and key.
 *
 * <p>When it is thrown nothing has changed in any store: neither by this write nor by the others of
 * its unit of work. Trying the same again fails again while the other row is there.
 */
public final class DuplicateKeyException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library; the message goes on with what is in the stores. */
  public DuplicateKeyException(String message, @Nullable Throwable cause) {
    super(message + "; nothing was written", cause, Outcome.NOT_WRITTEN);
  }
}
