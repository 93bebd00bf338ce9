package dev.crossfade;

import dev.crossfade.Crossfade.UnitWork;
import dev.crossfade.store.UnitBody;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work that is part of a transaction of the application's own, on a JDBC connection that
 * the application manages: what repositories write in it, and what the application does there
 * besides, is committed together or not at all. Made by {@link Crossfade#join}, one per
 * transaction.
 *
 * <pre>{@code
 * try (Connection connection = sources.get(migration.primary()).getConnection()) {
 *   connection.setAutoCommit(false);
 *   try (JoinedUnit unit = crossfade.join("tokens", connection)) {
 *     unit.run(() -> tokens.save(token));
 *     orders.insert(connection, order); // a table that Crossfade does not know
 *     connection.commit();
 *     unit.committed();
 *   }
 * }
 * }</pre>
 *
 * <p>From a framework that calls back when a transaction has ended, as Spring's {@code
 * TransactionSynchronization.afterCompletion} does: {@link #committed}, {@link #rolledBack} or
 * {@link #outcomeUnknown}, as its status says. The first of these, or {@link #close}, ends the
 * unit; later ones do nothing. If none is called, because the process has died or the application
 * has forgotten, nothing is lost: what the primary has, repair brings over. But as long as a living
 * process knows of a unit that is not ended, its rows are not repaired, and the primary cannot be
 * changed.
 *
 * <p>From the first run to the end of the transaction the stage stays what it is: a change of it
 * waits, and a change of primary is undone after {@code switchLimit}. On PostgreSQL that says who
 * is in its way. The library sets no time limits on a connection that is not its own; {@code
 * idle_in_transaction_session_timeout} does.
 *
 * <p>For one thread at a time; another one that uses it meanwhile gets {@link
 * IllegalStateException}. The end may be told by another thread than the one that ran.
 */
public interface JoinedUnit extends AutoCloseable {
  /**
   * Runs writes and reads in the transaction, as often as wanted. Repositories of the migration
   * that the body calls on this thread take part, and units of work inside join; reads see what the
   * transaction has written. A repository that is called outside of a run does not take part: its
   * writes are transactions of their own, and stay when this one is rolled back.
   *
   * <p>If the body throws, or a statement in it fails, what this run did is rolled back to where it
   * began, and the transaction goes on without it, whether the database would allow that or not. Of
   * what the library throws {@code NOT_WRITTEN} then says that nothing of the run is in the
   * transaction; the application decides what becomes of the rest. After a {@link
   * ConflictException} and a {@link SwitchInProgressException} the transaction is better rolled
   * back and begun anew: the first may come again, and after the second another store may be the
   * primary.
   *
   * <p>The application may set savepoints on the connection, and go back to one, between runs or
   * within one. It must not commit, roll back or close the connection within a run. Where the
   * database gives up the transaction as a whole, as SQLite does when its disk is full, it is
   * rolled back, and later runs say so.
   *
   * @param <X> what the body throws, thrown on as it is
   * @throws StoreUnavailableException if the settings require the other store and it is known to be
   *     unavailable; the body has not run
   * @throws SwitchInProgressException if the stage has changed, or is changing, and the transaction
   *     cannot go along; the body has not run
   * @throws IllegalArgumentException if the connection leads elsewhere, or is set so that a commit
   *     might be lost or foreign keys are not checked; the body has not run, or is undone
   * @throws IllegalStateException if the connection is closed or commits by itself, if the unit has
   *     ended, or another one is open on this thread
   */
  <X extends Exception> void run(UnitWork<X> body) throws X;

  /** As {@link #run}, with a result. */
  <R extends @Nullable Object, X extends Exception> R runOf(UnitBody<R, X> body) throws X;

  /**
   * The application has committed: the other store gets the rows, and this waits for it up to
   * {@code secondaryWait}, as every write does. Of what the application has undone by a savepoint
   * nothing is carried over.
   *
   * @throws SecondaryMissedException if the settings require the other store and it has not
   *     acknowledged; the transaction is committed all the same. Without that setting the other
   *     store cannot make it fail
   */
  void committed();

  /** The application has rolled back: there is nothing to be done. */
  void rolledBack();

  /**
   * The application does not know whether its commit was done, as when its answer was lost. What
   * the primary has is found in its journal, and repair brings it over.
   */
  void outcomeUnknown();

  /** Ends the unit, as {@link #outcomeUnknown}, unless it has ended. The connection stays open. */
  @Override
  void close();
}
