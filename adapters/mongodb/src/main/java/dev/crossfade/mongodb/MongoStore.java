package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.ConnectionString;
import com.mongodb.MongoCredential;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndReplaceOptions;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.mongodb.StoreSession.Visit;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Instances;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Span;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * A MongoDB database as a store, standalone or a replica set; no transactions are used. How the
 * journal protocol is kept without them, and what that does not give, is in {@code
 * docs/mongodb.md}: in short, marks are durable before their writes are sent, a process holds a
 * lease, and a unit of work over several documents is not atomic to a crash, after which repair
 * makes both stores agree on what is there.
 *
 * <p>Marks and writes are acknowledged by a majority with its journals, whatever the URL says;
 * reads go to the primary. The library's own collections, {@code crossfade_*}, are created in the
 * database.
 *
 * <p>Safe for use by many threads. One thread renews the lease, besides those of the driver.
 */
public final class MongoStore implements Store {
  private static final int TRIES = 3;

  private final Settings settings;
  private final Tables tables = new Tables();
  private final Control control;
  private final Incarnations instances;
  private final MongoJournal journal;

  /** Per store: a thread may be in a unit of one and read from another. */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable MongoUnit> units = new ThreadLocal<>();

  private volatile @Nullable Connected connected;
  private volatile @Nullable Deployment deployment;
  private volatile boolean closed;

  private MongoStore(Settings settings) {
    this.settings = settings;
    this.control = new Control(this::connected);
    this.instances = new Incarnations(this::connected);
    this.journal = new MongoJournal(this::connected);
  }

  /**
   * The database that the URL names, with all settings at their defaults; nobody is contacted
   * before {@link #connect}.
   *
   * @throws ConfigurationException if the URL is none, or names no database
   */
  public static MongoStore open(String url) {
    return at(url).open();
  }

  /** The database that the URL names, with settings. */
  public static Builder at(String url) {
    return new Builder(url);
  }

  /**
   * The UUID that stands for an ObjectId, where {@link Fields#objectId} maps it: version 8, its 96
   * bits in their order in the free ones, so that both have one order.
   */
  public static UUID uuid(ObjectId id) {
    return ObjectIds.uuid(id);
  }

  /**
   * The ObjectId that a UUID stands for, for filters.
   *
   * @throws IllegalArgumentException if it stands for none
   */
  public static ObjectId objectId(UUID uuid) {
    ObjectId id = ObjectIds.id(uuid);
    if (id == null) {
      throw new IllegalArgumentException(uuid + " stands for no ObjectId");
    }
    return id;
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public synchronized void connect() {
    if (connected != null) {
      return;
    }
    if (closed) {
      throw closedException();
    }
    Database database = new Database(settings);
    try {
      Deployment found = Deployment.of(database);
      check(found);
      install(database);
      StoreSession session = new StoreSession(database);
      session.begin();
      deployment = found;
      Gates gates = new Gates(database, session);
      connected =
          new Connected(
              database,
              session,
              new Admission(database, session, gates),
              new Exclusion(database, session, gates),
              control,
              journal,
              new Generators(database),
              new References(database, tables),
              tables);
    } finally {
      if (connected == null) {
        database.close();
      }
    }
  }

  private void check(Deployment found) {
    List<String> problems = problems(found);
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  private List<String> problems(Deployment found) {
    List<String> problems = new ArrayList<>();
    if (found.kind() == Deployment.Kind.SHARDED) {
      problems.add(
          name() + " is a sharded cluster, which is not supported: name a replica set instead");
    }
    if (!settings.weakAllowed()) {
      for (String weakness : found.weaknesses()) {
        problems.add(
            name() + " " + weakness + "; use another server, or say allowWeakDurability()");
      }
    }
    return problems;
  }

  /**
   * {@inheritDoc}
   *
   * <p>With a client of its own, which is closed at the end. What the user may do is asked where it
   * had to log in.
   */
  @Override
  public List<String> preflight(
      Collection<? extends StoreRepository<?, ?>> repositories, boolean dropsIndexes) {
    try (Database database = new Database(settings)) {
      List<String> problems = new ArrayList<>(problems(Deployment.of(database)));
      problems.addAll(Rights.missing(database));
      problems.addAll(problems(database, repositories));
      return problems;
    }
  }

  private static void install(Database database) {
    boolean unused =
        database.write(
            "installing the library's collections",
            () -> {
              MongoCollection<BsonDocument> entries = database.collection(Names.JOURNAL);
              entries.createIndex(Indexes.ascending("entity", "from"));
              entries.createIndex(Indexes.ascending("owner", "state"));
              entries.createIndex(Indexes.ascending("migration", "at"));
              database.collection(Names.REMEMBERED).createIndex(Indexes.ascending("migration"));
              database
                  .collection(Names.AUDIT)
                  .createIndex(Indexes.ascending("migration", "atMillis"));
              put(database, StoreSession.BARRIER, "number", 0L);
              put(database, "identity", "word", UUID.randomUUID().toString());
              return true;
            });
  }

  private static void put(Database database, String id, String field, Object value) {
    try {
      database
          .collection(Names.STATE)
          .updateOne(
              eq("_id", id), Updates.setOnInsert(field, value), new UpdateOptions().upsert(true));
    } catch (com.mongodb.MongoException e) {
      if (!MongoErrors.isDuplicate(e)) {
        throw e;
      }
      // another process was first
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>With a client of its own, which is closed at once.
   */
  @Override
  public void reach() {
    try (Database database = new Database(settings)) {
      BsonDocument unused = database.read("reaching", database::hello);
    }
  }

  /**
   * Looks at the database with a client of its own, which is closed at the end; the store need not
   * be connected. No session is begun and nothing of the library's is installed. Once the server
   * has answered within the operation limit, what is looked at may take as long as it takes.
   *
   * @throws CrossfadeException for what the driver throws
   */
  public <R> R look(Function<? super MongoDatabase, ? extends R> looking) {
    try (Database database = new Database(settings)) {
      BsonDocument unused = database.read("reaching", database::hello);
      MongoDatabase unlimited = database.database().withTimeout(0, TimeUnit.MILLISECONDS);
      return database.read("looking", () -> looking.apply(unlimited));
    }
  }

  @Override
  public List<String> guarantees() {
    Deployment found = deployment;
    return found == null ? List.of() : found.guarantees();
  }

  @Override
  public List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories) {
    return problems(connected().database(), repositories);
  }

  private List<String> problems(
      Database database, Collection<? extends StoreRepository<?, ?>> repositories) {
    Set<String> there =
        database.read(
            "reading the collections",
            () -> database.database().listCollectionNames().into(new HashSet<>()));
    List<String> problems = new ArrayList<>();
    for (StoreRepository<?, ?> repository : repositories) {
      Table<?, ?> table = tables.get(repository.entity());
      problems.addAll(table.mapping().problems());
      if (table.mapping().problems().isEmpty()) {
        problems.addAll(problems(database, table, there));
      }
    }
    return problems;
  }

  private static List<String> problems(Database database, Table<?, ?> table, Set<String> there) {
    DocumentMapping<?, ?> mapping = table.mapping();
    if (!there.contains(mapping.collection())) {
      return List.of(
          mapping.owner()
              + ": there is no collection "
              + mapping.collection()
              + "; create it or map another");
    }
    Set<String> unique = new LinkedHashSet<>();
    if (!mapping.keyIsId()) {
      unique.add(mapping.keyPath());
    }
    for (RepositoryContext.Dependent dependent : table.dependents()) {
      for (String component : dependent.reference().target()) {
        unique.add(mapping.field(component).name());
      }
    }
    return notUnique(database, table, unique);
  }

  private static List<String> notUnique(Database database, Table<?, ?> table, Set<String> fields) {
    List<String> problems = new ArrayList<>();
    if (fields.isEmpty()) {
      return problems;
    }
    DocumentMapping<?, ?> mapping = table.mapping();
    List<List<String>> indexes =
        database.read("reading the indexes", () -> table.uniqueIndexes(database));
    for (String field : fields) {
      if (!indexes.contains(List.of(field))) {
        problems.add(
            mapping.owner()
                + (field.equals(mapping.keyPath()) ? ": the key " : ": what others refer to, ")
                + field
                + (field.equals(mapping.keyPath()) ? "" : ",")
                + " is not unique in collection "
                + mapping.collection()
                + "; create a unique index on exactly this field");
      }
    }
    return problems;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A word in the database, the server process that is primary, and, of a replica set, its
   * election. So a restart of the server makes another run of it, clean or not. A database restored
   * into a server that goes on running cannot be told from what it was before, where the word was
   * restored with it.
   */
  @Override
  public String identity() {
    Database database = connected().database();
    return database.read(
        "reading the identity",
        () -> {
          BsonDocument word = database.collection(Names.STATE).find(eq("_id", "identity")).first();
          BsonDocument hello = database.hello();
          StringBuilder identity = new StringBuilder();
          identity.append(word == null ? "none" : word.getString("word").getValue());
          if (hello.isDocument("topologyVersion")) {
            identity.append('/');
            identity.append(
                hello
                    .getDocument("topologyVersion")
                    .getObjectId("processId")
                    .getValue()
                    .toHexString());
          }
          if (hello.isObjectId("electionId")) {
            identity.append('/').append(hello.getObjectId("electionId").getValue().toHexString());
          }
          return identity.toString();
        });
  }

  @Override
  public ControlTable control() {
    return control;
  }

  @Override
  public Instances instances() {
    return instances;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  /**
   * {@inheritDoc}
   *
   * <p>What is saved, inserted and deleted is written when the body is over; conditional writes,
   * and what was done before them, at once. Each document is written wholly or not at all. A unit
   * that fails puts back what it has written; a process that dies within does not.
   *
   * @throws OutcomeUnknownException also if others have changed meanwhile what is to be put back
   */
  @Override
  public <R extends @Nullable Object, X extends Exception> Written<R> write(
      Mark mark, UnitBody<R, X> body) throws X {
    Connected open = connected();
    try (Visit visit = open.admission().toWrite(mark)) {
      MongoUnit unit = new MongoUnit(open, mark, visit);
      try {
        R result = within(unit, body);
        CrossfadeException failure = unit.failure();
        if (failure != null) {
          throw failure;
        }
        unit.commit();
        return unit.written(result);
      } catch (OutcomeUnknownException e) {
        throw e;
      } catch (Throwable e) {
        undo(unit, e);
        throw e;
      }
    }
  }

  private static void undo(MongoUnit unit, Throwable because) {
    try {
      unit.undo();
    } catch (CrossfadeException e) {
      e.addSuppressed(because);
      throw e;
    }
  }

  private <R extends @Nullable Object, X extends Exception> R within(
      MongoUnit unit, UnitBody<R, X> body) throws X {
    MongoUnit outer = units.get();
    units.set(unit);
    try {
      return body.run();
    } finally {
      if (outer == null) {
        units.remove();
      } else {
        units.set(outer);
      }
    }
  }

  @Override
  public <T, K> Written<Object> writeRow(
      Mark mark, StoreRepository<T, K> repository, RowWrite<T, K> write) {
    Connected open = connected();
    Table<T, K> table = tables.get(repository.entity());
    if (write instanceof RowWrite.Delete<T, K> && !table.dependents().isEmpty()) {
      K key = ((RowWrite.Delete<T, K>) write).key();
      return this.<Object, RuntimeException>write(
          mark, () -> Objects.requireNonNull(units.get()).delete(table, key));
    }
    try (Visit visit = open.admission().toWrite(mark)) {
      return new RowAlone<>(open, mark, visit, table).run(write);
    }
  }

  /** A write of one document: mark, then write, and nothing to be put back. */
  private static final class RowAlone<T, K> {
    private final Connected open;
    private final Mark mark;
    private final Visit visit;
    private final Table<T, K> table;
    private final Database database;
    private final DocumentMapping<T, K> mapping;
    private final String doing;

    RowAlone(Connected open, Mark mark, Visit visit, Table<T, K> table) {
      this.open = open;
      this.mark = mark;
      this.visit = visit;
      this.table = table;
      this.database = open.database();
      this.mapping = table.mapping();
      this.doing = "writing " + mapping.entity().name();
    }

    private interface Command<R> {
      R run();
    }

    Written<Object> run(RowWrite<T, K> write) {
      if (write instanceof RowWrite.Delete<T, K> delete) {
        RowState<T, K> absent = RowState.absent(mapping.entity(), delete.key());
        Bson key = table.documents().byKey(delete.key());
        long[] ids = open.journal().leave(visit, mark, List.of(absent));
        long deleted =
            sent(ids, absent, () -> table.collection(database).deleteOne(key).getDeletedCount());
        return new Written<>(deleted > 0, ids, List.of(absent));
      } else if (write instanceof RowWrite.Save<T, K> save
          && mapping.entity().key(save.row()) != null) {
        return save(save.row());
      }
      return insert(
          write instanceof RowWrite.Save<T, K> save
              ? save.row()
              : ((RowWrite.Insert<T, K>) write).row());
    }

    private Written<Object> save(T row) {
      RowState<T, K> state = RowState.present(mapping.entity(), row);
      Bson key = table.documents().byKey(state.key());
      BsonDocument update = mapping.update(row, true);
      BsonDocument whole = mapping.document(row);
      open.references().checkParents(List.of(new Item<>(table, state, false)));
      long[] ids = open.journal().leave(visit, mark, List.of(state));
      BsonDocument after =
          sent(
              ids,
              state,
              () ->
                  Objects.requireNonNull(
                      mapping.isWhole() ? replaced(key, whole) : updated(key, update)));
      T now = mapping.row(after);
      return new Written<>(now, ids, List.of(RowState.present(mapping.entity(), now)));
    }

    private @Nullable BsonDocument updated(Bson key, Bson update) {
      return table
          .collection(database)
          .findOneAndUpdate(
              key,
              update,
              new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER));
    }

    private @Nullable BsonDocument replaced(Bson key, BsonDocument whole) {
      return table
          .collection(database)
          .findOneAndReplace(
              key,
              whole,
              new FindOneAndReplaceOptions().upsert(true).returnDocument(ReturnDocument.AFTER));
    }

    private Written<Object> insert(T row) {
      T given = mapping.withDefaults(open.generators().withKey(visit, table, row));
      T stored = mapping.stored(given);
      RowState<T, K> state = RowState.present(mapping.entity(), stored);
      open.references().checkParents(List.of(new Item<>(table, state, true)));
      long[] ids = open.journal().leave(visit, mark, List.of(state));
      BsonDocument document = mapping.document(stored);
      Object unused = sent(ids, state, () -> table.collection(database).insertOne(document));
      return new Written<>(stored, ids, List.of(state));
    }

    /** What the server refuses was never marked. */
    private <R> R sent(long[] ids, RowState<T, K> state, Command<R> command) {
      try {
        return tried(command);
      } catch (OutcomeUnknownException e) {
        Set<String> entries = new HashSet<>();
        for (long id : ids) {
          entries.add(EntryDocuments.id(mark.owner(), id));
        }
        visit.doubtful(entries);
        throw e;
      } catch (CrossfadeException e) {
        withdraw(ids, state);
        throw e;
      }
    }

    /** Two upserts of one new key may meet; the second then finds the first. */
    private <R> R tried(Command<R> command) {
      for (int i = 1; ; i++) {
        visit.beforeSending();
        try {
          return database.write(doing, command::run);
        } catch (DuplicateKeyException e) {
          if (i == TRIES) {
            throw e;
          }
        }
      }
    }

    private void withdraw(long[] ids, RowState<T, K> state) {
      Span span = Span.point(mapping.entity().name(), state.canonicalKey());
      List<Entry> entries = new ArrayList<>();
      for (long id : ids) {
        entries.add(new Entry(mark.owner(), id, span));
      }
      open.journal().withdraw(entries);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>One row is one command. Several are all or none unless this process dies meanwhile, or
   * others change them: then the outcome is unknown, or the entry still says so.
   */
  @Override
  public void apply(Change change) {
    Connected open = connected();
    try (Visit visit = open.admission().toChange(change)) {
      List<Item<?, ?>> items = new ArrayList<>(change.states().size());
      for (RowState<?, ?> state : change.states()) {
        items.add(item(state));
      }
      if (items.isEmpty()) {
        return;
      }
      open.references().checkParents(items);
      open.references().checkUnreferred(items);
      try {
        new Bringing(open.database(), visit, change.limit()).bring(items);
      } catch (OutcomeUnknownException e) {
        visit.doubtful(Set.of());
        throw e;
      }
    }
  }

  private <T, K> Item<T, K> item(RowState<T, K> state) {
    return new Item<>(tables.get(state.entity()), state, false);
  }

  @Override
  public List<RowState<?, ?>> recorded() {
    MongoUnit unit = units.get();
    return unit == null ? List.of() : unit.states();
  }

  @Override
  public synchronized void close() {
    closed = true;
    Connected open = connected;
    if (open != null) {
      open.session().close();
      connected = null;
      open.database().close();
    }
  }

  @Override
  public String toString() {
    return name();
  }

  Tables tables() {
    return tables;
  }

  @Nullable MongoUnit unit() {
    return units.get();
  }

  Connected connected() {
    Connected open = connected;
    if (open != null) {
      return open; // while it closes, for what is under way; its session begins nothing more
    }
    if (closed) {
      throw closedException();
    }
    throw new IllegalStateException(name() + " is not connected; call connect() first");
  }

  private StoreUnavailableException closedException() {
    return new StoreUnavailableException(name() + " is closed", null);
  }

  /**
   * How a database is opened. Not safe for use by several threads; what {@link #open} returns does
   * not change with it.
   */
  public static final class Builder {
    private final List<String> problems = new ArrayList<>();
    private final @Nullable ConnectionString url;
    private @Nullable String database;
    private @Nullable String name;
    private @Nullable MongoCredential credential;
    private Duration operationLimit = Duration.ofSeconds(5);
    private Duration lease = Duration.ofSeconds(10);
    private Duration watchInterval = Duration.ofMillis(25);
    private Duration exclusionLimit = Duration.ofSeconds(2);
    private boolean weakAllowed;

    private Builder(String text) {
      this.url = parsed(text);
      this.database = url == null ? null : url.getDatabase();
    }

    private @Nullable ConnectionString parsed(String text) {
      try {
        return new ConnectionString(text);
      } catch (IllegalArgumentException e) {
        problems.add("MongoStore: the url is none of MongoDB's: mongodb://HOST/DATABASE");
        return null;
      }
    }

    /** The database; that of the URL by default. */
    public Builder database(String databaseName) {
      this.database = databaseName;
      return this;
    }

    /** What messages and metrics call it; by default {@code mongodb:}, hosts and database. */
    public Builder name(String storeName) {
      this.name = storeName;
      return this;
    }

    /**
     * Who logs in, in place of whom the URL names.
     *
     * @param source the database in which the user is known, {@code admin} mostly
     */
    public Builder credentials(String user, String source, String password) {
      this.credential = MongoCredential.createCredential(user, source, password.toCharArray());
      return this;
    }

    /**
     * How long one command may take, its wait for a connection included; then the server gives it
     * up. 5 s by default. A write whose answer was lost counts as under way for twice as long.
     */
    public Builder operationLimit(Duration limit) {
      this.operationLimit = limit;
      return this;
    }

    /**
     * How long this process may be silent before others go on without it: a change of stage waits
     * so long for a process that was killed. 10 s by default, at least 1.5 times the operation
     * limit: with less of it left nothing is sent.
     */
    public Builder lease(Duration duration) {
      this.lease = duration;
      return this;
    }

    /**
     * How often this process looks whether somebody wants to change the stage or to fence another,
     * who waits for it so long. 25 ms by default; a read of one small document each.
     */
    public Builder watchInterval(Duration interval) {
      this.watchInterval = interval;
      return this;
    }

    /** How long a change of stage may keep writers waiting before it gives up. 2 s by default. */
    public Builder exclusionLimit(Duration limit) {
      this.exclusionLimit = limit;
      return this;
    }

    /**
     * Accepts a server that may lose what it has acknowledged, with the entries that would tell,
     * and a URL that asks for less than a majority. The stores may then differ without anything
     * knowing, until a verification finds it.
     */
    public Builder allowWeakDurability() {
      this.weakAllowed = true;
      return this;
    }

    /**
     * The store. Nobody is contacted before {@link MongoStore#connect}.
     *
     * @throws ConfigurationException if a setting is out of its range
     */
    public MongoStore open() {
      return new MongoStore(settings());
    }

    /** The settings, if none is out of its range. */
    Settings settings() {
      List<String> found = new ArrayList<>(problems);
      String named = database;
      ConnectionString at = url;
      check(found, at == null || (named != null && !named.isBlank()), "url must name a database");
      check(found, isPositive(operationLimit), "operationLimit must be positive");
      check(found, isPositive(watchInterval), "watchInterval must be positive");
      check(found, isPositive(exclusionLimit), "exclusionLimit must be positive");
      check(
          found,
          lease.compareTo(operationLimit.multipliedBy(3).dividedBy(2)) >= 0,
          "lease must be at least 1.5 times operationLimit, which is " + operationLimit);
      if (at != null && !weakAllowed) {
        Deployment.weaknesses(at).forEach(each -> check(found, false, "url " + each));
      }
      if (!found.isEmpty() || at == null || named == null) {
        throw new ConfigurationException(found);
      }
      return new Settings(
          at,
          named,
          name == null ? "mongodb:" + String.join(",", at.getHosts()) + "/" + named : name,
          credential,
          operationLimit,
          lease,
          watchInterval,
          exclusionLimit,
          weakAllowed);
    }

    private static void check(List<String> found, boolean fine, String problem) {
      if (!fine) {
        found.add("MongoStore: " + problem);
      }
    }

    private static boolean isPositive(Duration duration) {
      return !duration.isNegative() && !duration.isZero();
    }
  }
}
