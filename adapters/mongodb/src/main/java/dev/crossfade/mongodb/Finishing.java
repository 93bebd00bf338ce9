package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.nin;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.client.MongoCollection;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.conversions.Bson;

/**
 * Step 4 for a batch of operations, with a few commands for all of them: flag who overlaps, look
 * which ranges are live, delete what is settled, leave the rest. No two of these commands are one
 * transaction; the order makes that safe, see {@code docs/mongodb.md}.
 */
final class Finishing {
  /** No repair has chosen it. */
  static final Bson UNCLAIMED = set("chosenUntil", 0L);

  private static final int AT_ONCE = 1_000;

  private final MongoCollection<BsonDocument> journal;
  private final List<Finish> operations;

  /** Each own entry by its id, with its operation. */
  private final Map<String, Own> all = new LinkedHashMap<>();

  /** Own entries that are contested within the batch or lie within a live range. */
  private final Set<String> disputed = new HashSet<>();

  private record Own(Entry entry, Finish operation) {
    boolean isDone() {
      return operation.outcome() == Outcome.DONE;
    }
  }

  Finishing(MongoCollection<BsonDocument> journal, List<Finish> operations) {
    this.journal = journal;
    this.operations = operations;
    for (Finish operation : operations) {
      for (Entry entry : operation.entries()) {
        all.put(EntryDocuments.id(entry), new Own(entry, operation));
      }
    }
  }

  /** How many stay; gone ones are restored by {@code restoring}, which says how many it did. */
  int run(Restoring restoring) {
    flagOthers();
    flagEachOther();
    Map<String, BsonDocument> there = read();
    List<String> gone = new ArrayList<>();
    List<String> settled = new ArrayList<>();
    List<String> staying = new ArrayList<>();
    for (Map.Entry<String, Own> each : all.entrySet()) {
      if (!there.containsKey(each.getKey())) {
        gone.add(each.getKey());
      } else if (each.getValue().isDone() && !disputed.contains(each.getKey())) {
        settled.add(each.getKey());
      } else {
        staying.add(each.getKey());
      }
    }
    settle(settled, staying, gone);
    leave(staying);
    int restored = gone.isEmpty() ? 0 : restore(gone, restoring);
    deleteTaken();
    return staying.size() + restored;
  }

  /** Puts entries back; how many it did. */
  @FunctionalInterface
  interface Restoring {
    int restore(String migration, Entry entry, String state);
  }

  private void flagOthers() {
    Map<String, List<String>> points = new HashMap<>();
    for (Own own : all.values()) {
      Span span = own.entry().span();
      if (span.isRange()) {
        flag(span.entity(), within(span));
      } else {
        points
            .computeIfAbsent(span.entity(), entity -> new ArrayList<>())
            .add(EntryDocuments.hex(span.from()));
      }
    }
    points.forEach(
        (entity, keys) -> {
          for (List<String> some : chunks(keys)) {
            flag(entity, in("from", some));
          }
        });
  }

  private static Bson within(Span span) {
    Bson from = gte("from", EntryDocuments.hex(span.from()));
    byte[] to = span.to();
    return to == null ? from : and(from, lte("from", EntryDocuments.hex(to)));
  }

  private void flag(String entity, Bson keys) {
    journal.updateMany(
        and(
            eq("entity", entity),
            keys,
            eq("range", false),
            eq("contested", false),
            nin("_id", all.keySet())),
        set("contested", true));
  }

  /** Operations of one batch contest each other like any others. */
  private void flagEachOther() {
    Map<Span, List<String>> byKey = new HashMap<>();
    for (Map.Entry<String, Own> each : all.entrySet()) {
      if (!each.getValue().entry().span().isRange()) {
        byKey
            .computeIfAbsent(each.getValue().entry().span(), span -> new ArrayList<>())
            .add(each.getKey());
      }
    }
    for (List<String> same : byKey.values()) {
      if (same.size() > 1) {
        disputed.addAll(same);
      }
    }
    for (Own own : all.values()) {
      if (own.entry().span().isRange()) {
        disputeWithin(own.entry().span());
      }
    }
  }

  private void disputeWithin(Span range) {
    for (Map.Entry<String, Own> each : all.entrySet()) {
      Span span = each.getValue().entry().span();
      if (!span.isRange() && span.entity().equals(range.entity()) && range.contains(span.from())) {
        disputed.add(each.getKey());
      }
    }
  }

  /** Own entries that are there; notes which of them lie within live ranges. */
  private Map<String, BsonDocument> read() {
    Map<String, BsonDocument> there = new HashMap<>();
    Set<String> entities = new HashSet<>();
    all.values().forEach(own -> entities.add(own.entry().span().entity()));
    for (List<String> some : chunks(new ArrayList<>(all.keySet()))) {
      Bson ranges = and(in("entity", entities), eq("range", true));
      for (BsonDocument found : journal.find(or(in("_id", some), ranges))) {
        String id = found.getString("_id").getValue();
        if (all.containsKey(id)) {
          there.put(id, found);
        }
        if (found.getBoolean("range").getValue()) {
          disputeWithin(EntryDocuments.entry(found).span());
        }
      }
    }
    return there;
  }

  /** Deletes what nobody has flagged; moves the others to those that stay, or that are gone. */
  private void settle(List<String> settled, List<String> staying, List<String> gone) {
    for (List<String> some : chunks(settled)) {
      long deleted =
          journal
              .deleteMany(
                  and(in("_id", some), eq("state", EntryDocuments.OPEN), eq("contested", false)))
              .getDeletedCount();
      if (deleted < some.size()) {
        Set<String> still = new HashSet<>();
        for (BsonDocument found : journal.find(in("_id", some))) {
          still.add(found.getString("_id").getValue());
        }
        staying.addAll(still);
        if (deleted + still.size() < some.size()) {
          // Some went between the look and the delete, and which cannot be said: too many are safe.
          some.stream().filter(each -> !still.contains(each)).forEach(gone::add);
        }
      }
    }
  }

  private void leave(List<String> staying) {
    List<String> left = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String id : staying) {
      Own own = all.get(id);
      if (own != null) {
        (own.operation().outcome() == Outcome.UNKNOWN ? unknown : left).add(id);
      }
    }
    for (List<String> some : chunks(left)) {
      journal.updateMany(
          and(in("_id", some), eq("state", EntryDocuments.OPEN)),
          set("state", new BsonString(EntryDocuments.LEFT)));
    }
    for (List<String> some : chunks(unknown)) {
      journal.updateMany(in("_id", some), set("state", new BsonString(EntryDocuments.UNKNOWN)));
    }
  }

  private int restore(List<String> gone, Restoring restoring) {
    int restored = 0;
    for (String id : gone) {
      Own own = all.get(id);
      if (own != null) {
        boolean unknown = own.operation().outcome() == Outcome.UNKNOWN;
        restored +=
            restoring.restore(
                own.operation().migration(),
                own.entry(),
                unknown ? EntryDocuments.UNKNOWN : EntryDocuments.LEFT);
      }
    }
    return restored;
  }

  /** Last, so that whoever stops before has left too many. What stays may be chosen anew. */
  private void deleteTaken() {
    List<String> done = new ArrayList<>();
    List<String> free = new ArrayList<>();
    for (Finish operation : operations) {
      List<String> taken = operation.outcome() == Outcome.DONE ? done : free;
      operation.taken().forEach(entry -> taken.add(EntryDocuments.id(entry)));
    }
    for (List<String> some : chunks(done)) {
      journal.deleteMany(in("_id", some));
    }
    for (List<String> some : chunks(free)) {
      journal.updateMany(in("_id", some), UNCLAIMED);
    }
  }

  static <X> List<List<X>> chunks(List<X> all) {
    List<List<X>> chunks = new ArrayList<>();
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      chunks.add(all.subList(from, Math.min(all.size(), from + AT_ONCE)));
    }
    return chunks;
  }
}
