package dev.crossfade.cli.inspect;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import dev.crossfade.cli.inspect.CollectionProfile.DocumentIndex;
import dev.crossfade.cli.inspect.CollectionProfile.Spellings;
import dev.crossfade.mongodb.MongoStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Reads a database of MongoDB, every document of it, one collection after the other and in bounded
 * memory. Changes nothing in it. What is written meanwhile may be seen or not. Used by one thread.
 */
public final class DatabaseInspection {
  private static final int BATCH = 1_000;

  private final MongoDatabase database;
  private final Inspection.Watcher watcher;

  private DatabaseInspection(MongoDatabase database, Inspection.Watcher watcher) {
    this.database = database;
    this.watcher = watcher;
  }

  /**
   * Reads it.
   *
   * @param store where it is; need not be connected
   * @throws dev.crossfade.CrossfadeException if it cannot be reached or read
   */
  public static DatabaseProfile of(MongoStore store, Inspection.Watcher watcher) {
    return store.look(database -> new DatabaseInspection(database, watcher).profile(store.name()));
  }

  private DatabaseProfile profile(String name) {
    TreeMap<String, Boolean> there = new TreeMap<>();
    for (BsonDocument each : database.listCollections(BsonDocument.class)) {
      String collection = each.getString("name").getValue();
      String type = each.getString("type", new BsonString("collection")).getValue();
      if (!collection.startsWith("system.") && !collection.startsWith("crossfade_")) {
        there.put(collection, type.equals("collection"));
      }
    }
    List<CollectionProfile> collections = new ArrayList<>();
    List<String> views = new ArrayList<>();
    there.forEach(
        (collection, plain) -> {
          if (plain) {
            collections.add(collection(collection));
          } else {
            views.add(collection);
          }
        });
    return new DatabaseProfile(name, collections, views);
  }

  private CollectionProfile collection(String name) {
    MongoCollection<BsonDocument> collection = database.getCollection(name, BsonDocument.class);
    watcher.begins(name, collection.estimatedDocumentCount());
    FieldBudget budget = new FieldBudget();
    Shape shape = new Shape("", budget);
    try (MongoCursor<BsonDocument> documents = collection.find().batchSize(BATCH).iterator()) {
      while (documents.hasNext()) {
        BsonDocument document = documents.next();
        shape.look(document, document.get("_id", BsonNull.VALUE));
      }
    }
    List<FieldProfile> fields = new ArrayList<>();
    shape.addTo(fields);
    List<Spellings> spellings = new ArrayList<>();
    shape.addSpellingsTo(spellings);
    return new CollectionProfile(
        name,
        shape.documents(),
        bytes(name),
        fields,
        spellings,
        indexes(collection),
        budget.refused());
  }

  private long bytes(String collection) {
    try {
      BsonDocument stats =
          database.runCommand(
              new BsonDocument("collStats", new BsonString(collection)), BsonDocument.class);
      return stats.isNumber("size") ? stats.getNumber("size").longValue() : -1;
    } catch (MongoCommandException e) {
      return -1; // the right to ask may be missing
    }
  }

  private static List<DocumentIndex> indexes(MongoCollection<BsonDocument> collection) {
    List<DocumentIndex> indexes = new ArrayList<>();
    for (BsonDocument index : collection.listIndexes(BsonDocument.class)) {
      List<String> fields = List.copyOf(index.getDocument("key").keySet());
      if (!fields.equals(List.of("_id"))) {
        BsonValue unique = index.get("unique");
        indexes.add(
            new DocumentIndex(
                index.getString("name", new BsonString("")).getValue(),
                fields,
                unique != null && unique.isBoolean() && unique.asBoolean().getValue(),
                special(index)));
      }
    }
    return indexes;
  }

  private static String special(BsonDocument index) {
    if (index.containsKey("partialFilterExpression")) {
      return "holds for some documents only";
    } else if (index.containsKey("collation")) {
      return "compares text by a collation";
    } else if (index.containsKey("expireAfterSeconds")) {
      return "deletes documents by itself, which PostgreSQL does not";
    }
    boolean plain = index.getDocument("key").values().stream().allMatch(BsonValue::isNumber);
    return plain ? "" : "is no index of values";
  }

  /** A key as people know it. */
  static String shown(BsonValue id) {
    if (id.isObjectId()) {
      return id.asObjectId().getValue().toHexString();
    } else if (id.isString()) {
      return id.asString().getValue();
    } else if (id.isInt32() || id.isInt64()) {
      return String.valueOf(id.asNumber().longValue());
    }
    return id.toString();
  }
}
