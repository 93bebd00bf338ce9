package dev.crossfade.sqlite;

import dev.crossfade.ConfigurationException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.CatalogueCheck;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.StoreRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What would keep a file from being used; found without changing it. */
final class Preflight {
  private final Settings settings;
  private final SqliteSessions sessions;

  Preflight(Settings settings, SqliteSessions sessions) {
    this.settings = settings;
    this.sessions = sessions;
  }

  List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories) {
    if (Files.notExists(settings.path())) {
      throw new StoreUnavailableException(
          "there is no file " + settings.path() + "; correct the path", null);
    }
    List<String> problems = new ArrayList<>(rightProblems());
    try (Connection reader = open("ro")) {
      Session session = new Session(reader);
      problems.addAll(versionProblems(session));
      problems.addAll(new CatalogueCheck(sessions, session).problems(repositories));
      if (problems.isEmpty()) {
        tryLock(isWal(session)); // beside the reader: the last one to close would tidy the log up
      }
      return problems;
    } catch (SQLException e) {
      throw sessions.failure(e, "looking at the file");
    }
  }

  private List<String> rightProblems() {
    List<String> problems = new ArrayList<>();
    Path folder = settings.path().toAbsolutePath().getParent();
    if (!Files.isWritable(settings.path())) {
      problems.add(settings.name() + " may not be written; let the user of this process write it");
    }
    if (folder != null && !Files.isWritable(folder)) {
      problems.add(
          "the folder of "
              + settings.name()
              + " may not be written; let the user of this process write it: SQLite keeps its log"
              + " beside the file");
    }
    return problems;
  }

  private static List<String> versionProblems(Session session) throws SQLException {
    try {
      if (Tables.areInstalled(session)) {
        Tables.install(session); // there: it only looks at their version
      }
      return List.of();
    } catch (ConfigurationException e) {
      return e.problems();
    }
  }

  /** To enter WAL takes the file for itself, to write in it the writer's lock. */
  private void tryLock(boolean wal) throws SQLException {
    try (Connection writer = open("rw");
        Statement statement = writer.createStatement()) {
      statement.execute(wal ? "begin immediate" : "begin exclusive");
      statement.execute("rollback");
    }
  }

  private static boolean isWal(Session session) throws SQLException {
    return session.query(
        "pragma journal_mode",
        Session.Binder.NONE,
        rows -> rows.next() && rows.getString(1).equalsIgnoreCase("wal"));
  }

  private Connection open(String mode) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlite:"
            + settings.path().toUri()
            + "?mode="
            + mode
            + "&busy_timeout="
            + settings.busyTimeout().toMillis());
  }
}
