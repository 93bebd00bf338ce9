package dev.crossfade.sqlite;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transactions of several tasks, or of one caller's work alone. For whoever's turn it is, see
 * {@link WriteQueue}.
 *
 * <h2>What one task may do to the others</h2>
 *
 * <p>A task that fails is undone alone. A savepoint per task would do that, and costs two
 * statements and a copy of every page the task touches; most tasks do not fail. So a group begins
 * without: where one fails it is given up, and its tasks are done anew, now in a savepoint each;
 * for some groups after that as well, because failures come in crowds. The body of a unit of work
 * cannot be done anew: from the first unit on a group has savepoints.
 *
 * <p>Sometimes SQLite gives the whole transaction up with one task (disk full, an interrupted
 * statement). Then too the others are innocent and are done anew; units whose body has begun are
 * told that nothing was written, and that they may try again.
 */
final class GroupCommit {
  private static final int MOST_ATTEMPTS = 4;
  private static final int CAREFUL_GROUPS = 64;

  private final Settings settings;
  private final SqliteErrors errors;
  private final WriterConnection connection;
  private final WriteQueue queue;
  private volatile boolean singly;

  // Of the writer's thread.
  private final Deque<Task> again = new ArrayDeque<>();
  private int carefulGroups;

  GroupCommit(
      Settings settings, SqliteErrors errors, WriterConnection connection, WriteQueue queue) {
    this.settings = settings;
    this.errors = errors;
    this.connection = connection;
    this.queue = queue;
  }

  /** From now on every task has a commit of its own, because constraints are checked there. */
  void singly(boolean yes) {
    singly = yes;
  }

  // ---- a caller

  /** One caller's work, on its thread; committed when this returns, undone when it throws. */
  <R extends @Nullable Object> R alone(Session.Work<R> work, boolean durable) {
    for (int attempt = 1; ; attempt++) {
      Session open = beginOrRefuse(durable);
      R result;
      try {
        result = work.run(open);
      } catch (SQLException e) {
        connection.rollback(open);
        if (SqliteErrors.isBusySnapshot(e) && attempt < MOST_ATTEMPTS) {
          continue;
        }
        throw errors.translate(e, "writing");
      } catch (RuntimeException | Error e) {
        connection.rollback(open);
        throw e;
      }
      connection.commit(open, 1);
      return result;
    }
  }

  private Session beginOrRefuse(boolean durable) {
    try {
      return connection.begin(durable);
    } catch (CrossfadeException e) {
      refuse(queue.removeAll(), e);
      throw e;
    }
  }

  // ---- the writer's thread

  /** A task that is to be done anew; null if there is none. */
  @Nullable Task again() {
    return again.poll();
  }

  /** The tasks that will not be done anew after all. */
  Collection<Task> giveUp() {
    return again;
  }

  /** Commits a group that begins with this task. Returns how many it had. */
  int write(Task first) {
    Group group = new Group();
    try {
      write(first, group);
    } catch (RuntimeException | Error e) {
      connection.disconnect();
      group.end(new OutcomeUnknownException("the writer of " + settings.name() + " failed", e));
    }
    carefulGroups = Math.max(0, carefulGroups - 1);
    return group.tasks.size();
  }

  private void write(Task first, Group group) {
    boolean durable = first.isDurable() || !again.isEmpty() || queue.hasDurable();
    Session open;
    try {
      open = connection.begin(durable);
    } catch (CrossfadeException e) {
      refuseWaiting(first, e);
      return;
    }
    int limit = singly ? 1 : settings.groupLimit();
    Task next = first;
    while (next != null) {
      if (next.claim() && !group.run(open, next)) {
        return;
      }
      next = group.tasks.size() < limit ? nextFor(durable) : null;
    }
    commit(open, group);
  }

  /** A group that does not wait for the disk takes nobody who must. */
  private @Nullable Task nextFor(boolean durable) {
    Task redone = again.poll();
    return redone != null ? redone : queue.next(durable);
  }

  /**
   * Everybody who waits would wait as long and be refused as well. Who comes because the first has
   * been told does not belong to them.
   */
  private void refuseWaiting(Task first, CrossfadeException why) {
    List<Task> waiting = new ArrayList<>(again);
    again.clear();
    waiting.add(first);
    waiting.addAll(queue.removeAll());
    refuse(waiting, why);
  }

  static void refuse(List<Task> waiting, CrossfadeException why) {
    for (Task task : waiting) {
      if (task.claim()) {
        task.end(why);
      }
    }
  }

  private void commit(Session open, Group group) {
    if (group.tasks.isEmpty()) {
      connection.rollback(open);
      return;
    }
    CrossfadeException failure = null;
    try {
      connection.commit(open, group.tasks.size());
    } catch (CrossfadeException e) {
      failure = e;
    }
    group.end(failure);
  }

  /** The tasks of a transaction that have been run in it. */
  private final class Group {
    private final List<Task> tasks = new ArrayList<>();
    private @Nullable Task running;
    private boolean careful = carefulGroups > 0;

    /** Returns false if the whole transaction is gone and with it the group. */
    boolean run(Session open, Task task) {
      careful = careful || task.hasBody();
      running = task;
      boolean alive = ranOrUndone(open, task);
      running = null;
      return alive;
    }

    private boolean ranOrUndone(Session open, Task task) {
      try {
        if (careful) {
          connection.savepoint(open);
        }
        task.work(open);
        if (careful) {
          connection.release(open);
        }
        tasks.add(task);
        return true;
      } catch (Throwable e) {
        return careful ? undone(open, task, e) : givenUp(open, task, e);
      }
    }

    private boolean undone(Session open, Task task, Throwable e) {
      if (connection.rollbackToSavepoint(open) && !SqliteErrors.isBusySnapshot(e)) {
        task.end(failure(e));
        return true;
      }
      connection.rollback(open);
      if (SqliteErrors.isBusySnapshot(e)) {
        tasks.add(task);
      } else {
        task.end(failure(e));
      }
      tasks.forEach(GroupCommit.this::doAgain);
      tasks.clear();
      return false;
    }

    /** Who is alone has harmed nobody; the others begin anew, carefully. */
    private boolean givenUp(Session open, Task task, Throwable e) {
      connection.rollback(open);
      if (tasks.isEmpty() && !SqliteErrors.isBusySnapshot(e)) {
        task.end(failure(e));
        return false;
      }
      again.addAll(tasks);
      again.add(task);
      tasks.clear();
      carefulGroups = CAREFUL_GROUPS;
      return false;
    }

    void end(@Nullable Throwable failure) {
      if (running != null) {
        running.end(failure);
      }
      for (Task task : tasks) {
        task.end(failure);
      }
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

  private Throwable failure(Throwable e) {
    return e instanceof SQLException cause ? errors.translate(cause, "writing") : e;
  }
}
