package dev.crossfade.junit.app;

import dev.crossfade.junit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a closed application has left behind. For one thread. */
final class Leaks {
  private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(30);

  private final Set<Thread> before = ours();
  private final boolean threadsCount;

  /**
   * Made before the application.
   *
   * @param threadsCount whether new threads must be this application's
   */
  Leaks(boolean threadsCount) {
    this.threadsCount = threadsCount;
  }

  private static Set<Thread> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("crossfade-"))
        .filter(thread -> !thread.getName().startsWith("crossfade-proxy"))
        .collect(Collectors.toSet());
  }

  /** What is there that should not be, a sentence each. Waits up to 30 s for it to go. */
  List<String> found(Path file, TestDatabase database) {
    List<String> found = new ArrayList<>();
    if (threadsCount) {
      ours().stream()
          .filter(thread -> !before.contains(thread) && !hasEnded(thread))
          .map(thread -> "the thread " + thread.getName() + " is still running")
          .forEach(found::add);
    }
    String sessions = sessions(database);
    if (sessions != null) {
      found.add("connections to PostgreSQL are still open: " + sessions);
    }
    // The last connection to close deletes it.
    if (Files.exists(Path.of(file + "-wal"))) {
      found.add("a connection to " + file + " is still open");
    }
    return found;
  }

  private static boolean hasEnded(Thread thread) {
    try {
      thread.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  /** Who is still connected; null if nobody. The server needs a moment to notice an end. */
  private static @Nullable String sessions(TestDatabase database) {
    long begun = System.nanoTime();
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      while (true) {
        String sessions = sessions(statement);
        if (sessions == null || System.nanoTime() - begun > PATIENCE_MILLIS * 1_000_000) {
          return sessions;
        }
        statement.execute("select pg_sleep(0.02)");
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the sessions of " + database + " cannot be counted", e);
    }
  }

  private static @Nullable String sessions(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "select string_agg(quote_literal(application_name), ', ') from pg_stat_activity"
                + " where datname = current_database() and pid <> pg_backend_pid()"
                + " and backend_type = 'client backend'")) {
      rows.next();
      return rows.getString(1);
    }
  }
}
