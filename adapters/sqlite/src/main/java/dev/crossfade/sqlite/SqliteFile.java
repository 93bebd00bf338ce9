package dev.crossfade.sqlite;

import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteConnectionConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * A file that is open in this JVM: its one writer and its readers, shared by all stores on it.
 *
 * <p>{@code OPEN} guards itself and the number of stores of each file; nothing is waited for under
 * it but the file system.
 */
final class SqliteFile implements WriterConnection.Connector {
  private static final Map<Path, SqliteFile> OPEN = new HashMap<>();
  private static final int KEPT_STATEMENTS = 256;
  private static final int[] OLDEST = {3, 51, 3};

  private final Path canonical;
  private final Settings settings;
  private final SqliteErrors errors;
  private final Checks checks = new Checks();
  private final GroupWriter writer;
  private final ReaderPool readers;
  private int stores;
  private volatile boolean released;

  private SqliteFile(Path canonical, Settings settings) {
    this.canonical = canonical;
    this.settings = settings;
    this.errors = new SqliteErrors(settings.name());
    this.writer =
        new GroupWriter(
            settings,
            new WriterConnection(settings.name(), errors, this, checks, settings.busyTimeout()),
            errors);
    this.readers = new ReaderPool(settings, this::connectReader);
  }

  /** The file, for one more store. */
  static SqliteFile open(Settings settings) {
    Path canonical = canonical(settings);
    synchronized (OPEN) {
      SqliteFile file = OPEN.get(canonical);
      if (file == null) {
        file = new SqliteFile(canonical, settings);
        file.writer.start();
        OPEN.put(canonical, file);
      } else if (!file.settings.fits(settings)) {
        throw new ConfigurationException(
            List.of(
                settings.name()
                    + " is open in this process with other settings; all stores on one file share"
                    + " its writer and must be built with the same"));
      }
      file.stores++;
      return file;
    }
  }

  /** One store less; the last closes the file. */
  void release() {
    synchronized (OPEN) {
      if (--stores > 0) {
        return;
      }
      OPEN.remove(canonical, this);
    }
    released = true;
    writer.close();
    readers.close();
  }

  /** Whether the last store has closed it. */
  boolean isReleased() {
    return released;
  }

  String name() {
    return settings.name();
  }

  Path path() {
    return canonical;
  }

  GroupWriter writer() {
    return writer;
  }

  /** For who writes. */
  Checks checks() {
    return checks;
  }

  ReaderPool readers() {
    return readers;
  }

  /**
   * Whether nothing is to be written before the store is used.
   *
   * @throws ConfigurationException if the file is not as durable as the writer wants it
   */
  boolean isInstalled() {
    boolean installed =
        read(session -> Tables.areOfThisVersion(session) && FileIdentity.isGiven(session));
    if (installed) {
      checkAsWriter();
    }
    return installed;
  }

  /** What the writer checks when it connects; a reader has the file open meanwhile. */
  private void checkAsWriter() {
    try {
      connect().connection().close();
    } catch (SQLException e) {
      throw errors.translate(e, "connecting");
    }
  }

  /** Reads, though the store may not be connected yet. */
  <R> R read(Session.Work<R> work) {
    try {
      return readers.snapshot(work);
    } catch (SQLException e) {
      throw errors.translate(e, "connecting");
    }
  }

  @Override
  public Session connect() throws SQLException {
    Connection connection = open();
    try {
      Session session = new Session(connection, KEPT_STATEMENTS, NamedOnce::new);
      checkVersion(session);
      enterWal(session);
      setDurable(session, true);
      checkSynchronous(session);
      session.execute("pragma busy_timeout = 0");
      leaveTransactionsToUs(connection);
      return session;
    } catch (SQLException | CrossfadeException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void setDurable(Session session, boolean durable) throws SQLException {
    SqliteStore.Synchronous level =
        durable ? settings.synchronous() : settings.synchronous().atMostNormal();
    session.execute("pragma synchronous = " + level.name().toLowerCase(Locale.ROOT));
  }

  private Session connectReader() throws SQLException {
    Connection connection = open();
    try {
      Session session = new Session(connection, KEPT_STATEMENTS, NamedOnce::new);
      session.execute("pragma query_only = on");
      leaveTransactionsToUs(connection);
      return session;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** To read the file and to write another one. */
  Session connectToCopy() throws SQLException {
    return connectTo(canonical);
  }

  /** To a file that is there, for one use; nobody else waits for it. */
  Session connectTo(Path file) throws SQLException {
    Connection connection = open(file);
    leaveTransactionsToUs(connection);
    return new Session(connection);
  }

  private Connection open() throws SQLException {
    return open(canonical);
  }

  /**
   * Without SQLite's own mutex: the driver enters its monitor for every call, and a connection is
   * one thread's at a time.
   */
  private Connection open(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout((int) settings.busyTimeout().toMillis());
    config.enforceForeignKeys(true);
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    config.setOpenMode(SQLiteOpenMode.NOMUTEX);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  /**
   * Else the driver, for which every statement is in a transaction of its own, tries to begin and
   * commit one after each, and asks for generated keys after each insert: as much work again as the
   * statements themselves.
   */
  private static void leaveTransactionsToUs(Connection connection) {
    SQLiteConnectionConfig config = ((SQLiteConnection) connection).getConnectionConfig();
    config.setAutoCommit(false);
    config.setGetGeneratedKeys(false);
  }

  private void checkVersion(Session session) throws SQLException {
    String version = text(session, "select sqlite_version()");
    String[] parts = version.split("\\.", -1);
    for (int i = 0; i < OLDEST.length; i++) {
      int part = i < parts.length ? Integer.parseInt(parts[i]) : 0;
      if (part > OLDEST[i]) {
        return;
      }
      if (part < OLDEST[i]) {
        throw refused(
            "runs on SQLite "
                + version
                + ", which can lose commits when a WAL is reset (fixed in 3.51.3); use"
                + " org.xerial:sqlite-jdbc 3.51.3.0 or newer");
      }
    }
  }

  private void enterWal(Session session) throws SQLException {
    String mode = text(session, "pragma journal_mode = wal");
    if (!mode.equalsIgnoreCase("wal") && !settings.weakAllowed()) {
      throw refused(
          "cannot use a write-ahead log (journal_mode stays "
              + mode
              + "), so readers and the writer would block each other; put the file on a local file"
              + " system that this process may write, or say allowWeakDurability()");
    }
  }

  private void checkSynchronous(Session session) throws SQLException {
    String level = text(session, "pragma synchronous");
    if (Integer.parseInt(level) < SqliteStore.Synchronous.FULL.level() && !settings.weakAllowed()) {
      throw refused(
          "is opened with synchronous = "
              + settings.synchronous().name().toLowerCase(Locale.ROOT)
              + ", so a power failure loses acknowledged writes, and with them the journal that"
              + " would tell; leave it at full, or say allowWeakDurability()");
    }
  }

  private ConfigurationException refused(String why) {
    return new ConfigurationException(List.of(settings.name() + " " + why));
  }

  private static String text(Session session, String sql) throws SQLException {
    return session.query(
        sql, Session.Binder.NONE, rows -> rows.next() ? rows.getString(1) : "nothing");
  }

  private static Path canonical(Settings settings) {
    try {
      return settings.path().toRealPath();
    } catch (NoSuchFileException e) {
      throw new StoreUnavailableException(
          "there is no file "
              + settings.path()
              + "; correct the path, or create the database and its tables first"
              + (Files.exists(settings.path().toAbsolutePath().getParent())
                  ? ""
                  : " (its directory does not exist either)"),
          e);
    } catch (IOException e) {
      throw new StoreUnavailableException(settings.name() + " cannot be opened", e);
    }
  }

  SqliteErrors errors() {
    return errors;
  }
}
