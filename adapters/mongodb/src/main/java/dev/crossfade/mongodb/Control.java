package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Sorts.orderBy;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.crossfade.AuditEntry;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The control rows. Whoever marks, or changes this store as the secondary, goes by the rows as its
 * session has read them last; so a change of epoch or state waits for all sessions.
 */
final class Control implements ControlTable {
  private final Supplier<Connected> connected;

  Control(Supplier<Connected> connected) {
    this.connected = connected;
  }

  @Override
  public @Nullable ControlRow read(String migration) {
    BsonDocument found = document(migration);
    return found == null ? null : ControlRows.row(found);
  }

  private @Nullable BsonDocument document(String migration) {
    return database()
        .read("reading the control row", () -> rows().find(eq("_id", migration)).first());
  }

  @Override
  public void createIfAbsent(ControlRow row) {
    if (insert(row, ControlRows.fields(row))) {
      connected.get().session().refresh();
    } else {
      Bson made = and(eq("_id", row.migration()), eq("state", ControlRows.MAKING));
      connected.get().exclusion().replaceAtOnce(made, row, null);
    }
  }

  /** Whether there was none. */
  private boolean insert(ControlRow row, BsonDocument fields) {
    return database()
        .write(
            "creating the control row",
            () -> {
              try {
                fields.put("_id", new BsonString(row.migration()));
                fields.put(ControlRows.GATE, BsonNull.VALUE);
                fields.put("noted", BsonNull.VALUE);
                rows().insertOne(fields);
                return true;
              } catch (MongoException e) {
                if (MongoErrors.isDuplicate(e)) {
                  return false;
                }
                throw e;
              }
            });
  }

  @Override
  public boolean replace(ControlRow expected, ControlRow next, @Nullable AuditEntry entry) {
    Exclusion exclusion = connected.get().exclusion();
    Bson filter = ControlRows.filter(expected);
    boolean replaced =
        leavesWritersAlone(expected, next)
            ? exclusion.replaceAtOnce(filter, next, note(expected, entry))
            : exclusion.replace(filter, next, Control::always, note(expected, entry));
    settle(expected.migration());
    return replaced;
  }

  /** Whoever has seen the old row may do nothing that the new one forbids. */
  private static boolean leavesWritersAlone(ControlRow expected, ControlRow next) {
    return expected.epoch() == next.epoch() && next.isOpen();
  }

  @Override
  public boolean replaceIfDrained(
      ControlRow expected, ControlRow next, @Nullable AuditEntry entry) {
    boolean replaced =
        connected
            .get()
            .exclusion()
            .replace(
                ControlRows.filter(expected),
                next,
                () -> isDrained(expected.migration()),
                note(expected, entry));
    settle(expected.migration());
    return replaced;
  }

  /** Where nothing but the row counts. */
  private static boolean always() {
    return true;
  }

  private boolean isDrained(String migration) {
    return database()
            .read(
                "reading the journal",
                () ->
                    database()
                        .collection(Names.JOURNAL)
                        .find(eq("migration", migration))
                        .limit(1)
                        .first())
        == null;
  }

  @Override
  public boolean openIfOlder(ControlRow row) {
    BsonDocument making = ControlRows.fields(row);
    making.put("state", new BsonString(ControlRows.MAKING));
    making.put("epoch", new org.bson.BsonInt64(-1));
    if (document(row.migration()) == null) {
      insert(row, making);
    }
    Bson older = and(eq("_id", row.migration()), lt("epoch", row.epoch()));
    connected.get().exclusion().replace(older, row, Control::always, null);
    return row.equals(read(row.migration()));
  }

  @Override
  public Instant now() {
    return database().now();
  }

  @Override
  public void recordEvidence(String migration, String name, String detail) {
    database()
        .write(
            "recording evidence",
            () ->
                database()
                    .collection(Names.EVIDENCE)
                    .replaceOne(
                        eq("_id", migration + "/" + name),
                        new BsonDocument("_id", new BsonString(migration + "/" + name))
                            .append("migration", new BsonString(migration))
                            .append("name", new BsonString(name))
                            .append("detail", new BsonString(detail))
                            .append("at", new BsonDateTime(now().toEpochMilli())),
                        new ReplaceOptions().upsert(true)));
  }

  @Override
  public Map<String, Evidence> evidence(String migration) {
    Map<String, Evidence> evidence = new HashMap<>();
    database()
        .read(
            "reading evidence",
            () -> {
              for (BsonDocument each :
                  database().collection(Names.EVIDENCE).find(eq("migration", migration))) {
                evidence.put(
                    each.getString("name").getValue(),
                    new Evidence(
                        each.getString("detail").getValue(),
                        Instant.ofEpochMilli(each.getDateTime("at").getValue())));
              }
              return evidence;
            });
    return evidence;
  }

  @Override
  public void voidEvidence(String migration) {
    database()
        .write(
            "voiding evidence",
            () -> database().collection(Names.EVIDENCE).deleteMany(eq("migration", migration)));
  }

  // The audit.

  @Override
  public void note(AuditEntry entry) {
    database().write("noting it in the audit", () -> put(AuditDocuments.of(entry)));
  }

  /** A pause that is known stays. */
  private long put(BsonDocument entry) {
    BsonValue pause = entry.remove("pauseNanos");
    Bson filter = eq("_id", entry.remove("_id"));
    List<Bson> updates = new ArrayList<>(List.of(new BsonDocument("$setOnInsert", entry)));
    if (pause != null && !pause.isNull()) {
      updates.add(Updates.set("pauseNanos", pause));
    }
    return audit()
        .updateOne(filter, Updates.combine(updates), new UpdateOptions().upsert(true))
        .getMatchedCount();
  }

  private @Nullable BsonDocument note(ControlRow of, @Nullable AuditEntry entry) {
    settle(of.migration());
    return entry == null ? null : AuditDocuments.of(entry);
  }

  /** What was noted in a row with its change goes to the others. Safe to repeat. */
  private void settle(String migration) {
    BsonDocument row = document(migration);
    if (row == null || !row.isArray("noted")) {
      return;
    }
    database()
        .write(
            "noting it in the audit",
            () -> {
              for (BsonValue noted : row.getArray("noted")) {
                put(noted.asDocument().clone());
              }
              return rows()
                  .updateOne(
                      and(eq("_id", migration), eq("noted", row.getArray("noted"))),
                      Updates.set("noted", BsonNull.VALUE));
            });
  }

  @Override
  public List<AuditEntry> audit(String migration, int most) {
    settle(migration);
    return database()
        .read(
            "reading the audit",
            () -> {
              List<AuditEntry> entries = new ArrayList<>();
              for (BsonDocument each :
                  audit()
                      .find(eq("migration", migration))
                      .sort(orderBy(descending("atMillis"), descending("_id")))
                      .limit(most)) {
                entries.add(AuditDocuments.entry(each));
              }
              return entries;
            });
  }

  @Override
  public int forgetAudit(String migration, Duration retention) {
    BsonDateTime before = new BsonDateTime(now().minus(retention).toEpochMilli());
    return database()
        .write(
            "forgetting the audit",
            () ->
                (int)
                    audit()
                        .deleteMany(
                            and(
                                eq("migration", migration),
                                lt("atMillis", before),
                                exists("atMillis")))
                        .getDeletedCount());
  }

  private MongoCollection<BsonDocument> rows() {
    return database().collection(Names.CONTROL);
  }

  private MongoCollection<BsonDocument> audit() {
    return database().collection(Names.AUDIT);
  }

  private Database database() {
    return connected.get().database();
  }
}
