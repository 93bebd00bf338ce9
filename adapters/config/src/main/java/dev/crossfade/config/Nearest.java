package dev.crossfade.config;

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
    int letters = changes(from, to);
    boolean inside = !from.isEmpty() && (to.endsWith(from) || from.endsWith(to));
    return inside ? Math.min(letters, SECTION_LEFT_OUT) : letters;
  }

  static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9*]", "");
  }

  /** Changed, added or left out letters; keeps one row of the table of distances. */
  private static int changes(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
