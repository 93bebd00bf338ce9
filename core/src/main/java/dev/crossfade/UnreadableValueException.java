package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * A stored value does not fit the type it is declared with; the message names entity, column and
 * what was expected, never the value.
 *
 * <p>When it is thrown by a read nothing has changed in any store; by a write neither, because its
 * transaction was rolled back. Trying again fails again: correct the stored value or its mapping.
 */
public final class UnreadableValueException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public UnreadableValueException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
