package dev.crossfade.store;

import java.util.List;

/**
 * Where a store keeps the rows of an entity: for checks that look at the store beside the library.
 *
 * @param table the table, as the store's statements name it
 * @param keyColumns the columns of the key, as the catalogue names them, in the key's order
 */
public record Place(String table, List<String> keyColumns) {
  /** Copies the list. */
  public Place {
    keyColumns = List.copyOf(keyColumns);
  }
}
