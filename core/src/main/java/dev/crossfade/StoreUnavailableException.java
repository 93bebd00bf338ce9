package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be reached, is shutting down or closed, is read-only or full; or all connections
 * of its pool are in use.
 *
 * <p>When it is thrown nothing has changed in any store. Trying again later is safe. Only the
 * primary's failure reaches a caller: writes and reads go on without the other store, unless {@link
 * Settings.Secondary#REQUIRED} refuses the writes.
 */
public final class StoreUnavailableException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library; the message goes on with what is in the stores. */
  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(
        message + "; nothing was written, trying again later is safe", cause, Outcome.NOT_WRITTEN);
  }
}
