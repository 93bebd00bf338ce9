package dev.crossfade.config;

import dev.crossfade.store.StoreOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The keys that there are. Immutable. */
record Tree(List<Key> keys) {
  private static final int EXAMPLES = 3;

  /** The keys of settings and of the two stores. */
  static Tree of(List<StoreOption> legacy, List<StoreOption> target) {
    List<Key> keys = new ArrayList<>(SettingKeys.keys());
    legacy.forEach(option -> add(keys, StoreSection.LEGACY, option));
    target.forEach(option -> add(keys, StoreSection.TARGET, option));
    return new Tree(List.copyOf(keys));
  }

  private static void add(List<Key> keys, String section, StoreOption option) {
    Key key = Key.of(section, option);
    keys.add(key);
    if (key.isSecret()) {
      keys.add(key.file());
    }
  }

  Optional<Key> find(List<String> path) {
    return keys.stream().filter(key -> key.matches(path)).findFirst();
  }

  /** Whether there are keys below this path. */
  boolean isSection(List<String> path) {
    return keys.stream().anyMatch(key -> key.covers(path));
  }

  /** Some keys of a section. */
  String below(List<String> path) {
    return keys.stream()
            .filter(key -> key.covers(path))
            .limit(EXAMPLES)
            .map(Key::path)
            .collect(Collectors.joining(", "))
        + ", …";
  }

  /** What to write instead of a path that is none of these. */
  String instead(List<String> path) {
    if (path.size() > 2) {
      String section = Name.path(path.subList(0, 2));
      Optional<String> hinted =
          Hints.of(path)
              .filter(hint -> find(Name.of(section + "." + hint.option()).segments()).isPresent())
              .map(hint -> section + "." + hint.option() + " is meant" + hint.note());
      if (hinted.isPresent()) {
        return hinted.get();
      }
    }
    return "the nearest is " + nearest(path);
  }

  private String nearest(List<String> path) {
    String given = Name.path(path.subList(1, path.size()));
    return keys.stream()
        .map(key -> named(key, path))
        .min(
            Comparator.<String>comparingInt(
                    known -> Nearest.distance(given, known.substring(Name.ROOT.length() + 1)))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  /** With the name that was given, where one is to be chosen. */
  private static String named(Key key, List<String> path) {
    int star = key.segments().indexOf(Key.ANY);
    return star >= 0 && star < path.size() - 1 ? key.path(path.get(star)) : key.path();
  }
}
