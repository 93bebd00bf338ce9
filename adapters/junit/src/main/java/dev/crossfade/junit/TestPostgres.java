package dev.crossfade.junit;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL of tests: decides, once for all modules of a build, where it is.
 *
 * <pre>{@code
 * try (TestDatabase database = TestPostgres.shared().newDatabase();
 *     Connection connection = database.open()) {
 *   …
 * }
 * }</pre>
 *
 * <p>{@link #shared()} takes the first of these that is given as a system property:
 *
 * <table>
 * <caption>Where the tests' PostgreSQL is</caption>
 * <tr><th>property</th><th>server</th></tr>
 * <tr><td>{@code crossfade.test.postgres=jdbc:postgresql://host/postgres?user=…&password=…}</td>
 *     <td>that one; the role is a superuser or may create databases, and tests that need more say
 *     so by failing</td></tr>
 * <tr><td>{@code crossfade.test.containers}, {@code =postgres:14-alpine}</td>
 *     <td>Testcontainers, {@code postgres:18-alpine} unless an image is named; needs {@code
 *     org.testcontainers:testcontainers-postgresql} on the class path, and Docker</td></tr>
 * <tr><td>neither</td>
 *     <td>binaries from Maven Central, run as this user (as root in a user namespace of its own,
 *     or as nobody)</td></tr>
 * </table>
 *
 * <p>The two latter are started once per build: by the first JVM that asks, in a process of its own
 * which ends, and takes the server and its data along, when the nearest {@code java} process above
 * that JVM ends: Maven, Gradle's daemon, a development environment. Where there is none it is the
 * JVM itself. JVMs below find it there. What a killed build leaves behind is removed by the next.
 *
 * <p>Servers started here are as durable as production's ({@code fsync}, {@code
 * synchronous_commit}): what a test measures and what it survives is real. {@code
 * -Dcrossfade.test.postgres.durable=false} gives that up for the shared server, which makes sense
 * only where the disk is very slow. Text sorts by the rules of American English (ICU) in the
 * embedded one, so that a forgotten {@code collate "C"} is found.
 *
 * <p>Thread-safe.
 */
public sealed class TestPostgres permits RestartablePostgres {
  static final String URL_PROPERTY = "crossfade.test.postgres";
  static final String CONTAINERS_PROPERTY = "crossfade.test.containers";
  static final String DURABLE_PROPERTY = "crossfade.test.postgres.durable";

  private static final String DEFAULT_IMAGE = "postgres:18-alpine";

  /** The first version that has another way to copy a database than files. */
  private static final int STRATEGIES = 15;

  private static final int VALIDATION_SECONDS = 30;

  private final PostgresAddress address;
  private final Object lock = new Object();

  /** For creating and dropping: to connect takes as long as that. Guarded by the lock. */
  private @Nullable Connection kept;

  TestPostgres(PostgresAddress address) {
    this.address = address;
  }

  /**
   * The server all tests of a build share; started if this is the first to ask for it.
   *
   * @throws IllegalStateException if it cannot be reached or started, with the reason and the way
   *     out; asking again throws the same at once
   * @throws IllegalArgumentException if {@code crossfade.test.postgres} is not the URL of a server
   */
  public static TestPostgres shared() {
    return Shared.get();
  }

  /**
   * Starts an embedded server that nobody else uses, whatever the properties say. It may be stopped
   * as by a crash and started again. Always durable. Its data go when it is closed, or when the JVM
   * ends.
   *
   * @throws IllegalStateException if it does not start; the end of its log is in the message
   */
  public static RestartablePostgres start() {
    return RestartablePostgres.started(null);
  }

  /**
   * Like {@link #start()}, on a data directory that stays when the server is closed.
   *
   * @param dataDirectory initialised if it is empty or missing; else one left by an earlier start.
   *     A server that a killed JVM left on it is stopped first
   * @throws IllegalStateException if it does not start; the end of its log is in the message
   */
  public static RestartablePostgres start(Path dataDirectory) {
    return RestartablePostgres.started(dataDirectory.toAbsolutePath());
  }

  /**
   * Creates an empty database with a name of its own, from {@code template0}. Its caller closes it.
   *
   * @throws IllegalStateException if the server refuses; nothing was created then, unless the
   *     connection broke
   */
  public TestDatabase newDatabase() {
    return newDatabase("template0");
  }

  /** Creates a database that begins with what another one holds. */
  TestDatabase newDatabase(String template) {
    String name = "test_" + UUID.randomUUID().toString().replace("-", "");
    execute("create database " + name + " template " + template, Workplace.isInMemory());
    return new TestDatabase(this, name);
  }

  /** Deletes a database, closing what is still connected to it. */
  void drop(String name) {
    execute("drop database if exists " + name + " with (force)", false);
  }

  /**
   * On the connection that is kept, or a new one if that has broken.
   *
   * @param byFile whether files are copied: where they are in memory a fifth of the time that it
   *     takes to log their blocks; on a disk it is no faster, and to drop them takes longer
   */
  private void execute(String sql, boolean byFile) {
    synchronized (lock) {
      try {
        if (kept == null || !kept.isValid(VALIDATION_SECONDS)) {
          kept = open();
        }
        boolean chosen = byFile && kept.getMetaData().getDatabaseMajorVersion() >= STRATEGIES;
        try (Statement statement = kept.createStatement()) {
          statement.execute(chosen ? sql + " strategy file_copy" : sql);
        }
      } catch (SQLException e) {
        throw new IllegalStateException(
            sql + " failed as " + address + " (the role must be allowed to create databases)", e);
      }
    }
  }

  /**
   * A connection to the server's own database, for what concerns the server: roles, settings,
   * sessions of others. Its caller closes it.
   *
   * @throws SQLException as the driver throws it
   */
  public Connection open() throws SQLException {
    return open(address.database());
  }

  Connection open(String database) throws SQLException {
    return DriverManager.getConnection(address.jdbcUrl(database), credentials());
  }

  /** User and password under the driver's names; the caller's own copy. */
  Properties credentials() {
    Properties properties = new Properties();
    properties.setProperty("user", user());
    properties.setProperty("password", password());
    return properties;
  }

  PostgresAddress address() {
    return address;
  }

  /** Where it listens: a name or an address. */
  public String host() {
    return address.host();
  }

  /** Where it listens; stays the same when a server is stopped and started again. */
  public int port() {
    return address.port();
  }

  /** A role that may create databases; a superuser where the server was started here. */
  public String user() {
    return address.user();
  }

  /** The role's password; empty if it has none. */
  public String password() {
    return address.password();
  }

  /** User and place, without the password. */
  @Override
  public String toString() {
    return address.toString();
  }

  /** The decision, made once per JVM; a failure is remembered so that a suite fails fast. */
  private static final class Shared {
    private static @Nullable TestPostgres server;
    private static @Nullable String failure;

    static synchronized TestPostgres get() {
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
      if (server == null) {
        try {
          server = new TestPostgres(decide());
        } catch (RuntimeException e) {
          failure = e.getMessage();
          throw e;
        }
      }
      return server;
    }

    private static PostgresAddress decide() {
      String url = System.getProperty(URL_PROPERTY, "");
      String containers = System.getProperty(CONTAINERS_PROPERTY, "false");
      if (!url.isBlank()) {
        return PostgresAddress.parse(url);
      }
      if (!containers.equals("false")) {
        boolean named = !containers.isBlank() && !containers.equals("true");
        return SharedPostgres.findOrStart(
            PostgresOwner.container(named ? containers : DEFAULT_IMAGE));
      }
      boolean durable = !System.getProperty(DURABLE_PROPERTY, "true").equals("false");
      return SharedPostgres.findOrStart(durable ? PostgresOwner.DURABLE : PostgresOwner.VOLATILE);
    }
  }
}
