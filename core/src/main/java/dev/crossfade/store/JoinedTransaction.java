package dev.crossfade.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that an application manages on a connection of its own, as a store takes part in
 * it: steps 1 and 2 without the commit. Made by {@link Store#join}.
 *
 * <p>For one thread at a time. It does not commit, closes nothing, and rolls back only what it did
 * itself, or all if the transaction was given up or ended within a run.
 */
public interface JoinedTransaction {
  /**
   * Checks and holds the epoch in the transaction, and runs the body there on the caller's thread.
   * Every statement that changes rows leaves its entries at once, so that whoever rolls back to a
   * savepoint takes entries and rows back together. A run that throws leaves nothing behind: what
   * it did is rolled back to where it began.
   *
   * @throws StaleEpochException if the control row is not open at the mark's epoch; nothing was
   *     changed, and the body has not run
   * @throws IllegalStateException if the connection is closed, commits by itself, or has lost its
   *     transaction
   * @throws IllegalArgumentException if it leads to another database
   */
  <R extends @Nullable Object, X extends Exception> R run(Mark mark, UnitBody<R, X> body) throws X;

  /**
   * The entries that were left so far, in their order. Those that a rollback to a savepoint of the
   * application's has undone are among them: {@link Journal#present} tells. Of several for one key
   * only the last is meant to stay.
   */
  List<Marked> marked();

  /**
   * Whether a run that found a stale epoch may be begun anew when the change of stage is over. Not
   * where the transaction would still see the old stage, or keeps the change waiting.
   */
  boolean outlastsChange();

  /**
   * An entry and what it stands for.
   *
   * @param entry in the journal, if the transaction is committed
   * @param state the row as it then is, unless a later entry of the same key is there too
   */
  record Marked(Entry entry, RowState<?, ?> state) {}
}
