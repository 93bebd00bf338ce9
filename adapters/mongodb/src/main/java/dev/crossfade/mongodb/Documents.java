package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Filters.type;
import static com.mongodb.client.model.Projections.include;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import dev.crossfade.Component;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one mapping as they are in the collection, in key order. Where MongoDB's order
 * is another one (binary keys of any length, ObjectIds beside what they stand for) parts of one
 * order are merged, or all keys are sorted here. Safe for use by many threads.
 */
final class Documents<T, K> {
  private static final int AT_ONCE = 1_000;
  private static final Bson ALL = new BsonDocument();
  private static final int MANY = Integer.MAX_VALUE;

  private final DocumentMapping<T, K> mapping;
  private final Comparator<K> order;

  Documents(DocumentMapping<T, K> mapping) {
    this.mapping = mapping;
    this.order = mapping::compare;
  }

  MongoCollection<BsonDocument> collection(Database database) {
    return database.collection(mapping.collection());
  }

  @Nullable BsonDocument find(Database database, K key) {
    return collection(database).find(byKey(key)).first();
  }

  Bson byKey(K key) {
    return eq(mapping.keyPath(), mapping.storedKey(key));
  }

  /** Those that are there, by their keys, in no order. */
  Map<BsonValue, BsonDocument> byStoredKeys(Database database, Collection<BsonValue> keys) {
    Map<BsonValue, BsonDocument> found = new LinkedHashMap<>();
    for (List<BsonValue> some : chunks(new ArrayList<>(keys))) {
      for (BsonDocument each : collection(database).find(in(mapping.keyPath(), some))) {
        BsonValue key = FieldMapping.at(each, mapping.keyPath());
        if (key != null) {
          found.put(key, each);
        }
      }
    }
    return found;
  }

  /**
   * Those that have one of these values in a component that is unique, in whatever form, by the
   * value as it would be written.
   */
  Map<BsonValue, BsonDocument> byValues(
      Database database, String component, Collection<BsonValue> values) {
    FieldMapping field = mapping.field(component);
    Map<BsonValue, BsonDocument> found = new LinkedHashMap<>();
    for (List<BsonValue> some : chunks(new ArrayList<>(values))) {
      List<Bson> ways = some.stream().map(value -> field.is(field.codec().decode(value))).toList();
      for (BsonDocument each : collection(database).find(or(ways))) {
        Object value = mapping.value(field, each);
        if (value != null) {
          found.put(field.codec().encode(value), each);
        }
      }
    }
    return found;
  }

  private static <X> List<List<X>> chunks(List<X> all) {
    List<List<X>> chunks = new ArrayList<>();
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      chunks.add(all.subList(from, Math.min(all.size(), from + AT_ONCE)));
    }
    return chunks;
  }

  List<T> findAll(Database database, Collection<? extends K> keys) {
    List<BsonValue> stored = new ArrayList<>(keys.size());
    keys.forEach(key -> stored.add(mapping.storedKey(key)));
    List<T> rows = new ArrayList<>();
    for (List<BsonValue> some : chunks(stored.stream().distinct().toList())) {
      collection(database)
          .find(in(mapping.keyPath(), some))
          .forEach(document -> rows.add(mapping.row(document)));
    }
    rows.sort((a, b) -> order.compare(mapping.entity().keyOf(a), mapping.entity().keyOf(b)));
    return rows;
  }

  long count(Database database) {
    return collection(database).countDocuments();
  }

  /** Rows behind {@code after}, up to {@code to}, at most so many. */
  List<T> rows(Database database, @Nullable K after, @Nullable K to, int limit) {
    return inOrder(
        database,
        after,
        to,
        limit,
        ALL,
        Function.identity(),
        mapping::row,
        row -> mapping.entity().keyOf(row));
  }

  /** Keys behind {@code after}, up to {@code to}, at most so many. */
  List<K> keys(Database database, @Nullable K after, @Nullable K to, int limit) {
    return inOrder(
        database,
        after,
        to,
        limit,
        ALL,
        find -> find.projection(include("_id", mapping.keyPath())),
        mapping::key,
        Function.identity());
  }

  /** The key of the {@code limit}-th row behind {@code after}; null if fewer are left. */
  @Nullable K boundary(Database database, @Nullable K after, int limit) {
    List<Bson> parts = parts(after, null);
    if (parts.size() == 1 && !isSortedHere()) {
      BsonDocument found =
          collection(database)
              .find(parts.get(0))
              .sort(ascending(mapping.keyPath()))
              .projection(include("_id", mapping.keyPath()))
              .skip(limit - 1)
              .first();
      return found == null ? null : mapping.key(found);
    }
    List<K> keys = keys(database, after, null, limit);
    return keys.size() < limit ? null : keys.get(limit - 1);
  }

  /** Documents that meet a filter behind {@code after}, up to {@code to}, at most so many. */
  List<BsonDocument> matching(
      Database database, Bson filter, @Nullable K after, @Nullable K to, int limit) {
    return inOrder(
        database, after, to, limit, filter, Function.identity(), Function.identity(), mapping::key);
  }

  private <R> List<R> inOrder(
      Database database,
      @Nullable K after,
      @Nullable K to,
      int limit,
      Bson filter,
      Function<FindIterable<BsonDocument>, FindIterable<BsonDocument>> shape,
      Function<BsonDocument, R> result,
      Function<R, K> key) {
    List<R> results = new ArrayList<>();
    if (isSortedHere()) {
      for (BsonDocument each : shape.apply(collection(database).find(filter))) {
        R one = result.apply(each);
        if (isBehind(key.apply(one), after) && isUpTo(key.apply(one), to)) {
          results.add(one);
        }
      }
    } else {
      for (Bson part : parts(after, to)) {
        FindIterable<BsonDocument> find =
            shape
                .apply(collection(database).find(filter == ALL ? part : and(filter, part)))
                .sort(ascending(mapping.keyPath()));
        (limit == MANY ? find : find.limit(limit))
            .forEach(document -> results.add(result.apply(document)));
      }
      if (parts(after, to).size() == 1) {
        return results;
      }
    }
    results.sort((a, b) -> order.compare(key.apply(a), key.apply(b)));
    return results.size() <= limit ? results : List.copyOf(results.subList(0, limit));
  }

  private boolean isBehind(K key, @Nullable K after) {
    return after == null || order.compare(key, after) > 0;
  }

  private boolean isUpTo(K key, @Nullable K to) {
    return to == null || order.compare(key, to) <= 0;
  }

  /** MongoDB orders binary values by their length first. */
  private boolean isSortedHere() {
    for (Component component : mapping.entity().keyComponents()) {
      if (component.type() == byte[].class) {
        return true;
      }
    }
    return mapping.keyFields().size() > 1
        && mapping.keyFields().stream().anyMatch(field -> isObjectId(field.codec()));
  }

  private static boolean isObjectId(Codec codec) {
    return codec == Codecs.UUID_OR_OBJECT_ID || codec == Codecs.TEXT_OR_OBJECT_ID;
  }

  /** Filters whose documents MongoDB sorts as we do; together they are all in the range. */
  private List<Bson> parts(@Nullable K after, @Nullable K to) {
    Codec codec = mapping.keyFields().get(0).codec();
    if (!isObjectId(codec)) {
      return List.of(
          range(
              after == null ? null : mapping.storedKey(after),
              to == null ? null : mapping.storedKey(to),
              null));
    } else if (codec == Codecs.UUID_OR_OBJECT_ID) {
      return List.of(
          range(binary(after), binary(to), BsonType.BINARY),
          ids(floor((UUID) after), floor((UUID) to), after != null, to != null));
    }
    return List.of(
        range(text(after), text(to), BsonType.STRING),
        ids(floor((String) after), floor((String) to), after != null, to != null));
  }

  private static @Nullable BsonValue binary(@Nullable Object key) {
    return key == null ? null : new org.bson.BsonBinary((UUID) key);
  }

  private static @Nullable BsonValue text(@Nullable Object key) {
    return key == null ? null : new org.bson.BsonString((String) key);
  }

  private Bson range(
      @Nullable BsonValue after, @Nullable BsonValue to, @Nullable BsonType otherwise) {
    List<Bson> bounds = new ArrayList<>();
    if (after != null) {
      bounds.add(gt(mapping.keyPath(), after));
    }
    if (to != null) {
      bounds.add(lte(mapping.keyPath(), to));
    }
    if (bounds.isEmpty() && otherwise != null) {
      bounds.add(type(mapping.keyPath(), otherwise));
    }
    return bounds.isEmpty() ? new BsonDocument() : and(bounds);
  }

  /** ObjectIds behind one and up to another; a bound that is null has all of them behind it. */
  private Bson ids(
      @Nullable ObjectId after, @Nullable ObjectId to, boolean hasAfter, boolean hasTo) {
    if (hasTo && to == null) {
      return in(mapping.keyPath(), List.of());
    }
    return range(
        hasAfter && after != null ? new BsonObjectId(after) : null,
        to == null ? null : new BsonObjectId(to),
        BsonType.OBJECT_ID);
  }

  private static @Nullable ObjectId floor(@Nullable UUID uuid) {
    return uuid == null ? null : ObjectIds.floor(uuid);
  }

  /** The greatest ObjectId whose text is not behind this one. */
  private static @Nullable ObjectId floor(@Nullable String text) {
    return text == null ? null : ObjectIds.floor(text);
  }
}
