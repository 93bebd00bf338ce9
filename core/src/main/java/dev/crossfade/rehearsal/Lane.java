package dev.crossfade.rehearsal;

/**
 * A thread that carries writes to the other store. It knows whether it is rehearsing: what an
 * implementation then does through repositories of other migrations would not be rolled back.
 */
public final class Lane extends Thread {
  private boolean rehearsing; // only this thread asks

  /** A daemon, not started. */
  public Lane(Runnable task, String name) {
    super(task, name);
    setDaemon(true);
  }

  /**
   * Refuses a write on a thread that is rehearsing.
   *
   * @throws IllegalStateException if this thread is; nothing was written
   */
  public static void refuseWhileRehearsing(String operation) {
    if (Thread.currentThread() instanceof Lane lane && lane.rehearsing) {
      throw new IllegalStateException(
          operation
              + " is called by an implementation that is being rehearsed, and belongs to another"
              + " migration, where it would stay; nothing was written. Declare the rehearsed method"
              + " @Writes(rehearsed = false)");
    }
  }

  /** Does something as a rehearsal, if this is such a thread. */
  static void rehearsing(Runnable work) {
    if (Thread.currentThread() instanceof Lane lane) {
      lane.rehearsing = true;
      try {
        work.run();
      } finally {
        lane.rehearsing = false;
      }
    } else {
      work.run();
    }
  }
}
