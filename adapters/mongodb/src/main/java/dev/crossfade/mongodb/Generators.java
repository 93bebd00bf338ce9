package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Sorts.descending;

import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.crossfade.mongodb.StoreSession.Visit;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Generated keys: a counter per collection, in {@code crossfade_generator}. MongoDB has none of its
 * own. Keys are given one by one, so that none below a raised counter is given by anybody.
 */
final class Generators {
  private static final String LAST = "last";

  private final Database database;

  Generators(Database database) {
    this.database = database;
  }

  /** The row with a key, generated if it has none. */
  <T, K> T withKey(Visit visit, Table<T, K> table, T row) {
    DocumentMapping<T, K> mapping = table.mapping();
    if (mapping.entity().key(row) != null
        || !mapping.entity().keyComponents().get(0).isGenerated()) {
      return row;
    }
    visit.beforeSending();
    return mapping.withKey(row, next(table));
  }

  /** A counter that is not there yet begins behind the highest key. */
  private long next(Table<?, ?> table) {
    BsonDocument given = increment(table);
    if (given == null) {
      raise(table, highestRow(table));
      given = increment(table);
    }
    if (given == null) {
      throw new IllegalStateException("no generator of " + table.mapping().collection());
    }
    return given.getNumber(LAST).longValue();
  }

  private @Nullable BsonDocument increment(Table<?, ?> table) {
    return database.<@Nullable BsonDocument>write(
        "generating a key of " + table.mapping().entity().name(),
        () ->
            database
                .collection(Names.GENERATOR)
                .findOneAndUpdate(
                    eq("_id", table.mapping().collection()),
                    Updates.inc(LAST, 1L),
                    new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)));
  }

  /** The highest key that was given or that a row has. */
  long highest(Table<?, ?> table) {
    BsonDocument counter =
        database.read(
            "reading the generator",
            () ->
                database
                    .collection(Names.GENERATOR)
                    .find(eq("_id", table.mapping().collection()))
                    .first());
    long given = counter == null ? 0 : counter.getNumber(LAST).longValue();
    return Math.max(given, highestRow(table));
  }

  private long highestRow(Table<?, ?> table) {
    String path = table.mapping().keyPath();
    BsonDocument found =
        database.read(
            "reading the highest key",
            () -> table.collection(database).find().sort(descending(path)).first());
    BsonValue key = found == null ? null : FieldMapping.at(found, path);
    return key != null && key.isNumber() ? key.asNumber().longValue() : 0;
  }

  /** Never back. */
  void raise(Table<?, ?> table, long highest) {
    database.write(
        "raising the generator of " + table.mapping().entity().name(),
        () ->
            database
                .collection(Names.GENERATOR)
                .updateOne(
                    eq("_id", table.mapping().collection()),
                    new BsonDocument("$max", new BsonDocument(LAST, new BsonInt64(highest))),
                    new UpdateOptions().upsert(true)));
  }
}
