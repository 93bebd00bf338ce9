package dev.crossfade.mapping;

import dev.crossfade.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a mapping file says, no default filled in. Immutable.
 *
 * @param shown what messages call the file
 * @param migrations those that have a section {@code tables}, in the file's order
 */
public record MappingFile(String shown, List<MigrationMapping> migrations) {
  /** Copies the list. */
  public MappingFile {
    migrations = List.copyOf(migrations);
  }

  /**
   * Reads a file.
   *
   * @throws ConfigurationException with everything that is wrong with it, each with its line, or
   *     that it cannot be read
   */
  public static MappingFile read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(List.of("there is no mapping file " + file));
    } catch (IOException e) {
      throw new ConfigurationException(
          List.of(
              "the mapping file "
                  + file
                  + " cannot be read ("
                  + e.getClass().getSimpleName()
                  + ")"));
    }
  }

  /**
   * Reads a text.
   *
   * @param shown what messages call it
   * @throws ConfigurationException with everything that is wrong with it, each with its line
   */
  public static MappingFile parse(String shown, String yaml) {
    return MappingReader.read(shown, yaml);
  }

  /**
   * What follows from it for these schemas.
   *
   * @throws ConfigurationException with everything that does not fit, each with its line
   */
  public List<MigrationPlan> plans(SchemaDescription target, SchemaDescription legacy) {
    return Planner.plans(this, target, legacy);
  }

  /**
   * What follows from it for this schema where the legacy store is MongoDB: all its tables come
   * from collections, whose documents have no schema to check.
   *
   * @throws ConfigurationException with everything that does not fit, each with its line
   */
  public List<MigrationPlan> plansOfCollections(SchemaDescription target) {
    return Planner.plans(this, target, null);
  }
}
