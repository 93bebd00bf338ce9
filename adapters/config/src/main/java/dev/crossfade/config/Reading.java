package dev.crossfade.config;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.config.Inputs.Content;
import dev.crossfade.config.Inputs.File;
import dev.crossfade.config.Sources.Source;
import dev.crossfade.store.Secret;
import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** One reading of everything, with every problem that it meets. Used once, by one thread. */
final class Reading {
  /** Of the test kit, which shares the prefix. */
  private static final String FOR_TESTS = "test";

  private static final String PROFILE = "profile";
  private static final int NEAR = 2;

  private final Inputs inputs;
  private final Map<File, Content> contents;
  private final Problems problems = new Problems();
  private final Sources sources;
  private final StoreSection legacy;
  private final StoreSection target;
  private final Tree tree;

  /** By section, the names that were chosen in it. */
  private final Map<String, Set<String>> chosen = new HashMap<>();

  private final Map<String, Object> values = new TreeMap<>();
  private final Set<String> given = new TreeSet<>();

  private Reading(Inputs inputs, Map<File, Content> contents) {
    this.inputs = inputs;
    this.contents = contents;
    this.sources = new Sources(inputs, contents, problems);
    this.legacy = StoreSection.of(StoreSection.LEGACY, sources, inputs.providers(), problems);
    this.target = StoreSection.of(StoreSection.TARGET, sources, inputs.providers(), problems);
    this.tree = Tree.of(legacy.options(), target.options());
  }

  /**
   * Reads and checks.
   *
   * @throws dev.crossfade.ConfigurationException with every problem
   */
  static Snapshot of(Inputs inputs, Map<File, Content> contents) {
    return new Reading(inputs, contents).run();
  }

  private Snapshot run() {
    tree.keys().stream()
        .filter(Key::isChosen)
        .forEach(key -> chosen.put(section(key), new TreeSet<>()));
    sources.named().forEach(this::checkNames);
    new Variables(tree).check(sources.variables(), chosen, problems);
    tree.keys().forEach(this::read);
    readSecrets();
    Settings settings = SettingKeys.settings(values, stages(), problems);
    Optional<StoreSettings> from = store(legacy);
    Optional<StoreSettings> to = store(target);
    Duration every = rereadEvery();
    problems.throwIfAny();
    return new Snapshot(settings, from, to, every, contents);
  }

  private Duration rereadEvery() {
    String path = SettingKeys.REREAD_EVERY.path();
    Duration every = values.get(path) instanceof Duration given ? given : Duration.ZERO;
    if (!every.isZero() && every.compareTo(SettingKeys.LEAST_REREAD) < 0) {
      problems.add(
          problems.shown(path)
              + " must be 0 or at least "
              + Values.show(SettingKeys.LEAST_REREAD)
              + ", not "
              + every);
    }
    return every;
  }

  /** Where the names of a key with a {@code *} stand. */
  static String section(Key key) {
    return Name.path(key.segments().subList(0, key.segments().indexOf(Key.ANY)));
  }

  private void checkNames(Source source) {
    for (String property : new TreeSet<>(source.names())) {
      Name name = Name.of(property);
      if (!name.isOurs()) {
        checkRoot(source, property, name);
      } else if (!isForOthers(source, name)) {
        checkName(source, property, name);
      }
    }
  }

  /** A file may hold what is somebody else's, but not what is ours under a misspelt root. */
  private void checkRoot(Source source, String property, Name name) {
    if (source.lines().isEmpty() || name.segments().isEmpty()) {
      return;
    }
    String root = name.segments().get(0);
    if (Nearest.distance(root, Name.ROOT) <= NEAR) {
      problems.add(
          root + " (" + source.place(property) + ") is no root of settings; it is " + Name.ROOT);
    }
  }

  private static boolean isForOthers(Source source, Name name) {
    return source.lines().isEmpty()
        && name.segments().size() > 1
        && (name.segments().get(1).equals(FOR_TESTS)
            || name.path().equals(CrossfadeConfig.PROFILE));
  }

  private void checkName(Source source, String property, Name name) {
    Optional<Key> key = tree.find(name.segments());
    if (key.isEmpty()) {
      unknown(source, property, name);
    } else if (key.get().isChosen() && name.isFor(inputs.profiles())) {
      String section = section(key.get());
      int star = key.get().segments().indexOf(Key.ANY);
      chosen.computeIfAbsent(section, s -> new TreeSet<>()).add(name.segments().get(star));
    }
  }

  private void unknown(Source source, String property, Name name) {
    String shown = name.path() + " (" + source.place(property) + ")";
    if (tree.isSection(name.segments())) {
      if (source.source().getValue(property) != null) {
        problems.add(
            shown + " is a section and has no value; it has " + tree.below(name.segments()));
      }
    } else if (name.segments().get(1).equals(PROFILE)) {
      problems.add(
          shown
              + " says which files are read, and cannot stand in one; set the environment variable "
              + CrossfadeConfig.PROFILE_VARIABLE
              + " or the system property "
              + CrossfadeConfig.PROFILE);
    } else {
      problems.add(shown + " is no setting" + ofKind(name) + "; " + tree.instead(name.segments()));
    }
  }

  private String ofKind(Name name) {
    for (StoreSection store : List.of(legacy, target)) {
      StoreProvider provider = store.provider();
      if (provider != null && name.path().startsWith(store.path() + ".")) {
        return " of a " + provider.kind() + " store";
      }
    }
    return "";
  }

  private void read(Key key) {
    if (!key.isChosen()) {
      read(key, key.path());
    } else {
      chosen.getOrDefault(section(key), Set.of()).forEach(name -> read(key, key.path(name)));
    }
  }

  private void read(Key key, String path) {
    StoreOption option = key.option();
    String text = sources.value(path, key.isSecret(), problems);
    if (text != null) {
      given.add(path);
    } else if (option.byDefault() != null) {
      text = option.byDefault();
    }
    if (text != null) {
      try {
        values.put(path, Values.parse(option, key.isSecret() ? text : text.strip()));
      } catch (IllegalArgumentException e) {
        problems.add(problems.shown(path) + ": " + e.getMessage());
      }
    }
  }

  private void readSecrets() {
    tree.keys().stream().filter(Key::isSecret).forEach(key -> readSecret(key.path()));
  }

  /** Puts what the file holds in the place of its name. */
  private void readSecret(String path) {
    Path file = (Path) values.remove(path + "-file");
    if (file == null) {
      return;
    }
    String shown = problems.shown(path + "-file");
    if (values.containsKey(path)) {
      problems.add(shown + " is given, and " + problems.shown(path) + ", too; give one of them");
      return;
    }
    try {
      String text = Files.readString(file).replaceFirst("\\r?\\n$", "");
      if (text.isEmpty()) {
        problems.add(shown + ": the file " + file + " is empty");
      }
      values.put(path, Secret.of(text));
    } catch (IOException e) {
      values.put(path, Secret.of(""));
      problems.add(
          shown + ": the file " + file + " cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private Map<String, Stage> stages() {
    Map<String, Stage> stages = new HashMap<>();
    for (String migration : chosen.getOrDefault(section(SettingKeys.STAGE), Set.of())) {
      Object stage = values.get(SettingKeys.STAGE.path(migration));
      if (stage != null) {
        stages.put(migration, Stage.valueOf(stage.toString().toUpperCase(Locale.ROOT)));
      }
    }
    return stages;
  }

  private Optional<StoreSettings> store(StoreSection section) {
    boolean described = given.stream().anyMatch(path -> path.startsWith(section.path() + "."));
    Optional<StoreSettings> settings = section.settings(values, described, problems);
    StoreProvider provider = section.provider();
    // What is not there because it could not be read would be reported once more.
    if (settings.isPresent() && provider != null && isWhole(settings.get(), section)) {
      provider.problems(settings.get()).forEach(problems::add);
    }
    return settings;
  }

  private static boolean isWhole(StoreSettings settings, StoreSection section) {
    Stream<StoreOption> expected =
        section.options().stream()
            .filter(option -> option.byDefault() != null && !option.name().contains(Key.ANY));
    return expected.allMatch(option -> settings.options().containsKey(option.name()));
  }
}
