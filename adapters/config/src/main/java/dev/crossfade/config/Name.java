package dev.crossfade.config;

import io.smallrye.config.NameIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The name of a property, taken apart. Immutable.
 *
 * @param profile the profile it is for, null if for all
 * @param segments what the dots part, out of their quotes
 */
record Name(@Nullable String profile, List<String> segments) {
  static final String ROOT = "crossfade";

  static Name of(String property) {
    if (!property.startsWith("%")) {
      return new Name(null, parts(property));
    }
    int dot = property.indexOf('.');
    return dot < 0
        ? new Name(property.substring(1), List.of())
        : new Name(property.substring(1, dot), parts(property.substring(dot + 1)));
  }

  private static List<String> parts(String property) {
    List<String> segments = new ArrayList<>();
    NameIterator iterator = new NameIterator(property);
    while (iterator.hasNext()) {
      segments.add(iterator.getNextSegment());
      iterator.next();
    }
    return List.copyOf(segments);
  }

  /** Whether it is one of ours. */
  boolean isOurs() {
    return !segments.isEmpty() && segments.get(0).equals(ROOT);
  }

  boolean isFor(List<String> profiles) {
    return profile == null || profiles.contains(profile);
  }

  /** Without the profile. */
  String path() {
    return path(segments);
  }

  static String path(List<String> segments) {
    return segments.stream().map(Name::quoted).collect(Collectors.joining("."));
  }

  static String quoted(String segment) {
    return segment.isEmpty() || segment.contains(".") ? '"' + segment + '"' : segment;
  }
}
