package dev.crossfade.postgres;

import dev.crossfade.store.Entry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.UUID;

/** Entries as array parameters: any number of them is one statement with one plan. */
final class EntryArrays {
  private final UUID[] owners;
  private final Long[] ids;
  private final String[] entities;
  private final byte[][] keys;
  private final byte[][] ends;
  private final Boolean[] ranges;

  EntryArrays(Collection<Entry> entries) {
    int size = entries.size();
    owners = new UUID[size];
    ids = new Long[size];
    entities = new String[size];
    keys = new byte[size][];
    ends = new byte[size][];
    ranges = new Boolean[size];
    int i = 0;
    for (Entry entry : entries) {
      owners[i] = entry.owner();
      ids[i] = entry.id();
      entities[i] = entry.span().entity();
      keys[i] = entry.span().from();
      ends[i] = entry.span().to();
      ranges[i++] = entry.span().isRange();
    }
  }

  /** Binds owners and ids. Returns the next index. */
  int bindIds(PreparedStatement statement, int first) throws SQLException {
    Connection connection = statement.getConnection();
    statement.setArray(first, connection.createArrayOf("uuid", owners));
    statement.setArray(first + 1, connection.createArrayOf("bigint", ids));
    return first + 2;
  }

  /**
   * Binds owners, ids, entities, keys, ends and whether they are ranges. Returns the next index.
   */
  int bindAll(PreparedStatement statement, int first) throws SQLException {
    Connection connection = statement.getConnection();
    int index = bindIds(statement, first);
    statement.setArray(index, connection.createArrayOf("text", entities));
    statement.setArray(index + 1, connection.createArrayOf("bytea", keys));
    statement.setArray(index + 2, connection.createArrayOf("bytea", ends));
    statement.setArray(index + 3, connection.createArrayOf("boolean", ranges));
    return index + 4;
  }
}
