package dev.crossfade.mongodb;

import dev.crossfade.Component;
import java.util.List;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonValue;
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
  String name() {
    return names.get(0);
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
