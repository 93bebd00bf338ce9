package dev.crossfade.examples.quickstart.tokens;

import dev.crossfade.Entity;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** One setting of the application. */
public record Setting(String key, String value, Instant updatedAt) {
  /** How it crosses. */
  public static final Entity<Setting, String> ENTITY =
      Entity.of(Setting.class).key("key", String.class).build();

  /** How it crosses from a store that cuts times to milliseconds. */
  public static final Entity<Setting, String> IN_MILLIS =
      Entity.of(Setting.class)
          .key("key", String.class)
          .time("updatedAt", ChronoUnit.MILLIS)
          .build();
}
