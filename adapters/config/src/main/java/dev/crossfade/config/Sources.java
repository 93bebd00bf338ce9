package dev.crossfade.config;

import dev.crossfade.config.Inputs.Content;
import dev.crossfade.config.Inputs.File;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.ExpressionConfigSourceInterceptor;
import io.smallrye.config.ProfileConfigSourceInterceptor;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * The properties of all sources, by SmallRye Config: which source counts more, profiles and
 * placeholders are its work. The environment and system properties are taken as they are; what they
 * hold are values, and a password may have a {@code $}.
 */
final class Sources {
  private static final int OF_FILES = 100;
  private static final int OF_PROFILES = 150;
  private static final int OF_VALUES = 250;
  private static final int OF_ENVIRONMENT = 300;
  private static final int OF_SYSTEM_PROPERTIES = 400;
  private static final Pattern NOT_FOUND =
      Pattern.compile("Could not expand value (\\S+) in property");

  /**
   * One source.
   *
   * @param shown what messages call it
   * @param names its properties, those without a value included
   * @param lines where they stand, as far as known
   */
  record Source(ConfigSource source, String shown, Set<String> names, Map<String, Integer> lines) {
    /** Where one of its properties stands. */
    String place(String property) {
      Integer line = lines.get(property);
      return line == null ? shown : shown + " line " + line;
    }
  }

  /** By variable; SmallRye Config shows them under names of its own as well. */
  private final Map<String, String> environment;

  private final List<Source> sources = new ArrayList<>();
  private final SmallRyeConfig config;

  Sources(Inputs inputs, Map<File, Content> contents, Problems problems) {
    this.environment = inputs.environment();
    int ordinal = 0;
    for (Map.Entry<File, Content> each : contents.entrySet()) {
      File file = each.getKey();
      ordinal++;
      add(file, each.getValue(), (file.ofProfile() ? OF_PROFILES : OF_FILES) + ordinal, problems);
    }
    inputs.values().forEach((name, values) -> add(name, values, OF_VALUES + sources.size()));
    add("system property", verbatim(inputs.systemProperties()), OF_SYSTEM_PROPERTIES);
    this.config =
        new SmallRyeConfigBuilder()
            .withSources(sources.stream().map(Source::source).toList())
            .withSources(new EnvConfigSource(verbatim(environment), OF_ENVIRONMENT))
            .withInterceptors(
                new ProfileConfigSourceInterceptor(inputs.profiles()),
                new ExpressionConfigSourceInterceptor())
            .build();
  }

  private static Map<String, String> verbatim(Map<String, String> values) {
    Map<String, String> verbatim = new HashMap<>(values);
    verbatim.replaceAll((name, value) -> value.replace("$", "\\$"));
    return verbatim;
  }

  private void add(File file, Content content, int ordinal, Problems problems) {
    String shown = file.path().toString();
    if (content.failure() != null) {
      problems.add(shown + " cannot be read (" + content.failure() + "); check its rights");
    } else if (content.text() != null) {
      add(file, shown, content.text(), ordinal, problems);
    } else if (file.required()) {
      problems.add("there is no file " + shown);
    }
  }

  private void add(File file, String shown, String text, int ordinal, Problems problems) {
    if (file.isYaml()) {
      YamlText yaml = YamlText.of(shown, text, problems);
      sources.add(
          new Source(
              new YamlConfigSource(shown, yaml.values(), ordinal),
              shown,
              yaml.lines().keySet(),
              yaml.lines()));
      return;
    }
    try {
      PropertiesConfigSource source =
          new PropertiesConfigSource(file.path().toUri().toURL(), ordinal);
      Map<String, Integer> lines = new HashMap<>();
      source
          .getConfigValueProperties()
          .forEach((name, value) -> lines.put(name, value.getLineNumber()));
      sources.add(new Source(source, shown, lines.keySet(), lines));
    } catch (IOException | IllegalArgumentException e) {
      problems.add(
          shown + " is no properties file: it holds a broken \\u escape, or has just gone");
    }
  }

  private void add(String shown, Map<String, String> values, int ordinal) {
    ConfigSource source = new PropertiesConfigSource(values, shown, ordinal);
    sources.add(new Source(source, shown, source.getPropertyNames(), Map.of()));
  }

  /** All but the environment. */
  List<Source> named() {
    return sources;
  }

  /** The names of the environment's variables. */
  Set<String> variables() {
    return new TreeSet<>(environment.keySet());
  }

  /** The value of a key with placeholders filled in; null if it has none. */
  @Nullable String value(String path, boolean secret, Problems problems) {
    ConfigValue value;
    try {
      value = config.getConfigValue(path);
    } catch (NoSuchElementException | IllegalArgumentException e) {
      // Placeholders in a circle, or written in a way that SmallRye Config keeps for itself.
      problems.add(problems.shown(path) + " holds a placeholder that cannot be filled in");
      return null;
    }
    if (value.getRawValue() == null) {
      return null;
    }
    problems.readAt(path, place(value, path));
    if (value.hasProblems()) {
      problems.add(problems.shown(path) + " " + unfilled(value, secret));
      return null;
    }
    String text = value.getValue();
    return text == null || text.isEmpty() ? null : text;
  }

  /** A piece of a password may look like a placeholder, and is not shown. */
  private static String unfilled(ConfigValue value, boolean secret) {
    Matcher name = NOT_FOUND.matcher(value.getProblems().get(0).getMessage());
    return secret || !name.find()
        ? "holds a ${…} that is the name of nothing; a $ that is meant is written $$"
        : "holds ${"
            + name.group(1)
            + "}, but there is no environment variable, system property or key of that name; set"
            + " it, or give a default: ${"
            + name.group(1)
            + ":…}";
  }

  private String place(ConfigValue value, String path) {
    for (Source source : sources) {
      if (source.source().getName().equals(value.getConfigSourceName())) {
        return source.place(value.getNameProfiled());
      }
    }
    String variable = Key.variableOf(path);
    return "environment variable "
        + environment.keySet().stream()
            .filter(name -> name.equals(path) || name.endsWith(variable))
            .findFirst()
            .orElse(variable);
  }
}
