package dev.crossfade.config;

import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The part of a configuration that describes one of the stores. Immutable.
 *
 * @param path where it stands
 * @param url null if none is given, or cannot be
 * @param provider who opens that URL; null if nobody does
 * @param options what may stand there
 */
record StoreSection(
    String path,
    @Nullable String url,
    @Nullable StoreProvider provider,
    List<StoreOption> options) {
  static final String LEGACY = "crossfade.legacy";
  static final String TARGET = "crossfade.target";

  static final StoreOption URL =
      StoreOption.of(
          "url",
          StoreOption.Type.TEXT,
          "Where the store is; says of which kind it is, and so what else there is.");

  /** Who brings what where it is not on the class path. */
  private static final Map<String, String> ARTIFACTS =
      Map.of("jdbc:postgresql:", "crossfade-postgres", "jdbc:sqlite:", "crossfade-sqlite");

  private static final Pattern SCHEME = Pattern.compile("(jdbc:)?[A-Za-z][A-Za-z0-9+.-]+:");
  private static final String OF_PATHS = "crossfade-sqlite";

  static StoreSection of(
      String path, Sources sources, List<StoreProvider> providers, Problems problems) {
    String url = sources.value(path + "." + URL.name(), true, problems);
    StoreProvider provider = url == null ? null : provider(path, url, providers, problems);
    return new StoreSection(path, url, provider, options(provider, providers));
  }

  private static @Nullable StoreProvider provider(
      String path, String url, List<StoreProvider> providers, Problems problems) {
    Optional<StoreProvider> fitting =
        providers.stream().filter(provider -> provider.opens(url)).findFirst();
    if (fitting.isEmpty()) {
      problems.add(problems.shown(path + ".url") + " " + nobody(url, providers));
    }
    return fitting.orElse(null);
  }

  private static String nobody(String url, List<StoreProvider> providers) {
    Optional<String> artifact =
        ARTIFACTS.entrySet().stream()
            .filter(entry -> url.startsWith(entry.getKey()))
            .map(Map.Entry::getValue)
            .findFirst();
    String scheme = scheme(url);
    if (artifact.isPresent() || scheme.isEmpty()) {
      return "is opened by dev.crossfade:"
          + artifact.orElse(OF_PATHS)
          + ", which is not on the class path; add it";
    }
    return "begins with "
        + scheme
        + ", which no store on the class path opens; these are known: "
        + providers.stream().map(StoreProvider::urlForm).collect(Collectors.joining("; "));
  }

  /** {@code jdbc:mysql:}, nothing of what follows; empty for a path. */
  private static String scheme(String url) {
    Matcher begin = SCHEME.matcher(url);
    return begin.lookingAt() ? begin.group() : "";
  }

  /** While the kind is not known, everything that any kind has. */
  private static List<StoreOption> options(
      @Nullable StoreProvider provider, List<StoreProvider> providers) {
    List<StoreOption> options = new ArrayList<>(List.of(URL));
    Set<String> names = new HashSet<>();
    (provider == null ? providers : List.of(provider))
        .forEach(
            each ->
                each.options().stream()
                    .filter(option -> names.add(option.name()))
                    .forEach(options::add));
    return List.copyOf(options);
  }

  /** The store's settings, checked by its provider; empty if it is not described or cannot be. */
  Optional<StoreSettings> settings(Map<String, Object> values, boolean given, Problems problems) {
    if (url == null && given) {
      problems.add(problems.shown(path + ".url") + " is missing; without it the rest says nothing");
    }
    if (url == null || provider == null) {
      return Optional.empty();
    }
    Map<String, Object> options = new HashMap<>();
    String prefix = path + ".";
    values.forEach(
        (name, value) -> {
          if (name.startsWith(prefix) && !name.equals(prefix + URL.name())) {
            options.put(name.substring(prefix.length()), value);
          }
        });
    return Optional.of(new StoreSettings(path, url, options));
  }
}
