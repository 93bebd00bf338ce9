package dev.crossfade.rehearsal;

import dev.crossfade.Stage.Side;
import dev.crossfade.store.UnitBody;
import org.jspecify.annotations.Nullable;

/**
 * Which threads have a unit of work of a migration open: of an application, on the primary, or of a
 * rehearsal, on PostgreSQL. Safe for use by many threads.
 */
public final class Units {
  @SuppressWarnings("ThreadLocalUsage") // one per migration, of which there are few
  private final ThreadLocal<@Nullable Open> open = new ThreadLocal<>();

  /**
   * A unit of work that is open.
   *
   * @param side where
   * @param script keeps its calls for a rehearsal; null if none follows
   */
  public record Open(Side side, @Nullable Script script) {
    private static final Open LEGACY = new Open(Side.LEGACY, null);
    private static final Open TARGET = new Open(Side.TARGET, null);

    /** On a side, perhaps with a script. */
    public static Open on(Side side, @Nullable Script script) {
      return script != null ? new Open(side, script) : side == Side.LEGACY ? LEGACY : TARGET;
    }
  }

  /** That of this thread; null if it has none. */
  public @Nullable Open open() {
    return open.get();
  }

  /** Runs the body with a unit open on this thread, which has none. */
  public <R extends @Nullable Object, X extends Exception> R within(Open unit, UnitBody<R, X> body)
      throws X {
    open.set(unit);
    try {
      return body.run();
    } finally {
      open.remove();
    }
  }
}
