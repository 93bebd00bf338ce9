package dev.crossfade.cli;

import dev.crossfade.Stage.Side;
import dev.crossfade.cli.inspect.Inspection;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One of the two stores, asked for what the library keeps in it, whether the other one answers or
 * not. Installs nothing, what is not there yet it does not make, and takes part in no migration.
 */
final class StoreLook implements AutoCloseable {
  private final Side side;
  private final Store store;
  private final Problems problems;
  private boolean answers;
  private boolean used;

  private StoreLook(Side side, Store store, Problems problems) {
    this.side = side;
    this.store = store;
    this.problems = problems;
  }

  /** Looks whether the library's tables are there; that it does not answer is a problem. */
  static StoreLook at(Side side, Store store, Problems problems) {
    StoreLook look = new StoreLook(side, store, problems);
    Boolean used = problems.attempt(look::prepare);
    look.answers = used != null;
    look.used = Boolean.TRUE.equals(used);
    return look;
  }

  private boolean prepare() throws SQLException {
    if (!isUsed()) {
      return false;
    }
    if (side == Side.LEGACY) {
      store.connect(); // all is there, so nothing is installed
    }
    return true;
  }

  private boolean isUsed() throws SQLException {
    if (store instanceof MongoStore mongo) {
      return mongo.look(
          database ->
              database.listCollectionNames().into(new ArrayList<>()).contains("crossfade_control"));
    } else if (store instanceof PostgresStore postgres) {
      try (Connection connection = postgres.connections().getConnection()) {
        return has(connection, "select to_regclass('crossfade.control') is not null");
      }
    }
    Path file = ((SqliteStore) store).path();
    Schemas.requireFile(file);
    try (Connection connection = Inspection.open(file)) {
      return has(connection, "select count(*) from sqlite_master where name = 'crossfade_control'");
    }
  }

  private static boolean has(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() && rows.getBoolean(1);
    }
  }

  /** Whether it could be asked. */
  boolean answers() {
    return answers;
  }

  /** What it answers; null if there is nothing to ask, or it fails, which is a problem. */
  <R> @Nullable R ask(Function<Store, @Nullable R> question) {
    return used ? problems.attempt(() -> question.apply(store)) : null;
  }

  @Override
  public void close() {
    store.close();
  }
}
