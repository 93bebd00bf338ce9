package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The primary store did not answer within its time limit and has given the work up: a statement or
 * a wait for a lock took too long (on SQLite: for a file that another program holds), or the
 * waiting thread was interrupted.
 *
 * <p>When it is thrown nothing has changed in any store, and nothing will. Trying again is safe;
 * where a lock was in the way, look for who holds it.
 */
public final class StoreTimeoutException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library; the message goes on with what is in the stores. */
  public StoreTimeoutException(String message, @Nullable Throwable cause) {
    super(message + "; nothing was written, trying again is safe", cause, Outcome.NOT_WRITTEN);
  }
}
