package dev.crossfade.jooq.codegen;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@link JooqGenerator.Builder} was told, checked and frozen. */
record GeneratorSettings(
    List<Path> migrations,
    Map<String, String> placeholders,
    List<String> schemas,
    List<String> includes,
    List<String> excludes,
    String historySchema,
    String historyTable,
    String packageName,
    Path outputDirectory,
    boolean repositories,
    @Nullable Path mapping,
    @Nullable Path legacySchema,
    Duration startWait,
    boolean force) {

  GeneratorSettings {
    migrations = List.copyOf(migrations);
    placeholders = Map.copyOf(placeholders);
    schemas = List.copyOf(schemas);
    includes = List.copyOf(includes);
    excludes = List.copyOf(excludes);
  }

  /** The folder of {@link #packageName()} in {@link #outputDirectory()}. */
  Path packageDirectory() {
    return outputDirectory.resolve(packageName.replace('.', '/'));
  }

  /**
   * Everything here that decides what the sources look like, by name. Where the migrations lie and
   * where the sources go is left out: a moved checkout is no reason to generate again.
   */
  SortedMap<String, String> shaping() {
    SortedMap<String, String> shaping = new TreeMap<>();
    shaping.put("schemas", schemas.toString());
    shaping.put("includes", includes.toString());
    shaping.put("excludes", excludes.toString());
    shaping.put("history", historySchema + "." + historyTable);
    shaping.put("package", packageName);
    shaping.put("repositories", Boolean.toString(repositories));
    shaping.put("placeholders", new TreeMap<>(placeholders).toString());
    return shaping;
  }
}
