package dev.crossfade.postgres;

import dev.crossfade.ConfigurationException;
import dev.crossfade.postgres.PostgresOptions.Told;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens a {@link PostgresStore} that a configuration describes. Stateless. */
public final class PostgresProvider implements StoreProvider {
  /** For {@link java.util.ServiceLoader}. */
  public PostgresProvider() {}

  @Override
  public String kind() {
    return "PostgreSQL";
  }

  @Override
  public String urlForm() {
    return "jdbc:postgresql://host:5432/database";
  }

  @Override
  public boolean opens(String url) {
    return url.startsWith("jdbc:postgresql:");
  }

  @Override
  public List<StoreOption> options() {
    return PostgresOptions.ALL.stream().map(Told::option).toList();
  }

  @Override
  public List<String> problems(StoreSettings settings) {
    List<String> problems = new ArrayList<>();
    PostgresStore.Builder builder;
    try {
      builder = PostgresStore.at(settings.url());
    } catch (IllegalArgumentException e) {
      return List.of(settings.path("url") + ": " + e.getMessage());
    }
    missing(settings, problems);
    for (Told told : PostgresOptions.ALL) {
      for (String name : names(told.option(), settings)) {
        tell(builder, told, settings, name, problems);
      }
    }
    builder.contradictions().forEach(problem -> problems.add(withPaths(problem, settings)));
    return problems;
  }

  private static void tell(
      PostgresStore.Builder builder,
      Told told,
      StoreSettings settings,
      String name,
      List<String> problems) {
    try {
      told.telling().tell(builder, settings, name);
    } catch (IllegalArgumentException e) {
      String path = Matcher.quoteReplacement(settings.path(name));
      problems.add(String.valueOf(e.getMessage()).replaceFirst("^" + told.setter(), path));
    }
  }

  /** What is only useful together with something else. */
  private static void missing(StoreSettings settings, List<String> problems) {
    together(settings, "user", "password", problems);
    together(settings, "owner.user", "owner.password", problems);
    together(settings, "tls.key", "tls.certificate", problems);
    together(settings, "tls.certificate", "tls.key", problems);
    for (String table : settings.names("monthly-partitions")) {
      needed(settings, "monthly-partitions." + table + ".column", problems);
    }
    for (String view : settings.names("refresh")) {
      needed(settings, "refresh." + view + ".every", problems);
    }
    for (String file : List.of("tls.root-certificate", "tls.certificate", "tls.key")) {
      settings
          .file(file)
          .filter(path -> !Files.isReadable(path))
          .ifPresent(
              path -> problems.add(settings.path(file) + ": " + path + " is no readable file"));
    }
  }

  private static void together(
      StoreSettings settings, String needed, String given, List<String> problems) {
    if (settings.options().containsKey(given) && !settings.options().containsKey(needed)) {
      problems.add(settings.path(given) + " is given without " + settings.path(needed));
    }
  }

  private static void needed(StoreSettings settings, String name, List<String> problems) {
    if (!settings.options().containsKey(name)) {
      problems.add(settings.path(name) + " is missing; give it a value");
    }
  }

  /** The option's name, or with a {@code *} in it each under which it was given. */
  private static List<String> names(StoreOption option, StoreSettings settings) {
    int star = option.name().indexOf(".*.");
    if (star < 0) {
      return List.of(option.name());
    }
    String section = option.name().substring(0, star);
    return settings.names(section).stream()
        .map(name -> section + "." + name + option.name().substring(star + 2))
        .filter(settings.options()::containsKey)
        .toList();
  }

  /** The builder's names as the configuration has them. */
  private static String withPaths(String problem, StoreSettings settings) {
    String shown = problem;
    for (Told told : PostgresOptions.ALL) {
      shown =
          Pattern.compile("\\b" + told.setter() + "\\b(?=[ ;])")
              .matcher(shown)
              .replaceAll(Matcher.quoteReplacement(settings.path(told.option().name())));
    }
    return shown;
  }

  @Override
  public Store open(StoreSettings settings) {
    List<String> problems = problems(settings);
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return builder(settings).open();
  }

  /** The builder, told everything. */
  static PostgresStore.Builder builder(StoreSettings settings) {
    PostgresStore.Builder builder = PostgresStore.at(settings.url());
    PostgresOptions.tellCredentials(builder, settings);
    for (Told told : PostgresOptions.ALL) {
      names(told.option(), settings).forEach(n -> told.telling().tell(builder, settings, n));
    }
    return builder;
  }
}
