package dev.crossfade.junit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/**
 * A database of its own for one test, on a {@link TestPostgres}.
 *
 * <p>Roles and server settings are not part of a database: a test that creates a role gives it a
 * name of its own and drops it.
 *
 * <p>Thread-safe.
 */
public final class TestDatabase implements AutoCloseable {
  private final TestPostgres server;
  private final String name;

  TestDatabase(TestPostgres server, String name) {
    this.server = server;
    this.name = name;
  }

  /** Its name: lower case letters, digits and underscores; never used before. */
  public String name() {
    return name;
  }

  /**
   * Where it is, for the driver or a pool; {@link #user()} and {@link #password()} go beside it.
   */
  public String jdbcUrl() {
    return server.address().jdbcUrl(name);
  }

  /** The same database, reached through a proxy in front of its server. */
  public String jdbcUrlThrough(TcpProxy proxy) {
    return server.address().jdbcUrl(proxy.host(), proxy.port(), name);
  }

  /** The owner of the database. */
  public String user() {
    return server.user();
  }

  /** The owner's password; empty if it has none. */
  public String password() {
    return server.password();
  }

  /** User and password under the driver's names; the caller's own copy. */
  public Properties credentials() {
    return server.credentials();
  }

  /** The server it is on. */
  public TestPostgres server() {
    return server;
  }

  /**
   * A new connection, not from a pool. Its caller closes it, or {@link #close} does.
   *
   * @throws SQLException as the driver throws it
   */
  public Connection open() throws SQLException {
    return server.open(name);
  }

  /**
   * Creates a database that begins with what this one holds: a schema made once, for many tests.
   * Its caller closes it.
   *
   * @throws IllegalStateException if somebody is connected to this one, or the server refuses
   */
  public TestDatabase copy() {
    return server.newDatabase(name);
  }

  /**
   * Drops the database and ends every connection to it; their next use fails. A second call does
   * nothing, and nor does one on a server that is stopped.
   *
   * @throws IllegalStateException if the server refuses; the database is still there then
   */
  @Override
  public void close() {
    server.drop(name);
  }

  /** Its URL, without the password. */
  @Override
  public String toString() {
    return jdbcUrl();
  }
}
