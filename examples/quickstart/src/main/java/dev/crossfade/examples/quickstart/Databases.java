package dev.crossfade.examples.quickstart;

import dev.crossfade.junit.RestartablePostgres;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * The two databases of a run, and the network between the application and PostgreSQL. What was not
 * given is temporary and goes with {@link #close}.
 */
final class Databases implements AutoCloseable {
  private static final int POSTGRES_PORT = 5432;

  private final Legacy legacy;
  private final @Nullable RestartablePostgres server;
  private final String postgresUrl;
  private final TcpProxy network;

  private Databases(Options options) {
    this.legacy = Legacy.open(options);
    this.server = options.postgres() == null ? TestPostgres.start() : null;
    this.postgresUrl =
        server == null ? String.valueOf(options.postgres()) : url(server.newDatabase());
    URI address = parsed(postgresUrl);
    int port = address.getPort() < 0 ? POSTGRES_PORT : address.getPort();
    this.network = TcpProxy.to(address.getHost(), port);
  }

  /**
   * Opens what was given and starts what was not.
   *
   * @throws IllegalArgumentException if a given database is not an empty one
   */
  static Databases open(Options options) {
    if (options.postgres() != null) {
      refuseUsed(options.postgres());
    }
    return new Databases(options);
  }

  Legacy legacy() {
    return legacy;
  }

  /** PostgreSQL as the application reaches it: over the network that fails on demand. */
  String applicationUrl() {
    URI address = parsed(postgresUrl);
    return "jdbc:postgresql://"
        + network.host()
        + ":"
        + network.port()
        + address.getRawPath()
        + (address.getRawQuery() == null ? "" : "?" + address.getRawQuery());
  }

  TcpProxy network() {
    return network;
  }

  /** Where PostgreSQL is, without the password. */
  String shownPostgres() {
    return server == null
        ? postgresUrl.replaceAll("[?].*", "")
        : "embedded, fsync and synchronous_commit on";
  }

  /** The application's own tables in PostgreSQL, with a history of their own. */
  void migratePostgres() {
    Flyway.configure()
        .dataSource(postgresUrl, null, null)
        .locations("classpath:db/tokens")
        .load()
        .migrate();
  }

  /** A connection beside the library and its network, for those who check. */
  Connection openPostgres() throws SQLException {
    return DriverManager.getConnection(postgresUrl);
  }

  @Override
  public void close() {
    network.close();
    if (server != null) {
      server.close();
    }
    legacy.close();
  }

  /** With user and password. */
  static String url(TestDatabase database) {
    return database.jdbcUrl()
        + (database.jdbcUrl().contains("?") ? "&" : "?")
        + "user="
        + encoded(database.user())
        + "&password="
        + encoded(database.password());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static URI parsed(String url) {
    URI address = url.startsWith("jdbc:") ? URI.create(url.substring("jdbc:".length())) : null;
    if (address == null || address.getHost() == null) {
      throw new IllegalArgumentException(
          "quickstart.postgres must be like"
              + " jdbc:postgresql://host:5432/database?user=…&password=…");
    }
    return address;
  }

  private static void refuseUsed(String url) {
    parsed(url);
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select coalesce(to_regclass('tokens')::text, to_regnamespace('crossfade')::text)")) {
      rows.next();
      if (rows.getString(1) != null) {
        throw new IllegalArgumentException(
            "quickstart.postgres must be an empty database; this one has "
                + rows.getString(1)
                + " already. Create another one for this run");
      }
    } catch (SQLException e) {
      throw new IllegalArgumentException(
          "quickstart.postgres cannot be reached: " + e.getMessage(), e);
    }
  }

  /** For messages: where the databases stay. */
  List<String> kept() {
    return Stream.of(legacy.kept(), server == null ? "PostgreSQL: " + shownPostgres() : null)
        .filter(Objects::nonNull)
        .toList();
  }
}
