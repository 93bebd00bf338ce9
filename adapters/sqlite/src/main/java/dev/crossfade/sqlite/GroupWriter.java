package dev.crossfade.sqlite;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes to a file.
 *
 * <h2>Why one thread</h2>
 *
 * <p>SQLite lets one connection write at a time. Several writers do not share the file, they fight
 * for it: each sleeps in the busy handler with growing pauses, whoever comes first wins, and the
 * unlucky starve. A queue in front of one writer is fair, and it is the place where commits meet.
 *
 * <h2>Group commit</h2>
 *
 * <p>A durable commit costs one wait for the disk, whatever is in it. So the writer begins a
 * transaction ({@code begin immediate}, so that all locking is over before anybody's work begins),
 * takes what waits, and goes on taking what arrives meanwhile, up to the group limit; then it
 * commits once and tells all callers. Each task runs in a savepoint of its own: one that fails is
 * rolled back to it and told at once, the others do not notice. No caller hears of success before
 * the commit has returned.
 *
 * <p>Tasks that need not be durable (finishing entries, heartbeats) go along with others; if only
 * such tasks wait, their commit is written without waiting for the disk ({@code synchronous =
 * normal}). The next durable commit carries it to the disk, for the log is one sequence.
 *
 * <h2>Bodies on other threads</h2>
 *
 * <p>The body of a unit of work runs on its caller's thread, because an application's code expects
 * its own thread-locals. The writer hands the connection out and waits, see {@link SqliteUnit}; a
 * body that takes too long is rolled back so that it cannot stop everybody. A body that would wait
 * for the writer waits for itself: {@link #refuseInside} says so instead.
 *
 * <h2>What can be lost, and what is then said</h2>
 *
 * <ul>
 *   <li>The transaction cannot begin: nobody's work has begun; all that waited are told so.
 *   <li>SQLite gives the whole transaction up in one task (disk full, an interrupted statement,
 *       SQLITE_BUSY_SNAPSHOT): the other tasks of the group are innocent and are done anew; units
 *       whose body has begun are told that nothing was written, and that they may try again.
 *   <li>The commit fails: certainly rolled back for constraints, a full disk or a lock, which is
 *       said; anything else may have left the commit in the log, so the outcome is unknown. The
 *       connection is then replaced.
 *   <li>{@link #close}: the group under way is finished, what waits is refused.
 * </ul>
 *
 * <p>Deferred foreign keys are checked at the commit, where a violation cannot be told apart by
 * task; a file that has them gets groups of one ({@link #commitSingly}).
 */
final class GroupWriter {
  private static final int MOST_ATTEMPTS = 4;
  private static final String SAVEPOINT = "crossfade_unit";

  /** Where the writer's connection comes from. */
  interface Connector {
    Session connect() throws SQLException;

    void setDurable(Session session, boolean durable) throws SQLException;
  }

  private final Settings settings;
  private final SqliteErrors errors;
  private final Connector connector;
  private final BlockingQueue<Task> queue;
  private final Thread thread;

  @SuppressWarnings("ThreadLocalUsage") // one per file, which is one per JVM
  private final ThreadLocal<Boolean> inBody = new ThreadLocal<>();

  private volatile boolean closed;
  private volatile boolean singly;

  // The writer's thread only.
  private final Deque<Task> again = new ArrayDeque<>();
  private @Nullable Session session;
  private boolean durableNow = true;

  GroupWriter(Settings settings, SqliteErrors errors, Connector connector) {
    this.settings = settings;
    this.errors = errors;
    this.connector = connector;
    this.queue = new LinkedBlockingQueue<>(settings.queueLimit());
    this.thread = new Thread(this::writeUntilClosed);
    thread.setName("crossfade-sqlite-writer-" + settings.path().getFileName());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** From now on every task has a commit of its own, because constraints are checked there. */
  void commitSingly(boolean yes) {
    singly = yes;
  }

  /** Does the work on the writer's thread; durable when this returns, if asked for. */
  <R extends @Nullable Object> R run(Session.Work<R> work, boolean durable) {
    Job<R> job = new Job<>(work, durable);
    submit(job);
    Task.End end = (Task.End) job.nextEvent(settings.writeWait(), settings.name());
    throwAsIs(end.failure());
    return job.result();
  }

  /** Runs a body on this thread when its turn has come. */
  <R extends @Nullable Object, X extends Exception> R runBody(
      UnitTask task, BodyRunner<R, X> runner) throws X {
    submit(task);
    Body<R, X> body = new Body<>(runner);
    while (true) {
      Object event = nextEvent(task, body);
      if (event instanceof SqliteUnit unit) {
        inBody.set(true);
        try {
          body.run(unit);
        } finally {
          inBody.remove();
        }
      } else {
        return body.result(((Task.End) event).failure());
      }
    }
  }

  /** How a body is run with a unit. */
  @FunctionalInterface
  interface BodyRunner<R extends @Nullable Object, X extends Exception> {
    R run(SqliteUnit unit) throws X;
  }

  /** Refuses what would wait for this writer from within a body that it waits for. */
  void refuseInside() {
    if (inBody.get() != null || Thread.currentThread() == thread) {
      throw new IllegalStateException(
          "a write to "
              + settings.name()
              + " from inside a unit of work on the same file would wait for itself; make it part"
              + " of the unit through its repositories, or do it before or after");
    }
  }

  int waiting() {
    return queue.size();
  }

  /** Ends the thread after the group under way; refuses what waits. */
  void close() {
    closed = true;
    queue.offer(new Job<Void>(WAKE, false));
    if (inBody.get() != null || Thread.currentThread() == thread) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    refuseAll();
  }

  // ---- callers

  private static final Session.Work<Void> WAKE = GroupWriter::nothing;

  @SuppressWarnings("NullAway") // Void has no other value
  static Void nothing(Session session) {
    return null;
  }

  private Object nextEvent(UnitTask task, Body<?, ?> body) {
    try {
      return task.nextEvent(settings.writeWait(), settings.name());
    } catch (OutcomeUnknownException e) {
      if (body.hasRun()) {
        throw e;
      }
      return withdraw(task, e);
    }
  }

  /** Interrupted after the writer took the task, before its body began: the body never runs. */
  private static Object withdraw(UnitTask task, OutcomeUnknownException interrupted) {
    while (true) {
      try {
        Thread.interrupted();
        if (task.events.take() instanceof SqliteUnit unit) {
          unit.abandon();
        }
        Thread.currentThread().interrupt();
        throw new StoreTimeoutException(
            "interrupted before the body of a unit of work began", interrupted.getCause());
      } catch (InterruptedException e) {
        Thread.interrupted();
      }
    }
  }

  private void submit(Task task) {
    refuseInside();
    if (closed) {
      throw closedException();
    }
    try {
      if (!queue.offer(task, settings.writeWait().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreTimeoutException(
            settings.queueLimit()
                + " writes have been waiting for the writer of "
                + settings.name()
                + " for "
                + settings.writeWait().toMillis()
                + " ms; this one was not accepted",
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreTimeoutException("interrupted before the write was accepted", e);
    }
    if (closed && !thread.isAlive()) {
      refuseAll();
    }
  }

  private void refuseAll() {
    for (Task task = queue.poll(); task != null; task = queue.poll()) {
      if (task.take()) {
        task.end(closedException());
      }
    }
  }

  private CrossfadeException closedException() {
    return new StoreUnavailableException(settings.name() + " is closed", null);
  }

  /** What the writer has made bears the stack of the caller, who can do something about it. */
  private static void throwAsIs(@Nullable Throwable failure) {
    if (failure instanceof CrossfadeException e && e.getCause() != null) {
      e.fillInStackTrace();
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    } else if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }

  /** A body and what has become of it; on its caller's thread. */
  private static final class Body<R extends @Nullable Object, X extends Exception> {
    private final BodyRunner<R, X> runner;
    private @Nullable R result;
    private @Nullable Throwable thrown;
    private boolean run;

    Body(BodyRunner<R, X> runner) {
      this.runner = runner;
    }

    boolean hasRun() {
      return run;
    }

    void run(SqliteUnit unit) {
      run = true;
      thrown = null;
      try {
        result = runner.run(unit);
        unit.complete();
      } catch (Throwable e) {
        thrown = e;
        unit.abandon();
      }
    }

    @SuppressWarnings({
      "unchecked",
      "NullAway"
    }) // a body throws X or unchecked; null only where R is
    R result(@Nullable Throwable failure) throws X {
      if (thrown instanceof RuntimeException || thrown instanceof Error) {
        throwAsIs(thrown);
      } else if (thrown != null) {
        throw (X) thrown;
      }
      throwAsIs(failure);
      return result;
    }
  }

  // ---- the writer

  private void writeUntilClosed() {
    try {
      while (!closed) {
        Task first = again.isEmpty() ? take() : again.poll();
        if (first != null) {
          writeGroup(first);
        }
      }
    } finally {
      closed = true;
      again.forEach(task -> task.end(closedException()));
      refuseAll();
      disconnect();
    }
  }

  private @Nullable Task take() {
    try {
      return queue.poll(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      return null;
    }
  }

  private void writeGroup(Task first) {
    List<Task> group = new ArrayList<>();
    try {
      writeGroup(first, group);
    } catch (RuntimeException e) {
      disconnect();
      group.forEach(
          task ->
              task.end(
                  new OutcomeUnknownException("the writer of " + settings.name() + " failed", e)));
    }
  }

  private void writeGroup(Task first, List<Task> group) {
    boolean durable = first.isDurable() || isDurable(queue.peek()) || !again.isEmpty();
    Session open;
    try {
      open = begin(durable);
    } catch (SQLException e) {
      refuseGroup(first, errors.translate(e, "beginning a transaction"));
      return;
    } catch (CrossfadeException e) {
      refuseGroup(first, e);
      return;
    }
    int limit = singly ? 1 : settings.groupLimit();
    Task next = first;
    while (next != null) {
      if (next.claim() && !runInSavepoint(open, next, group)) {
        return;
      }
      next = group.size() < limit && !closed ? nextFor(durable) : null;
    }
    commit(open, group);
  }

  private static boolean isDurable(@Nullable Task task) {
    return task != null && task.isDurable();
  }

  /** A group that does not wait for the disk takes nobody who must. */
  private @Nullable Task nextFor(boolean durable) {
    Task redone = again.poll();
    if (redone != null) {
      return redone;
    }
    Task head = queue.peek(); // only this thread takes from the queue
    return head == null || (!durable && head.isDurable()) ? null : queue.poll();
  }

  private Session begin(boolean durable) throws SQLException {
    Session open = connected();
    if (durable != durableNow) {
      connector.setDurable(open, durable);
      durableNow = durable;
    }
    for (int attempt = 1; ; attempt++) {
      try {
        open.update("begin immediate", Session.Binder.NONE);
        return open;
      } catch (SQLException e) {
        if (!SqliteErrors.isBusySnapshot(e) || attempt == MOST_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Everybody who waits would wait as long and be refused as well. Who comes because the first has
   * been told does not belong to them.
   */
  private void refuseGroup(Task first, CrossfadeException why) {
    List<Task> waiting = new ArrayList<>(again);
    again.clear();
    waiting.add(first);
    queue.drainTo(waiting);
    for (Task task : waiting) {
      if (task.claim()) {
        task.end(why);
      }
    }
  }

  /** Returns false if the whole transaction is gone and with it the group. */
  private boolean runInSavepoint(Session open, Task task, List<Task> group) {
    try {
      open.update("savepoint " + SAVEPOINT, Session.Binder.NONE);
      task.work(open);
      open.update("release " + SAVEPOINT, Session.Binder.NONE);
      group.add(task);
      return true;
    } catch (Throwable e) {
      if (rolledBackToSavepoint(open) && !SqliteErrors.isBusySnapshot(e)) {
        task.end(failure(e));
        return true;
      }
      rollback(open);
      if (SqliteErrors.isBusySnapshot(e)) {
        group.add(task);
      } else {
        task.end(failure(e));
      }
      group.forEach(this::doAgain);
      return false;
    }
  }

  private boolean rolledBackToSavepoint(Session open) {
    try {
      open.update("rollback to " + SAVEPOINT, Session.Binder.NONE);
      open.update("release " + SAVEPOINT, Session.Binder.NONE);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private void doAgain(Task task) {
    if (!task.isRepeatable() || task.attempts() >= MOST_ATTEMPTS) {
      task.end(
          new ConflictException("the transaction on " + settings.name() + " was given up", null));
    } else {
      again.add(task);
    }
  }

  private void commit(Session open, List<Task> group) {
    try {
      if (group.isEmpty()) {
        rollback(open);
        return;
      }
      open.update("commit", Session.Binder.NONE);
    } catch (SQLException e) {
      commitFailed(open, group, e);
      return;
    }
    group.forEach(task -> task.end(null));
  }

  private void commitFailed(Session open, List<Task> group, SQLException cause) {
    rollback(open);
    if (!SqliteErrors.isRolledBack(cause)) {
      disconnect();
    }
    String doing = "committing " + group.size() + " writes";
    CrossfadeException failure =
        SqliteErrors.isRolledBack(cause)
            ? errors.translate(cause, doing)
            : new OutcomeUnknownException(
                doing + " on " + settings.name() + ": " + cause.getMessage(), cause);
    group.forEach(task -> task.end(failure));
  }

  private Throwable failure(Throwable e) {
    return e instanceof SQLException cause ? errors.translate(cause, "writing") : e;
  }

  /** If even that fails, the connection is beyond use. */
  private void rollback(Session open) {
    try {
      open.update("rollback", Session.Binder.NONE);
    } catch (SQLException e) {
      if (!String.valueOf(e.getMessage()).contains("no transaction is active")) {
        disconnect();
      }
    }
  }

  private Session connected() throws SQLException {
    Session open = session;
    if (open == null) {
      open = connector.connect();
      durableNow = true;
      session = open;
    }
    return open;
  }

  private void disconnect() {
    Session open = session;
    session = null;
    if (open != null) {
      try {
        open.connection().close();
      } catch (SQLException e) {
        // Nothing hangs on it: what was committed is in the file, the rest is rolled back.
      }
    }
  }
}
