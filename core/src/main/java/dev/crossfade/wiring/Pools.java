package dev.crossfade.wiring;

import java.util.concurrent.ThreadPoolExecutor;

/** What the pools of a migration have in common. */
public final class Pools {
  private Pools() {}

  /**
   * Gives a pool of fixed size another size; a thread too many ends when its task does. For one
   * thread at a time.
   */
  public static void resize(ThreadPoolExecutor pool, int threads) {
    if (threads > pool.getMaximumPoolSize()) {
      pool.setMaximumPoolSize(threads);
      pool.setCorePoolSize(threads);
    } else {
      pool.setCorePoolSize(threads);
      pool.setMaximumPoolSize(threads);
    }
  }
}
