package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The migration was changing its primary store for longer than {@code writeWait}.
 *
 * <p>When it is thrown nothing has changed in any store, and the body of a unit of work has not
 * run. Trying again is safe: the change is undone at its deadline, or done.
 */
public final class SwitchInProgressException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library. */
  public SwitchInProgressException(String message, @Nullable Throwable cause) {
    super(message, cause, Outcome.NOT_WRITTEN);
  }
}
