package dev.crossfade.config;

import dev.crossfade.store.StoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration is read from. Immutable; the files may change.
 *
 * @param files what counts less first
 * @param values what an application brings along, by what it calls it; what counts less first
 * @param environment the variables
 * @param systemProperties the properties of the process
 * @param profiles the active ones; what counts less first
 * @param providers the stores on the class path
 */
record Inputs(
    List<File> files,
    Map<String, Map<String, String>> values,
    Map<String, String> environment,
    Map<String, String> systemProperties,
    List<String> profiles,
    List<StoreProvider> providers) {

  /**
   * A file to read.
   *
   * @param required whether it must be there
   * @param ofProfile whether it is for a profile alone
   */
  record File(Path path, boolean required, boolean ofProfile) {
    boolean isYaml() {
      return path.toString().endsWith(".yaml") || path.toString().endsWith(".yml");
    }

    boolean isProperties() {
      return path.toString().endsWith(".properties");
    }

    /** The one beside it that is for a profile alone: {@code crossfade-prod.yaml}. */
    File forProfile(String profile) {
      String name = path.getFileName().toString();
      int dot = name.lastIndexOf('.');
      return new File(
          path.resolveSibling(name.substring(0, dot) + "-" + profile + name.substring(dot)),
          false,
          true);
    }
  }

  /**
   * A file's text; null without one, with the reason if that is not its absence.
   *
   * @param text what it holds
   * @param failure why it cannot be read
   */
  record Content(@Nullable String text, @Nullable String failure) {}

  /** All files, as they are now. */
  Map<File, Content> contents() {
    Map<File, Content> contents = new LinkedHashMap<>();
    files.forEach(file -> contents.put(file, content(file.path())));
    return contents;
  }

  private static Content content(Path path) {
    try {
      return new Content(Files.readString(path), null);
    } catch (NoSuchFileException e) {
      return new Content(null, null);
    } catch (IOException e) {
      return new Content(null, e.getClass().getSimpleName());
    }
  }
}
