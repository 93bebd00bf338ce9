package dev.crossfade.mongodb;

import dev.crossfade.store.Entry;
import dev.crossfade.store.Span;
import java.util.HexFormat;
import java.util.UUID;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;

/**
 * Entries of the journal as documents. Keys are held as hexadecimal text, because MongoDB orders
 * binary values by their length first.
 */
final class EntryDocuments {
  static final String OPEN = "open";
  static final String LEFT = "left";
  static final String UNKNOWN = "unknown";

  private static final HexFormat HEX = HexFormat.of();

  private EntryDocuments() {}

  static String id(UUID owner, long id) {
    return owner + "/" + id;
  }

  static String id(Entry entry) {
    return id(entry.owner(), entry.id());
  }

  static String hex(byte[] key) {
    return HEX.formatHex(key);
  }

  static BsonDocument of(String migration, Entry entry, String state, long atMillis) {
    Span span = entry.span();
    byte[] to = span.to();
    return new BsonDocument("_id", new BsonString(id(entry)))
        .append("owner", new BsonString(entry.owner().toString()))
        .append("number", new BsonInt64(entry.id()))
        .append("migration", new BsonString(migration))
        .append("entity", new BsonString(span.entity()))
        .append("from", new BsonString(hex(span.from())))
        .append("to", to == null ? BsonNull.VALUE : new BsonString(hex(to)))
        .append("range", BsonBoolean.valueOf(span.isRange()))
        .append("state", new BsonString(state))
        .append("contested", BsonBoolean.FALSE)
        .append("parked", BsonBoolean.FALSE)
        .append("attempts", new BsonInt32(0))
        .append("restsUntil", new BsonInt64(0))
        .append("at", new BsonInt64(atMillis))
        .append("chosenBy", BsonNull.VALUE)
        .append("chosenUntil", new BsonInt64(0))
        .append("givenUp", BsonNull.VALUE);
  }

  static Entry entry(BsonDocument document) {
    String entity = document.getString("entity").getValue();
    byte[] from = HEX.parseHex(document.getString("from").getValue());
    Span span =
        !document.getBoolean("range").getValue()
            ? Span.point(entity, from)
            : Span.range(
                entity,
                from,
                document.isString("to") ? HEX.parseHex(document.getString("to").getValue()) : null);
    return new Entry(
        UUID.fromString(document.getString("owner").getValue()),
        document.getNumber("number").longValue(),
        span);
  }
}
