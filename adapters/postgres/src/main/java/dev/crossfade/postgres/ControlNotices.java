package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import dev.crossfade.store.Notices;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of changes of control rows once they are committed, by {@code NOTIFY}, and tells who has
 * asked for it.
 *
 * <p>One thread, {@code crossfade-notices}, and one connection beside the pools: from when the
 * store is connected and somebody has asked, until {@link #close}. A connection that breaks, or
 * cannot be had, is tried again after a pause that grows; then all are told, as nobody knows what
 * was missed. Behind a pooler that gives sessions away nothing may ever be heard. Nothing rests on
 * it: who is told looks with every heartbeat anyway. Safe for use by many threads.
 */
final class ControlNotices implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlNotices.class);
  private static final String CHANNEL = "crossfade";
  private static final String SEND = "select pg_notify(?, ?)";

  /** A server may end sessions that say nothing, and this one only listens. */
  private static final String LISTEN = "set idle_session_timeout = 0; listen " + CHANNEL;

  /** After so long without a word it asks whether the connection is still there. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** For the answer to that, to the first statement, and to the attempt to connect. */
  private static final Duration ANSWER = Duration.ofSeconds(3);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_END = Duration.ofSeconds(5);

  private final DataSource source;
  private final Failures failures;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** Guards what follows; never held over I/O. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition ended = lock.newCondition();
  private boolean connected;
  private boolean closed;
  private @Nullable Thread thread;

  /** Whoever closes ends the wait of the thread by closing this. */
  private @Nullable Connection listening;

  // Only used by the thread.

  private Duration pause = FIRST_PAUSE;
  private boolean deaf;

  private record Listener(String migration, Runnable told) {}

  ControlNotices(PostgresSettings settings, Failures failures) {
    this.source = Pool.source(settings, "-notices", ANSWER);
    this.failures = failures;
  }

  /** Within the transaction of a change: whoever listens hears of it once it is committed. */
  static void send(Session session, String migration) throws SQLException {
    session.query(
        SEND,
        statement -> {
          statement.setString(1, CHANNEL);
          statement.setString(2, migration);
        },
        ResultSet::next);
  }

  /** The store is connected: there is a server to listen to. */
  void connected() {
    lock.lock();
    try {
      connected = true;
      startIfWanted();
    } finally {
      lock.unlock();
    }
  }

  /** Tells of changes of a migration's row from now on; at once, where others listen already. */
  Notices tell(String migration, Runnable told) {
    Listener listener = new Listener(migration, told);
    listeners.add(listener);
    boolean late;
    lock.lock();
    try {
      startIfWanted();
      late = listening != null;
    } finally {
      lock.unlock();
    }
    if (late) {
      told.run();
    }
    return () -> listeners.remove(listener);
  }

  /** To be called with the lock. */
  private void startIfWanted() {
    if (thread == null && connected && !closed && !listeners.isEmpty()) {
      Thread started = new Thread(this::run, "crossfade-notices");
      started.setDaemon(true);
      started.start();
      thread = started;
    }
  }

  private void run() {
    do {
      try (Connection connection = source.getConnection()) {
        listen(connection);
      } catch (SQLException e) {
        explain(failures.notWritten(e));
      } catch (RuntimeException | Error e) {
        explain(e);
      } finally {
        leave();
      }
    } while (awaitNextAttempt());
  }

  /** Until the connection breaks, or is closed because this is. */
  private void listen(Connection connection) throws SQLException {
    if (!enter(connection)) {
      return;
    }
    new Session(connection).execute(LISTEN);
    hearsAgain();
    listeners.forEach(listener -> listener.told().run());
    PGConnection notices = connection.unwrap(PGConnection.class);
    while (!isClosed()) {
      PGNotification[] next = notices.getNotifications((int) SILENCE.toMillis());
      if (next == null || next.length == 0) {
        check(connection);
        continue;
      }
      for (PGNotification notice : next) {
        heard(notice.getParameter());
      }
    }
  }

  private void heard(String migration) {
    listeners.stream()
        .filter(listener -> listener.migration().equals(migration))
        .forEach(listener -> listener.told().run());
  }

  private static void check(Connection connection) throws SQLException {
    if (!connection.isValid((int) ANSWER.toSeconds())) {
      throw new SQLException("the connection does not answer any more", "08006");
    }
  }

  private void hearsAgain() {
    pause = FIRST_PAUSE;
    if (deaf) {
      deaf = false;
      log.info("{} tells of moves again.", failures.store());
    }
  }

  /** The first failure is news; the others are the same. */
  private void explain(Throwable e) {
    if (isClosed()) {
      return;
    }
    if (!deaf) {
      deaf = true;
      log.info(
          "{} does not tell of moves that other processes make; they are seen with the next"
              + " heartbeat: {}",
          failures.store(),
          e.getMessage());
    } else {
      log.debug("{} does not tell of moves yet", failures.store(), e);
    }
  }

  /** Shows the connection to who closes; false if that has happened. */
  private boolean enter(Connection connection) {
    lock.lock();
    try {
      listening = closed ? null : connection;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      listening = null;
    } finally {
      lock.unlock();
    }
  }

  /** False once closed. */
  private boolean awaitNextAttempt() {
    lock.lock();
    try {
      long left = pause.toNanos();
      while (!closed && left > 0) {
        left = ended.awaitNanos(left);
      }
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      return !closed;
    } catch (InterruptedException e) {
      return false; // nobody but a closing owner interrupts a thread of the library
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the connection and the thread. */
  @Override
  public void close() {
    Thread ending;
    Connection open;
    lock.lock();
    try {
      closed = true;
      ended.signalAll();
      ending = thread;
      open = listening;
    } finally {
      lock.unlock();
    }
    close(open);
    if (ending != null) {
      join(ending);
    }
  }

  /** The thread waits in the driver, and nothing else ends that. */
  private static void close(@Nullable Connection open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (SQLException e) {
      log.debug("the connection that listened was gone already", e);
    }
  }

  private static void join(Thread ending) {
    try {
      ending.join(LONGEST_END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
