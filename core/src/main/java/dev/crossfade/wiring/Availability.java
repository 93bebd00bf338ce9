package dev.crossfade.wiring;

import static dev.crossfade.CrossfadeListener.AvailabilityEvent.Reason.UNFIT;

import dev.crossfade.CrossfadeListener.AvailabilityEvent;
import dev.crossfade.CrossfadeListener.AvailabilityEvent.Reason;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether writes are carried over to the secondary store, as two parts of the engine see it: who
 * keeps up the membership, and the breaker. Tells listeners of each change once. Safe for use by
 * many threads.
 */
public final class Availability {
  private final String migration;
  private final Events events;

  /** Guards the reasons; held while listeners are told, so that they hear changes in order. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Set<Reason> against = EnumSet.noneOf(Reason.class);
  private volatile boolean available = true;

  Availability(String migration, Events events) {
    this.migration = migration;
    this.events = events;
  }

  /** Whether nothing is known against it. */
  public boolean isAvailable() {
    return available;
  }

  /**
   * What stands for this reason may have changed.
   *
   * @param holds asked with the lock, so that of two who note at once the later has the last word
   * @param store the secondary store's name
   * @param failure what it answered, if that is known
   */
  public void note(
      Reason reason, BooleanSupplier holds, String store, @Nullable Throwable failure) {
    lock.lock();
    try {
      boolean changed = holds.getAsBoolean() ? against.remove(reason) : against.add(reason);
      boolean news =
          available != against.isEmpty() || (reason == UNFIT && against.contains(reason));
      if (changed && news) {
        available = against.isEmpty();
        tell(new AvailabilityEvent(migration, store, available, reason, failure));
      }
    } finally {
      lock.unlock();
    }
  }

  private void tell(AvailabilityEvent event) {
    events.tell(listener -> listener.secondaryAvailability(event));
  }
}
