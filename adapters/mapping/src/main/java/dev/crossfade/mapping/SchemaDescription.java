package dev.crossfade.mapping;

import java.util.List;

/**
 * What a store's schema holds, as far as a mapping needs to know. Immutable.
 *
 * @param shown what messages call it: a file, a folder of migrations
 * @param schemas the schemas looked at, the one that needs no naming first; empty where the store
 *     has none
 * @param tables tables and views
 */
public record SchemaDescription(String shown, List<String> schemas, List<TableDescription> tables) {
  /** Copies the lists. */
  public SchemaDescription {
    schemas = List.copyOf(schemas);
    tables = List.copyOf(tables);
  }
}
