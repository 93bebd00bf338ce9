package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.FindIterable;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import dev.crossfade.ConfigurationException;
import dev.crossfade.ConflictException;
import dev.crossfade.Entity;
import dev.crossfade.NotFoundException;
import dev.crossfade.store.Chunk;
import dev.crossfade.store.Place;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StoreRepository;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one entity in a collection of MongoDB. An application extends it per entity; CRUD
 * comes with it, and it adds its finders and conditional writes:
 *
 * <pre>{@code
 * final class MongoUsers extends MongoRepository<User, UUID> implements UserRepository {
 *   MongoUsers(RepositoryContext<User, UUID> context) {
 *     super(context, "users", fields -> fields
 *         .objectId("id")
 *         .field("firebaseUid", "firebaseUid", "firebase_uid")
 *         .byDefault("role", () -> "user"));
 *   }
 *
 *   @Override
 *   public Optional<User> findByEmail(String email) {
 *     return fetchOptional(is("email", email));
 *   }
 *
 *   @Override
 *   public boolean promote(UUID id) {
 *     return updateOne(and(keyIs(id), is("role", "user")), set("role", "admin")).isPresent();
 *   }
 * }
 * }</pre>
 *
 * <p>The key is the document's {@code _id}; one of several components a document of them. The forms
 * of the other types are listed in {@code docs/mongodb.md}. Fields that no component holds stay in
 * the document.
 *
 * <p>Filters and updates are built with the driver's own classes and run here: there is no
 * collection to be had, so that no change escapes the record of its unit of work.
 *
 * <p>Safe for use by many threads. Writes belong to the unit of work of their thread; outside of
 * one they throw {@link IllegalStateException}. After a write that throws, the unit of work cannot
 * go on. What a unit guarantees without transactions, and what not, is in {@code docs/mongodb.md}.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public abstract class MongoRepository<T, K> implements StoreRepository<T, K> {
  private static final int MOST_AT_ONCE = 10_000;
  private static final int TRIES = 20;

  private final MongoStore store;
  private final Table<T, K> table;
  private final DocumentMapping<T, K> mapping;

  /** On this collection, whose fields bear the names of the components. */
  protected MongoRepository(RepositoryContext<T, K> context, String collection) {
    this(context, collection, Fields.BY_NAME);
  }

  /**
   * On this collection.
   *
   * @param fields names other fields and forms
   */
  protected MongoRepository(
      RepositoryContext<T, K> context, String collection, Consumer<? super Fields> fields) {
    this.store = context.store().unwrap(MongoStore.class);
    this.mapping =
        new DocumentMapping<>(context.entity(), collection, Fields.of(fields), getClass());
    this.table = new Table<>(context, mapping);
    store.tables().register(table);
  }

  @Override
  public final Entity<T, K> entity() {
    return mapping.entity();
  }

  @Override
  public final Place place() {
    return new Place(
        mapping.collection(), mapping.keyFields().stream().map(FieldMapping::name).toList());
  }

  @Override
  public final List<Object> storedKey(K key) {
    List<Object> stored = new ArrayList<>();
    Object[] values = entity().keys().values(key);
    for (int i = 0; i < values.length; i++) {
      BsonValue value = mapping.keyFields().get(i).codec().encode(values[i]);
      stored.add(value.isString() ? value.asString().getValue() : value);
    }
    return stored;
  }

  @Override
  public final boolean inherits(String methodName, Class<?>... parameterTypes) {
    try {
      Method method = getClass().getMethod(methodName, parameterTypes);
      return method.getDeclaringClass() == MongoRepository.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  // Reads.

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public Optional<T> find(K key) {
    return Optional.ofNullable(found(key));
  }

  @Override
  public T get(K key) {
    T row = found(key);
    if (row == null) {
      throw new NotFoundException(
          entity().name()
              + " "
              + entity().keys().show(key)
              + " does not exist; nothing was changed. find() asks without failing",
          null);
    }
    return row;
  }

  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  private @Nullable T found(K key) {
    MongoUnit unit = store.unit();
    if (unit != null) {
      return unit.<@Nullable T>run(() -> unit.find(table, key));
    }
    BsonDocument found = reading(database -> table.documents().find(database, key));
    return found == null ? null : mapping.row(found);
  }

  @Override
  public List<T> findAll(Collection<? extends K> keys) {
    List<T> rows =
        keys.isEmpty() ? List.of() : reading(database -> table.documents().findAll(database, keys));
    List<RowState<T, K>> own = own();
    if (own.isEmpty()) {
      return rows;
    }
    var wanted = new java.util.HashSet<RowState<?, ?>>();
    keys.forEach(key -> wanted.add(RowState.absent(entity(), key)));
    return merged(rows, own.stream().filter(wanted::contains).toList());
  }

  @Override
  public long count() {
    List<RowState<T, K>> own = own();
    long there = reading(database -> table.documents().count(database));
    if (own.isEmpty()) {
      return there;
    }
    List<BsonValue> keys = own.stream().map(each -> mapping.storedKey(each.key())).toList();
    long changed =
        reading(database -> (long) table.documents().byStoredKeys(database, keys).size());
    return there - changed + own.stream().filter(each -> each.row() != null).count();
  }

  @Override
  public List<T> scan(@Nullable K after, int limit) {
    return rows(after, null, positive(limit));
  }

  @Override
  public final List<T> between(@Nullable K after, @Nullable K to) {
    return rows(after, to, Integer.MAX_VALUE);
  }

  private List<T> rows(@Nullable K after, @Nullable K to, int limit) {
    List<RowState<T, K>> own = own();
    int more = (int) Math.min(Integer.MAX_VALUE, (long) limit + own.size());
    List<T> rows = reading(database -> table.documents().rows(database, after, to, more));
    if (own.isEmpty()) {
      return rows;
    }
    List<T> merged = merged(rows, own.stream().filter(each -> isIn(each, after, to)).toList());
    return merged.size() <= limit ? merged : List.copyOf(merged.subList(0, limit));
  }

  private boolean isIn(RowState<T, K> state, @Nullable K after, @Nullable K to) {
    return (after == null || mapping.compare(state.key(), after) > 0)
        && (to == null || mapping.compare(state.key(), to) <= 0);
  }

  @Override
  public final List<K> keysBetween(@Nullable K after, @Nullable K to) {
    return own().isEmpty()
        ? reading(database -> table.documents().keys(database, after, to, Integer.MAX_VALUE))
        : between(after, to).stream().map(entity()::keyOf).toList();
  }

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public final @Nullable K keyWith(List<String> components, Object[] values) {
    List<Bson> equal = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      equal.add(is(components.get(i), values[i]));
    }
    List<K> keys =
        reading(
            database ->
                table.documents().matching(database, and(equal), null, null, 1).stream()
                    .map(mapping::key)
                    .toList());
    return keys.isEmpty() ? null : keys.get(0);
  }

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public final @Nullable K boundary(@Nullable K after, int limit) {
    if (own().isEmpty()) {
      return this.<@Nullable K>reading(
          database -> table.documents().boundary(database, after, positive(limit)));
    }
    List<T> rows = rows(after, null, positive(limit));
    return rows.size() < limit ? null : entity().keyOf(rows.get(limit - 1));
  }

  /** What the unit of this thread has changed and not written yet. */
  private List<RowState<T, K>> own() {
    MongoUnit unit = store.unit();
    return unit == null ? List.of() : unit.run(() -> unit.own(table));
  }

  private List<T> merged(List<T> rows, List<RowState<T, K>> own) {
    var changed = new java.util.HashSet<RowState<?, ?>>(own());
    List<T> merged = new ArrayList<>();
    for (T row : rows) {
      if (!changed.contains(RowState.absent(entity(), entity().keyOf(row)))) {
        merged.add(row);
      }
    }
    for (RowState<T, K> each : own) {
      T row = each.row();
      if (row != null) {
        merged.add(row);
      }
    }
    merged.sort(inKeyOrder());
    return merged;
  }

  private Comparator<T> inKeyOrder() {
    return (a, b) -> mapping.compare(entity().keyOf(a), entity().keyOf(b));
  }

  // Writes.

  @Override
  public T save(T row) {
    return writing("save", unit -> unit.save(table, row));
  }

  @Override
  public T insert(T row) {
    return writing("insert", unit -> unit.insert(table, row));
  }

  @Override
  public List<T> saveAll(Collection<? extends T> rows) {
    return writing(
        "saveAll",
        unit -> {
          List<T> saved = new ArrayList<>(rows.size());
          for (T row : rows) {
            saved.add(unit.save(table, row));
          }
          return saved;
        });
  }

  @Override
  public boolean delete(K key) {
    return writing("delete", unit -> unit.delete(table, key));
  }

  @Override
  public int deleteAll(Collection<? extends K> keys) {
    return writing(
        "deleteAll",
        unit -> {
          int deleted = 0;
          for (K key : keys) {
            deleted += unit.delete(table, key) ? 1 : 0;
          }
          return deleted;
        });
  }

  // For finders.

  /** The filter that the document of this key meets. */
  protected final Bson keyIs(K key) {
    return table.documents().byKey(key);
  }

  /**
   * The filter that the rows meet which have this value in a component: under whichever name a
   * document has it, in whichever form it is read, and by default where the field is missing.
   * Nothing is null, as in SQL.
   *
   * <p>Of the spellings that a time has as text it finds those that {@link
   * java.time.Instant#toString} and JavaScript write.
   *
   * @throws IllegalArgumentException if there is no such component
   */
  protected final Bson is(String component, @Nullable Object value) {
    return mapping.field(component).is(value);
  }

  /** The rows that meet a filter, in key order. */
  protected final List<T> fetchAll(Bson filter) {
    List<T> rows = new ArrayList<>(fetch(filter, find -> find));
    rows.sort(inKeyOrder());
    return rows;
  }

  /**
   * The next rows that meet a filter, in key order, as {@link #scan} pages through all of them.
   *
   * @param after the key of the last row of the page before; null for the first page
   * @param limit at most so many rows, at least 1
   */
  protected final List<T> fetchPage(Bson filter, @Nullable K after, int limit) {
    int most = positive(limit);
    flushed();
    return matching(filter, after, null, most).stream().map(mapping::row).toList();
  }

  /**
   * The rows that meet a filter, as the query is shaped: sorted, limited.
   *
   * <pre>{@code
   * fetch(eq("role", "user"), find -> find.sort(descending("paperBalance")).limit(10))
   * }</pre>
   */
  protected final List<T> fetch(Bson filter, UnaryOperator<FindIterable<BsonDocument>> shape) {
    flushed();
    return reading(
        database -> {
          List<T> rows = new ArrayList<>();
          shape
              .apply(table.collection(database).find(filter))
              .forEach(document -> rows.add(mapping.row(document)));
          return rows;
        });
  }

  /**
   * The row that meets a filter.
   *
   * @throws IllegalStateException if several do
   */
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  protected final Optional<T> fetchOptional(Bson filter) {
    List<T> rows = fetch(filter, find -> find.limit(2));
    if (rows.size() > 1) {
      throw new IllegalStateException(
          "several documents of " + mapping.collection() + " meet a filter that one is to meet");
    }
    return rows.stream().findFirst();
  }

  /** Whether any row meets a filter. */
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  protected final boolean fetchExists(Bson filter) {
    flushed();
    return this.<@Nullable BsonDocument>reading(
            database -> table.collection(database).find(filter).limit(1).first())
        != null;
  }

  /** A query sees what the unit has done so far only if the server has it. */
  private void flushed() {
    MongoUnit unit = store.unit();
    if (unit != null) {
      boolean unused =
          unit.run(
              () -> {
                unit.flush();
                return true;
              });
    }
  }

  // Conditional writes.

  /**
   * Updates the document that meets a filter, the first in key order if several do; decided by the
   * server, in one command. The key must stay.
   *
   * <p>It is written at once, before the unit ends, and put back if the unit fails.
   *
   * @return the row as it is now; empty if no document meets the filter
   * @throws ConflictException if others keep changing the documents that are found
   */
  protected final Optional<T> updateOne(Bson filter, Bson update) {
    return writing(
        "updateOne",
        unit -> {
          unit.flush();
          for (int i = 0; i < TRIES; i++) {
            BsonDocument before = first(filter);
            if (before == null) {
              return Optional.empty();
            }
            T row = unit.decide(table, before, () -> updated(filter, before, update));
            if (row != null) {
              return Optional.of(row);
            }
          }
          throw new ConflictException(
              "writing " + entity().name() + ": others kept changing what was to be changed", null);
        });
  }

  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  private @Nullable BsonDocument first(Bson filter) {
    return this.<@Nullable BsonDocument>reading(
        database ->
            table
                .collection(database)
                .find(filter)
                .sort(ascending(mapping.keyPath()))
                .limit(1)
                .first());
  }

  private @Nullable BsonDocument updated(Bson filter, BsonDocument before, Bson update) {
    return table
        .collection(store.connected().database())
        .findOneAndUpdate(
            and(filter, eq("_id", before.get("_id"))),
            update,
            new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER));
  }

  /**
   * Updates all documents that meet a filter, one by one: each is decided by the server. In a
   * method that is {@link dev.crossfade.Writes#chunk chunked} it does one chunk.
   *
   * @return how many it has changed: of this chunk, if it is one
   * @throws IllegalStateException if it is not chunked and more than 10,000 meet the filter;
   *     nothing was changed
   */
  protected final long updateWhere(Bson filter, Bson update) {
    return writing(
        "updateWhere",
        unit -> {
          long changed = 0;
          for (BsonDocument before : part(unit, filter)) {
            T row = unit.decide(table, before, () -> updated(filter, before, update));
            changed += row == null ? 0 : 1;
          }
          return changed;
        });
  }

  /**
   * Deletes all documents that meet a filter, and what declared references take with them, in
   * chunks as {@link #updateWhere}. Which these are is decided when they are read; they are deleted
   * by their keys at the end of the unit, also if they do not meet the filter any more by then.
   *
   * @return how many are gone: of this chunk, if it is one
   */
  protected final long deleteWhere(Bson filter) {
    return writing(
        "deleteWhere",
        unit -> {
          long deleted = 0;
          for (BsonDocument before : part(unit, filter)) {
            deleted += unit.delete(table, mapping.key(before)) ? 1 : 0;
          }
          return deleted;
        });
  }

  /** What is to be changed now: a chunk, or all. */
  private List<BsonDocument> part(MongoUnit unit, Bson filter) {
    unit.flush();
    Chunk<K> chunk = Chunk.current(entity());
    if (chunk == null) {
      List<BsonDocument> all = matching(filter, null, null, MOST_AT_ONCE + 1);
      if (all.size() > MOST_AT_ONCE) {
        throw new IllegalStateException(
            "more than "
                + MOST_AT_ONCE
                + " documents of "
                + mapping.collection()
                + " are to be changed at once; mark the method @Writes(chunk = …)");
      }
      return all;
    }
    chunk.take();
    K upTo = chunk.upTo();
    List<BsonDocument> part = matching(filter, chunk.after(), upTo, chunk.limit());
    chunk.came(
        part.isEmpty() ? null : mapping.key(part.get(part.size() - 1)),
        part.size() == chunk.limit());
    return part;
  }

  private List<BsonDocument> matching(Bson filter, @Nullable K after, @Nullable K to, int limit) {
    return reading(database -> table.documents().matching(database, filter, after, to, limit));
  }

  // Generated keys.

  @Override
  public final OptionalLong highestGenerated() {
    return isGenerated()
        ? OptionalLong.of(store.connected().generators().highest(table))
        : OptionalLong.empty();
  }

  @Override
  public final void raiseGenerator(long highest) {
    if (isGenerated()) {
      store.connected().generators().raise(table, highest);
    }
  }

  private boolean isGenerated() {
    return entity().keyComponents().get(0).isGenerated();
  }

  // The base.

  final Table<T, K> table() {
    return table;
  }

  @FunctionalInterface
  private interface Read<R extends @Nullable Object> {
    R run(Database database);
  }

  private <R extends @Nullable Object> R reading(Read<R> read) {
    Database database = store.connected().database();
    MongoUnit unit = store.unit();
    if (unit == null) {
      return database.read(MongoUnit.reading(table), () -> read.run(checked(database)));
    }
    return unit.run(() -> database.read(MongoUnit.reading(table), () -> read.run(database)));
  }

  private Database checked(Database database) {
    if (!mapping.problems().isEmpty()) {
      throw new ConfigurationException(mapping.problems());
    }
    return database;
  }

  @FunctionalInterface
  private interface UnitWork<R extends @Nullable Object> {
    R run(MongoUnit unit);
  }

  private <R extends @Nullable Object> R writing(String doing, UnitWork<R> work) {
    MongoUnit unit = store.unit();
    if (unit == null) {
      throw new IllegalStateException(
          doing
              + " of "
              + entity().name()
              + " outside of a unit of work would not reach the other store. Call it on what"
              + " crossfade.repository(…) returns, not on the implementation; a method that"
              + " writes must be marked @Writes");
    }
    return unit.run(() -> work.run(unit));
  }

  private static int positive(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, not " + limit);
    }
    return limit;
  }
}
