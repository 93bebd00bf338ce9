package dev.crossfade.config;

import dev.crossfade.Settings;
import dev.crossfade.config.Inputs.Content;
import dev.crossfade.config.Inputs.File;
import dev.crossfade.store.StoreSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A configuration as it was read at one moment, valid. Immutable.
 *
 * @param contents of the files it was read from
 */
record Snapshot(
    Settings settings,
    Optional<StoreSettings> legacy,
    Optional<StoreSettings> target,
    Duration rereadEvery,
    Map<File, Content> contents) {

  /** The paths under which another one describes its stores otherwise. */
  Set<String> otherStores(Snapshot other) {
    Set<String> paths = new TreeSet<>();
    compare(StoreSection.LEGACY, legacy, other.legacy, paths);
    compare(StoreSection.TARGET, target, other.target, paths);
    return paths;
  }

  private static void compare(
      String section,
      Optional<StoreSettings> before,
      Optional<StoreSettings> now,
      Set<String> paths) {
    if (!before.map(StoreSettings::url).equals(now.map(StoreSettings::url))) {
      paths.add(section + "." + StoreSection.URL.name());
    }
    Map<String, Object> old = before.map(StoreSettings::options).orElse(Map.of());
    Map<String, Object> next = now.map(StoreSettings::options).orElse(Map.of());
    Set<String> names = new TreeSet<>(old.keySet());
    names.addAll(next.keySet());
    for (String name : names) {
      if (!Optional.ofNullable(old.get(name)).equals(Optional.ofNullable(next.get(name)))) {
        paths.add(section + "." + name);
      }
    }
  }
}
