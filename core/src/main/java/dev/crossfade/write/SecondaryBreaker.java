package dev.crossfade.write;

import dev.crossfade.CrossfadeListener.AvailabilityEvent.Reason;
import dev.crossfade.Settings;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.store.Span;
import dev.crossfade.wiring.Crossing;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps callers from waiting for a secondary that does not answer: while it is open writes skip
 * step 3.
 *
 * <p>It opens at once when a caller has waited in vain for as long as callers wait, and when the
 * store says that it takes no writes (out of reach, read-only, full) or breaks a connection.
 * Time-outs that nobody waited for may be one row's fault, a lock's: they open it when they are
 * half of the last ten changes. What a store says of a row, such as a constraint, never does.
 *
 * <p>Only repair, which nobody waits for, tries the store again; it closes when a change like those
 * of writes got through within the time a caller would have waited, or was refused for its rows'
 * sake: of rows whose unique values are in each other's way none gets through alone. That the store
 * answers otherwise is no sign: it may take heartbeats and hold up rows.
 *
 * <p>Safe for use by many threads.
 */
public final class SecondaryBreaker {
  private static final Logger log = LoggerFactory.getLogger(SecondaryBreaker.class);

  private final Crossing crossing;
  private final CircuitBreaker breaker;

  /** Guards what follows, and the state's changes. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Side openFor;
  private @Nullable Span suspect;

  /** Made once per migration. */
  public SecondaryBreaker(Crossing crossing) {
    this.crossing = crossing;
    breaker =
        CircuitBreaker.of(
            "crossfade-" + crossing.name(),
            CircuitBreakerConfig.custom()
                .slidingWindowSize(10)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .waitDurationInOpenState(Duration.ofDays(365)) // repair closes it
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(
            event ->
                log.info(
                    "Writes of migration '{}' {} the secondary store.",
                    crossing.name(),
                    event.getStateTransition().getToState() == State.CLOSED
                        ? "go to"
                        : "go on without"));
  }

  /** Whether a write may try the secondary. */
  public boolean isClosed() {
    return breaker.getState() == State.CLOSED;
  }

  /** The store answered, if only to refuse. */
  public void answered(long nanos) {
    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * The store of that side did not do a change, for a reason that is not the change's.
   *
   * @param change the key that was to be changed, or one of them; null if there was none
   */
  public void failed(Side secondary, long nanos, Throwable failure, @Nullable Span change) {
    lock.lock();
    try {
      boolean wasClosed = isClosed();
      breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
      if (isClosed() && !(failure instanceof StoreTimeoutException)) {
        breaker.transitionToOpenState();
      }
      if (wasClosed && !isClosed()) {
        openFor = secondary;
        suspect = change;
      }
    } finally {
      lock.unlock();
    }
    note(secondary, failure);
  }

  /**
   * A caller has waited for a change for as long as callers wait, and goes on without.
   *
   * @param change the key that was to be changed, or one of them
   */
  public void waitedOut(Side secondary, Duration waited, @Nullable Span change) {
    if (isClosed()) {
      failed(
          secondary,
          waited.toNanos(),
          new IllegalStateException(
              crossing.store(secondary).name()
                  + " did not make a change within "
                  + waited.toMillis()
                  + " ms"),
          change);
    }
  }

  /**
   * The store of that side has done a change of repair's, or looked at its rows; quickly, or not.
   */
  public void passed(Side secondary, long nanos) {
    if (!isClosed() && nanos <= longestWait(crossing.settings()).toNanos()) {
      close(secondary);
    }
  }

  private static Duration longestWait(Settings settings) {
    return settings.secondaryWait().isZero() ? settings.secondaryLimit() : settings.secondaryWait();
  }

  /** Whether it is open because of another store than the one of that side: nothing is known. */
  public boolean isOutdated(Side secondary) {
    lock.lock();
    try {
      return !isClosed() && openFor != secondary;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A key whose change opened it: to change it again is the best trial. None while it is closed.
   */
  public Optional<Span> suspect() {
    lock.lock();
    try {
      return Optional.ofNullable(suspect);
    } finally {
      lock.unlock();
    }
  }

  /** That key says nothing about the store any more. */
  public void acquit(Span change) {
    lock.lock();
    try {
      suspect = change.equals(suspect) ? null : suspect;
    } finally {
      lock.unlock();
    }
  }

  /** Writes may try the store of that side again. */
  public void close(Side secondary) {
    lock.lock();
    try {
      if (isClosed()) {
        return;
      }
      openFor = null;
      suspect = null;
      breaker.transitionToClosedState();
    } finally {
      lock.unlock();
    }
    note(secondary, null);
  }

  private void note(Side secondary, @Nullable Throwable failure) {
    crossing
        .availability()
        .note(Reason.BREAKER, this::isClosed, crossing.store(secondary).name(), failure);
  }
}
