package dev.crossfade.examples.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A PostgreSQL database and a SQLite file with the table of {@link Item}s, filled, for one row of
 * the figures. Both wait for the disk at each commit. They go with {@link #close}.
 */
final class Databases implements AutoCloseable {
  private static final String POSTGRES_TABLE =
      """
      create table items (
        id bigint primary key,
        name text not null,
        state text not null,
        amount numeric(12, 2) not null,
        changed_at timestamptz not null
      )
      """;
  private static final String SQLITE_TABLE =
      """
      create table items (
        id integer primary key,
        name text not null,
        state text not null,
        amount real not null,
        changed_at integer not null
      )
      """;

  private final TestDatabase postgres;
  private final Folder folder;
  private final List<AutoCloseable> open = new ArrayList<>();

  private Databases(TestDatabase postgres, Folder folder) {
    this.postgres = postgres;
    this.folder = folder;
  }

  /** New ones, with so many rows. */
  static Databases create(TestPostgres server, int rows) throws Exception {
    Databases databases = new Databases(server.newDatabase(), Folder.create());
    databases.fill(rows);
    return databases;
  }

  private void fill(int rows) throws Exception {
    try (Connection connection = postgres.open();
        Statement statement = connection.createStatement()) {
      statement.execute(POSTGRES_TABLE);
    }
    try (BareSqlite sqlite = new BareSqlite(file())) {
      sqlite.execute(SQLITE_TABLE);
      sqlite.execute("begin");
      for (long id = 1; id <= rows; id++) {
        sqlite.save(Item.next(id));
      }
      sqlite.execute("commit");
    }
  }

  Path file() {
    return folder.path().resolve("items.db");
  }

  String host() {
    return postgres.server().host();
  }

  int port() {
    return postgres.server().port();
  }

  /** PostgreSQL, with user and password. */
  String url() {
    return url(host(), port());
  }

  /** PostgreSQL, reached there. */
  String url(String host, int port) {
    return "jdbc:postgresql://%s:%d/%s?user=%s&password=%s"
        .formatted(
            host, port, postgres.name(), encoded(postgres.user()), encoded(postgres.password()));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Bare writes and reads of the file; closed with these databases. */
  BareSqlite bareSqlite() {
    return closing(new BareSqlite(file()));
  }

  /** Bare writes and reads of the database; closed with these databases. */
  BarePostgres barePostgres() {
    return new BarePostgres(pool(Application.POOL));
  }

  /** A pool of connections as an application would have it; closed with these databases. */
  HikariDataSource pool(int size) {
    HikariDataSource pool = closing(new HikariDataSource());
    pool.setJdbcUrl(url());
    pool.setMaximumPoolSize(size);
    return pool;
  }

  /** Closes it before the databases go. */
  <C extends AutoCloseable> C closing(C resource) {
    open.add(0, resource);
    return resource;
  }

  @Override
  public void close() {
    open.forEach(Databases::close);
    postgres.close();
    folder.close();
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot close " + resource, e);
    }
  }

  /** A connection to the file that waits for the disk at each commit, as the library's does. */
  static Connection connect(Path file) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 60000");
      statement.execute("pragma journal_mode = wal");
      statement.execute("pragma synchronous = full");
    }
    return connection;
  }
}
