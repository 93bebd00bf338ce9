package dev.crossfade.config;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Settings;
import dev.crossfade.SettingsSource;
import dev.crossfade.config.Inputs.Content;
import dev.crossfade.config.Inputs.File;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings and stores from {@code crossfade.yaml}, properties files, the environment and system
 * properties; what is named later here counts more. Every key stands in {@code
 * docs/configuration.md}.
 *
 * <pre>{@code
 * CrossfadeConfig config = CrossfadeConfig.load(Path.of("crossfade.yaml"));
 * Crossfade crossfade = Crossfade.builder()
 *     .legacy(config.legacy())
 *     .target(config.target())
 *     .settings(config)
 *     .migration("tokens", m -> m.entity(TOKEN, SqliteTokens::new, PostgresTokens::new))
 *     .build();
 * }</pre>
 *
 * <p>Loading checks everything: keys that do not exist, values, what does not go together. While a
 * {@link dev.crossfade.Crossfade} watches it, the files are read again when they change. What is
 * broken then is logged, kept in {@link #problems}, and changes nothing: the settings stay those of
 * the last reading that was fine. The environment and system properties are those of the moment of
 * loading; the stores are opened as they were described then.
 *
 * <p>Passwords show in no message, log or {@code toString}. Safe for use by many threads.
 */
public final class CrossfadeConfig implements SettingsSource {
  static final String PROFILE = "crossfade.profile";
  static final String PROFILE_VARIABLE = "CROSSFADE_PROFILE";

  private static final Logger log = LoggerFactory.getLogger(CrossfadeConfig.class);

  private final Inputs inputs;
  private final Snapshot loaded;

  // What follows is guarded by this.
  private Snapshot current;

  /** What the files held when they were last looked at, broken or not. */
  private Map<File, Content> seen;

  private Settings given;
  private Set<String> otherStores = Set.of();
  private List<String> problems = List.of();

  private CrossfadeConfig(Inputs inputs) {
    this.inputs = inputs;
    this.loaded = Reading.of(inputs, inputs.contents());
    this.current = loaded;
    this.seen = loaded.contents();
    this.given = loaded.settings();
  }

  /**
   * A file, YAML or properties by its name's end, with the environment and system properties above
   * it, and the active profile's file beside it.
   *
   * @throws ConfigurationException with every problem there is; nothing was opened
   */
  public static CrossfadeConfig load(Path file) {
    return builder().file(file).load();
  }

  /** Begins with the environment and system properties alone. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A new store as {@code crossfade.legacy} describes it; contacts nobody. Owned by the {@link
   * dev.crossfade.Crossfade} it is given to.
   *
   * @throws ConfigurationException if there is no such description
   */
  public Store legacy() {
    return open(StoreSection.LEGACY, loaded.legacy());
  }

  /**
   * A new store as {@code crossfade.target} describes it; contacts nobody. Owned by the {@link
   * dev.crossfade.Crossfade} it is given to.
   *
   * @throws ConfigurationException if there is no such description
   */
  public Store target() {
    return open(StoreSection.TARGET, loaded.target());
  }

  private Store open(String section, Optional<StoreSettings> described) {
    StoreSettings settings =
        described.orElseThrow(
            () ->
                new ConfigurationException(List.of(section + ".url is missing; give it a value")));
    return inputs.providers().stream()
        .filter(provider -> provider.opens(settings.url()))
        .findFirst()
        .orElseThrow()
        .open(settings);
  }

  /** The settings of the last reading that was fine. */
  @Override
  public synchronized Settings settings() {
    given = current.settings();
    return given;
  }

  /**
   * {@inheritDoc}
   *
   * <p>On a thread named {@code crossfade-config}, which ends when the watch is closed. It learns
   * of changes from the file system, and looks at the files every {@code crossfade.reread-every} in
   * case that tells it nothing. Without files, or with {@code 0} there, nothing is ever called.
   */
  @Override
  public AutoCloseable watch(Consumer<Settings> changed) {
    if (inputs.files().isEmpty() || loaded.rereadEvery().isZero()) {
      return () -> {};
    }
    Settings before;
    synchronized (this) {
      before = given;
    }
    List<Path> files = inputs.files().stream().map(File::path).toList();
    return new FileWatch(files, loaded.rereadEvery(), new Handing(changed, before));
  }

  /**
   * What is wrong with the files as they are now; empty if {@link #settings} is what they say. For
   * health checks: the same is logged once, as a warning.
   */
  public synchronized List<String> problems() {
    return problems;
  }

  /** Reads the files again if they have changed; the settings as they are then. */
  private synchronized Settings reread() {
    Map<File, Content> contents = inputs.contents();
    if (!contents.equals(seen)) {
      try {
        checkNotGone(contents);
        take(Reading.of(inputs, contents));
      } catch (ConfigurationException e) {
        keep(e.problems());
      }
      seen = contents;
    }
    return current.settings();
  }

  /** A file that may be absent has not been given up because an editor is replacing it. */
  private void checkNotGone(Map<File, Content> contents) {
    List<String> gone =
        contents.entrySet().stream()
            .filter(entry -> entry.getValue().text() == null)
            .filter(entry -> entry.getValue().failure() == null)
            .filter(entry -> wasThere(entry.getKey()))
            .map(entry -> "the file " + entry.getKey().path() + " has gone")
            .toList();
    if (!gone.isEmpty()) {
      throw new ConfigurationException(gone);
    }
  }

  private boolean wasThere(File file) {
    Content content = current.contents().get(file);
    return content != null && content.text() != null;
  }

  private void take(Snapshot next) {
    if (!problems.isEmpty()) {
      log.info("The configuration is fine again.");
    }
    problems = List.of();
    Set<String> other = loaded.otherStores(next);
    if (!other.isEmpty() && !other.equals(otherStores)) {
      log.warn("Stores are opened once: what has changed at {} takes a restart.", other);
    }
    otherStores = other;
    current = next;
  }

  private void keep(List<String> found) {
    for (String problem : found) {
      if (!problems.contains(problem)) {
        log.warn("The new configuration is broken, the settings stay as they were: {}", problem);
      }
    }
    problems = found;
  }

  /** Nothing of what it says. */
  @Override
  public String toString() {
    return "CrossfadeConfig of " + inputs.files().stream().map(File::path).toList();
  }

  /** Hands settings on that differ from those before; on the watch's thread alone. */
  private final class Handing implements Runnable {
    private final Consumer<Settings> changed;
    private Settings before;

    Handing(Consumer<Settings> changed, Settings before) {
      this.changed = changed;
      this.before = before;
    }

    @Override
    public void run() {
      Settings now = reread();
      if (!now.equals(before)) {
        before = now;
        changed.accept(now);
      }
    }
  }

  /** Says what to read. Not safe for use by several threads. */
  public static final class Builder {
    private final List<File> files = new ArrayList<>();
    private final Map<String, Map<String, String>> values = new LinkedHashMap<>();
    private @Nullable List<String> profiles;
    private Map<String, String> environment = System.getenv();
    private @Nullable Map<String, String> systemProperties;

    private Builder() {}

    /**
     * A file that must be there: {@code .yaml}, {@code .yml} or {@code .properties}. A later one
     * counts more than an earlier one. Where a profile is active, {@code name-profile.yaml} beside
     * it is read, too, and counts more.
     */
    public Builder file(Path file) {
      return add(new File(file, true, false));
    }

    /** As {@link #file}, where the environment and system properties may say everything. */
    public Builder optionalFile(Path file) {
      return add(new File(file, false, false));
    }

    private Builder add(File file) {
      if (!file.isYaml() && !file.isProperties()) {
        throw new IllegalArgumentException(
            file.path() + " must end in .yaml, .yml or .properties: so is known what is in it");
      }
      files.add(file);
      return this;
    }

    /**
     * Values from elsewhere, a configuration service say: more than files, less than the
     * environment.
     *
     * @param source what messages call it
     * @param properties by full path, {@code crossfade.secondary-wait}
     */
    public Builder values(String source, Map<String, String> properties) {
      values.put(source, Map.copyOf(properties));
      return this;
    }

    /**
     * The active profiles, of which the last counts most; by default those of the system property
     * {@code crossfade.profile} or the environment variable {@code CROSSFADE_PROFILE}, with commas
     * between.
     */
    public Builder profiles(String... names) {
      profiles = List.of(names);
      return this;
    }

    /** Variables in place of the process's environment. */
    public Builder environment(Map<String, String> variables) {
      environment = Map.copyOf(variables);
      return this;
    }

    /** Properties in place of the process's system properties. */
    public Builder systemProperties(Map<String, String> properties) {
      systemProperties = Map.copyOf(properties);
      return this;
    }

    /**
     * Reads and checks everything; opens nothing.
     *
     * @throws ConfigurationException with every problem there is
     */
    public CrossfadeConfig load() {
      Map<String, String> properties = systemProperties == null ? ofTheProcess() : systemProperties;
      List<String> active = profiles == null ? profiles(properties) : profiles;
      List<StoreProvider> providers =
          ServiceLoader.load(StoreProvider.class).stream()
              .map(ServiceLoader.Provider::get)
              .toList();
      return new CrossfadeConfig(
          new Inputs(withProfiles(active), values(), environment, properties, active, providers));
    }

    private Map<String, Map<String, String>> values() {
      return new LinkedHashMap<>(values);
    }

    private static Map<String, String> ofTheProcess() {
      Map<String, String> properties = new HashMap<>();
      System.getProperties()
          .stringPropertyNames()
          .forEach(name -> properties.put(name, System.getProperty(name, "")));
      return properties;
    }

    private List<String> profiles(Map<String, String> properties) {
      String names =
          properties.getOrDefault(PROFILE, environment.getOrDefault(PROFILE_VARIABLE, ""));
      return Arrays.stream(names.split(",", -1))
          .map(String::strip)
          .filter(name -> !name.isEmpty())
          .toList();
    }

    /** What counts less first: all that are for everybody, then those of each profile. */
    private List<File> withProfiles(List<String> active) {
      return Stream.concat(
              files.stream(),
              active.stream().flatMap(name -> files.stream().map(file -> file.forProfile(name))))
          .toList();
    }
  }
}
