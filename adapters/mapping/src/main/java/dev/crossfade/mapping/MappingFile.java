package dev.crossfade.mapping;

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
}
