package dev.crossfade.examples.quickstart.tokens;

import dev.crossfade.Entity;
import java.time.Instant;

/** One setting of the application. */
public record Setting(String key, String value, Instant updatedAt) {
  /** How it crosses. */
  public static final Entity<Setting, String> ENTITY =
      Entity.of(Setting.class).key("key", String.class).build();
}
