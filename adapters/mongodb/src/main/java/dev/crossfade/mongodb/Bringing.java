package dev.crossfade.mongodb;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.WriteModel;
import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.mongodb.StoreSession.Visit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Brings states about, without a transaction: rows in the order given, then deletes. A row whose
 * unique value another row of the same call still has waits for that one; rows that wait in a
 * circle go through placeholder values. If the server refuses a row, what was written before is put
 * back, where it is still as it was written.
 *
 * <p>For one thread, one visit. What it has written can be {@linkplain #undo put back} later.
 */
final class Bringing {
  private static final int AT_ONCE = 500;
  private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);
  private static final BulkWriteOptions ORDERED = new BulkWriteOptions().ordered(true);

  private final Database database;
  private final Visit visit;
  private final long deadline;

  /** What was written, and how it is put back; the last one last. */
  private final Map<Place, Written<?, ?>> written = new LinkedHashMap<>();

  private record Place(Table<?, ?> table, BsonValue key) {}

  /**
   * A document that was written.
   *
   * @param before null if there was none
   * @param after what it is filtered by, to be still as it was written; null if it was deleted
   */
  private record Written<T, K>(
      Table<T, K> table, BsonValue key, @Nullable BsonDocument before, @Nullable Bson after) {}

  /** At most for so long. */
  Bringing(Database database, Visit visit, Duration limit) {
    this.database = database;
    this.visit = visit;
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  /**
   * Brings them about, all or none.
   *
   * @throws CrossfadeException if one is refused: then nothing has changed, or, where the exception
   *     says so, it is not known what has
   */
  void bring(List<Item<?, ?>> items) {
    bring(items, items.size() > 1 ? Befores.of(database, items) : Befores.UNKNOWN);
  }

  /** As {@link #bring}, where more may follow that can fail. */
  void bringUndoably(List<Item<?, ?>> items) {
    bring(items, Befores.of(database, items));
  }

  private void bring(List<Item<?, ?>> items, Befores befores) {
    try {
      List<Item<?, ?>> waiting = new ArrayList<>();
      for (List<Item<?, ?>> run : runs(items)) {
        write(run, befores, waiting);
      }
      delete(items, befores);
      settle(waiting, befores);
    } catch (OutcomeUnknownException e) {
      throw e;
    } catch (CrossfadeException e) {
      undo();
      throw e;
    }
  }

  /** What the documents were before. Not asked for where nothing can have to be put back. */
  private static final class Befores {
    static final Befores UNKNOWN = new Befores(false);

    private final Map<Table<?, ?>, Map<BsonValue, BsonDocument>> documents = new HashMap<>();
    private final boolean known;

    private Befores(boolean known) {
      this.known = known;
    }

    static Befores of(Database database, List<Item<?, ?>> items) {
      Befores befores = new Befores(true);
      Map<Table<?, ?>, List<BsonValue>> keys = new LinkedHashMap<>();
      for (Item<?, ?> item : items) {
        keys.computeIfAbsent(item.table(), table -> new ArrayList<>()).add(item.storedKey());
      }
      keys.forEach(
          (table, some) ->
              befores.documents.put(
                  table,
                  database.read(
                      "reading what is there",
                      () -> table.documents().byStoredKeys(database, some))));
      return befores;
    }

    @Nullable BsonDocument of(Item<?, ?> item) {
      return documents.getOrDefault(item.table(), Map.of()).get(item.storedKey());
    }
  }

  /** Rows that follow each other in one collection, so many at once. */
  private static List<List<Item<?, ?>>> runs(List<Item<?, ?>> items) {
    List<List<Item<?, ?>>> runs = new ArrayList<>();
    List<Item<?, ?>> run = new ArrayList<>();
    for (Item<?, ?> item : items) {
      if (item.row() == null) {
        continue;
      }
      if (!run.isEmpty() && (run.get(0).table() != item.table() || run.size() == AT_ONCE)) {
        runs.add(run);
        run = new ArrayList<>();
      }
      run.add(item);
    }
    if (!run.isEmpty()) {
      runs.add(run);
    }
    return runs;
  }

  private void write(List<Item<?, ?>> run, Befores befores, List<Item<?, ?>> waiting) {
    List<Item<?, ?>> rest = run;
    while (!rest.isEmpty()) {
      int stopped = bulk(rest, befores);
      if (stopped == rest.size()) {
        return;
      }
      waiting.add(rest.get(stopped));
      rest = rest.subList(stopped + 1, rest.size());
    }
  }

  /** The index of the first whose unique value is taken; how many there are if none is. */
  private int bulk(List<Item<?, ?>> run, Befores befores) {
    List<WriteModel<BsonDocument>> models = new ArrayList<>(run.size());
    for (Item<?, ?> item : run) {
      models.add(model(item));
    }
    Table<?, ?> table = run.get(0).table();
    beforeSending();
    Sent.begin();
    try {
      table.collection(database).bulkWrite(models, ORDERED);
      run.forEach(item -> wrote(item, befores));
      return run.size();
    } catch (MongoBulkWriteException e) {
      if (e.getWriteConcernError() != null || e.getWriteErrors().isEmpty()) {
        throw database.errors().ofWrite(e, writing(table));
      }
      BulkWriteError first = e.getWriteErrors().get(0);
      for (int i = 0; i < first.getIndex(); i++) {
        wrote(run.get(i), befores);
      }
      Item<?, ?> refused = run.get(first.getIndex());
      boolean taken = refused.inserts() && befores.of(refused) != null;
      if (MongoErrors.isDuplicate(e) && befores.known && !taken) {
        return first.getIndex();
      }
      throw database.errors().notWritten(e, writing(table));
    } catch (MongoException e) {
      throw database.errors().ofWrite(e, writing(table));
    }
  }

  private static String writing(Table<?, ?> table) {
    return "writing " + table.mapping().entity().name();
  }

  private static <T, K> WriteModel<BsonDocument> model(Item<T, K> item) {
    T row = Objects.requireNonNull(item.row(), "row");
    DocumentMapping<T, K> mapping = item.table().mapping();
    if (item.inserts()) {
      return new InsertOneModel<>(mapping.document(row));
    } else if (mapping.isWhole()) {
      BsonDocument document = mapping.document(row);
      return new ReplaceOneModel<>(
          item.table().documents().byKey(item.state().key()),
          document,
          new ReplaceOptions().upsert(true));
    }
    return new UpdateOneModel<>(
        item.table().documents().byKey(item.state().key()), mapping.update(row, false), UPSERT);
  }

  private <T, K> void wrote(Item<T, K> item, Befores befores) {
    T row = Objects.requireNonNull(item.row(), "row");
    if (befores.known) {
      wrote(item.table(), item.storedKey(), befores.of(item), item.asWritten(row));
    }
  }

  private void delete(List<Item<?, ?>> items, Befores befores) {
    for (Item<?, ?> item : items) {
      if (item.row() == null && (!befores.known || befores.of(item) != null)) {
        delete(item, befores);
      }
    }
  }

  private <T, K> void delete(Item<T, K> item, Befores befores) {
    beforeSending();
    database.write(
        writing(item.table()),
        () ->
            item.table()
                .collection(database)
                .deleteOne(item.table().documents().byKey(item.state().key())));
    if (befores.known) {
      wrote(item.table(), item.storedKey(), befores.of(item), null);
    }
  }

  // Unique values that wander.

  private void settle(List<Item<?, ?>> waiting, Befores befores) {
    List<Item<?, ?>> left = waiting;
    boolean placed = false;
    while (!left.isEmpty()) {
      List<Item<?, ?>> still = new ArrayList<>();
      for (Item<?, ?> item : left) {
        if (bulk(List.of(item), befores) == 0) {
          still.add(item);
        }
      }
      if (still.size() == left.size()) {
        if (placed) {
          throw taken(still.get(0));
        }
        still.forEach(item -> hold(item, befores));
        placed = true;
      }
      left = still;
    }
  }

  private CrossfadeException taken(Item<?, ?> item) {
    return new dev.crossfade.DuplicateKeyException(
        writing(item.table())
            + " on "
            + database.settings().name()
            + ": a unique value is taken by a document that is not changed with it",
        null);
  }

  /** Takes the values away that others wait for. */
  private <T, K> void hold(Item<T, K> item, Befores befores) {
    BsonDocument before = befores.of(item);
    if (before == null) {
      return;
    }
    BsonDocument placeholders = new BsonDocument();
    for (String field : item.table().uniqueFields(database)) {
      if (FieldMapping.at(before, field) != null) {
        placeholders.put(field, new BsonString("crossfade " + UUID.randomUUID()));
      }
    }
    if (placeholders.isEmpty()) {
      return;
    }
    Bson byKey = item.table().documents().byKey(item.state().key());
    beforeSending();
    database.write(
        writing(item.table()),
        () ->
            item.table()
                .collection(database)
                .updateOne(byKey, new BsonDocument("$set", placeholders)));
    wrote(item.table(), item.storedKey(), before, Filters.and(byKey, placeholders));
  }

  // Putting back.

  /** Notes a document that was written; what it was before the first of several counts. */
  <T, K> void wrote(
      Table<T, K> table, BsonValue key, @Nullable BsonDocument before, @Nullable Bson after) {
    Written<?, ?> earlier = written.remove(new Place(table, key));
    written.put(
        new Place(table, key),
        new Written<>(table, key, earlier == null ? before : earlier.before(), after));
  }

  /** Whether it has written nothing that might have to be put back. */
  boolean isFresh() {
    return written.isEmpty();
  }

  /**
   * Puts everything back that was written, the last first.
   *
   * @throws OutcomeUnknownException if that cannot be
   */
  void undo() {
    List<Written<?, ?>> left = new ArrayList<>(written.values());
    Collections.reverse(left);
    written.clear();
    int before;
    do {
      before = left.size();
      List<Written<?, ?>> still = new ArrayList<>();
      for (Written<?, ?> each : left) {
        if (!isBack(each)) {
          still.add(each);
        }
      }
      left = still;
    } while (!left.isEmpty() && left.size() < before);
    if (!left.isEmpty()) {
      throw new OutcomeUnknownException(
          writing(left.get(0).table())
              + " on "
              + database.settings().name()
              + ": a unit of work failed after it had written some of its documents, and "
              + left.size()
              + " of them could not be put back, because others have changed them or taken their"
              + " unique values since. Both stores will agree on them",
          null);
    }
  }

  /** Whether it is as it was before; false if a unique value is in the way. */
  private <T, K> boolean isBack(Written<T, K> each) {
    try {
      visit.beforeSending();
      return database.write(writing(each.table()), () -> putBack(each));
    } catch (dev.crossfade.DuplicateKeyException e) {
      return false;
    } catch (CrossfadeException e) {
      throw new OutcomeUnknownException(
          writing(each.table())
              + " on "
              + database.settings().name()
              + ": a unit of work failed after it had written some of its documents, and these"
              + " could not be put back",
          e);
    }
  }

  private <T, K> boolean putBack(Written<T, K> each) {
    var collection = each.table().collection(database);
    BsonDocument before = each.before();
    if (each.after() == null) {
      if (before != null) {
        collection.insertOne(before);
      }
      return true;
    } else if (before == null) {
      return collection.deleteOne(each.after()).getDeletedCount() > 0;
    } else if (each.table().mapping().isWhole()) {
      return collection.replaceOne(each.after(), before).getMatchedCount() > 0;
    }
    return collection.updateOne(each.after(), each.table().mapping().back(before)).getMatchedCount()
        > 0;
  }

  private void beforeSending() {
    if (System.nanoTime() - deadline > 0) {
      throw new StoreTimeoutException(
          "writing on " + database.settings().name() + " took longer than its limit", null);
    }
    visit.beforeSending();
  }
}
