package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.or;

import dev.crossfade.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * A component and the field that holds it. Immutable.
 *
 * @param names the field's name, dots leading into embedded documents; aliases behind it
 * @param byDefault null if there is none
 * @param required whether null must not be written
 */
record FieldMapping(
    Component component,
    List<String> names,
    Codec codec,
    @Nullable Supplier<?> byDefault,
    boolean required) {
  private static final Bson NOTHING = in("_id", List.of());

  String name() {
    return names.get(0);
  }

  /** Its name in the document that holds it. */
  String lastName() {
    return name().substring(name().lastIndexOf('.') + 1);
  }

  /** The stored value under the first of its names that is there; null if none is. */
  @Nullable BsonValue stored(BsonDocument document) {
    for (String name : names) {
      BsonValue found = at(document, name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /**
   * The filter that documents meet which have this value here: under the first of the names that is
   * there, in any form that is read as it, or by default. Nothing is null, as in SQL.
   */
  Bson is(@Nullable Object value) {
    if (value == null || !codec.holds(value)) {
      return NOTHING;
    }
    List<Bson> ways = new ArrayList<>();
    List<Bson> missing = new ArrayList<>();
    for (String name : names) {
      ways.add(both(missing, codec.is(name, value)));
      missing.add(exists(name, false));
    }
    if (byDefault != null && Codec.same(byDefault.get(), value)) {
      ways.add(and(missing));
    }
    return ways.size() == 1 ? ways.get(0) : or(ways);
  }

  private static Bson both(List<Bson> missing, Bson way) {
    if (missing.isEmpty()) {
      return way;
    }
    List<Bson> all = new ArrayList<>(missing);
    all.add(way);
    return and(all);
  }

  static @Nullable BsonValue at(BsonDocument document, String path) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return document.get(path);
    }
    BsonValue inner = document.get(path.substring(0, dot));
    return inner != null && inner.isDocument()
        ? at(inner.asDocument(), path.substring(dot + 1))
        : null;
  }

  static void put(BsonDocument document, String path, BsonValue value) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      document.put(path, value);
      return;
    }
    String first = path.substring(0, dot);
    if (!document.isDocument(first)) {
      document.put(first, new BsonDocument());
    }
    put(document.getDocument(first), path.substring(dot + 1), value);
  }

  static void remove(BsonDocument document, String path) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      document.remove(path);
    } else if (document.isDocument(path.substring(0, dot))) {
      remove(document.getDocument(path.substring(0, dot)), path.substring(dot + 1));
    }
  }
}
