package dev.crossfade.store;

import dev.crossfade.Entity;
import dev.crossfade.Stage.Side;
import org.jspecify.annotations.Nullable;

/**
 * The part of a set-based write that one unit of work does: so many rows of one entity, in key
 * order, behind those that were done before. The library makes one per unit of a method that is
 * {@link dev.crossfade.Writes#chunk chunked} and has the implementation run {@linkplain #within
 * within} it; the base class of an adapter {@linkplain #current finds} it, does that part, and says
 * {@linkplain #came how far it came}.
 *
 * <p>A store may run the implementation again, after a conflict; what counts is what it did last.
 * On the other side, as a rehearsal, the part is the one that was decided here. For one thread at a
 * time.
 *
 * @param <K> the entity's key
 */
public final class Chunk<K> {
  private static final ThreadLocal<@Nullable Chunk<?>> CURRENT = new ThreadLocal<>();

  private final Entity<?, K> entity;
  private final @Nullable K after;
  private final int limit;

  // Of the call that runs.
  private @Nullable Side running;
  private boolean taken;

  // What came of it.
  private @Nullable Side decided;
  private @Nullable K last;
  private boolean more;

  /**
   * Of these rows.
   *
   * @param after the last key of the chunk before; null for the first
   * @param limit at most so many rows
   */
  public Chunk(Entity<?, K> entity, @Nullable K after, int limit) {
    this.entity = entity;
    this.after = after;
    this.limit = limit;
  }

  /** The part that this thread is to do of a write to this entity; null if it is to do all. */
  @SuppressWarnings("unchecked") // it is of this entity
  public static <K> @Nullable Chunk<K> current(Entity<?, K> entity) {
    Chunk<?> current = CURRENT.get();
    return current != null && current.entity == entity ? (Chunk<K>) current : null;
  }

  /** Calls the implementation of a side, which is to do this part. */
  public <R extends @Nullable Object, X extends Throwable> R within(Side side, Body<R, X> call)
      throws X {
    Chunk<?> outer = CURRENT.get();
    begin(side);
    CURRENT.set(this);
    boolean done = false;
    try {
      R result = call.run();
      done = true;
      return result;
    } finally {
      if (!done && decided == side) {
        decided = null;
      }
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  private void begin(Side side) {
    running = side;
    taken = false;
    if (decided == null || decided == side) {
      decided = side;
      last = null;
      more = false;
    }
  }

  /** What does this part. */
  @FunctionalInterface
  public interface Body<R extends @Nullable Object, X extends Throwable> {
    /** Does it. */
    R run() throws X;
  }

  /**
   * Says that this part is done now.
   *
   * @throws IllegalStateException if this call of the implementation has done it already: the next
   *     chunk could not say for which of the two it is
   */
  public void take() {
    if (taken) {
      throw new IllegalStateException(
          "a chunked method of "
              + entity
              + " changes two sets of rows; give each a method of its own, and a default method"
              + " that calls both");
    }
    taken = true;
  }

  /** The key behind which it begins; null for the first row. */
  public @Nullable K after() {
    return after;
  }

  /** The key with which it ends, if that has been decided on the other side; else null. */
  public @Nullable K upTo() {
    return isDecidedElsewhere() ? last : null;
  }

  /** At most so many rows. */
  public int limit() {
    return limit;
  }

  /**
   * How far it came.
   *
   * @param lastKey of its rows; null if it had none
   * @param moreRows whether there may be rows behind
   */
  public void came(@Nullable K lastKey, boolean moreRows) {
    if (!isDecidedElsewhere()) {
      last = lastKey;
      more = moreRows && lastKey != null;
    }
  }

  private boolean isDecidedElsewhere() {
    return decided != running;
  }

  /** The last key of its rows; null if it had none. */
  public @Nullable K last() {
    return last;
  }

  /** Whether there may be rows behind. */
  public boolean hasMore() {
    return more;
  }
}
