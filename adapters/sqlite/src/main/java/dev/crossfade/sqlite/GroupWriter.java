package dev.crossfade.sqlite;

import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.PoolUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of a file.
 *
 * <h2>Why one</h2>
 *
 * <p>SQLite lets one connection write at a time. Several writers do not share the file, they fight
 * for it: each sleeps in the busy handler with growing pauses, whoever comes first wins, and the
 * unlucky starve. One connection, and a line in front of it, is fair, and the line is the place
 * where commits meet.
 *
 * <h2>Whose thread</h2>
 *
 * <p>The connection is used by whoever has the turn ({@link WriteQueue}). Where nobody has it, a
 * caller takes it and writes on its own thread: to hand the work to another thread and to be woken
 * again costs as much as a commit. It acts for itself alone, so that neither its time nor its fate
 * depends on others. Everybody who comes meanwhile waits in line, and the line is served by a
 * thread that is there for nothing else ({@link GroupCommit}). That thread keeps the turn for a
 * moment after a group of several, because those it has just told are about to come back: without
 * that the first of them would write alone and all the others would wait for it.
 *
 * <h2>Group commit</h2>
 *
 * <p>A durable commit costs one wait for the disk, whatever is in it. So the writer's thread begins
 * a transaction ({@code begin immediate}, so that all locking is over before anybody's work
 * begins), takes what waits, and goes on taking what arrives meanwhile, up to the group limit; then
 * it commits once and tells all callers. No caller hears of success before the commit has returned.
 *
 * <p>Tasks that need not be durable (finishing entries, heartbeats) go along with others; if only
 * such tasks wait, their commit is written without waiting for the disk ({@code synchronous =
 * normal}). The next durable commit carries it to the disk, for the log is one sequence.
 *
 * <h2>Bodies</h2>
 *
 * <p>The body of a unit of work runs on its caller's thread, because an application's code expects
 * its own thread-locals, but always within a turn of the writer's thread, which hands the
 * connection out and watches the time, see {@link SqliteUnit}: a body that takes too long is rolled
 * back so that it cannot stop everybody. A body that would wait for the writer waits for itself:
 * {@link #refuseInside} says so instead.
 *
 * <h2>What can be lost, and what is then said</h2>
 *
 * <ul>
 *   <li>The transaction cannot begin: nobody's work has begun; all that waited are told so.
 *   <li>A task fails, or SQLite gives the transaction up: see {@link GroupCommit}.
 *   <li>The commit fails: certainly rolled back for constraints, a full disk or a lock, which is
 *       said; anything else may have left the commit in the log, so the outcome is unknown. The
 *       connection is then replaced.
 *   <li>A caller is interrupted: one that waits gives up if its work has not begun, and else does
 *       not know what has become of it; one that writes on its own thread does not notice.
 *   <li>{@link #close}: what is under way is finished, what waits is refused.
 * </ul>
 *
 * <p>Deferred foreign keys are checked at the commit, where a violation cannot be told apart by
 * task; a file that has them gets groups of one ({@link #commitSingly}).
 */
final class GroupWriter {
  /** As long as it takes those of a group to hear of its commit and to come back. */
  private static final long KEEP_TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private final Settings settings;
  private final WriteQueue queue;
  private final WriterConnection connection;
  private final GroupCommit commits;
  private final Thread thread;

  @SuppressWarnings("ThreadLocalUsage") // one per file, which is one per JVM
  private final ThreadLocal<Boolean> inBody = new ThreadLocal<>();

  GroupWriter(Settings settings, WriterConnection connection, SqliteErrors errors) {
    this.settings = settings;
    this.queue = new WriteQueue(settings.queueLimit());
    this.connection = connection;
    this.commits = new GroupCommit(settings, errors, connection, queue);
    this.thread = new Thread(this::serveUntilClosed);
    thread.setName("crossfade-sqlite-writer-" + settings.path().getFileName());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** From now on every task has a commit of its own, because constraints are checked there. */
  void commitSingly(boolean yes) {
    commits.singly(yes);
  }

  /** Does the work, on this thread or the writer's; durable when this returns, if asked for. */
  <R extends @Nullable Object> R run(Session.Work<R> work, boolean durable) {
    refuseInside();
    if (!Thread.currentThread().isInterrupted() && queue.enter()) {
      try {
        return commits.alone(work, durable);
      } finally {
        queue.leave();
      }
    }
    return runInLine(work, durable, settings.turnWait());
  }

  /** As {@link #run}, always on the writer's thread; gives up if that has not begun in time. */
  <R extends @Nullable Object> R runInLine(Session.Work<R> work, boolean durable, Duration limit) {
    refuseInside();
    Duration wait = limit.compareTo(settings.turnWait()) < 0 ? limit : settings.turnWait();
    long begun = System.nanoTime();
    Job<R> job = new Job<>(work, durable);
    submit(job, wait);
    Duration left = wait.minusNanos(System.nanoTime() - begun);
    Task.End end =
        (Task.End) job.nextEvent(left.isNegative() ? Duration.ZERO : left, settings.name());
    end.orThrow();
    return job.result();
  }

  /** Runs a body on this thread when its turn has come. */
  <R extends @Nullable Object, X extends Exception> R runBody(
      UnitTask task, BodyCall.Runner<R, X> runner) throws X {
    refuseInside();
    submit(task, settings.turnWait());
    BodyCall<R, X> body = new BodyCall<>(runner);
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
        return body.result((Task.End) event);
      }
    }
  }

  /** Refuses what would wait for this writer from within a body that it waits for. */
  void refuseInside() {
    if (isInside()) {
      throw new IllegalStateException(
          "a write to "
              + settings.name()
              + " from inside a unit of work on the same file would wait for itself; make it part"
              + " of the unit through its repositories, or do it before or after");
    }
  }

  int waiting() {
    return queue.waiting();
  }

  PoolUse use() {
    int active = queue.isTaken() ? 1 : 0;
    return new PoolUse(settings.name() + " writer", 1, active, 1 - active, waiting());
  }

  /** Ends the thread after what is under way; refuses what waits. */
  void close() {
    queue.close();
    if (isInside()) {
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
  }

  // ---- callers

  private boolean isInside() {
    return inBody.get() != null || queue.isCallers() || Thread.currentThread() == thread;
  }

  private Object nextEvent(UnitTask task, BodyCall<?, ?> body) {
    try {
      return task.nextEvent(settings.turnWait(), settings.name());
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

  private void submit(Task task, Duration wait) {
    try {
      switch (queue.offer(task, wait.toNanos())) {
        case WAITS -> {}
        case NO_ROOM -> throw noRoom(wait);
        case CLOSED -> throw closedException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreTimeoutException("interrupted before the write was accepted", e);
    }
  }

  private StoreTimeoutException noRoom(Duration wait) {
    return new StoreTimeoutException(
        settings.queueLimit()
            + " writes have been waiting for the writer of "
            + settings.name()
            + " for "
            + wait.toMillis()
            + " ms; this one was not accepted",
        null);
  }

  private CrossfadeException closedException() {
    return new StoreUnavailableException(settings.name() + " is closed", null);
  }

  // ---- the writer's thread

  private void serveUntilClosed() {
    try {
      Task first = queue.first(0);
      while (first != null) {
        int written = commits.write(first);
        first = next(written > 1 ? KEEP_TURN_NANOS : 0);
      }
    } finally {
      queue.close();
      List<Task> refused = new ArrayList<>(commits.giveUp());
      refused.addAll(queue.removeAll());
      GroupCommit.refuse(refused, closedException());
      connection.disconnect();
    }
  }

  private @Nullable Task next(long keepNanos) {
    Task redone = queue.isClosed() ? null : commits.again();
    return redone != null ? redone : queue.first(keepNanos);
  }
}
