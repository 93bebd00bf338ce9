package dev.crossfade.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A configuration of a test: files in a folder, and an environment of its own. */
final class Given {
  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> values = new HashMap<>();
  private String[] profiles = {};

  Given(Path folder) {
    this.folder = folder;
  }

  Path file(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Given yaml(String text) {
    file("crossfade.yaml", text);
    return this;
  }

  Given properties(String text) {
    file("crossfade.properties", text);
    return this;
  }

  Given variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Given systemProperty(String name, String value) {
    properties.put(name, value);
    return this;
  }

  Given value(String name, String value) {
    values.put(name, value);
    return this;
  }

  Given profiles(String... names) {
    profiles = names;
    return this;
  }

  CrossfadeConfig load() {
    CrossfadeConfig.Builder builder =
        CrossfadeConfig.builder()
            .optionalFile(folder.resolve("crossfade.yaml"))
            .optionalFile(folder.resolve("crossfade.properties"))
            .values("the service", values)
            .environment(environment)
            .systemProperties(properties);
    return (profiles.length == 0 ? builder : builder.profiles(profiles)).load();
  }

  Map<String, String> environment() {
    return environment;
  }

  String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with it, without the folder of the test. */
  List<String> problems() {
    return catchThrowableOfType(ConfigurationException.class, this::load).problems().stream()
        .map(problem -> problem.replace(folder + "/", ""))
        .toList();
  }
}
