package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import dev.crossfade.ForeignKeyException;
import dev.crossfade.Reference;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The references that entities declare, looked after by reading: MongoDB has none. Nothing keeps
 * another process from coming in between; what slips through PostgreSQL refuses.
 */
final class References {
  private final Database database;
  private final Tables tables;

  References(Database database, Tables tables) {
    this.database = database;
    this.tables = tables;
  }

  /**
   * That each row refers to something: to a document, or to a row that comes with it.
   *
   * @throws ForeignKeyException if one does not
   */
  void checkParents(List<Item<?, ?>> items) {
    Map<Table<?, ?>, Map<BsonValue, RowState<?, ?>>> wanted = new LinkedHashMap<>();
    for (Item<?, ?> item : items) {
      want(item, wanted);
    }
    if (wanted.isEmpty()) {
      return;
    }
    Set<Table<?, ?>> parents = wanted.keySet();
    for (Item<?, ?> item : items) {
      if (item.row() != null && parents.contains(item.table())) {
        wanted.getOrDefault(item.table(), new HashMap<>()).remove(item.storedKey());
      }
    }
    Set<RowState<?, ?>> going = going(items);
    wanted.forEach((parent, keys) -> checkThere(parent, keys, going));
  }

  private <T, K> void want(
      Item<T, K> item, Map<Table<?, ?>, Map<BsonValue, RowState<?, ?>>> wanted) {
    T row = item.row();
    if (row == null) {
      return;
    }
    for (Reference reference : item.table().mapping().entity().references()) {
      Table<?, ?> parent = tables.find(reference.parent(item.table().mapping().entity()));
      BsonValue key = parent == null ? null : parentKey(item.table(), reference, parent, row);
      if (parent != null && key != null) {
        wanted
            .computeIfAbsent(parent, table -> new LinkedHashMap<>())
            .putIfAbsent(key, item.state());
      }
    }
  }

  /** Null if a part of it is: then it refers to nothing. */
  private static <T, P> @Nullable BsonValue parentKey(
      Table<T, ?> table, Reference reference, Table<?, P> parent, T row) {
    Object[] values = new Object[reference.components().size()];
    for (int i = 0; i < values.length; i++) {
      Object value = table.mapping().entity().component(reference.components().get(i)).get(row);
      if (value == null) {
        return null;
      }
      values[i] = value;
    }
    return parent.mapping().storedKey(parent.mapping().entity().keys().key(values));
  }

  private void checkThere(
      Table<?, ?> parent, Map<BsonValue, RowState<?, ?>> keys, Set<RowState<?, ?>> going) {
    if (keys.isEmpty()) {
      return;
    }
    Map<BsonValue, BsonDocument> there =
        database.read(
            "reading " + parent.mapping().entity().name(),
            () -> parent.documents().byStoredKeys(database, keys.keySet()));
    keys.forEach(
        (key, child) -> {
          BsonDocument document = there.get(key);
          if (document == null || going.contains(absent(parent, document))) {
            throw new ForeignKeyException(
                "writing "
                    + child
                    + " on "
                    + database.settings().name()
                    + ": it refers to a "
                    + parent.mapping().entity().name()
                    + " that does not exist",
                null);
          }
        });
  }

  private static <T, K> RowState<T, K> absent(Table<T, K> table, BsonDocument document) {
    return RowState.absent(table.mapping().entity(), table.mapping().key(document));
  }

  private static Set<RowState<?, ?>> going(List<Item<?, ?>> items) {
    Set<RowState<?, ?>> going = new HashSet<>();
    for (Item<?, ?> item : items) {
      if (item.row() == null) {
        going.add(item.state());
      }
    }
    return going;
  }

  /**
   * That no document refers to what is deleted, but for those that are changed with it.
   *
   * @throws ForeignKeyException if one does
   */
  void checkUnreferred(List<Item<?, ?>> items) {
    Map<RowState<?, ?>, RowState<?, ?>> changed = new HashMap<>();
    items.forEach(item -> changed.put(item.state(), item.state()));
    for (Item<?, ?> item : items) {
      if (item.row() == null) {
        checkUnreferred(item, changed);
      }
    }
  }

  private <T, K> void checkUnreferred(
      Item<T, K> item, Map<RowState<?, ?>, RowState<?, ?>> changed) {
    for (RepositoryContext.Dependent dependent : item.table().dependents()) {
      Table<?, ?> child = tables.find(dependent.repository().entity());
      if (child != null) {
        checkUnreferred(item, child, dependent.reference(), changed);
      }
    }
  }

  private <U, L> void checkUnreferred(
      Item<?, ?> parent,
      Table<U, L> child,
      Reference reference,
      Map<RowState<?, ?>, RowState<?, ?>> changed) {
    for (BsonDocument document : referring(child, reference, values(parent))) {
      RowState<U, L> state =
          RowState.absent(child.mapping().entity(), child.mapping().key(document));
      if (!changed.containsKey(state)) {
        throw refuses(parent, state);
      }
    }
  }

  private ForeignKeyException refuses(Item<?, ?> parent, RowState<?, ?> child) {
    return new ForeignKeyException(
        parent.state()
            + " is not deleted on "
            + database.settings().name()
            + ": "
            + child.entity().name()
            + " "
            + shownKey(child)
            + " refers to it",
        null);
  }

  private static <T, K> String shownKey(RowState<T, K> state) {
    return state.entity().keys().show(state.key());
  }

  private static <T, K> Object[] values(Item<T, K> item) {
    return item.table().mapping().entity().keys().values(item.state().key());
  }

  /** The documents that refer to a key. */
  List<BsonDocument> referring(Table<?, ?> child, Reference reference, Object[] parentKey) {
    List<Bson> equal = new ArrayList<>();
    for (int i = 0; i < parentKey.length; i++) {
      FieldMapping field = child.mapping().field(reference.components().get(i));
      equal.add(eq(field.name(), field.codec().encode(parentKey[i])));
    }
    return database.read(
        "reading " + child.mapping().entity().name(),
        () -> child.collection(database).find(and(equal)).into(new ArrayList<>()));
  }
}
