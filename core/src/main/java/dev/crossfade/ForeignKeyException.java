package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * A row refers to one that does not exist, or a row that others refer to was to be deleted. The
 * message names what the store says of the constraint.
 *
 * <p>When it is thrown nothing has changed in any store: neither by this write nor by the others of
 * its unit of work. Trying again is safe once the other row is there, or gone.
 */
public final class ForeignKeyException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library; the message goes on with what is in the stores. */
  public ForeignKeyException(String message, @Nullable Throwable cause) {
    super(message + "; nothing was written", cause, Outcome.NOT_WRITTEN);
  }
}
