package dev.crossfade.write;

import dev.crossfade.CrossfadeListener.AvailabilityEvent.Reason;
import dev.crossfade.Stage.Side;
import dev.crossfade.wiring.Crossing;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps callers from waiting for a secondary that does not answer. Opens after a few failures in a
 * row of recent attempts; while it is open writes skip step 3. Only repair, which nobody waits for,
 * tries the store again and closes it. Safe for use by many threads.
 */
public final class SecondaryBreaker {
  private static final Logger log = LoggerFactory.getLogger(SecondaryBreaker.class);

  private final Crossing crossing;
  private final CircuitBreaker breaker;

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
                    event.getStateTransition().getToState() == CircuitBreaker.State.CLOSED
                        ? "go to"
                        : "go on without"));
  }

  /** Whether a write may try the secondary. */
  public boolean isClosed() {
    return breaker.getState() == CircuitBreaker.State.CLOSED;
  }

  /** The store answered, if only to refuse. */
  public void answered(long nanos) {
    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
  }

  /** The store of that side did not answer. */
  public void failed(Side secondary, long nanos, Throwable failure) {
    breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
    note(secondary, failure);
  }

  /** Repair has got through to the store of that side: writes may try again. */
  public void close(Side secondary) {
    if (!isClosed()) {
      breaker.transitionToClosedState();
      note(secondary, null);
    }
  }

  private void note(Side secondary, @Nullable Throwable failure) {
    crossing
        .availability()
        .note(Reason.BREAKER, this::isClosed, crossing.store(secondary).name(), failure);
  }
}
