package dev.crossfade.postgres;

import dev.crossfade.store.Entry;
import dev.crossfade.store.Span;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/** Reads entries: owner, id, entity, key, key_to, is_range as the first six columns. */
final class JournalRows {
  private JournalRows() {}

  static Entry entry(ResultSet rows) throws SQLException {
    String entity = rows.getString(3);
    byte[] key = rows.getBytes(4);
    Span span =
        rows.getBoolean(6) ? Span.range(entity, key, rows.getBytes(5)) : Span.point(entity, key);
    return new Entry(rows.getObject(1, UUID.class), rows.getLong(2), span);
  }
}
