package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * A row refers to one that does not exist, or a row that others refer to was to be deleted. Nothing
 * was written.
 */
public final class ForeignKeyException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public ForeignKeyException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
