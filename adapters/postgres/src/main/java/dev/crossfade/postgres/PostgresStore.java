package dev.crossfade.postgres;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.jooq.CatalogueCheck;
import dev.crossfade.jooq.ChangeWriter;
import dev.crossfade.jooq.ChildTable;
import dev.crossfade.jooq.MappedTable;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.Unit;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Instances;
import dev.crossfade.store.JoinedTransaction;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Load;
import dev.crossfade.store.Loaded;
import dev.crossfade.store.Mark;
import dev.crossfade.store.Notices;
import dev.crossfade.store.PoolUse;
import dev.crossfade.store.Rehearsal;
import dev.crossfade.store.Room;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database, 14 to 18, as a store.
 *
 * <pre>{@code
 * PostgresStore.open("jdbc:postgresql://db/app", new Credentials("app", password));
 *
 * PostgresStore.at("jdbc:postgresql://db/app")
 *     .credentials("app", password)
 *     .owner("app_owner", ownerPassword)
 *     .poolSize(20)
 *     .monthlyPartitions("token_scores", "created_at", 2)
 *     .refresh("latest_token_scores", Duration.ofSeconds(30), true)
 *     .open();
 * }</pre>
 *
 * <p>Making one contacts nobody: the server need not exist before its migration leaves {@code off}.
 * {@link #connect} checks version, durability and rights, and installs the library's own tables in
 * schema {@code crossfade}.
 *
 * <p>A write of one row and its mark are one statement and one round trip. Writes hold the control
 * row for share until they commit, so a change of stage waits for them and later ones are refused.
 * Single statements that PostgreSQL gives up because of a deadlock or a serialization failure are
 * repeated up to three times; whole units of work are not, because their body is the caller's.
 *
 * <p>Sessions have their time limits on the server, so a lost connection's transaction ends there
 * by itself. Waits inside the driver do not end by interruption; these limits bound them.
 *
 * <p>Safe for use by many threads. {@link #close} ends its connections and its threads.
 */
public final class PostgresStore implements Store {
  private static final Duration REACHED_WITHIN = Duration.ofSeconds(10);
  private static final Duration TOOLS_ANSWERED_WITHIN = Duration.ofSeconds(30);

  /** Of ten years; more in one chunk is more likely a mistake. */
  private static final int MOST_PARTITIONS_OF_A_LOAD = 120;

  private final PostgresSettings settings;
  private final Pool pool;
  private final PostgresSessions sessions;
  private final ChangeWriter changes;
  private final PostgresControl control;
  private final PostgresInstances instances;
  private final PostgresJournal journal;
  private final Upkeep upkeep;
  private final ControlNotices notices;
  private final DroppedIndexes dropped;
  private volatile @Nullable String schemas;
  private boolean connected;

  private PostgresStore(PostgresSettings settings) {
    Duration wait = settings.limits().controlWait();
    this.settings = settings;
    this.pool = new Pool(settings, new Failures(settings.shownUrl()));
    this.sessions = new PostgresSessions(pool);
    this.changes = new ChangeWriter(sessions);
    this.control = new PostgresControl(pool, new TableLock(pool, wait, "crossfade.control"));
    this.instances = new PostgresInstances(pool, new TableLock(pool, wait, "crossfade.instances"));
    this.journal = new PostgresJournal(pool);
    this.upkeep = new Upkeep(settings, pool);
    this.notices = new ControlNotices(settings, pool.failures());
    this.dropped = new DroppedIndexes(this, pool, wait);
  }

  /** A store with the defaults of {@link Builder}; contacts nobody. */
  public static PostgresStore open(String jdbcUrl, Credentials credentials) {
    return at(jdbcUrl).credentials(credentials).open();
  }

  /** Begins the description of a store. */
  public static Builder at(String jdbcUrl) {
    return new Builder(jdbcUrl);
  }

  /**
   * Installs the library's tables as a role that may, and lets another use them: what a database
   * administrator does beforehand where the run-time role has no DDL rights. Safe to repeat, with
   * every new version of the library.
   *
   * @param owner may create a schema in the database
   * @param runTimeRole the role of the application
   * @throws dev.crossfade.ConfigurationException if that fails, with the reason
   */
  public static void install(String jdbcUrl, Credentials owner, String runTimeRole) {
    Installation.install(
        Pool.source(jdbcUrl, owner, "crossfade-install", new Properties()), runTimeRole);
  }

  /**
   * Connections of its own at the same place, as the same role and with the same TLS: for tools
   * that look at the schema. Neither pooled nor the store's, which knows nothing of what happens on
   * them: whoever opens one closes it, and writes no row that crosses.
   */
  public DataSource connections() {
    return Pool.source(settings, "-tools", TOOLS_ANSWERED_WITHIN);
  }

  /** As {@link #connections}, as the owner if there is one: for tools that make the schema. */
  public DataSource ownerConnections() {
    DataSource owner = settings.owner();
    return owner == null ? Pool.source(settings) : owner;
  }

  @Override
  public String name() {
    return settings.shownUrl();
  }

  @Override
  public List<PoolUse> pools() {
    return pool.use();
  }

  @Override
  public synchronized void connect() {
    if (!connected) {
      new Installation(settings, pool).run();
      upkeep.start();
      connected = true;
      notices.connected();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>A refused login is an answer, and so is that of a pooler before the server. A server that
   * takes the connection and then says nothing for ten seconds may only be slow.
   */
  @Override
  public void reach() {
    pool.reach(Pool.source(settings, "-reach", REACHED_WITHIN));
  }

  @Override
  public List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories) {
    List<String> problems = new ArrayList<>(upkeep.failures().values());
    pool.read(
        session -> {
          problems.addAll(new CatalogueCheck(sessions, session).problems(repositories));
          for (StoreRepository<?, ?> repository : repositories) {
            MappedTable<?, ?> table = sessions.table(repository.entity());
            if (table.mapping().problems().isEmpty()) {
              problems.addAll(
                  new Catalogue(session)
                      .problems(table.mapping(), table.facts(session), settings.owner() != null));
            }
          }
          return problems;
        });
    return problems;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Asks as the store's role, and as the owner where one was given.
   */
  @Override
  public List<String> preflight(
      Collection<? extends StoreRepository<?, ?>> repositories, boolean dropsIndexes) {
    List<String> problems = new ArrayList<>(new Installation(settings, pool).preflight());
    problems.addAll(problems(repositories));
    if (dropsIndexes) {
      problems.addAll(asOwner(session -> Catalogue.notOwned(session, repositories)));
    }
    return problems;
  }

  /**
   * What of the schema's upkeep (partitions, view refreshes) does not work at present, with the
   * fix; empty if all does.
   */
  public Map<String, String> upkeepFailures() {
    return upkeep.failures();
  }

  /**
   * {@inheritDoc}
   *
   * <p>System identifier and timeline of the server, when it was started, and the numbers of the
   * database and of the library's control table in it. Any role may ask for all of that unless the
   * right was taken away; then it is without the first two. A clean restart is not told from a
   * crash. Not noticed is a crash of one of the server's processes, after which the others begin
   * anew under the same parent and nothing acknowledged is lost, unless {@link
   * Builder#allowWeakDurability} was called; nor are rows that were loaded into tables that stayed.
   */
  @Override
  public String identity() {
    return pool.read(session -> ServerRun.read(session, name()));
  }

  /** Not done by the library: {@code pg_dump}, base backups and what a provider has do it. */
  @Override
  public void backUp(Path file) {
    throw new UnsupportedOperationException(
        name()
            + " is not backed up by the library; back it up with pg_dump, a base backup or what its"
            + " provider has, and record a note of that instead");
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
   * <p>By {@code NOTIFY}, on a connection of its own, from when somebody has asked and the store is
   * connected.
   */
  @Override
  public Notices onControlChange(String migration, Runnable told) {
    return notices.tell(migration, told);
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> Written<R> write(
      Mark mark, UnitBody<R, X> body) throws X {
    refuseNested();
    CrossfadeException failure;
    try (PostgresUnit unit = new PostgresUnit(pool, mark)) {
      unit.begin();
      try {
        R result = sessions.within(unit, body);
        failure = unit.failure();
        if (failure == null) {
          return unit.commit(result);
        }
      } catch (CrossfadeException e) {
        failure = e;
      }
    }
    // The transaction is over and its locks are gone: what it lacked can be made.
    throw upkeep.createMissing(failure)
        ? new ConflictException(
            failure.getMessage() + "; the partition is there now, and the unit can be repeated",
            failure)
        : failure;
  }

  private void refuseNested() {
    if (sessions.unit() != null) {
      throw new IllegalStateException(
          "this thread has a unit of work open on "
              + name()
              + "; a second one would wait for the first. Call the repository inside it instead");
    }
  }

  @Override
  public <T, K> Written<Object> writeRow(
      Mark mark, StoreRepository<T, K> repository, RowWrite<T, K> write) {
    refuseNested();
    RowStatements<T, K> statements = sessions.statements(sessions.table(repository.entity()));
    return statements.canWrite(write)
        ? upkeep.withPartitions(() -> statements.write(mark, write))
        : write(mark, () -> run(repository, write));
  }

  private static <T, K> Object run(StoreRepository<T, K> repository, RowWrite<T, K> write) {
    if (write instanceof RowWrite.Save<T, K> save) {
      return notNull(repository.save(save.row()));
    } else if (write instanceof RowWrite.Insert<T, K> insert) {
      return notNull(repository.insert(insert.row()));
    }
    return repository.delete(((RowWrite.Delete<T, K>) write).key());
  }

  @SuppressWarnings("NullAway") // rows are records
  private static <T> Object notNull(T row) {
    return row;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The connection's role needs the rights of the run-time role on schema {@code crossfade}. A
   * partition that is missing is not made: the transaction may hold locks that stand in the way.
   */
  @Override
  public JoinedTransaction join(Connection connection) {
    refuseNested();
    return new PostgresJoined(
        sessions, this::schemas, connection, name(), settings.weakDurabilityAllowed());
  }

  /** Where connections of the pool look for tables; always the same. */
  private String schemas() {
    String known = schemas;
    if (known == null) {
      known =
          pool.read(
              session ->
                  session.query(
                      "select current_schemas(true)::text",
                      Session.Binder.NONE,
                      rows -> rows.next() ? rows.getString(1) : ""));
      schemas = known;
    }
    return known;
  }

  @Override
  public void apply(Change change) {
    boolean applied =
        upkeep.withPartitions(
            () -> change.states().size() == 1 && applyAlone(change, change.states().get(0)));
    if (!applied) {
      Supplier<Boolean> together = () -> applyTogether(change);
      upkeep.withPartitions(together);
    }
  }

  /** Returns false if it takes more than one statement. */
  private <T, K> boolean applyAlone(Change change, RowState<T, K> state) {
    RowStatements<T, K> statements = sessions.statements(sessions.table(state.entity()));
    if (!statements.canApply(state)) {
      return false;
    }
    statements.apply(change, state);
    return true;
  }

  private boolean applyTogether(Change change) {
    return pool.changeTransaction(
        change.limit(),
        Duration.ZERO,
        session -> {
          RowStatements.checkAllowed(session, change);
          changes.apply(session, change.states());
          return true;
        });
  }

  /**
   * {@inheritDoc}
   *
   * <p>By {@code COPY}: straight into the table where the range is empty there, else through a
   * temporary table, for which the role needs the right to make one. Partitions that are missing
   * are made as {@link Builder#monthlyPartitions} says, as many as the rows need.
   */
  @Override
  public <T, K> Loaded load(Load<T, K> load) {
    TableLoad<T, K> table = sessions.loads(sessions.table(load.entity()));
    for (int made = 0; ; made++) {
      try {
        return loadOrMerge(table, load);
      } catch (CrossfadeException e) {
        if (made == MOST_PARTITIONS_OF_A_LOAD || !upkeep.createMissing(e)) {
          throw e;
        }
      }
    }
  }

  /** Somebody may have written into the range after it was found to be empty. */
  private <T, K> Loaded loadOrMerge(TableLoad<T, K> table, Load<T, K> load) {
    try {
      return load(table, load, false);
    } catch (DuplicateKeyException e) {
      return load(table, load, true);
    }
  }

  private <T, K> Loaded load(TableLoad<T, K> table, Load<T, K> load, boolean merge) {
    Change none =
        new Change(load.migration(), load.epoch(), load.incarnation(), List.of(), load.limit());
    return pool.changeTransaction(
        load.limit(),
        Duration.ZERO,
        session -> {
          RowStatements.checkAllowed(session, none);
          return table.run(session, load, merge);
        });
  }

  /** Statistics, by {@code ANALYZE}; by the owner, if there is one, since it takes a right. */
  @Override
  public void analyze(Collection<? extends StoreRepository<?, ?>> repositories) {
    for (StoreRepository<?, ?> repository : repositories) {
      List<ChildTable> lists = sessions.table(repository.entity()).mapping().childTables();
      asOwner(
          session -> {
            session.execute("analyze " + repository.place().table());
            for (ChildTable list : lists) {
              session.execute("analyze " + list.table());
            }
            return true;
          });
    }
  }

  /** By the owner, if there is one: it takes a right of the tables' owner. */
  @Override
  public List<String> dropIndexes(Collection<? extends StoreRepository<?, ?>> repositories) {
    return dropped.drop(repositories.stream().map(each -> each.place().table()).toList());
  }

  @Override
  public List<String> rebuildIndexes() {
    return dropped.rebuild();
  }

  @Override
  public List<String> droppedIndexes() {
    return dropped.names();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A server does not tell what is free on its disk: that stays unknown.
   */
  @Override
  public Room room(Collection<? extends StoreRepository<?, ?>> repositories) {
    return new Room(
        OptionalLong.of(pool.read(session -> Catalogue.bytes(session, repositories))),
        OptionalLong.empty());
  }

  @Override
  public void apply(Change change, Rehearsal rehearsal) {
    AtomicBoolean rehearsed = new AtomicBoolean();
    Supplier<Boolean> both = () -> applyRehearsed(change, rehearsal, rehearsed);
    upkeep.withPartitions(both);
  }

  /** The transaction may be done again, the rehearsal not. */
  private boolean applyRehearsed(Change change, Rehearsal rehearsal, AtomicBoolean rehearsed) {
    return pool.changeTransaction(
        change.limit(),
        rehearsal.limit(),
        session -> {
          RowStatements.checkAllowed(session, change);
          if (rehearsed.compareAndSet(false, true)) {
            PostgresTrial.run(rehearsal, pool, sessions, changes, settings.limits(), session);
          }
          changes.apply(session, change.states());
          return true;
        });
  }

  @Override
  public List<RowState<?, ?>> recorded() {
    Unit unit = sessions.unit();
    return unit == null ? List.of() : unit.states();
  }

  PostgresSessions sessions() {
    return sessions;
  }

  /** A transaction of the owner's, if there is one, for what the run-time role may not do. */
  <R extends @Nullable Object> R asOwner(Session.Work<R> work) {
    DataSource owner = settings.owner();
    return owner == null ? pool.transaction(work) : pool.transaction(owner, work);
  }

  boolean hasOwner() {
    return settings.owner() != null;
  }

  Pool pool() {
    return pool;
  }

  @Override
  public synchronized void close() {
    upkeep.close();
    notices.close();
    pool.close();
  }

  /** Name and nothing secret. */
  @Override
  public String toString() {
    return name();
  }

  /**
   * Describes a store. Every option has a default that fits a service of moderate load; each can be
   * given once. Not safe for use by several threads.
   */
  public static final class Builder {
    private static final Duration LEAST_LIFETIME = Duration.ofSeconds(30);

    private final String url;
    private final Set<String> given = new HashSet<>();
    private final List<MonthlyPartitions> partitions = new ArrayList<>();
    private final List<ViewRefresh> refreshes = new ArrayList<>();
    private @Nullable Credentials credentials;
    private @Nullable Credentials ownerCredentials;
    private @Nullable DataSource owner;
    private Tls tls = Tls.AS_THE_URL_SAYS;
    private String applicationName = "crossfade";
    private int poolSize = 10;
    private Duration connectionWait = Duration.ofSeconds(10);
    private Duration maxLifetime = Duration.ofMinutes(5);
    private Duration keepAlive = Duration.ofSeconds(60);
    private Duration statementTimeout = Duration.ofSeconds(30);
    private Duration lockWait = Duration.ofSeconds(10);
    private Duration idleInTransaction = Duration.ofSeconds(30);
    private Duration controlWait = Duration.ofSeconds(10);
    private boolean weakDurabilityAllowed;

    private Builder(String url) {
      if (!url.startsWith("jdbc:postgresql:")) {
        throw new IllegalArgumentException(
            "a URL of PostgreSQL begins with jdbc:postgresql:, not " + url.split("[?@]", 2)[0]);
      }
      String place = url.split("[?]", 2)[0];
      if (place.matches("[^/]*//[^/]*@.*")) {
        throw new IllegalArgumentException(
            "the driver takes no user and password before the URL's host; give them as"
                + " credentials");
      }
      if (!Pool.understands(place)) {
        throw new IllegalArgumentException(
            "the driver does not understand the URL "
                + place
                + "; it should be like jdbc:postgresql://host:5432/database");
      }
      this.url = url;
    }

    /** Who connects at run time; by default who the URL says. */
    public Builder credentials(Credentials value) {
      once("credentials");
      this.credentials = value;
      return this;
    }

    /** Who connects at run time. */
    public Builder credentials(String user, String password) {
      return credentials(new Credentials(user, password));
    }

    /**
     * Who may do what the run-time role may not: install the library's tables, create partitions,
     * refresh views, move sequences. Connected only for that, not pooled. By default the run-time
     * role does it.
     */
    public Builder owner(String user, String password) {
      once("owner");
      this.ownerCredentials = new Credentials(user, password);
      return this;
    }

    /** As {@link #owner(String, String)}, with connections of the application's own. */
    public Builder owner(DataSource dataSource) {
      once("owner");
      this.owner = dataSource;
      return this;
    }

    /**
     * Whether connections are encrypted, the owner's too; by default what the URL's {@code sslmode}
     * says, and without one {@link TlsMode#PREFER}, which gives way to a server, or to an attacker
     * in between, that offers no encryption. A careful operator sets {@link TlsMode#VERIFY_FULL}.
     */
    public Builder tls(TlsMode mode) {
      once("tls");
      this.tls = tls.withMode(mode);
      return this;
    }

    /**
     * The certificates, in PEM, of who may vouch for the server; by default the driver's {@code
     * ~/.postgresql/root.crt}. With {@link TlsMode#VERIFY_CA} and {@link TlsMode#VERIFY_FULL} only.
     */
    public Builder tlsRootCertificate(Path file) {
      once("tlsRootCertificate");
      this.tls = tls.withRootCertificate(file);
      return this;
    }

    /**
     * What this application shows to a server that asks for a certificate; by default the driver's
     * {@code ~/.postgresql/postgresql.crt} and {@code .pk8} where they exist.
     *
     * @param certificate in PEM
     * @param key in PKCS-8, as PEM or DER, without a password
     */
    public Builder tlsCertificate(Path certificate, Path key) {
      once("tlsCertificate");
      this.tls = tls.withCertificate(certificate, key);
      return this;
    }

    /** What {@code pg_stat_activity} shows; default {@code crossfade}. */
    public Builder applicationName(String value) {
      once("applicationName");
      this.applicationName = value;
      return this;
    }

    /**
     * How many connections; default 10. Writes and reads share them. Made when needed and given
     * back when idle: as many more for what writes carry over, where this is the other store, and
     * three that keep the journal short and say that this process lives. One beside them hears of
     * moves. More than the server has cores to run rarely makes it faster.
     */
    public Builder poolSize(int value) {
      once("poolSize");
      if (value < 1) {
        throw new IllegalArgumentException("poolSize must be at least 1, not " + value);
      }
      this.poolSize = value;
      return this;
    }

    /**
     * How long a call waits for a free connection before it fails with {@link
     * dev.crossfade.StoreUnavailableException}; default 10 s. It is also how long calls hang while
     * the server is down.
     */
    public Builder connectionWait(Duration value) {
      this.connectionWait = duration("connectionWait", value, Duration.ofMillis(250));
      return this;
    }

    /**
     * After how long a connection is replaced; default 300 s. Shorter follows a failover or a moved
     * address sooner, longer keeps statements prepared.
     */
    public Builder maxLifetime(Duration value) {
      this.maxLifetime = duration("maxLifetime", value, LEAST_LIFETIME);
      return this;
    }

    /** How often an idle connection is checked; default 60 s, less than {@code maxLifetime}. */
    public Builder keepAlive(Duration value) {
      this.keepAlive = duration("keepAlive", value, LEAST_LIFETIME);
      return this;
    }

    /**
     * When the server gives a statement up; default 30 s. The caller gets {@link
     * dev.crossfade.StoreTimeoutException} and nothing was written.
     */
    public Builder statementTimeout(Duration value) {
      this.statementTimeout = duration("statementTimeout", value, Duration.ofMillis(10));
      return this;
    }

    /** When the server gives a wait for a lock up; default 10 s. Consequence as above. */
    public Builder lockWait(Duration value) {
      this.lockWait = duration("lockWait", value, Duration.ofMillis(10));
      return this;
    }

    /**
     * How long a unit of work may do nothing on the server; default 30 s. Then it is rolled back:
     * while it lives, no change of stage can happen.
     */
    public Builder idleInTransaction(Duration value) {
      this.idleInTransaction = duration("idleInTransaction", value, Duration.ofMillis(100));
      return this;
    }

    /**
     * How long a change of stage or a fencing waits for writes under way before it fails, naming
     * them; default 10 s. Writers go on between its turns of at most 100 ms.
     */
    public Builder controlWait(Duration value) {
      this.controlWait = duration("controlWait", value, Duration.ofMillis(100));
      return this;
    }

    /**
     * Accepts a server that may lose acknowledged commits in a crash ({@code synchronous_commit},
     * {@code fsync} or {@code full_page_writes} off). After a crash the stores can differ with no
     * trace but a verification. By default it is refused.
     */
    public Builder allowWeakDurability() {
      once("allowWeakDurability");
      this.weakDurabilityAllowed = true;
      return this;
    }

    /**
     * Keeps a table that is partitioned by range in partitions of one month, in UTC: this month and
     * {@code monthsAhead} more are made at {@link PostgresStore#connect} and daily, any other when
     * a row needs it.
     */
    public Builder monthlyPartitions(String table, String column, int monthsAhead) {
      if (monthsAhead < 0 || monthsAhead > 120) {
        throw new IllegalArgumentException(
            "monthsAhead of " + table + " must be from 0 to 120, not " + monthsAhead);
      }
      partitions.add(new MonthlyPartitions(table, column, monthsAhead));
      return this;
    }

    /**
     * Refreshes a materialized view when it is older than {@code every}, one instance at a time.
     *
     * @param concurrently whether readers may go on meanwhile, which takes longer and needs a
     *     unique index on the view
     */
    public Builder refresh(String view, Duration every, boolean concurrently) {
      refreshes.add(
          new ViewRefresh(
              view, atLeast("every of " + view, every, Duration.ofMillis(100)), concurrently));
      return this;
    }

    /**
     * The store. Contacts nobody.
     *
     * @throws IllegalArgumentException if options contradict each other
     */
    public PostgresStore open() {
      List<String> contradictions = contradictions();
      if (!contradictions.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", contradictions));
      }
      return new PostgresStore(settings());
    }

    PostgresSettings settings() {
      return new PostgresSettings(
          url,
          credentials,
          tls,
          applicationName,
          new PostgresSettings.Pool(poolSize, connectionWait, maxLifetime, keepAlive),
          new PostgresSettings.Limits(statementTimeout, lockWait, idleInTransaction, controlWait),
          weakDurabilityAllowed,
          owner(),
          List.copyOf(partitions),
          List.copyOf(refreshes));
    }

    /** Options that are fine alone and not together. */
    List<String> contradictions() {
      List<String> contradictions = new ArrayList<>(tls.problems(url));
      if (keepAlive.compareTo(maxLifetime) >= 0) {
        contradictions.add(
            "keepAlive ("
                + keepAlive.toMillis()
                + " ms) must be less than maxLifetime ("
                + maxLifetime.toMillis()
                + " ms)");
      }
      return contradictions;
    }

    private @Nullable DataSource owner() {
      return ownerCredentials == null
          ? owner
          : Pool.source(url, ownerCredentials, applicationName + "-owner", tls.properties());
    }

    private Duration duration(String option, Duration value, Duration least) {
      once(option);
      return atLeast(option, value, least);
    }

    private static Duration atLeast(String option, Duration value, Duration least) {
      if (value.compareTo(least) < 0) {
        throw new IllegalArgumentException(
            option
                + " must be at least "
                + least.toMillis()
                + " ms, not "
                + value.toMillis()
                + " ms");
      }
      return value;
    }

    private void once(String option) {
      if (!given.add(option)) {
        throw new IllegalArgumentException(option + " is given twice");
      }
    }
  }
}
