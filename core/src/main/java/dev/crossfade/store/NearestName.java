package dev.crossfade.store;

import java.util.Collection;
import java.util.Comparator;

/** Which of the names there are was probably meant; for messages. */
public final class NearestName {
  private NearestName() {}

  /** The name that takes the fewest changed, added or left out letters; there is at least one. */
  public static String of(String given, Collection<String> names) {
    return names.stream()
        .min(
            Comparator.<String>comparingInt(name -> distance(given, name))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  /** How many letters must be changed, added or left out to make one of the other. */
  public static int distance(String from, String to) {
    // One row of the table of distances.
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
