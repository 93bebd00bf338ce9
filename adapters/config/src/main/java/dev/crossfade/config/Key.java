package dev.crossfade.config;

import dev.crossfade.store.StoreOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A key that a configuration may have. Immutable.
 *
 * @param segments its path, with {@code *} for a name that the configuration chooses
 * @param option what its value is
 */
record Key(List<String> segments, StoreOption option) {
  static final String ANY = "*";

  /** An option below a section: {@code crossfade} or {@code crossfade.target}. */
  static Key of(String section, StoreOption option) {
    return new Key(List.of((section + "." + option.name()).split("\\.")), option);
  }

  /** The key whose value is the name of a file that holds this one's. */
  Key file() {
    StoreOption file =
        StoreOption.of(
            option.name() + "-file",
            StoreOption.Type.FILE,
            "A file that holds it instead; a line break at its end does not count.");
    List<String> sibling = new ArrayList<>(segments);
    sibling.set(segments.size() - 1, segments.get(segments.size() - 1) + "-file");
    return new Key(List.copyOf(sibling), file);
  }

  boolean isSecret() {
    return option.type() == StoreOption.Type.SECRET;
  }

  boolean isChosen() {
    return segments.contains(ANY);
  }

  boolean matches(List<String> path) {
    return path.size() == segments.size() && covers(path);
  }

  /** Whether the path is this one or a section that it lies in. */
  boolean covers(List<String> path) {
    if (path.size() > segments.size()) {
      return false;
    }
    for (int i = 0; i < path.size(); i++) {
      String segment = segments.get(i);
      if (!segment.equals(path.get(i)) && !segment.equals(ANY)) {
        return false;
      }
    }
    return true;
  }

  /** Its path, with the name in the place of the {@code *}. */
  String path(String name) {
    return Name.path(segments.stream().map(each -> each.equals(ANY) ? name : each).toList());
  }

  String path() {
    return Name.path(segments);
  }

  /** What environment variables for it are called; the group is the chosen name. */
  Pattern variable() {
    return Pattern.compile(variableOf(path()).replace(ANY, "(.+)"));
  }

  /** As MicroProfile Config has it: in capitals, with underscores for the rest. */
  static String variableOf(String path) {
    return path.replaceAll("[^A-Za-z0-9*]", "_").toUpperCase(Locale.ROOT);
  }
}
