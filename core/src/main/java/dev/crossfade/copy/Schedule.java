package dev.crossfade.copy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the lanes of a backfill do next: to begin with an entity once those it refers to are done,
 * or to copy a range of one that has begun. Safe for use by many threads.
 */
final class Schedule {
  /** Guards what follows; nothing is waited for under it but its condition. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final List<Entry> waiting;
  private final Deque<Task> ready = new ArrayDeque<>();
  private final Map<String, Integer> open = new HashMap<>();
  private final Set<String> done = new HashSet<>();
  private boolean ended;

  /**
   * An entity to be copied.
   *
   * @param parents those of the schedule that must be done before
   * @param begin divides it into its ranges
   */
  record Entry(String entity, Set<String> parents, Beginning begin) {}

  /** Divides an entity. */
  @FunctionalInterface
  interface Beginning {
    /** The copies of its ranges; none if it is done. */
    List<Runnable> ranges();
  }

  /** What a lane does. */
  record Task(String entity, Runnable work) {}

  Schedule(Collection<Entry> entries) {
    this.waiting = new ArrayList<>(entries);
  }

  /** The next task, once there is one; null if all is done, or it has ended. */
  @Nullable Task next() {
    lock.lock();
    try {
      while (!ended) {
        release();
        Task task = ready.poll();
        if (task != null) {
          return task;
        } else if (waiting.isEmpty() && open.isEmpty()) {
          return null;
        }
        changed.await();
      }
      return null;
    } catch (InterruptedException e) {
      return null; // nobody but a closing owner interrupts a thread of the library
    } finally {
      lock.unlock();
    }
  }

  /** What has its parents now. */
  private void release() {
    for (Entry entry : List.copyOf(waiting)) {
      if (done.containsAll(entry.parents)) {
        waiting.remove(entry);
        open.put(entry.entity, 1);
        ready.add(new Task(entry.entity, () -> begin(entry)));
      }
    }
  }

  private void begin(Entry entry) {
    List<Runnable> ranges = entry.begin.ranges();
    lock.lock();
    try {
      open.merge(entry.entity, ranges.size(), Integer::sum);
      ranges.forEach(range -> ready.add(new Task(entry.entity, range)));
    } finally {
      lock.unlock();
    }
  }

  /** A task has come to its end. */
  void done(Task task) {
    lock.lock();
    try {
      if (open.merge(task.entity, -1, Integer::sum) == 0) {
        open.remove(task.entity);
        done.add(task.entity);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody gets another task. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether everything was done. */
  boolean isDone() {
    lock.lock();
    try {
      return waiting.isEmpty() && open.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
