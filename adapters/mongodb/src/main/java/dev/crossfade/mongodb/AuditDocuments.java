package dev.crossfade.mongodb;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Entries of the audit as documents. Moments are kept to the nanosecond, as text. */
final class AuditDocuments {
  private AuditDocuments() {}

  static BsonDocument of(AuditEntry entry) {
    Duration pause = entry.pause();
    BsonArray gates = new BsonArray();
    entry.gates().forEach(gate -> gates.add(new BsonString(gate)));
    return new BsonDocument("_id", new BsonString(entry.id().toString()))
        .append("at", new BsonString(entry.at().toString()))
        .append("atMillis", new BsonDateTime(entry.at().toEpochMilli()))
        .append("migration", new BsonString(entry.migration()))
        .append("action", new BsonString(entry.action().name()))
        .append("from", new BsonString(entry.from().id()))
        .append("to", new BsonString(entry.to().id()))
        .append("epoch", new BsonInt64(entry.epoch()))
        .append("actor", new BsonString(entry.actor()))
        .append("instance", new BsonString(entry.instance()))
        .append("gates", gates)
        .append("reason", text(entry.reason()))
        .append("pauseNanos", pause == null ? BsonNull.VALUE : new BsonInt64(pause.toNanos()));
  }

  private static BsonValue text(@Nullable String text) {
    return text == null ? BsonNull.VALUE : new BsonString(text);
  }

  static AuditEntry entry(BsonDocument document) {
    List<String> gates =
        document.getArray("gates").stream().map(gate -> gate.asString().getValue()).toList();
    return new AuditEntry(
        UUID.fromString(document.getString("_id").getValue()),
        Instant.parse(document.getString("at").getValue()),
        document.getString("migration").getValue(),
        Action.valueOf(document.getString("action").getValue()),
        Stage.ofId(document.getString("from").getValue()),
        Stage.ofId(document.getString("to").getValue()),
        document.getInt64("epoch").getValue(),
        document.getString("actor").getValue(),
        document.getString("instance").getValue(),
        gates,
        document.isString("reason") ? document.getString("reason").getValue() : null,
        document.isInt64("pauseNanos")
            ? Duration.ofNanos(document.getInt64("pauseNanos").getValue())
            : null);
  }
}
