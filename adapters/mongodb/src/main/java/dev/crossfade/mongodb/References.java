package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;

import dev.crossfade.Entity;
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
    Map<Target, Map<BsonValue, RowState<?, ?>>> wanted = new LinkedHashMap<>();
    for (Item<?, ?> item : items) {
      want(item, wanted);
    }
    if (wanted.isEmpty()) {
      return;
    }
    Set<RowState<?, ?>> going = going(items);
    wanted.forEach(
        (target, rows) -> {
          items.forEach(item -> rows.remove(target.heldBy(item)));
          checkThere(target, rows, going);
        });
  }

  /**
   * What is referred to: rows of a collection, by their key or by a component that is unique there.
   *
   * @param component null for the key
   */
  private record Target(Table<?, ?> parent, @Nullable String component) {
    static Target of(Table<?, ?> parent, Reference reference) {
      return new Target(parent, reference.isToKey() ? null : reference.target().get(0));
    }

    /** What an item brings along that rows may refer to, as documents hold it. */
    @Nullable BsonValue heldBy(Item<?, ?> item) {
      Object row = item.row();
      if (row == null || item.table() != parent) {
        return null;
      } else if (component == null) {
        return item.storedKey();
      }
      Object value = parent.mapping().entity().component(component).get(row);
      return value == null ? null : parent.mapping().field(component).codec().encode(value);
    }

    /** What a row refers to, as documents hold it. */
    BsonValue held(Object[] values) {
      return component == null
          ? storedKey(parent, values)
          : parent.mapping().field(component).codec().encode(values[0]);
    }

    private static <T, K> BsonValue storedKey(Table<T, K> parent, Object[] values) {
      return parent.mapping().storedKey(parent.mapping().entity().keys().key(values));
    }

    Map<BsonValue, BsonDocument> there(Database database, Set<BsonValue> wanted) {
      return component == null
          ? parent.documents().byStoredKeys(database, wanted)
          : parent.documents().byValues(database, component, wanted);
    }
  }

  private <T, K> void want(Item<T, K> item, Map<Target, Map<BsonValue, RowState<?, ?>>> wanted) {
    T row = item.row();
    if (row == null) {
      return;
    }
    Entity<T, K> entity = item.table().mapping().entity();
    for (Reference reference : entity.references()) {
      Table<?, ?> parent = tables.find(reference.parent(entity));
      Object[] values = parent == null ? null : reference.referredTo(entity, row);
      if (parent != null && values != null) {
        Target target = Target.of(parent, reference);
        wanted
            .computeIfAbsent(target, unseen -> new LinkedHashMap<>())
            .putIfAbsent(target.held(values), item.state());
      }
    }
  }

  private void checkThere(
      Target target, Map<BsonValue, RowState<?, ?>> rows, Set<RowState<?, ?>> going) {
    if (rows.isEmpty()) {
      return;
    }
    Table<?, ?> parent = target.parent();
    Map<BsonValue, BsonDocument> there =
        database.read(reading(parent), () -> target.there(database, rows.keySet()));
    rows.forEach(
        (value, child) -> {
          BsonDocument document = there.get(value);
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

  private static String reading(Table<?, ?> table) {
    return "reading " + table.mapping().entity().name();
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
        Object[] values =
            referredBy(item.table(), item.state().key(), child, dependent.reference());
        if (values != null) {
          checkUnreferred(item, child, referring(child, dependent.reference(), values), changed);
        }
      }
    }
  }

  private <U, L> void checkUnreferred(
      Item<?, ?> parent,
      Table<U, L> child,
      List<BsonDocument> referring,
      Map<RowState<?, ?>, RowState<?, ?>> changed) {
    for (BsonDocument document : referring) {
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

  /** What documents have that refer to a key; null if none can, as there is no such row. */
  private <T, K> Object @Nullable [] referredBy(
      Table<T, K> parent, K key, Table<?, ?> child, Reference reference) {
    if (reference.isToKey()) {
      return parent.mapping().entity().keys().values(key);
    }
    BsonDocument document =
        database.read(reading(parent), () -> parent.documents().find(database, key));
    return document == null
        ? null
        : reference.referredBy(child.mapping().entity(), parent.mapping().row(document));
  }

  /** The documents that refer to a row by these values. */
  List<BsonDocument> referring(Table<?, ?> child, Reference reference, Object[] values) {
    List<Bson> equal = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      equal.add(child.mapping().field(reference.components().get(i)).is(values[i]));
    }
    return database.read(
        reading(child), () -> child.collection(database).find(and(equal)).into(new ArrayList<>()));
  }
}
