package dev.crossfade.postgres;

import dev.crossfade.CrossfadeException;
import dev.crossfade.jooq.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a schema needs again and again: partitions for the months to come, and fresh materialized
 * views. One thread, {@code crossfade-postgres-upkeep}, from {@link #start} to {@link #close}. A
 * failure is logged when it is new, kept until the next success, and stops nothing.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
  private static final long CLOSING_SECONDS = 10;

  private final Pool pool;
  private final @Nullable DataSource owner;
  private final List<MonthlyPartitions> partitions;
  private final List<ViewRefresh> refreshes;
  private final Map<String, String> failures = new ConcurrentSkipListMap<>();
  private @Nullable ScheduledExecutorService scheduler;
  private volatile @Nullable Connection busy;

  /** What is done on a connection that may create things. */
  @FunctionalInterface
  private interface Task {
    void run(Session session) throws SQLException;
  }

  Upkeep(PostgresSettings settings, Pool pool) {
    this.pool = pool;
    this.owner = settings.owner();
    this.partitions = settings.partitions();
    this.refreshes = settings.refreshes();
  }

  /** Sees to the partitions now, and to everything on its schedule. */
  synchronized void start() {
    partitions.forEach(this::keepAhead);
    if (scheduler == null && !(partitions.isEmpty() && refreshes.isEmpty())) {
      ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(Upkeep::thread);
      partitions.forEach(table -> repeat(started, Duration.ofDays(1), () -> keepAhead(table)));
      refreshes.forEach(view -> repeat(started, view.every(), () -> refresh(view)));
      scheduler = started;
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "crossfade-postgres-upkeep");
    thread.setDaemon(true);
    return thread;
  }

  private static void repeat(ScheduledExecutorService scheduler, Duration every, Runnable work) {
    var unused =
        scheduler.scheduleWithFixedDelay(
            work, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void keepAhead(MonthlyPartitions table) {
    recorded(
        "partitions of " + table.table(),
        "create the partition by hand, or give a role that owns the table with owner(…)",
        table::keepAhead);
  }

  private void refresh(ViewRefresh view) {
    recorded(
        "refresh of " + view.view(),
        "give a role that owns the view with owner(…)"
            + (view.concurrently() ? ", and the view a unique index without a condition" : ""),
        view::run);
  }

  private void recorded(String name, String fix, Task task) {
    try {
      inTransaction(task);
      if (failures.remove(name) != null) {
        log.info("{} works again", name);
      }
    } catch (SQLException | RuntimeException e) {
      String message = name + " failed: " + e.getMessage() + "; " + fix;
      if (!message.equals(failures.put(name, message))) {
        log.warn("{}", message);
        log.debug("where it failed", e);
      }
    }
  }

  private void inTransaction(Task task) throws SQLException {
    DataSource given = owner;
    try (Connection connection = given == null ? pool.open() : given.getConnection()) {
      busy = connection;
      connection.setAutoCommit(false);
      task.run(new Session(connection));
      connection.commit();
    } finally {
      busy = null;
    }
  }

  /**
   * Does the work; where a partition is missing that is kept here, creates it and does it again.
   */
  <R extends @Nullable Object> R withPartitions(Supplier<R> work) {
    try {
      return work.get();
    } catch (CrossfadeException e) {
      if (createMissing(e)) {
        return work.get();
      }
      throw e;
    }
  }

  /**
   * Creates the partition whose absence made a write fail.
   *
   * @return whether that was the reason and it is there now
   */
  boolean createMissing(CrossfadeException failure) {
    ServerErrorMessage details =
        failure.getCause() instanceof SQLException cause ? Failures.missingPartition(cause) : null;
    if (details == null) {
      return false;
    }
    for (MonthlyPartitions table : partitions) {
      if (table.isMissing(details)) {
        recorded(
            "partitions of " + table.table(),
            "create the partition by hand, or give a role that owns the table with owner(…)",
            session -> table.createFor(session, details));
        return !failures.containsKey("partitions of " + table.table());
      }
    }
    return false;
  }

  /** What does not work at present, by name. */
  Map<String, String> failures() {
    return new TreeMap<>(failures);
  }

  @Override
  public synchronized void close() {
    ScheduledExecutorService running = scheduler;
    if (running == null) {
      return;
    }
    running.shutdownNow();
    abort(busy);
    try {
      if (!running.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
        log.warn("the upkeep of PostgreSQL did not end within {} s", CLOSING_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    scheduler = null;
  }

  /** A refresh may take minutes; what it has not committed is rolled back. */
  private static void abort(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.abort(Runnable::run);
      }
    } catch (SQLException e) {
      log.debug("the connection of the upkeep was gone already", e);
    }
  }
}
