package dev.crossfade.mapping;

/**
 * The name of a table. Immutable.
 *
 * @param schema its schema; empty where the store has none (SQLite)
 * @param name its own name, in the store's spelling
 */
public record TableName(String schema, String name) {
  /** A table of a store without schemas. */
  public static TableName of(String name) {
    return new TableName("", name);
  }

  /** A table in a schema. */
  public static TableName of(String schema, String name) {
    return new TableName(schema, name);
  }

  /** As {@code schema.name}, or the name alone. */
  @Override
  public String toString() {
    return schema.isEmpty() ? name : schema + "." + name;
  }
}
