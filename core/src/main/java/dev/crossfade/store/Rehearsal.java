package dev.crossfade.store;

import java.time.Duration;
import java.util.List;

/**
 * Calls of a store's own implementations that are tried within step 3 of a change and rolled back:
 * see {@link Store#apply(Change, Rehearsal)}.
 *
 * <p>Belongs to one change, and to the thread that applies it.
 */
public interface Rehearsal {
  /** How long all of it may take, from when {@link #run} is called. */
  Duration limit();

  /**
   * Tries the calls, one after the other. Called once at most. Throws nothing but errors of the
   * virtual machine.
   */
  void run(Trial trial);

  /**
   * The transaction in which calls are tried. For one thread, until {@link Rehearsal#run} returns.
   */
  interface Trial {
    /**
     * Runs calls of repositories of this store as a unit of work, and undoes everything but what a
     * store cannot undo, such as keys drawn from a generator.
     *
     * @param calls what they throw is thrown on, unless a statement has failed
     * @param last whether the unit of work would be committed behind them: what is put off to that
     *     is checked, for these calls and for what was brought about before
     * @return the states they recorded, each key once
     * @throws dev.crossfade.CrossfadeException the failure of the statement that failed, whatever
     *     the calls made of it; {@link dev.crossfade.StoreTimeoutException} if the limit is over,
     *     {@link dev.crossfade.ConflictException} if it may succeed when the change is done again
     */
    List<RowState<?, ?>> attempt(Runnable calls, boolean last);

    /**
     * Brings states about, in an order that foreign keys allow, for the calls that follow. They are
     * undone with the rehearsal.
     *
     * @throws dev.crossfade.CrossfadeException if that cannot be; no further call can be tried then
     */
    void bring(List<RowState<?, ?>> states);

    /** Makes the store's generator give keys that no row of that repository has; not undone. */
    void raiseGenerator(StoreRepository<?, ?> repository);

    /** What is left of the limit; not negative. */
    Duration left();
  }
}
