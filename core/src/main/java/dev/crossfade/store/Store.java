package dev.crossfade.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A database that can be either end of a migration: as primary it decides writes and keeps their
 * journal, as secondary it takes over the rows they leave behind.
 *
 * <p>Safe for use by many threads. Methods throw the {@link dev.crossfade.CrossfadeException} that
 * fits, the driver's as cause, and are precise about outcomes: {@code NOT_WRITTEN} means that
 * nothing has changed and nothing will, anything else that cannot be ruled out is {@link
 * dev.crossfade.OutcomeUnknownException}. Interrupting a thread that waits inside a store ends the
 * wait with {@link dev.crossfade.StoreTimeoutException} or, if a change was under way, with an
 * unknown outcome; the thread's interrupt flag stays set. A store whose driver cannot be
 * interrupted says so; its time limits end the wait then.
 */
public interface Store extends AutoCloseable {
  /** Its kind and place, as messages show it; without password. */
  String name();

  /**
   * Connects, checks that the store keeps what it has acknowledged, and installs or checks the
   * library's own tables. Safe to repeat; does nothing once it has succeeded.
   *
   * @throws dev.crossfade.ConfigurationException if the store is too weak or too old, or a right is
   *     missing
   * @throws dev.crossfade.StoreUnavailableException if it cannot be reached now
   */
  void connect();

  /**
   * Finds out whether anybody answers there, on a connection of its own: that no pooled one is to
   * be had, or that an answer is late, does not say that a store is gone. It need not be connected.
   * Whoever answers, if only to refuse, is there.
   *
   * @throws dev.crossfade.StoreUnavailableException if nobody does
   * @throws dev.crossfade.StoreTimeoutException if that cannot be told
   */
  void reach();

  /**
   * What in the store's catalogue does not fit these repositories: missing tables and columns, keys
   * that are not unique, foreign keys with effects that are not declared, undeclared triggers. One
   * sentence each, with the fix; empty if all fits. The store must be connected.
   */
  List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories);

  /**
   * What would keep it from being {@linkplain #connect connected} and from taking the rows of these
   * repositories: all at once, one sentence each, the fix behind its first semicolon; empty if
   * nothing would. Looks only: nothing is changed, installed or begun, and it need not be
   * connected.
   *
   * <p>By default nothing is known.
   *
   * @param repositories none where the tables are not known
   * @param dropsIndexes whether {@link #dropIndexes} will be called
   * @throws dev.crossfade.CrossfadeException if it cannot be reached or looked at now
   */
  default List<String> preflight(
      Collection<? extends StoreRepository<?, ?>> repositories, boolean dropsIndexes) {
    return List.of();
  }

  /**
   * Which run of the store this is: a word without white space, to be compared with what it was
   * before, not to be read. It is another one after the store was restored or replaced, after a
   * failover, and after a restart that followed a crash, because what was found about the contents
   * before need not hold any more. As long as nothing of that has happened it is the same for
   * whoever asks, over any number of connections and processes.
   *
   * <p>A store that cannot tell one of these from something harmless, a clean restart say, answers
   * with another word after either. What it cannot tell at all it says in its documentation. It
   * looks each time; the store must be connected.
   *
   * @throws dev.crossfade.StoreUnavailableException if it cannot be reached now
   */
  String identity();

  /**
   * What the deployment it is connected to guarantees, and what not, as it was found when it was
   * connected: a sentence each, for operators. Asks nobody. By default there is nothing to say,
   * because all is as documented whatever the deployment.
   */
  default List<String> guarantees() {
    return List.of();
  }

  /** Whether it can {@linkplain #backUp back itself up}. */
  default boolean canBackUp() {
    return false;
  }

  /**
   * Writes a backup to a new file: all that was in the store at one moment, the library's own
   * tables with it. Others read and write meanwhile. The file has its name only once it is
   * complete, has been read through and found sound, and has reached the disk; whatever goes wrong
   * before leaves nothing behind.
   *
   * <p>A store that is restored from it has forgotten what was written since, and the entries of
   * that with it. Where it says that it is the primary and the other store has become that since,
   * its lower epoch gives it away, and it is refused. Otherwise no epoch tells, only another {@link
   * #identity}.
   *
   * <p>By default a store does not do it, see {@link #canBackUp}.
   *
   * @param file must not exist, its directory must; the file system is that of this process
   * @throws UnsupportedOperationException if it cannot
   * @throws IllegalArgumentException if there is a file of that name, or no directory for it;
   *     nothing was written
   * @throws dev.crossfade.CrossfadeException if it failed, or the thread was interrupted; there is
   *     no file then
   */
  default void backUp(Path file) {
    throw new UnsupportedOperationException(
        name()
            + " cannot back itself up; back it up with its own tools, and record a note of that"
            + " instead");
  }

  /**
   * How its connections are used at this moment, as this process knows: asks nobody. By default
   * there is nothing to say.
   */
  default List<PoolUse> pools() {
    return List.of();
  }

  /** Its control rows. */
  ControlTable control();

  /** Its incarnations. */
  Instances instances();

  /** Its journal. */
  Journal journal();

  /**
   * Steps 1 and 2 for a unit of work: runs the body on the caller's thread in one transaction, with
   * the mark's entries for every row it changed, and commits. If the body throws, everything is
   * rolled back and the exception goes on.
   *
   * @throws StaleEpochException if the control row is not open at the mark's epoch; nothing was
   *     changed, and the body has not run
   */
  <R extends @Nullable Object, X extends Exception> Written<R> write(Mark mark, UnitBody<R, X> body)
      throws X;

  /**
   * Steps 1 and 2 for one row, in one round trip where the store can.
   *
   * @return with the row as the store holds it, or a {@code Boolean} for a delete
   * @throws StaleEpochException as above
   */
  <T, K> Written<Object> writeRow(
      Mark mark, StoreRepository<T, K> repository, RowWrite<T, K> write);

  /**
   * Begins to take part in a transaction that the application manages on a connection of its own to
   * this store. Nothing is sent yet.
   *
   * <p>By default there is no such thing.
   *
   * @throws IllegalArgumentException if the connection leads to a database of another kind
   * @throws IllegalStateException if it is closed, or commits by itself
   * @throws UnsupportedOperationException if the store has no JDBC connections
   */
  default JoinedTransaction join(Connection connection) {
    throw new UnsupportedOperationException(
        name() + " has no JDBC connections, so it cannot take part in the transaction of one");
  }

  /**
   * Step 3: brings the rows of a change about, all or none, in one transaction with the check that
   * the incarnation is not fenced and the epoch not outdated. A row whose locators differ from the
   * stored one's replaces it. A unique value that wanders between rows of the change is no
   * conflict. The delete of a row that rows outside the change refer to, by a reference declared as
   * cascading or nulling, is refused with {@link dev.crossfade.ForeignKeyException}: nothing
   * disappears here that the change does not name.
   *
   * @throws FencedException if the incarnation is fenced or unknown; nothing was changed
   * @throws StaleEpochException if this store's own epoch is newer, or it takes itself for the
   *     primary of an older one, because it was given up or restored from a backup: what it has
   *     counts, too; nothing was changed
   */
  void apply(Change change);

  /**
   * Step 3, and a rehearsal of this store's own implementations in the same transaction: after the
   * checks, before the rows, and rolled back to a savepoint, so that only the change stays. A
   * failure of the rehearsal is no failure of the change, unless it has broken the connection or
   * the transaction. Where the change is done again, as after a conflict, the rehearsal is not. A
   * change without rows is possible here.
   *
   * <p>By default the rehearsal does not take place.
   */
  default void apply(Change change, Rehearsal rehearsal) {
    apply(change);
  }

  /**
   * Step 3 for a range of keys, as fast as the store can: afterwards it holds exactly these rows.
   * All or none, in one transaction with the checks of {@link #apply}, whose rules hold; a row
   * outside the range is not touched.
   *
   * <p>What it refuses it may refuse for one row of many, and also where {@link #apply} would bring
   * all about, such as unique values that wander between rows: whoever calls divides the rows then,
   * and applies them. By default it is {@link #apply}.
   *
   * @throws FencedException as above
   * @throws StaleEpochException as above
   */
  default <T, K> Loaded load(Load<T, K> load) {
    List<K> there = load.repository().keysBetween(load.after(), load.to());
    List<RowState<?, ?>> states = load.states(load.without(there));
    apply(new Change(load.migration(), load.epoch(), load.incarnation(), states, load.limit()));
    return new Loaded(load.rows().size(), states.size() - load.rows().size());
  }

  /**
   * Brings what the store knows of the contents of these tables up to date, after many rows have
   * come: statistics of a planner. By default there is nothing to do.
   */
  default void analyze(Collection<? extends StoreRepository<?, ?>> repositories) {}

  /**
   * Drops the foreign keys and plain indexes of those of these tables that are empty, so that a
   * load need not keep them up. What was dropped is remembered in the store, in the transaction
   * that drops it, until {@link #rebuildIndexes} of whichever process has brought it back: a crash
   * forgets none. Keys, unique indexes and checks stay. By default nothing is dropped.
   *
   * @return how they are called
   */
  default List<String> dropIndexes(Collection<? extends StoreRepository<?, ?>> repositories) {
    return List.of();
  }

  /**
   * Brings back what {@link #dropIndexes} has dropped, each by itself, as it was defined; safe to
   * repeat, and by several threads and processes at once, which share the work. Writes to a table
   * wait while its index is built.
   *
   * @return how those are called that this call has brought back; when it returns all are back
   * @throws dev.crossfade.CrossfadeException if one cannot be brought back, as a foreign key that
   *     rows violate meanwhile; those before it are back, it and those behind it stay remembered
   */
  default List<String> rebuildIndexes() {
    return List.of();
  }

  /** What was dropped and is not back yet; asks the store. */
  default List<String> droppedIndexes() {
    return List.of();
  }

  /** How much room these rows take, and how much is left. By default nothing is known. */
  default Room room(Collection<? extends StoreRepository<?, ?>> repositories) {
    return Room.UNKNOWN;
  }

  /**
   * Tells, on a thread of the store's, that the control row of a migration has changed, whoever has
   * changed it, or may have while nobody could tell. A courtesy, so that who is told need not wait
   * until it looks again: a notice may come late, twice or never.
   *
   * <p>By default there are none.
   *
   * @param told must not wait, nor throw
   * @return closed by who wants no more of them; {@link #close} ends them, too
   */
  default Notices onControlChange(String migration, Runnable told) {
    return Notices.NONE;
  }

  /**
   * What the unit of work of this thread has recorded so far, each key once with its last state, in
   * a list of its own; empty outside of any. A state that is recorded anew is another object.
   */
  List<RowState<?, ?>> recorded();

  /**
   * This store as the given type, seen through wrappers.
   *
   * @throws IllegalArgumentException if it is none
   */
  default <S extends Store> S unwrap(Class<S> type) {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new IllegalArgumentException(name() + " is no " + type.getSimpleName());
  }

  /**
   * Ends its threads and connections; promptly, after the transactions under way, which come to
   * their end. Later calls throw {@link dev.crossfade.StoreUnavailableException}, also those of
   * repositories. Safe to repeat.
   */
  @Override
  void close();
}
