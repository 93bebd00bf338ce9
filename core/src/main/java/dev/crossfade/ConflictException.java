package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The store gave the transaction up because of a concurrent one (deadlock, serialization failure),
 * also after the library's own retries: up to three, of single rows, of a repository's methods and
 * of {@linkplain Crossfade#repeatableUnit repeatable} units of work. Other units are not repeated,
 * because their body is the application's.
 *
 * <p>When it is thrown nothing has changed in any store. Trying again is safe, and after a moment
 * likely to succeed.
 */
public final class ConflictException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  /** Made by stores and by the library; the message goes on with what is in the stores. */
  public ConflictException(String message, @Nullable Throwable cause) {
    super(message + "; nothing was written, trying again is safe", cause, Outcome.NOT_WRITTEN);
  }
}
