package dev.crossfade.cutover;

import dev.crossfade.Settings;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a primary is left open after it was closed in vain: all writes have waited for that
 * attempt, and those of every instance that wants the stage would add up. Twice as long each time,
 * and up to half as long again, so that instances do not try together; over with success or other
 * settings. For one thread.
 */
final class Patience {
  static final Duration FIRST = Duration.ofSeconds(5);
  static final Duration LONGEST = Duration.ofMinutes(5);

  private final LongSupplier nanoTime;
  private final DoubleSupplier random;
  private @Nullable Settings tried;
  private Duration wait = FIRST;
  private long until;

  /**
   * No wait at first.
   *
   * @param nanoTime as {@link System#nanoTime}
   * @param random from 0 to 1
   */
  Patience(LongSupplier nanoTime, DoubleSupplier random) {
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /** How long the primary is still to be left open under these settings; zero if it is not. */
  Duration left(Settings settings) {
    if (!settings.equals(tried)) {
      end();
      return Duration.ZERO;
    }
    return Duration.ofNanos(Math.max(0, until - nanoTime.getAsLong()));
  }

  /** It was closed in vain under these settings. */
  void closedInVain(Settings settings) {
    wait = tried == null ? FIRST : shorter(wait.multipliedBy(2), LONGEST);
    tried = settings;
    until = nanoTime.getAsLong() + (long) (wait.toNanos() * (1 + random.getAsDouble() / 2));
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** What was wanted has come about, or is not wanted any more. */
  void end() {
    tried = null;
  }
}
