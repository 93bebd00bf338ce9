package dev.crossfade.mapping;

import dev.crossfade.ConfigurationException;
import dev.crossfade.store.NearestName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Everything that is wrong with a mapping, each with its place. Not shared. */
final class Findings {
  private record Finding(Place place, String problem) {}

  private final List<Finding> found = new ArrayList<>();

  void add(Place place, String problem) {
    found.add(new Finding(place, problem));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** In the order of the file's lines. */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ConfigurationException(
          found.stream()
              .sorted(Comparator.comparingInt(finding -> finding.place().line()))
              .map(finding -> finding.place() + ": " + finding.problem())
              .distinct()
              .toList());
    }
  }

  /** The name that was probably meant, as the end of a sentence; empty if there are none. */
  static String nearest(String given, Collection<String> names) {
    return names.stream()
        .min(
            Comparator.<String>comparingInt(name -> distance(given, name))
                .thenComparing(Comparator.naturalOrder()))
        .map(name -> "; the nearest is " + name)
        .orElse("");
  }

  /** Case, underscores and a schema left out do not count. */
  private static int distance(String given, String name) {
    String letters = Names.letters(given);
    String plain = name.substring(name.lastIndexOf('.') + 1);
    return Math.min(
        NearestName.distance(letters, Names.letters(name)),
        NearestName.distance(letters, Names.letters(plain)));
  }
}
