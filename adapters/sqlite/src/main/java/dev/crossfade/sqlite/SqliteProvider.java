package dev.crossfade.sqlite;

import dev.crossfade.ConfigurationException;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Opens a {@link SqliteStore} that a configuration describes. Stateless. */
public final class SqliteProvider implements StoreProvider {
  private static final String PREFIX = "jdbc:sqlite:";

  /** One letter before a colon is a drive. */
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  /** What the builder's messages call the options that are not spelt alike. */
  private static final Pattern SETTER = Pattern.compile("^SqliteStore at .*?: (\\w+) ");

  /** The defaults are those of {@link SqliteStore.Builder}. */
  private static final List<StoreOption> OPTIONS =
      List.of(
          StoreOption.of(
              "name",
              StoreOption.Type.TEXT,
              "What messages and metrics call the store; without it `sqlite:` and the file."),
          StoreOption.of(
              "readers",
              StoreOption.Type.NUMBER,
              "4",
              "Connections that read, beside the one that writes: as many reads run at once."),
          StoreOption.of(
              "busy-timeout",
              StoreOption.Type.DURATION,
              "5s",
              "How long to wait for another process that writes to the file."),
          StoreOption.of(
              "group-limit",
              StoreOption.Type.NUMBER,
              "128",
              "How many writes at most share a commit; 1 for a commit each."),
          StoreOption.of(
              "unit-time-limit",
              StoreOption.Type.DURATION,
              "5s",
              "How long a unit of work may hold the writer before it is rolled back: everybody's"
                  + " writes wait for it."),
          StoreOption.of(
              "turn-wait",
              StoreOption.Type.DURATION,
              "30s",
              "How long a write waits for its turn, and a read for a reader."),
          StoreOption.of(
              "queue-limit",
              StoreOption.Type.NUMBER,
              "1000",
              "How many writes may wait; further ones wait to be accepted."),
          StoreOption.oneOf(
              "synchronous",
              Stream.of(SqliteStore.Synchronous.values())
                  .map(level -> level.name().toLowerCase(Locale.ROOT))
                  .toList(),
              "full",
              "What a commit waits for. Below `full` a power failure loses acknowledged writes:"
                  + " only with `allow-weak-durability`."),
          StoreOption.of(
              "allow-weak-durability",
              StoreOption.Type.YES_NO,
              "no",
              "Accepts a file that may lose acknowledged writes in a power failure; the stores can"
                  + " then differ until a verification finds it."));

  private static final Map<String, String> BY_SETTER =
      Map.of(
          "readers", "readers",
          "busyTimeout", "busy-timeout",
          "groupLimit", "group-limit",
          "unitTimeLimit", "unit-time-limit",
          "turnWait", "turn-wait",
          "queueLimit", "queue-limit");

  /** For {@link java.util.ServiceLoader}. */
  public SqliteProvider() {}

  @Override
  public String kind() {
    return "SQLite";
  }

  @Override
  public String urlForm() {
    return "jdbc:sqlite:FILE, or the file's path";
  }

  @Override
  public boolean opens(String url) {
    return url.startsWith(PREFIX) || !SCHEME.matcher(url).matches();
  }

  @Override
  public List<StoreOption> options() {
    return OPTIONS;
  }

  @Override
  public List<String> problems(StoreSettings settings) {
    String file = file(settings);
    if (file.isEmpty() || file.startsWith(":") || file.startsWith("file:") || file.contains("?")) {
      return List.of(
          settings.path("url")
              + " must name a file, without parameters and not in memory: "
              + urlForm());
    }
    try {
      String name = builder(settings).settings().name();
      return name.isBlank() ? List.of(settings.path("name") + " must not be blank") : List.of();
    } catch (InvalidPathException e) {
      return List.of(settings.path("url") + " is no path: " + e.getReason());
    } catch (ConfigurationException e) {
      return e.problems().stream().map(problem -> withPath(problem, settings)).toList();
    }
  }

  private static String withPath(String problem, StoreSettings settings) {
    return SETTER
        .matcher(problem)
        .replaceFirst(
            found -> settings.path(BY_SETTER.getOrDefault(found.group(1), found.group(1))) + " ");
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
  static SqliteStore.Builder builder(StoreSettings settings) {
    SqliteStore.Builder builder =
        SqliteStore.at(Path.of(file(settings)))
            .readers(settings.number("readers"))
            .busyTimeout(settings.duration("busy-timeout"))
            .groupLimit(settings.number("group-limit"))
            .unitTimeLimit(settings.duration("unit-time-limit"))
            .turnWait(settings.duration("turn-wait"))
            .queueLimit(settings.number("queue-limit"));
    settings.text("name").ifPresent(builder::name);
    settings
        .text("synchronous")
        .map(level -> SqliteStore.Synchronous.valueOf(level.toUpperCase(Locale.ROOT)))
        .ifPresent(builder::synchronous);
    if (settings.yes("allow-weak-durability")) {
      builder.allowWeakDurability();
    }
    return builder;
  }

  private static String file(StoreSettings settings) {
    String url = settings.url();
    return url.startsWith(PREFIX) ? url.substring(PREFIX.length()) : url;
  }
}
