package dev.crossfade.mapping;

import java.util.List;

/**
 * The tables of one migration, as the file has them. Immutable.
 *
 * @param name the migration's, as in {@code crossfade.migrations.<name>}
 * @param tables in the file's order
 * @param place where its {@code tables} stand
 */
public record MigrationMapping(String name, List<TableRule> tables, Place place) {
  /** Copies the list. */
  public MigrationMapping {
    tables = List.copyOf(tables);
  }
}
