package dev.crossfade.examples.benchmarks;

import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.Instantiator;
import com.gruelbox.transactionoutbox.Persistor;
import com.gruelbox.transactionoutbox.Submitter;
import com.gruelbox.transactionoutbox.ThreadLocalContextTransactionManager;
import com.gruelbox.transactionoutbox.TransactionManager;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import com.zaxxer.hikari.HikariDataSource;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * transaction-outbox: the row and a call to be made later, written in one transaction of
 * PostgreSQL; another thread makes the call, which carries the row on, and deletes it.
 *
 * <p>The call happens at least once, so nothing is forgotten. But calls of one key are made in any
 * order, and one made late overwrites what a later one brought; it knows neither a second primary
 * nor a way back; and its caller does not wait for the other store.
 */
final class OutboxPeer implements Contender, AutoCloseable {
  private static final int QUEUE = 1024;
  private static final long TURN_NANOS = 1_000_000;

  private final HikariDataSource pool;
  private final ThreadLocalContextTransactionManager transactions;
  private final TransactionOutbox outbox;
  private final ThreadPoolExecutor workers;

  /** What carries a row on; arguments that the outbox can write down. */
  interface Carrier {
    void carry(long id, String name, String state, String amount, long changedAt)
        throws SQLException;
  }

  /** Where rows go. */
  interface Destination {
    void save(Item item) throws SQLException;
  }

  private record Carrying(Destination destination) implements Carrier {
    @Override
    public void carry(long id, String name, String state, String amount, long changedAt)
        throws SQLException {
      destination.save(
          new Item(id, name, state, new BigDecimal(amount), Instant.ofEpochMilli(changedAt)));
    }
  }

  OutboxPeer(HikariDataSource pool, Destination destination) {
    Carrier carrier = new Carrying(destination);
    this.pool = pool;
    this.workers =
        new ThreadPoolExecutor(
            Application.POOL,
            Application.POOL,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            new ThreadPoolExecutor.CallerRunsPolicy());
    this.transactions = TransactionManager.fromDataSource(pool);
    this.outbox =
        TransactionOutbox.builder()
            .transactionManager(transactions)
            .persistor(Persistor.forDialect(Dialect.POSTGRESQL_9))
            .instantiator(Instantiator.using(type -> carrier))
            .submitter(Submitter.withExecutor(workers))
            .build();
  }

  @Override
  public void once(long key) throws SQLException {
    Item item = Item.next(key);
    transactions.inTransactionThrows(
        transaction -> {
          BarePostgres.save(transaction.connection(), item);
          outbox
              .schedule(Carrier.class)
              .carry(
                  item.id(),
                  item.name(),
                  item.state(),
                  item.amount().toPlainString(),
                  item.changedAt().toEpochMilli());
        });
  }

  @Override
  public void settle() throws SQLException {
    while (workers.getActiveCount() + workers.getQueue().size() > 0 || entries() > 0) {
      LockSupport.parkNanos(TURN_NANOS);
    }
  }

  private long entries() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from txno_outbox")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
