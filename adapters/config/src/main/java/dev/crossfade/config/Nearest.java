package dev.crossfade.config;

import dev.crossfade.store.NearestName;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Which of the names there are was probably meant. */
final class Nearest {
  /** What a section left out counts, however long its name. */
  private static final int SECTION_LEFT_OUT = 1;

  private Nearest() {}

  /** The name that takes the fewest changes; there is at least one. */
  static String of(String given, Collection<String> names) {
    return names.stream()
        .min(
            Comparator.<String>comparingInt(name -> distance(given, name))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  /**
   * How many letters differ; case, hyphens, underscores and dots do not count, and a section left
   * out counts as one.
   */
  static int distance(String given, String name) {
    String from = letters(given);
    String to = letters(name);
    int letters = NearestName.distance(from, to);
    boolean inside = !from.isEmpty() && (to.endsWith(from) || from.endsWith(to));
    return inside ? Math.min(letters, SECTION_LEFT_OUT) : letters;
  }

  static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9*]", "");
  }
}
