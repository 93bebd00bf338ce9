package dev.crossfade.sqlite;

import dev.crossfade.ConfigurationException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.CatalogueCheck;
import dev.crossfade.jooq.ChangeWriter;
import dev.crossfade.jooq.MappedTable;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableMapping;
import dev.crossfade.jooq.Unit;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Instances;
import dev.crossfade.store.JoinedTransaction;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Load;
import dev.crossfade.store.Loaded;
import dev.crossfade.store.Mark;
import dev.crossfade.store.PoolUse;
import dev.crossfade.store.Room;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A SQLite file as a store.
 *
 * <p>One connection per file writes. A caller that is alone uses it at once; what waits is
 * committed together, so that the writes of many threads cost one wait for the disk, and none
 * starves. Reads run beside it on connections of their own. The file is put into WAL mode and stays
 * in it; every acknowledged write has reached the disk ({@code synchronous = full}). The library's
 * own tables, {@code crossfade_*}, are created in the file.
 *
 * <p>Other processes may read and write the file at the same time; this one then waits for their
 * transactions up to the busy timeout. Within a process all stores on one file share its writer,
 * and must be built with the same settings.
 *
 * <p>Safe for use by many threads.
 */
public final class SqliteStore implements Store {
  private static final String HAS_STATISTICS =
      "select count(*) from sqlite_master where name = 'sqlite_stat1'";

  private final Settings settings;
  private final SqliteSessions sessions;
  private final Control control;
  private final Incarnations instances;
  private final SqliteJournal journal;
  private final ChangeWriter changes;
  private @Nullable SqliteFile opened;
  private volatile @Nullable SqliteFile file;
  private volatile boolean closed;

  /** What a commit waits for, as in SQLite's {@code pragma synchronous}. */
  public enum Synchronous {
    /** For nothing: a power failure may corrupt the file. */
    OFF,
    /** For the disk at checkpoints only: a power failure loses the last commits. */
    NORMAL,
    /** For the disk. */
    FULL,
    /** For the disk, and for the directory where a rollback journal was deleted. */
    EXTRA;

    int level() {
      return switch (this) {
        case OFF -> 0;
        case NORMAL -> 1;
        case FULL -> 2;
        case EXTRA -> 3;
      };
    }

    Synchronous atMostNormal() {
      return this == OFF ? OFF : NORMAL;
    }
  }

  private SqliteStore(Settings settings) {
    this.settings = settings;
    this.sessions = new SqliteSessions(this::file, new SqliteErrors(settings.name()));
    this.control = new Control(this::file, sessions, settings.clock());
    this.instances = new Incarnations(this::file, sessions, settings.clock());
    this.journal = new SqliteJournal(this::file, sessions, settings.clock());
    this.changes = new ChangeWriter(sessions);
  }

  /** The file, with all settings at their defaults; nothing is touched before {@link #connect}. */
  public static SqliteStore open(Path path) {
    return at(path).open();
  }

  /** The file, with settings. */
  public static Builder at(Path path) {
    return new Builder(path);
  }

  /** Where the file is, or will be. */
  public Path path() {
    return settings.path();
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public List<PoolUse> pools() {
    SqliteFile open = file;
    return open == null ? List.of() : List.of(open.readers().use(), open.writer().use());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Puts the file into WAL mode and creates the tables {@code crossfade_*} in it. Where both was
   * done before nothing is written, so that a file which another process holds can be read.
   */
  @Override
  public synchronized void connect() {
    if (file != null) {
      return;
    }
    if (closed) {
      throw closedException();
    }
    if (opened == null) {
      opened = SqliteFile.open(settings);
    }
    if (!opened.isInstalled()) {
      opened.writer().run(SqliteStore::install, true);
    }
    opened.writer().commitSingly(opened.read(SqliteStore::hasDeferredKeys));
    file = opened;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A file that is there can be reached, whoever holds it.
   */
  @Override
  public void reach() {
    if (Files.notExists(settings.path())) {
      throw new StoreUnavailableException("there is no file " + settings.path(), null);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>By a connection that cannot write, and one that takes the writer's lock for a moment and
   * gives it back.
   */
  @Override
  public List<String> preflight(
      Collection<? extends StoreRepository<?, ?>> repositories, boolean dropsIndexes) {
    return new Preflight(settings, sessions).problems(repositories);
  }

  @Override
  public List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories) {
    return sessions.reading(
        "reading the catalogue",
        session -> new CatalogueCheck(sessions, session).problems(repositories));
  }

  /**
   * {@inheritDoc}
   *
   * <p>A word in the file, and the name that the file system has for it: device and inode, nothing
   * on Windows. A file restored from a backup of {@link #backUp} has another word, each time it is
   * restored. One restored from a copy made by other means is recognised where it is another file;
   * not where its bytes were written into the one that was there, or on Windows. A file moved to
   * another disk, or mounted from another device, is taken for another one although it is not.
   *
   * <p>Neither the end of a process nor that of the machine makes another run of it: nothing that
   * was acknowledged is lost then. With {@link Builder#allowWeakDurability} something may be, and
   * this does not tell.
   */
  @Override
  public String identity() {
    SqliteFile open = file();
    return sessions.reading(
        "reading the identity", session -> FileIdentity.of(session, open.path()));
  }

  @Override
  public boolean canBackUp() {
    return true;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A SQLite file like this one, but for free pages, WAL mode, and the word of its {@link
   * #identity}, which the first store on it gives it anew; read by those who may read this one. It
   * is written to {@code <file>.unfinished}, checked by {@code pragma integrity_check} and renamed;
   * a process that is killed meanwhile leaves that file. Nobody waits for it, but the write-ahead
   * log grows by what is written until the copy is made.
   *
   * <p>An interrupt ends it within moments, and so does {@link #close} of the last store on the
   * file.
   */
  @Override
  public void backUp(Path target) {
    new Backup(file(), target).make();
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
   * <p>Everybody else's writes to the file wait meanwhile. A body that takes longer than the unit
   * time limit is rolled back: its later statements, and this method, throw {@link
   * dev.crossfade.StoreTimeoutException}. Where SQLite has given the transaction up for another's
   * fault, this method throws {@link dev.crossfade.ConflictException}: the body is not run again.
   */
  @Override
  public <R extends @Nullable Object, X extends Exception> Written<R> write(
      Mark mark, UnitBody<R, X> body) throws X {
    SqliteFile open = file();
    Left left = new Left(mark);
    UnitTask task =
        new UnitTask(
            session -> checked(open, session, mark),
            left::leave,
            settings.unitTimeLimit(),
            settings.name());
    R result = open.writer().runBody(task, unit -> sessions.within(unit, body));
    return left.written(result);
  }

  @Override
  public <T, K> Written<Object> writeRow(
      Mark mark, StoreRepository<T, K> repository, RowWrite<T, K> write) {
    MappedTable<T, K> table = sessions.table(repository.entity());
    SqliteFile open = file();
    return open.writer()
        .run(
            session -> {
              checked(open, session, mark);
              List<RowState<?, ?>> states = new ArrayList<>(1);
              Object result = named(table, () -> write(session, table, write, states));
              Left left = new Left(mark);
              left.leave(session, states);
              return left.written(result);
            },
            true);
  }

  @FunctionalInterface
  private interface Statements<R> {
    R run() throws SQLException;
  }

  /** What SQLite says of a foreign key names no table. A conflict is the writer's to repeat. */
  private <R> R named(MappedTable<?, ?> table, Statements<R> statements) throws SQLException {
    try {
      return statements.run();
    } catch (SQLException e) {
      if (SqliteErrors.isBusySnapshot(e)) {
        throw e;
      }
      throw file().errors().translate(e, "writing " + table.mapping().entity().name());
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>From its first write on the transaction keeps everybody else from writing to the file, who
   * wait up to the busy timeout. Begin it with {@code begin immediate}: one that has read before
   * its first write fails with {@link dev.crossfade.ConflictException} if anybody has written in
   * between.
   */
  @Override
  public JoinedTransaction join(Connection connection) {
    file().writer().refuseInside();
    return new SqliteJoined(sessions, connection, settings);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Changes come from several threads at once, so they share commits rather than take the first
   * free turn each for itself.
   */
  @Override
  public void apply(Change change) {
    SqliteFile open = file();
    open.writer()
        .runInLine(
            session -> {
              open.checks().notFenced(session, change.incarnation());
              open.checks().follows(session, change.migration(), change.epoch());
              changes.apply(session, change.states());
              return change;
            },
            true,
            change.limit());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nobody else writes to the file meanwhile.
   */
  @Override
  public <T, K> Loaded load(Load<T, K> load) {
    SqliteFile open = file();
    MappedTable<T, K> table = sessions.table(load.entity());
    TableLoad<T, K> rows = sessions.loads(table);
    return open.writer()
        .runInLine(
            session -> {
              open.checks().notFenced(session, load.incarnation());
              open.checks().follows(session, load.migration(), load.epoch());
              return named(table, () -> rows.run(session, load));
            },
            true,
            load.limit());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Used is the whole file, since tables are not told apart without reading all of it.
   */
  @Override
  public Room room(Collection<? extends StoreRepository<?, ?>> repositories) {
    Path path = file().path();
    try {
      long used = Files.size(path);
      return new Room(
          OptionalLong.of(used), OptionalLong.of(Files.getFileStore(path).getUsableSpace()));
    } catch (IOException e) {
      throw new StoreUnavailableException(name() + ": its file cannot be looked at", e);
    }
  }

  /**
   * Statistics, by {@code analyze}, of as many rows of each index as SQLite advises; only where the
   * file has some, because they change the plans of every query.
   */
  @Override
  public void analyze(Collection<? extends StoreRepository<?, ?>> repositories) {
    file()
        .writer()
        .run(
            session -> {
              if (Tables.number(session, HAS_STATISTICS) == 0) {
                return false;
              }
              session.execute("pragma analysis_limit = 400");
              for (StoreRepository<?, ?> repository : repositories) {
                session.execute("analyze " + repository.place().table());
              }
              return true;
            },
            true);
  }

  @Override
  public List<RowState<?, ?>> recorded() {
    Unit unit = sessions.unit();
    return unit == null ? List.of() : unit.states();
  }

  @Override
  public synchronized void close() {
    closed = true;
    file = null;
    SqliteFile open = opened;
    opened = null;
    if (open != null) {
      open.release();
    }
  }

  @Override
  public String toString() {
    return name();
  }

  SqliteSessions sessions() {
    return sessions;
  }

  /** How many writes wait for the writer at this moment. */
  int waiting() {
    return file().writer().waiting();
  }

  long highestGenerated(TableMapping<?, ?> mapping) {
    return sessions.reading(
        "reading the highest key",
        session ->
            session.query(
                "select " + SqliteDialect.highest(mapping),
                Session.Binder.NONE,
                rows -> {
                  rows.next();
                  return rows.getLong(1);
                }));
  }

  void raiseGenerator(TableMapping<?, ?> mapping, long highest) {
    file()
        .writer()
        .run(
            session -> {
              session.update(
                  "insert into crossfade_generator (table_name, highest) values (?, ?) on conflict"
                      + " (table_name) do update set highest = max(highest, excluded.highest)",
                  statement -> {
                    statement.setString(1, mapping.name());
                    statement.setLong(2, highest);
                  });
              return session.update(
                  "update sqlite_sequence set seq = max(seq, ?) where name = ?",
                  statement -> {
                    statement.setLong(1, highest);
                    statement.setString(2, mapping.name());
                  });
            },
            true);
  }

  private static void checked(SqliteFile open, Session session, Mark mark) throws SQLException {
    open.checks().epoch(session, mark.migration(), mark.epoch(), false);
  }

  private static <T, K> Object write(
      Session session, MappedTable<T, K> table, RowWrite<T, K> write, List<RowState<?, ?>> states)
      throws SQLException {
    if (write instanceof RowWrite.Delete<T, K> delete) {
      return table.delete(session, delete.key(), states::add);
    }
    T row =
        write instanceof RowWrite.Save<T, K> save
            ? table.save(session, save.row())
            : table.insert(session, ((RowWrite.Insert<T, K>) write).row());
    states.add(RowState.present(table.mapping().entity(), row));
    return row;
  }

  private static boolean install(Session session) throws SQLException {
    Tables.install(session);
    FileIdentity.give(session);
    return true;
  }

  /** Which are checked at the commit only, where they would fail everybody's writes. */
  private static boolean hasDeferredKeys(Session session) throws SQLException {
    return Tables.number(
            session,
            "select count(*) from sqlite_master where type = 'table' and sql like '%initially"
                + " deferred%'")
        > 0;
  }

  private SqliteFile file() {
    SqliteFile open = file;
    if (open != null) {
      return open;
    }
    if (closed) {
      throw closedException();
    }
    throw new IllegalStateException(name() + " is not connected; call connect() first");
  }

  private StoreUnavailableException closedException() {
    return new StoreUnavailableException(name() + " is closed", null);
  }

  /** What a write leaves behind. Ids are given once, however often the write is begun. */
  private final class Left {
    private final Mark mark;
    private final List<Long> given = new ArrayList<>();
    private int used;
    private long[] entries = {};
    private List<RowState<?, ?>> states = List.of();

    Left(Mark mark) {
      this.mark =
          new Mark(mark.migration(), mark.epoch(), mark.kind(), mark.owner(), () -> id(mark));
    }

    void leave(Session session, List<RowState<?, ?>> changed) throws SQLException {
      used = 0;
      states = List.copyOf(changed);
      entries = new Entries(session, settings.clock().millis()).leave(mark, states);
    }

    <R extends @Nullable Object> Written<R> written(R result) {
      return new Written<>(result, entries, states);
    }

    private long id(Mark source) {
      if (used == given.size()) {
        given.add(source.nextId());
      }
      return given.get(used++);
    }
  }

  /**
   * How a file is opened. Not safe for use by several threads; what {@link #open} returns does not
   * change with it.
   */
  public static final class Builder {
    private final Path path;
    private final List<String> problems = new ArrayList<>();
    private @Nullable String name;
    private int readers = 4;
    private Duration busyTimeout = Duration.ofSeconds(5);
    private int groupLimit = 128;
    private Duration unitTimeLimit = Duration.ofSeconds(5);
    private Duration turnWait = Duration.ofSeconds(30);
    private int queueLimit = 1_000;
    private Synchronous synchronous = Synchronous.FULL;
    private boolean weakAllowed;
    private Clock clock = Clock.systemUTC();

    private Builder(Path path) {
      this.path = path;
    }

    /** What messages and metrics call it; {@code sqlite:} and the path by default. */
    public Builder name(String storeName) {
      this.name = storeName;
      return this;
    }

    /** Connections that read, beside the writer: as many reads run at once. 4 by default. */
    public Builder readers(int count) {
      check(count >= 1 && count <= 64, "readers must be from 1 to 64, not " + count);
      this.readers = count;
      return this;
    }

    /** How long to wait for another process that writes to the file. 5 s by default. */
    public Builder busyTimeout(Duration timeout) {
      check(!timeout.isNegative(), "busyTimeout must not be negative, but is " + timeout);
      this.busyTimeout = timeout;
      return this;
    }

    /** How many writes at most share a commit; 1 for a commit each. 128 by default. */
    public Builder groupLimit(int writes) {
      check(writes >= 1, "groupLimit must be at least 1, not " + writes);
      this.groupLimit = writes;
      return this;
    }

    /**
     * How long the body of a unit of work may hold the writer; then it is rolled back, because
     * everybody's writes wait for it. 5 s by default.
     */
    public Builder unitTimeLimit(Duration limit) {
      check(isPositive(limit), "unitTimeLimit must be positive, but is " + limit);
      this.unitTimeLimit = limit;
      return this;
    }

    /** How long a write waits for its turn, and a read for a reader. 30 s by default. */
    public Builder turnWait(Duration limit) {
      check(isPositive(limit), "turnWait must be positive, but is " + limit);
      this.turnWait = limit;
      return this;
    }

    /** How many writes may wait; further ones wait to be accepted. 1,000 by default. */
    public Builder queueLimit(int writes) {
      check(writes >= 1, "queueLimit must be at least 1, not " + writes);
      this.queueLimit = writes;
      return this;
    }

    /** What a commit waits for. Below {@code FULL} only with {@link #allowWeakDurability}. */
    public Builder synchronous(Synchronous level) {
      this.synchronous = level;
      return this;
    }

    /**
     * Accepts a file that may lose acknowledged writes in a power failure, together with the
     * entries that would tell. The stores may then differ without anything knowing, until a
     * verification finds it.
     */
    public Builder allowWeakDurability() {
      this.weakAllowed = true;
      return this;
    }

    Builder clock(Clock source) {
      this.clock = source;
      return this;
    }

    /**
     * The store. Nothing is touched before {@link SqliteStore#connect}.
     *
     * @throws ConfigurationException if a setting is out of its range
     */
    public SqliteStore open() {
      return new SqliteStore(settings());
    }

    /** The settings, if none is out of its range. */
    Settings settings() {
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
      return new Settings(
          path,
          name == null ? "sqlite:" + path : name,
          readers,
          busyTimeout,
          groupLimit,
          unitTimeLimit,
          turnWait,
          queueLimit,
          synchronous,
          weakAllowed,
          clock);
    }

    private void check(boolean fine, String problem) {
      if (!fine) {
        problems.add("SqliteStore at " + path + ": " + problem);
      }
    }

    private static boolean isPositive(Duration duration) {
      return !duration.isNegative() && !duration.isZero();
    }
  }
}
