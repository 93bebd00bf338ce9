package dev.crossfade.junit.store;

import dev.crossfade.Entity;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Predicate;

/**
 * What a store under test supplies to the {@link StoreContract}: databases with the tables of
 * {@link ContractEntities}, stores over them, and repositories.
 *
 * <p>Made for each test and closed after it; what is dear (a server) is kept in static fields of
 * the subclass. The suite closes the stores before it closes the environment. A method that is not
 * abstract declares a difference of the store; a subclass that overrides one says why.
 */
public abstract class ContractEnvironment implements AutoCloseable {
  /** For subclasses. */
  protected ContractEnvironment() {}

  /**
   * A store over a database of its own, with all tables and no rows. Not connected yet. Called
   * again in one test it gives another database.
   */
  public abstract Store newStore();

  /**
   * Another store over the database of a store that {@link #newStore} gave, as another process or
   * the next run of this one has it. Not connected yet; the first may be closed or not.
   */
  public abstract Store anotherOver(Store store);

  /**
   * How the store's repository of an entity is made: one on the store's base class, for the table
   * named as the entity. Also called with entities that do not fit their table.
   */
  public abstract <T, K> RepositoryFactory<T, K> repository(Entity<T, K> entity);

  /**
   * How many digits of a decimal the store's column holds exactly. 15 for a column of binary
   * floating point.
   */
  public int exactDigits() {
    return 20;
  }

  /**
   * Whether the store can end the wait of an interrupted thread. False where the driver cannot; the
   * wait then ends with the store's time limit.
   */
  public boolean endsInterruptedWaits() {
    return true;
  }

  /**
   * Whether a row that a unit of work has changed keeps others waiting until the unit is over.
   * False where its changes reach the store with its end.
   */
  public boolean unitsHoldRows() {
    return true;
  }

  /**
   * Whether the store knows columns, which of them are unique, and foreign keys with their effects,
   * so that what an entity says can be checked against it.
   */
  public boolean hasSchema() {
    return true;
  }

  /** Whether the store refuses a row that fails the check of {@link ContractEntities}. */
  public boolean checksRows() {
    return true;
  }

  /**
   * Whether text is ordered by its bytes in UTF-8. False for a server that only stands in for one
   * that does: with a store that really orders text otherwise nothing works.
   */
  public boolean ordersTextByBytes() {
    return true;
  }

  /**
   * Whether keys can be times. Then there is a table for each of {@link
   * ContractEntities#withTimeKeys}, too, which holds them to the microsecond.
   */
  public boolean hasTimeKeys() {
    return true;
  }

  /** Whether an application can have JDBC connections of its own to the store. */
  public boolean hasConnections() {
    return false;
  }

  /**
   * A new connection to the database of a store that {@link #newStore} gave, as an application has
   * it that is to be joined; the suite closes it.
   *
   * @throws UnsupportedOperationException if there are none
   */
  public Connection connectionTo(Store store) throws SQLException {
    throw new UnsupportedOperationException("no connections to " + store.name());
  }

  /**
   * Threads that may outlive a closed store: those a driver keeps for the whole process. By default
   * those of the JVM and of Java's common pools.
   */
  public Predicate<Thread> outlivesStores() {
    return thread ->
        thread.getName().startsWith("Common-Cleaner")
            || thread.getName().startsWith("ForkJoinPool.commonPool")
            || thread.getName().startsWith("CompletableFutureDelayScheduler")
            || thread.getName().startsWith("process reaper")
            || thread.getName().startsWith("junit-");
  }

  /** Drops the databases. */
  @Override
  public abstract void close();
}
