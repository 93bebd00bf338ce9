package dev.crossfade.postgres;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.Backoff;
import dev.crossfade.store.PoolUse;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The store's connections, and what is known about the outcome of work on them.
 *
 * <p>A transaction that failed before its commit was sent has changed nothing, whatever became of
 * the connection. Only a commit, or a statement that commits itself, can end unknown: when the
 * connection broke before the answer came. Both kinds are repeated when PostgreSQL gave them up for
 * a concurrent transaction, which has changed nothing either.
 *
 * <p>The pools begin at their first use, so that a store can be made while its server does not
 * exist. Safe for use by many threads.
 */
final class Pool implements AutoCloseable {
  /** Finishing is batched by the library, more at a time only contend; and for heartbeats. */
  private static final int FINISHING = 3;

  /**
   * What is lost there is made good, and a thread that waits for a server that is gone does neither
   * finish nor say that this process lives: together less than a lease.
   */
  private static final Duration FINISH_LIMIT = Duration.ofSeconds(4);

  private static final Duration FINISH_GRACE = Duration.ofSeconds(2);

  /**
   * A commit lost here leaves an entry too many. Plans for the journal are made while it is empty
   * and used while it is long: each entry is looked up by index, whatever the statistics say.
   */
  private static final String LOSSY_SETTINGS =
      "; set synchronous_commit = off; set enable_seqscan = off; set enable_bitmapscan = off"
          + "; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off";

  private static final long LEAST_WAIT_MILLIS = 250;
  private static final int IDLE_MILLIS = 60_000;

  /** The server gives up first; if even that answer does not come, the connection is given up. */
  private static final Duration ANSWER_GRACE = Duration.ofSeconds(10);

  /** Changes are given up sooner, and a connection that does not even say so is not waited for. */
  private static final Duration CHANGE_GRACE = Duration.ofSeconds(5);

  /** An idle connection that says nothing for so long is replaced before it is used. */
  private static final Duration VALIDATION = Duration.ofSeconds(2);

  private static final long CLOSING_TURN_NANOS = 2_000_000;

  /** Where no connection is in use for so long, nobody who waits for one gets it. */
  private static final long HAND_OVER_NANOS = Duration.ofSeconds(2).toNanos();

  private final Failures failures;
  private final HikariDataSource durable;
  private final HikariDataSource finishing;
  private final HikariDataSource changing;
  private final Duration connectionWait;
  private final ChangeLimits changeLimits;
  private final Duration closingWait;

  /** How many are getting a connection, which a pool that is closed keeps waiting for nothing. */
  private final AtomicInteger opening = new AtomicInteger();

  private volatile boolean closed;

  Pool(PostgresSettings settings, Failures failures) {
    this.failures = failures;
    this.closingWait = settings.limits().statement().plus(settings.limits().idleInTransaction());
    PostgresSettings.Limits limits = settings.limits();
    Duration finish = shorter(limits.statement(), FINISH_LIMIT);
    String session = sessionSettings(limits, limits.statement());
    this.durable =
        pool(settings, "", settings.pool().size(), session, limits.statement().plus(ANSWER_GRACE));
    this.finishing =
        pool(
            settings,
            "-finish",
            FINISHING,
            sessionSettings(limits, finish) + LOSSY_SETTINGS,
            finish.plus(FINISH_GRACE));
    this.finishing.setConnectionTimeout(within(FINISH_GRACE, settings.pool().connectionWait()));
    this.finishing.setMinimumIdle(0);
    this.finishing.setIdleTimeout(IDLE_MILLIS);
    this.changing =
        pool(
            settings,
            "-changes",
            settings.pool().size(),
            session,
            limits.statement().plus(CHANGE_GRACE));
    this.changing.setMinimumIdle(0);
    this.changing.setIdleTimeout(IDLE_MILLIS);
    this.connectionWait = settings.pool().connectionWait();
    this.changeLimits = new ChangeLimits(settings.limits());
  }

  private static HikariDataSource pool(
      PostgresSettings settings, String suffix, int size, String session, Duration answer) {
    PostgresSettings.Pool given = settings.pool();
    HikariDataSource pool = new HikariDataSource();
    pool.setDataSource(bounded(settings, answer));
    pool.setPoolName(settings.applicationName() + suffix);
    pool.setMaximumPoolSize(size);
    pool.setConnectionTimeout(given.connectionWait().toMillis());
    pool.setValidationTimeout(within(VALIDATION, given.connectionWait()));
    pool.setMaxLifetime(given.maxLifetime().toMillis());
    pool.setKeepaliveTime(given.keepAlive().toMillis());
    pool.setInitializationFailTimeout(-1);
    // Else it asks its first connection, once; if that breaks meanwhile, it is useless for good.
    pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    pool.setConnectionInitSql(session);
    return pool;
  }

  /** In milliseconds; the pool takes none that are shorter. */
  private static long within(Duration limit, Duration most) {
    return Math.max(LEAST_WAIT_MILLIS, Math.min(limit.toMillis(), most.toMillis()));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static String sessionSettings(PostgresSettings.Limits limits, Duration statement) {
    return "set statement_timeout = "
        + statement.toMillis()
        + "; set lock_timeout = "
        + shorter(statement, limits.lockWait()).toMillis()
        + "; set idle_in_transaction_session_timeout = "
        + limits.idleInTransaction().toMillis()
        // The protocol's statements rely on it; a database may have another default.
        + "; set default_transaction_isolation = 'read committed'";
  }

  /** The run-time role's connections without the pool's time limits. */
  static DataSource source(PostgresSettings settings) {
    return source(
        settings.url(),
        settings.credentials(),
        settings.applicationName(),
        settings.tls().properties());
  }

  /**
   * As {@link #source(PostgresSettings)}, for a connection beside the pool's.
   *
   * @param suffix of the application's name
   * @param answer how long the server may take to answer, and to be reached
   */
  static DataSource source(PostgresSettings settings, String suffix, Duration answer) {
    Properties defaults = settings.tls().properties();
    defaults.setProperty("connectTimeout", Long.toString(answer.toSeconds()));
    defaults.setProperty("socketTimeout", Long.toString(answer.toSeconds()));
    return source(
        settings.url(), settings.credentials(), settings.applicationName() + suffix, defaults);
  }

  private static DataSource bounded(PostgresSettings settings, Duration answer) {
    Properties defaults = settings.tls().properties();
    defaults.setProperty("socketTimeout", Long.toString(Math.max(1, answer.toSeconds())));
    defaults.setProperty("reWriteBatchedInserts", "true");
    return source(settings.url(), settings.credentials(), settings.applicationName(), defaults);
  }

  /** Connections that are not pooled; what the URL says counts more than the defaults. */
  static DataSource source(
      String url, @Nullable Credentials credentials, String applicationName, Properties defaults) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    if (credentials != null) {
      source.setUser(credentials.user());
      source.setPassword(credentials.password());
    }
    defaults.setProperty("ApplicationName", applicationName);
    defaults.setProperty("tcpKeepAlive", "true");
    // The server's detail holds values of rows, and messages end up in logs.
    defaults.setProperty("logServerErrorDetail", "false");
    try {
      for (String name : defaults.stringPropertyNames()) {
        if (!urlHas(url, name)) {
          source.setProperty(name, defaults.getProperty(name));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the driver does not know its own properties", e);
    }
    return source;
  }

  /** Whether the driver takes a URL. */
  static boolean understands(String url) {
    try {
      new PGSimpleDataSource().setUrl(url);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether a property of the driver's is among the URL's parameters. */
  static boolean urlHas(String url, String property) {
    return url.matches(".*[?&]" + property + "=.*");
  }

  /** Statements that change nothing. */
  <R extends @Nullable Object> R read(Session.Work<R> work) {
    try (Connection connection = open(durable)) {
      return work.run(new Session(connection));
    } catch (SQLException e) {
      forgetIdle(durable, e);
      throw failures.notWritten(e);
    }
  }

  /** Statements that change nothing; in a transaction, without which the driver holds all rows. */
  <R extends @Nullable Object> R stream(Session.Work<R> work) {
    return read(
        session -> {
          session.connection().setAutoCommit(false); // given back, it is rolled back and set again
          return work.run(session);
        });
  }

  /** One statement that commits itself. */
  <R extends @Nullable Object> R statement(Session.Work<R> work) {
    return statement(durable, "", work);
  }

  /** One statement that commits itself, and what it does as messages say it. */
  <R extends @Nullable Object> R statement(String doing, Session.Work<R> work) {
    return statement(durable, doing, work);
  }

  /** A transaction whose begin and commit are among the statements sent, all at once. */
  <R extends @Nullable Object> R transactionAtOnce(String doing, Session.Work<R> work) {
    return statement(
        doing,
        session -> {
          try {
            return work.run(session);
          } catch (SQLException e) {
            if (!Failures.brokeConnection(e)) {
              session.execute("rollback");
            }
            throw e;
          }
        });
  }

  /** One statement that commits itself, and whose commit a crash of the server may lose. */
  <R extends @Nullable Object> R lossyStatement(Session.Work<R> work) {
    return statement(finishing, "", work);
  }

  /** A transaction, committed when it returns. */
  <R extends @Nullable Object> R transaction(Session.Work<R> work) {
    return transaction(durable, work);
  }

  /** A transaction whose commit a crash of the server may lose. */
  <R extends @Nullable Object> R lossyTransaction(Session.Work<R> work) {
    return transaction(finishing, work);
  }

  /**
   * One statement that commits itself, for a change of the secondary: within its limit.
   *
   * @param limit of the change
   */
  <R extends @Nullable Object> R changeStatement(Duration limit, Session.Work<R> work) {
    changing.setConnectionTimeout(within(limit, connectionWait));
    return statement(
        changing,
        "",
        session -> {
          changeLimits.set(session, limit, CHANGE_GRACE);
          return work.run(session);
        });
  }

  /**
   * A transaction for a change of the secondary, within its limit, committed when it returns.
   *
   * @param limit of the change
   * @param more how much longer the answer to one of its statements may take
   */
  <R extends @Nullable Object> R changeTransaction(
      Duration limit, Duration more, Session.Work<R> work) {
    long deadline = System.nanoTime() + limit.plus(more).toNanos();
    Session.Guard guard = () -> checkTime(deadline, limit);
    return transaction(
        changing,
        session -> changeLimits.set(session, limit, CHANGE_GRACE.plus(more)),
        session -> work.run(session.guarded(guard)));
  }

  private void checkTime(long deadline, Duration limit) {
    if (System.nanoTime() - deadline > 0) {
      throw new StoreTimeoutException(
          failures.store() + ": a change took longer than " + limit.toMillis() + " ms", null);
    }
  }

  private <R extends @Nullable Object> R statement(
      HikariDataSource pool, String doing, Session.Work<R> work) {
    for (int retry = 1; ; retry++) {
      try (Connection connection = open(pool)) {
        return work.run(new Session(connection));
      } catch (SQLException e) {
        forgetIdle(pool, e);
        if (!Failures.isConflict(e) || !Backoff.pause(retry)) {
          throw failures.perhapsWritten(e, doing);
        }
      }
    }
  }

  /** A transaction on a connection from elsewhere. */
  <R extends @Nullable Object> R transaction(DataSource pool, Session.Work<R> work) {
    return transaction(pool, session -> {}, work);
  }

  /** What is done with a connection before its transaction begins. */
  @FunctionalInterface
  private interface Preparation {
    void on(Session session) throws SQLException;
  }

  private <R extends @Nullable Object> R transaction(
      DataSource pool, Preparation before, Session.Work<R> work) {
    for (int retry = 1; ; retry++) {
      try (Connection connection = open(pool)) {
        Session session = new Session(connection);
        before.on(session);
        connection.setAutoCommit(false);
        R result = work.run(session);
        commit(connection);
        return result;
      } catch (SQLException e) {
        forgetIdle(pool, e);
        // Closing has rolled back.
        if (!Failures.isConflict(e) || !Backoff.pause(retry)) {
          throw failures.notWritten(e);
        }
      }
    }
  }

  /**
   * Where one connection got no answer at all, the idle ones are as likely gone, and each would be
   * waited for in turn.
   */
  private static void forgetIdle(DataSource pool, SQLException failure) {
    HikariPoolMXBean state =
        failure.getCause() instanceof SocketTimeoutException && pool instanceof HikariDataSource own
            ? own.getHikariPoolMXBean()
            : null;
    if (state != null) {
      state.softEvictConnections();
    }
  }

  /**
   * Commits.
   *
   * @throws SQLException if the server refused, and nothing was committed
   * @throws dev.crossfade.OutcomeUnknownException if its answer was lost
   */
  void commit(Connection connection) throws SQLException {
    try {
      connection.commit();
    } catch (SQLException e) {
      if (Failures.isUnknown(e)) {
        throw failures.perhapsWritten(e);
      }
      throw e;
    }
  }

  /** A connection for a transaction of the caller's, who closes it. */
  Connection open() {
    return open(durable);
  }

  Failures failures() {
    return failures;
  }

  private Connection open(DataSource pool) {
    opening.incrementAndGet();
    try {
      if (closed) {
        throw new StoreUnavailableException(failures.store() + ": the store is closed", null);
      }
      return pool.getConnection();
    } catch (SQLException e) {
      throw notOpened(e);
    } finally {
      opening.decrementAndGet();
    }
  }

  /**
   * Finds out whether anybody answers.
   *
   * @throws StoreUnavailableException if nobody does
   * @throws StoreTimeoutException if that cannot be told
   */
  void reach(DataSource beside) {
    try {
      beside.getConnection().close();
    } catch (SQLException e) {
      if (Thread.currentThread().isInterrupted() || Failures.isSilence(e)) {
        throw new StoreTimeoutException(
            failures.store() + ": not known whether anybody answers: " + e.getMessage(), e);
      }
      if (Failures.isUnreachable(e)) {
        throw failures.notWritten(e);
      }
    }
  }

  /** Nothing was sent, so nothing can have changed. */
  private CrossfadeException notOpened(SQLException e) {
    if (Thread.currentThread().isInterrupted()) {
      return new StoreTimeoutException(
          failures.store() + ": interrupted while waiting for a connection", e);
    }
    Throwable last = e.getCause();
    return new StoreUnavailableException(
        failures.store()
            + ": "
            + e.getMessage()
            + (last == null ? "" : "; last failure: " + last.getMessage()),
        e);
  }

  /** How its pools are used now. */
  List<PoolUse> use() {
    return Stream.of(durable, changing, finishing).map(Pool::use).toList();
  }

  /** Before its first use there is nothing to ask. */
  private static PoolUse use(HikariDataSource pool) {
    HikariPoolMXBean state = pool.getHikariPoolMXBean();
    return state == null
        ? new PoolUse(pool.getPoolName(), pool.getMaximumPoolSize(), 0, 0, 0)
        : new PoolUse(
            pool.getPoolName(),
            pool.getMaximumPoolSize(),
            state.getActiveConnections(),
            state.getIdleConnections(),
            state.getThreadsAwaitingConnection());
  }

  /**
   * Refuses new work, lets go on what is under way, for as long as its limits allow it. Who waits
   * for a connection has one in turn, unless none is in use that could be handed over.
   */
  @Override
  public void close() {
    closed = true;
    long deadline = System.nanoTime() + closingWait.toNanos();
    long used = System.nanoTime();
    while (System.nanoTime() < deadline && !Thread.currentThread().isInterrupted()) {
      boolean none = opening.get() == 0; // before the other: who gets a connection is in one
      if (isBusy()) {
        used = System.nanoTime();
      } else if (none || System.nanoTime() - used > HAND_OVER_NANOS) {
        break;
      }
      LockSupport.parkNanos(CLOSING_TURN_NANOS);
    }
    durable.close();
    finishing.close();
    changing.close();
  }

  private boolean isBusy() {
    return isBusy(durable) || isBusy(finishing) || isBusy(changing);
  }

  private static boolean isBusy(HikariDataSource pool) {
    HikariPoolMXBean state = pool.getHikariPoolMXBean();
    return state != null && !pool.isClosed() && state.getActiveConnections() > 0;
  }
}
