package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * A value is refused by the store: a check constraint, a missing value in a not-null column, a
 * value too long or out of range. The message names constraint or column, never the value.
 *
 * <p>When it is thrown nothing has changed in any store: neither by this write nor by the others of
 * its unit of work. Trying the same again fails again; correct the row.
 */
public final class CheckException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library; the message goes on with what is in the stores. */
  public CheckException(String message, @Nullable Throwable cause) {
    super(message + "; nothing was written", cause, Outcome.NOT_WRITTEN);
  }
}
