package dev.crossfade.mongodb;

import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.OnDelete;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Reference;
import dev.crossfade.mongodb.StoreSession.Visit;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.store.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work. It keeps what it saves, inserts and deletes to itself, and reads through it,
 * until it is {@linkplain #flush flushed}: at its end, or before a command that only the server can
 * decide. Each flush marks first. For one thread.
 */
final class MongoUnit {
  /** Each command has its own limit. */
  private static final Duration UNLIMITED = Duration.ofDays(1);

  private final Connected connected;
  private final Mark mark;
  private final Visit visit;
  private final Bringing bringing;

  /** All that it has changed, each key once with its last state. */
  private final Map<RowState<?, ?>, RowState<?, ?>> states = new LinkedHashMap<>();

  /** What has not been written yet. */
  private final Map<RowState<?, ?>, Item<?, ?>> kept = new LinkedHashMap<>();

  /** The entries of what has been marked. */
  private final Map<RowState<?, ?>, Long> entries = new HashMap<>();

  private @Nullable CrossfadeException failure;

  MongoUnit(Connected connected, Mark mark, Visit visit) {
    this.connected = connected;
    this.mark = mark;
    this.visit = visit;
    this.bringing = new Bringing(connected.database(), visit, UNLIMITED);
  }

  /** What a repository does in it. */
  @FunctionalInterface
  interface Work<R extends @Nullable Object> {
    R run();
  }

  /** Runs a part of it; one that fails ends it. */
  <R extends @Nullable Object> R run(Work<R> work) {
    CrossfadeException before = failure;
    if (before != null) {
      throw before;
    }
    try {
      return work.run();
    } catch (CrossfadeException e) {
      failure = e;
      throw e;
    }
  }

  List<RowState<?, ?>> states() {
    return List.copyOf(states.values());
  }

  @Nullable CrossfadeException failure() {
    return failure;
  }

  // What repositories do.

  /** The row with this key as this unit sees it; null if there is none. */
  @SuppressWarnings("unchecked") // of the same entity
  <T, K> @Nullable T find(Table<T, K> table, K key) {
    RowState<?, ?> known = states.get(RowState.absent(table.mapping().entity(), key));
    if (known != null) {
      return (T) known.row();
    }
    BsonDocument found =
        connected
            .database()
            .read(reading(table), () -> table.documents().find(connected.database(), key));
    return found == null ? null : table.mapping().row(found);
  }

  static String reading(Table<?, ?> table) {
    return "reading " + table.mapping().entity().name();
  }

  <T, K> T save(Table<T, K> table, T row) {
    DocumentMapping<T, K> mapping = table.mapping();
    K key = mapping.entity().key(row);
    if (key == null) {
      return insert(table, row);
    }
    T whole = mapping.leavesNulls(row) ? mapping.over(row, find(table, key)) : row;
    return keep(table, mapping.stored(whole), false);
  }

  <T, K> T insert(Table<T, K> table, T row) {
    DocumentMapping<T, K> mapping = table.mapping();
    T whole = mapping.withDefaults(connected.generators().withKey(visit, table, row));
    T stored = mapping.stored(whole);
    K key = mapping.entity().keyOf(stored);
    RowState<T, K> absent = RowState.absent(mapping.entity(), key);
    boolean deletedHere = states.containsKey(absent) && states.get(absent).row() == null;
    if (!deletedHere && find(table, key) != null) {
      throw new DuplicateKeyException(
          "writing "
              + mapping.entity().name()
              + " on "
              + connected.database().settings().name()
              + ": the key "
              + mapping.entity().keys().show(key)
              + " is taken",
          null);
    }
    return keep(table, stored, !deletedHere);
  }

  private <T, K> T keep(Table<T, K> table, T row, boolean inserts) {
    RowState<T, K> state = RowState.present(table.mapping().entity(), row);
    Item<?, ?> earlier = kept.remove(state);
    keep(new Item<>(table, state, inserts || (earlier != null && earlier.inserts())));
    return row;
  }

  private void keep(Item<?, ?> item) {
    states.remove(item.state());
    states.put(item.state(), item.state());
    kept.put(item.state(), item);
  }

  <T, K> boolean delete(Table<T, K> table, K key) {
    return delete(table, key, new HashSet<>());
  }

  private <T, K> boolean delete(Table<T, K> table, K key, Set<RowState<?, ?>> underWay) {
    RowState<T, K> absent = RowState.absent(table.mapping().entity(), key);
    if (!underWay.add(absent)) {
      return false;
    }
    T row = find(table, key);
    if (row == null) {
      return false;
    }
    for (RepositoryContext.Dependent dependent : table.dependents()) {
      Table<?, ?> child = connected.tables().find(dependent.repository().entity());
      if (child != null) {
        release(child, dependent.reference(), RowState.present(absent.entity(), row), underWay);
      }
    }
    boolean insertedHere = kept.containsKey(absent) && kept.get(absent).inserts();
    kept.remove(absent);
    if (insertedHere && !entries.containsKey(absent)) {
      states.remove(absent);
    } else {
      keep(new Item<>(table, absent, false));
    }
    return true;
  }

  /** What a database with foreign keys would do by itself. */
  private <U, L> void release(
      Table<U, L> child, Reference reference, RowState<?, ?> parent, Set<RowState<?, ?>> underWay) {
    Object gone = parent.row();
    Object[] values = gone == null ? null : reference.referredBy(child.mapping().entity(), gone);
    for (L key : values == null ? List.<L>of() : referring(child, reference, values)) {
      RowState<U, L> state = RowState.absent(child.mapping().entity(), key);
      boolean goes = underWay.contains(state);
      if (!goes && reference.onDelete() == OnDelete.CASCADE) {
        boolean unused = delete(child, key, underWay);
      } else if (!goes && reference.onDelete() == OnDelete.SET_NULL) {
        U row = find(child, key);
        if (row != null) {
          keep(child, child.mapping().without(row, reference.components()), false);
        }
      } else if (!goes) {
        throw new ForeignKeyException(
            parent.entity().name()
                + " "
                + shownKey(parent)
                + " is not deleted on "
                + connected.database().settings().name()
                + ": "
                + state.entity().name()
                + " "
                + child.mapping().entity().keys().show(key)
                + " refers to it",
            null);
      }
    }
  }

  private static <T, K> String shownKey(RowState<T, K> state) {
    return state.entity().keys().show(state.key());
  }

  /** The keys of those that refer to a row by these values, as this unit sees them. */
  private <U, L> List<L> referring(Table<U, L> child, Reference reference, Object[] values) {
    Map<RowState<?, ?>, L> keys = new LinkedHashMap<>();
    for (BsonDocument each : connected.references().referring(child, reference, values)) {
      L key = child.mapping().key(each);
      RowState<U, L> state = RowState.absent(child.mapping().entity(), key);
      if (!kept.containsKey(state)) {
        keys.put(state, key);
      }
    }
    for (RowState<U, L> state : own(child)) {
      U row = state.row();
      if (row != null && refers(child, reference, row, values)) {
        keys.put(state, state.key());
      }
    }
    return List.copyOf(keys.values());
  }

  private static <U> boolean refers(
      Table<U, ?> child, Reference reference, U row, Object[] values) {
    for (int i = 0; i < values.length; i++) {
      FieldMapping field = child.mapping().field(reference.components().get(i));
      Object value = field.component().get(row);
      if (value == null || !field.codec().encode(value).equals(field.codec().encode(values[i]))) {
        return false;
      }
    }
    return true;
  }

  /** What it has changed of one collection and not written yet. */
  @SuppressWarnings("unchecked") // of the same entity
  <T, K> List<RowState<T, K>> own(Table<T, K> table) {
    List<RowState<T, K>> own = new ArrayList<>();
    for (Item<?, ?> item : kept.values()) {
      if (item.table() == table) {
        own.add((RowState<T, K>) item.state());
      }
    }
    return own;
  }

  // Conditional writes, decided by the server.

  /** What the server does to the document of a key, if it is still to be done. */
  @FunctionalInterface
  interface Decided {
    /** The document as it is then; null if it was not done. */
    @Nullable BsonDocument run();
  }

  /**
   * Has a change of one document decided by the server, with the mark before it.
   *
   * @param before the document as it was found
   * @return the row as it is now; null if the document does not meet the condition any more
   */
  <T, K> @Nullable T decide(Table<T, K> table, BsonDocument before, Decided change) {
    K key = table.mapping().key(before);
    RowState<T, K> state = RowState.absent(table.mapping().entity(), key);
    mark(List.of(state));
    visit.beforeSending();
    BsonDocument after =
        sending(
            () ->
                connected
                    .database()
                    .<@Nullable BsonDocument>write(
                        "writing " + table.mapping().entity().name(), change::run));
    if (after == null) {
      return null;
    }
    bringing.wrote(table, table.mapping().storedKey(key), before, exactly(after));
    T row = table.mapping().row(after);
    RowState<T, K> present = RowState.present(table.mapping().entity(), row);
    states.remove(present);
    states.put(present, present);
    return row;
  }

  private static Bson exactly(BsonDocument document) {
    BsonDocument filter = new BsonDocument();
    document.forEach((name, value) -> filter.put(name, new BsonDocument("$eq", value)));
    return filter;
  }

  // Its end.

  /** Marks and writes what it has kept so far; more may follow. */
  void flush() {
    write(false);
  }

  /** Marks and writes what is left. */
  void commit() {
    write(true);
  }

  private void write(boolean last) {
    if (kept.isEmpty()) {
      return;
    }
    List<Item<?, ?>> items = List.copyOf(kept.values());
    connected.references().checkParents(items);
    mark(items.stream().<RowState<?, ?>>map(Item::state).toList());
    sending(
        () -> {
          if (last && bringing.isFresh()) {
            bringing.bring(items);
          } else {
            bringing.bringUndoably(items);
          }
          return items;
        });
    kept.clear();
  }

  private void mark(List<RowState<?, ?>> changed) {
    List<RowState<?, ?>> unmarked =
        changed.stream().filter(state -> !entries.containsKey(state)).toList();
    if (!unmarked.isEmpty()) {
      long[] ids = connected.journal().leave(visit, mark, unmarked);
      for (int i = 0; i < ids.length; i++) {
        entries.put(unmarked.get(i), ids[i]);
      }
    }
  }

  /** What is sent may have been done although no answer comes. */
  private <R extends @Nullable Object> R sending(Work<R> work) {
    try {
      return work.run();
    } catch (OutcomeUnknownException e) {
      Set<String> ids = new HashSet<>();
      entries.values().forEach(id -> ids.add(EntryDocuments.id(mark.owner(), id)));
      visit.doubtful(ids);
      throw e;
    }
  }

  /**
   * Puts back what was written, and ends the entries as those of an operation of which nothing is
   * to be carried over: who has read in between contests them.
   */
  void undo() {
    sending(
        () -> {
          bringing.undo();
          return true;
        });
    List<Entry> own = new ArrayList<>();
    entries.forEach(
        (state, id) ->
            own.add(
                new Entry(
                    mark.owner(), id, Span.point(state.entity().name(), state.canonicalKey()))));
    if (!own.isEmpty()) {
      connected
          .journal()
          .finish(
              List.of(
                  new Finish(mark.migration(), mark.owner(), own, Finish.Outcome.DONE, List.of())));
    }
  }

  /** Entries of keys that came to nothing are withdrawn: nothing was written for them. */
  <R extends @Nullable Object> Written<R> written(R result) {
    List<Entry> idle = new ArrayList<>();
    entries.forEach(
        (state, id) -> {
          if (!states.containsKey(state)) {
            idle.add(
                new Entry(
                    mark.owner(), id, Span.point(state.entity().name(), state.canonicalKey())));
          }
        });
    if (!idle.isEmpty()) {
      connected.journal().withdraw(idle);
    }
    List<RowState<?, ?>> all = states();
    if (mark.kind() != Mark.Kind.ENTRY) {
      return new Written<>(result, new long[0], all);
    }
    long[] ids = new long[all.size()];
    for (int i = 0; i < ids.length; i++) {
      Long id = entries.get(all.get(i));
      if (id == null) {
        throw new IllegalStateException(all.get(i) + " was written without its entry");
      }
      ids[i] = id;
    }
    return new Written<>(result, ids, all);
  }
}
