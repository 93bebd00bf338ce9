package dev.crossfade.mongodb;

import dev.crossfade.Stage;
import dev.crossfade.store.ControlRow;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/** Control rows as documents, and all of them as they were at one moment. */
final class ControlRows {
  /** The state of a row that is being made: to readers there is none yet. */
  static final String MAKING = "MAKING";

  static final String GATE = "gate";

  /**
   * A row, and whether somebody is about to change it.
   *
   * @param row null while it is being made
   * @param gate who may change it alone; null if nobody
   */
  record Known(@Nullable ControlRow row, @Nullable BsonDocument gate) {}

  private ControlRows() {}

  static Map<String, Known> read(Database database) {
    Map<String, Known> rows = new HashMap<>();
    for (BsonDocument document : database.collection(Names.CONTROL).find()) {
      rows.put(document.getString("_id").getValue(), known(document));
    }
    return rows;
  }

  static Known known(BsonDocument document) {
    return new Known(row(document), document.isDocument(GATE) ? document.getDocument(GATE) : null);
  }

  static @Nullable ControlRow row(BsonDocument document) {
    String state = document.getString("state").getValue();
    if (state.equals(MAKING)) {
      return null;
    }
    return new ControlRow(
        document.getString("_id").getValue(),
        document.getInt64("epoch").getValue(),
        Stage.ofId(document.getString("stage").getValue()),
        ControlRow.State.valueOf(state),
        document.isString("attempt")
            ? UUID.fromString(document.getString("attempt").getValue())
            : null,
        document.isDateTime("deadline")
            ? Instant.ofEpochMilli(document.getDateTime("deadline").getValue())
            : null,
        ControlRow.obeyedOf(document.getString("obeyed").getValue()));
  }

  /** All of it but its id. */
  static BsonDocument fields(ControlRow row) {
    UUID attempt = row.attempt();
    Instant deadline = row.deadline();
    return new BsonDocument("epoch", new BsonInt64(row.epoch()))
        .append("stage", new BsonString(row.stage().id()))
        .append("state", new BsonString(row.state().name()))
        .append("attempt", attempt == null ? BsonNull.VALUE : new BsonString(attempt.toString()))
        .append(
            "deadline",
            deadline == null ? BsonNull.VALUE : new BsonDateTime(deadline.toEpochMilli()))
        .append("obeyed", new BsonString(row.obeyedText()));
  }

  /** What must be so for it to be replaced; deadlines are not compared. */
  static BsonDocument filter(ControlRow expected) {
    BsonDocument filter = fields(expected);
    filter.remove("deadline");
    filter.remove("stage");
    return filter.append("_id", new BsonString(expected.migration()));
  }
}
