package dev.crossfade.examples.quickstart.tokens;

import dev.crossfade.Repository;
import dev.crossfade.Writes;
import java.time.Instant;

/** The settings, some of which are counters. */
public interface SettingsRepository extends Repository<Setting, String> {
  /**
   * Adds one to a counter, which begins at 0.
   *
   * @return its value now
   */
  @Writes
  long increment(String key, Instant moment);
}
