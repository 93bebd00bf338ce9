package dev.crossfade.examples.benchmarks;

/**
 * One way to do the work of a row. {@link #once} is called by many threads.
 *
 * <p>What a way does later, off the caller's thread, counts as well: throughput is measured until
 * {@link #settle} has returned.
 */
interface Contender {
  /** Does the work for one key. */
  void once(long key) throws Exception;

  /** Returns when nothing is under way any more. */
  default void settle() throws Exception {}
}
