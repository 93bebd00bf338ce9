package dev.crossfade.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store as a configuration describes it. Immutable.
 *
 * @param path where in the configuration it stands, such as {@code crossfade.target}; messages name
 *     options by it
 * @param url where the store is
 * @param options the values of {@link StoreProvider#options} by name, defaults included, each of
 *     its option's type. An option with {@code *} is here once per name, with the name in its
 *     place, in quotes if it holds a dot.
 */
public record StoreSettings(String path, String url, Map<String, Object> options) {
  /** Copies the options. */
  public StoreSettings {
    options = Map.copyOf(options);
  }

  /** The full path of an option. */
  public String path(String option) {
    return path + "." + option;
  }

  /** The URL without what may hold a password: parameters, and users before a host. */
  public String shownUrl() {
    return url.replaceFirst("[?;].*", "").replaceFirst("//[^/]*@", "//");
  }

  /** A text, if the option has a value. */
  public Optional<String> text(String option) {
    return optional(option, String.class);
  }

  /** A file, if the option has a value. */
  public Optional<Path> file(String option) {
    return optional(option, Path.class);
  }

  /** A secret, if the option has a value. */
  public Optional<Secret> secret(String option) {
    return optional(option, Secret.class);
  }

  /** A number, of an option that has a default or was given. */
  public int number(String option) {
    return value(option, Integer.class);
  }

  /** A duration, of an option that has a default or was given. */
  public Duration duration(String option) {
    return value(option, Duration.class);
  }

  /** Whether, of an option that has a default or was given. */
  public boolean yes(String option) {
    return value(option, Boolean.class);
  }

  /**
   * The names that options with {@code *} were given under, in alphabetical order: those of tables
   * under {@code monthly-partitions}, say.
   */
  public List<String> names(String section) {
    return options.keySet().stream()
        .filter(name -> name.startsWith(section + "."))
        .map(name -> name.substring(section.length() + 1, name.lastIndexOf('.')))
        .distinct()
        .sorted()
        .toList();
  }

  private <T> T value(String option, Class<T> type) {
    return optional(option, type)
        .orElseThrow(() -> new IllegalArgumentException(path(option) + " has no value"));
  }

  private <T> Optional<T> optional(String option, Class<T> type) {
    @Nullable Object value = options.get(option);
    return Optional.ofNullable(value).map(type::cast);
  }

  /** Its place in the configuration and its URL; nothing that may be secret. */
  @Override
  public String toString() {
    return path + " at " + shownUrl();
  }
}
