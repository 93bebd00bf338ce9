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
 */
record Mapping(String text, MappingFile file, LegacySchema legacy) {

  /**
   * Reads both.
   *
   * @return null if the settings name none
   * @throws CodegenException with everything that is wrong in the mapping, each with its line
   */
  static @Nullable Mapping read(GeneratorSettings settings) {
    Path file = settings.mapping();
    Path schema = settings.legacySchema();
    if (file == null || schema == null) {
      return null;
    }
    try {
      String text = Files.readString(file);
      return new Mapping(
          text,
          MappingFile.parse(String.valueOf(file.getFileName()), text),
          LegacySchema.read(schema));
    } catch (IOException e) {
      throw new CodegenException("the mapping " + file + " cannot be read: " + e, e);
    } catch (ConfigurationException e) {
      throw new CodegenException("mapping " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * How each table of each migration crosses.
   *
   * @throws CodegenException with everything that does not fit the schemas, each with its line
   */
  List<MigrationPlan> plans(SchemaDescription target) {
    try {
      return file.plans(target, legacy.description());
    } catch (ConfigurationException e) {
      throw new CodegenException(String.valueOf(e.getMessage()), e);
    }
  }
}
