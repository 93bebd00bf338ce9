package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * One component that differs between the stores.
 *
 * @param component its name; {@code (row)} where a row exists in one store only
 * @param primary its value in the primary store, as it may be shown
 * @param secondary its value in the other store, as it may be shown
 */
public record Difference(String component, @Nullable String primary, @Nullable String secondary) {
  /** {@code symbol: 'A' in the primary, 'B' in the secondary}. */
  @Override
  public String toString() {
    return component + ": " + primary + " in the primary, " + secondary + " in the secondary";
  }
}
