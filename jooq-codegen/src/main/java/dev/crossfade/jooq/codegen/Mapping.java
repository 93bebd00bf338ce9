package dev.crossfade.jooq.codegen;

import dev.crossfade.ConfigurationException;
import dev.crossfade.mapping.MappingFile;
import dev.crossfade.mapping.MigrationPlan;
import dev.crossfade.mapping.SchemaDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mapping file and the legacy schema that it speaks of.
 *
 * @param text of the file
 * @param legacy null where it speaks of collections, which have none
 */
record Mapping(String text, MappingFile file, @Nullable LegacySchema legacy) {

  /**
   * Reads both.
   *
   * @return null if the settings name none
   * @throws CodegenException with everything that is wrong in the mapping, each with its line, or
   *     that it names tables and the settings no schema of theirs
   */
  static @Nullable Mapping read(GeneratorSettings settings) {
    Path file = settings.mapping();
    if (file == null) {
      return null;
    }
    try {
      String text = Files.readString(file);
      MappingFile mapping = MappingFile.parse(String.valueOf(file.getFileName()), text);
      return new Mapping(text, mapping, legacy(mapping, settings.legacySchema()));
    } catch (IOException e) {
      throw new CodegenException("the mapping " + file + " cannot be read: " + e, e);
    } catch (ConfigurationException e) {
      throw new CodegenException("mapping " + file + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable LegacySchema legacy(MappingFile mapping, @Nullable Path schema) {
    if (schema != null) {
      return LegacySchema.read(schema);
    } else if (isOfCollections(mapping)) {
      return null;
    }
    throw new CodegenException(
        "mapping "
            + mapping.shown()
            + " names no collection of MongoDB, and tables of SQLite are checked against their"
            + " schema: name it with legacySchema (--legacy-schema)");
  }

  private static boolean isOfCollections(MappingFile mapping) {
    return mapping.migrations().stream()
        .flatMap(migration -> migration.tables().stream())
        .anyMatch(table -> table.collection() != null);
  }

  /**
   * How each table of each migration crosses.
   *
   * @throws CodegenException with everything that does not fit the schemas, each with its line
   */
  List<MigrationPlan> plans(SchemaDescription target) {
    try {
      return legacy == null
          ? file.plansOfCollections(target)
          : file.plans(target, legacy.description());
    } catch (ConfigurationException e) {
      throw new CodegenException(String.valueOf(e.getMessage()), e);
    }
  }
}
