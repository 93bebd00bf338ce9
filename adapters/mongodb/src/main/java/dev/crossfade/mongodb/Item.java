package dev.crossfade.mongodb;

import dev.crossfade.store.RowState;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A state that is to be brought about.
 *
 * @param inserts whether there must be no document of its key
 */
record Item<T, K>(Table<T, K> table, RowState<T, K> state, boolean inserts) {
  BsonValue storedKey() {
    return table.mapping().storedKey(state.key());
  }

  @Nullable T row() {
    return state.row();
  }

  /** What is unset and set again, if the write is put back. */
  BsonDocument asWritten(T row) {
    return table.mapping().asWritten(row);
  }
}
