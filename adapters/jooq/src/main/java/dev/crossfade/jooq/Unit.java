package dev.crossfade.jooq;

import dev.crossfade.CrossfadeException;
import dev.crossfade.store.RowState;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work: one transaction, and the record of what it leaves behind. For adapters, which
 * make one per {@link dev.crossfade.store.Store#write} and bind it to the thread with {@link
 * Sessions#within}.
 *
 * <p>For one thread. A unit in which a statement has failed cannot go on, whatever the store would
 * allow, so that an application finds out before PostgreSQL tells it: its later statements throw
 * the failure again, and the store must not commit it.
 */
public abstract class Unit {
  private final Map<RowState<?, ?>, RowState<?, ?>> states = new LinkedHashMap<>();
  private @Nullable CrossfadeException failure;

  /** For adapters. */
  protected Unit() {}

  /**
   * Runs statements in its transaction.
   *
   * @throws CrossfadeException if the transaction is over, as by its time limit
   */
  protected abstract <R extends @Nullable Object> R run(Session.Work<R> work) throws SQLException;

  /** The states recorded, each key once with its last state. */
  public final List<RowState<?, ?>> states() {
    return List.copyOf(states.values());
  }

  /** Why it cannot be committed; null if it can. */
  public final @Nullable CrossfadeException failure() {
    return failure;
  }

  /** Records what a row has become. */
  public final void record(RowState<?, ?> state) {
    states.put(state, state);
    recorded(state);
  }

  /** Told of each state as it is recorded; does nothing by itself. */
  protected void recorded(RowState<?, ?> state) {}

  final void fail(CrossfadeException why) {
    failure = why;
  }
}
