package dev.crossfade.config;

import dev.crossfade.ConfigurationException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everything that is wrong with a configuration, and where its values were read. Not shared. */
final class Problems {
  private final List<String> found = new ArrayList<>();
  private final Map<String, String> places = new HashMap<>();

  /** Where the value of a key was read. */
  void readAt(String path, String place) {
    places.put(path, place);
  }

  /** The path with its place behind it, if it has one. */
  String shown(String path) {
    String place = places.get(path);
    return place == null ? path : path + " (" + place + ")";
  }

  void add(String problem) {
    found.add(problem);
  }

  /** A problem that names the paths of these values. */
  void add(List<String> paths, String problem) {
    List<String> read = paths.stream().map(places::get).filter(place -> place != null).toList();
    found.add(read.isEmpty() ? problem : problem + " (" + String.join(", ", read) + ")");
  }

  List<String> found() {
    return found;
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ConfigurationException(found.stream().distinct().toList());
    }
  }
}
