package dev.crossfade.examples.benchmarks;

/**
 * One way to do the work of a row. {@link #once} is called by many threads.
 *
 * <p>What a way does later, off the caller's thread, counts as well: throughput is measured until
 * {@link #settle} has returned.
 */
interface Contender {
  /** Reads the row with a key. */
  static Contender reading(Items items) {
    return key -> {
      if (items.find(key).isEmpty()) {
        throw new IllegalStateException("there is no item " + key);
      }
    };
  }

  /** Does the work for one key. */
  void once(long key) throws Exception;

  /** Returns when nothing is under way any more. */
  default void settle() throws Exception {}
}
