package dev.crossfade.store;

import org.jspecify.annotations.Nullable;

/**
 * The work of a unit of work, run on the caller's thread inside the store's transaction.
 *
 * @param <R> its result
 * @param <X> what it may throw; thrown on as it is, after the transaction has been rolled back
 */
@FunctionalInterface
public interface UnitBody<R extends @Nullable Object, X extends Exception> {
  /** Does the work through the repositories of the store. */
  R run() throws X;
}
