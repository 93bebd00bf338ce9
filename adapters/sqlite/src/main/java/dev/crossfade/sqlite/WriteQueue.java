package dev.crossfade.sqlite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to use a file's one writing connection, and who waits for it.
 *
 * <p>The turn is a caller's, the writer's thread's, or nobody's. A caller takes it only where it is
 * nobody's; whoever finds it taken waits in line, and the line is the writer's thread's to serve.
 * So the line is empty while the turn is nobody's, and one who waits is overtaken by none who come
 * later.
 *
 * <p>Safe for use by many threads. Nothing is done under the lock but to look and to pass on.
 */
final class WriteQueue {
  private enum Turn {
    NOBODYS,
    CALLERS,
    WRITERS
  }

  private final int limit;

  /** Guards what follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition writersTurn = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Queue<Task> line = new ArrayDeque<>();
  private int durableTasks;
  private Turn turn = Turn.NOBODYS;
  private boolean closed;

  /** The caller whose turn it is. */
  private volatile @Nullable Thread caller;

  WriteQueue(int limit) {
    this.limit = limit;
  }

  // ---- callers

  /** Takes the turn if it is nobody's; then {@link #leave} must follow. */
  boolean enter() {
    lock.lock();
    try {
      if (closed || turn != Turn.NOBODYS) {
        return false;
      }
      turn = Turn.CALLERS;
      caller = Thread.currentThread();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the turn to the writer's thread if somebody waits. */
  void leave() {
    lock.lock();
    try {
      caller = null;
      turn = Turn.NOBODYS;
      passOn();
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is this thread's turn. */
  boolean isCallers() {
    return caller == Thread.currentThread();
  }

  /** What became of a task that was to wait in line. */
  enum Offer {
    WAITS,
    NO_ROOM,
    CLOSED
  }

  /** Puts a task at the end of the line; waits so long for room. */
  Offer offer(Task task, long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (line.size() >= limit && !closed) {
        if (left <= 0) {
          return Offer.NO_ROOM;
        }
        left = room.awaitNanos(left);
      }
      if (closed) {
        return Offer.CLOSED;
      }
      line.add(task);
      durableTasks += task.isDurable() ? 1 : 0;
      passOn();
      return Offer.WAITS;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is somebody's turn. */
  boolean isTaken() {
    lock.lock();
    try {
      return turn != Turn.NOBODYS;
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return line.size();
    } finally {
      lock.unlock();
    }
  }

  /** From now on nobody is let in, and the writer's thread is told when the turn is free. */
  void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
      writersTurn.signal();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void passOn() {
    if (turn == Turn.NOBODYS && (!line.isEmpty() || closed)) {
      turn = Turn.WRITERS;
    }
    if (turn == Turn.WRITERS) {
      writersTurn.signal();
    }
  }

  // ---- the writer's thread

  /**
   * Waits for the turn and for the first in line; null once closed. A turn that it has is kept for
   * so long although nobody waits.
   */
  @Nullable Task first(long keepNanos) {
    lock.lock();
    try {
      long keep = keepNanos;
      while (!closed || turn == Turn.CALLERS) {
        if (turn == Turn.WRITERS && !line.isEmpty()) {
          return remove();
        }
        if (turn == Turn.WRITERS && keep > 0) {
          keep = writersTurn.awaitNanos(keep);
        } else {
          turn = turn == Turn.WRITERS ? Turn.NOBODYS : turn;
          writersTurn.awaitUninterruptibly();
        }
      }
      turn = Turn.WRITERS;
      return null;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the writer", e);
    } finally {
      lock.unlock();
    }
  }

  /** The next in line; null if there is none, or if it must be durable and may not. */
  @Nullable Task next(boolean durableToo) {
    lock.lock();
    try {
      Task head = line.peek();
      return head == null || closed || (head.isDurable() && !durableToo) ? null : remove();
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody in line must have reached the disk. */
  boolean hasDurable() {
    lock.lock();
    try {
      return durableTasks > 0;
    } finally {
      lock.unlock();
    }
  }

  /** All in line, taken out of it. */
  List<Task> removeAll() {
    lock.lock();
    try {
      List<Task> all = new ArrayList<>(line);
      line.clear();
      durableTasks = 0;
      room.signalAll();
      return all;
    } finally {
      lock.unlock();
    }
  }

  private Task remove() {
    Task head = line.remove();
    durableTasks -= head.isDurable() ? 1 : 0;
    room.signal();
    return head;
  }
}
