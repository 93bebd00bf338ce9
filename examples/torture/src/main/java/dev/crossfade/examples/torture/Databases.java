package dev.crossfade.examples.torture;

import dev.crossfade.junit.RestartablePostgres;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The two databases, and a network of its own between each child and PostgreSQL. PostgreSQL runs
 * with {@code fsync} and {@code synchronous_commit} on, as production's does.
 */
final class Databases implements AutoCloseable {
  private final RestartablePostgres server = TestPostgres.start();
  private final TestDatabase database;
  private final Legacy legacy;
  private final List<TcpProxy> networks = new ArrayList<>();

  Databases(Options options, Path folder) throws SQLException {
    this.database = server.newDatabase();
    this.legacy = Legacy.create(options, folder);
    for (int child = 0; child < options.children(); child++) {
      networks.add(TcpProxy.to(server));
    }
    try (Connection target = openPostgres()) {
      SqlTables.create(target, false);
    }
  }

  Legacy legacy() {
    return legacy;
  }

  RestartablePostgres server() {
    return server;
  }

  TcpProxy network(int child) {
    return networks.get(child);
  }

  /** PostgreSQL as a child reaches it. An answer that does not come is given up after 4 s. */
  String urlOf(int child) {
    String url = database.jdbcUrlThrough(networks.get(child));
    return url
        + (url.contains("?") ? "&" : "?")
        + "socketTimeout=4&connectTimeout=2&loginTimeout=3";
  }

  String user() {
    return database.user();
  }

  /** A connection beside the library and its networks, for those who check. */
  Connection openPostgres() throws SQLException {
    return database.open();
  }

  @Override
  public void close() {
    networks.forEach(TcpProxy::close);
    legacy.close();
    server.close();
  }
}
