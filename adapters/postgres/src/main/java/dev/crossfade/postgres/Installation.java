package dev.crossfade.postgres;

import dev.crossfade.ConfigurationException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks that a server can be relied on, and sees to the library's own tables.
 *
 * <p>They are installed by Flyway, with a history of their own, by whoever may: the owner, if there
 * is one, else the run-time role. A role without the right finds them installed or says what is
 * missing. The history, not the role, decides whether there is anything to do.
 */
final class Installation {
  private static final Logger log = LoggerFactory.getLogger(Installation.class);
  private static final String MIGRATIONS = "classpath:dev/crossfade/postgres/migration";
  private static final String HISTORY = "schema_history";

  /**
   * What the history says where everything is installed: versions and Flyway's checksums of the
   * migrations. Then Flyway is not asked, which would open connections of its own for nothing.
   */
  static final List<String> COMPLETE = List.of("1 -895621701");

  private static final int OLDEST = 14;
  private static final int NEWEST_KNOWN = 18;

  private static final String SERVER =
      """
      select current_setting('server_version_num')::int / 10000, pg_is_in_recovery(),
        current_setting('synchronous_commit'), current_setting('fsync'),
        current_setting('full_page_writes'), current_setting('server_encoding'), current_user,
        exists (select from pg_class c
          where c.relnamespace = to_regnamespace('crossfade') and c.relname = 'schema_history'
            and has_schema_privilege(c.relnamespace, 'usage')
            and has_table_privilege(c.oid, 'select'))
      """;
  static final String APPLIED =
      """
      select version || ' ' || checksum || case when success then '' else ' failed' end
      from crossfade.schema_history where version is not null order by installed_rank
      """;
  private static final String MAY_INSTALL =
      """
      select case when to_regnamespace('crossfade') is null
          then has_database_privilege(current_database(), 'create')
          else has_schema_privilege('crossfade', 'create') end,
        current_user
      """;
  private static final String MISSING_RIGHTS =
      """
      select count(*) from pg_class c
      where c.relnamespace = to_regnamespace('crossfade') and c.relkind = 'r'
        and c.relname <> 'schema_history'
        and not (has_schema_privilege(c.relnamespace, 'usage')
          and has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
          and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))
      """;

  private final PostgresSettings settings;
  private final Pool pool;

  /** What the server says of itself. */
  private record Server(
      int version,
      boolean standby,
      String synchronousCommit,
      boolean fsync,
      boolean fullPageWrites,
      String encoding,
      String role,
      boolean historyReadable) {
    static Server read(ResultSet rows) throws SQLException {
      rows.next();
      return new Server(
          rows.getInt(1),
          rows.getBoolean(2),
          rows.getString(3),
          rows.getString(4).equals("on"),
          rows.getString(5).equals("on"),
          rows.getString(6),
          rows.getString(7),
          rows.getBoolean(8));
    }
  }

  Installation(PostgresSettings settings, Pool pool) {
    this.settings = settings;
    this.pool = pool;
  }

  /** Checks and installs. */
  void run() {
    Server server = pool.read(session -> session.query(SERVER, Session.Binder.NONE, Server::read));
    if (server.standby) {
      throw new StoreUnavailableException(
          settings.shownUrl() + " is a standby; connect to the primary server", null);
    }
    List<String> problems = new ArrayList<>();
    checkVersion(server, problems);
    checkDurability(server, problems);
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    install(server);
    checkRights(server.role);
  }

  /** What {@link #run} would refuse; installs nothing. */
  List<String> preflight() {
    Server server = pool.read(session -> session.query(SERVER, Session.Binder.NONE, Server::read));
    if (server.standby) {
      return List.of(settings.shownUrl() + " is a standby; connect to the primary server");
    }
    List<String> problems = new ArrayList<>();
    checkVersion(server, problems);
    checkDurability(server, problems);
    try {
      checkTables(server);
    } catch (ConfigurationException e) {
      problems.addAll(e.problems());
    }
    return problems;
  }

  /** That they are there, or may be made. */
  private void checkTables(Server server) {
    DataSource owner = settings.owner();
    DataSource installer = owner == null ? Pool.source(settings) : owner;
    try {
      if (!isComplete(server)) {
        checkMayInstall(installer, server.role);
      } else if (owner != null) {
        owner.getConnection().close(); // a wrong login is to show now
      } else {
        checkRights(server.role);
      }
    } catch (SQLException e) {
      throw pool.failures().notWritten(e);
    }
  }

  private void checkVersion(Server server, List<String> problems) {
    if (server.version < OLDEST) {
      problems.add(
          settings.shownUrl()
              + " runs PostgreSQL "
              + server.version
              + "; use "
              + OLDEST
              + " to "
              + NEWEST_KNOWN);
    } else if (server.version > NEWEST_KNOWN) {
      log.warn(
          "{} runs PostgreSQL {}; this version of Crossfade is tested up to {}",
          settings.shownUrl(),
          server.version,
          NEWEST_KNOWN);
    }
    if (!server.encoding.equals("UTF8")) {
      problems.add(
          settings.shownUrl()
              + " has the encoding "
              + server.encoding
              + "; keys and texts need a database with encoding UTF8");
    }
  }

  /** A primary that loses a commit loses its entry with it; a secondary that does has no entry. */
  private void checkDurability(Server server, List<String> problems) {
    List<String> weak = new ArrayList<>();
    if (server.synchronousCommit.equals("off")) {
      weak.add("synchronous_commit is off for role " + server.role);
    }
    if (!server.fsync) {
      weak.add("fsync is off");
    }
    if (!server.fullPageWrites) {
      weak.add("full_page_writes is off");
    }
    if (weak.isEmpty()) {
      return;
    }
    String what =
        settings.shownUrl()
            + " may lose what it has acknowledged: "
            + String.join(", ", weak)
            + ". A crash would leave the stores different with no trace";
    if (settings.weakDurabilityAllowed()) {
      log.warn("{}; allowed by allowWeakDurability()", what);
    } else {
      problems.add(what + "; turn it on, or call allowWeakDurability() where that is acceptable");
    }
  }

  private void install(Server server) {
    DataSource owner = settings.owner();
    try {
      if (owner != null) {
        // At every start: a wrong one is to show now, not when the first partition is due.
        migrate(owner, server.role);
        grant(owner, server.role);
      } else if (!isComplete(server)) {
        migrate(Pool.source(settings), server.role);
      }
    } catch (FlywayException e) {
      throw notInstalled(server.role, e);
    } catch (SQLException e) {
      throw pool.failures().notWritten(e);
    }
  }

  private boolean isComplete(Server server) {
    return server.historyReadable
        && pool.read(session -> session.query(APPLIED, Session.Binder.NONE, Installation::texts))
            .equals(COMPLETE);
  }

  private static List<String> texts(ResultSet rows) throws SQLException {
    List<String> all = new ArrayList<>();
    while (rows.next()) {
      all.add(rows.getString(1));
    }
    return all;
  }

  private void migrate(DataSource installer, String role) throws SQLException {
    Flyway flyway = flyway(installer);
    if (flyway.info().pending().length > 0) {
      checkMayInstall(installer, role);
      flyway.migrate();
    } else {
      flyway.validate();
    }
  }

  private static Flyway flyway(DataSource installer) {
    return Flyway.configure(Installation.class.getClassLoader())
        .dataSource(installer)
        .locations(MIGRATIONS)
        .schemas("crossfade")
        .defaultSchema("crossfade")
        .table(HISTORY)
        .load();
  }

  /** Flyway would try for ten seconds. */
  private void checkMayInstall(DataSource installer, String role) throws SQLException {
    try (Connection connection = installer.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(MAY_INSTALL)) {
      rows.next();
      if (!rows.getBoolean(1)) {
        throw mayNotInstall(role, "role " + rows.getString(2) + " may not create them");
      }
    }
  }

  private RuntimeException notInstalled(String role, FlywayException e) {
    SQLException cause = sqlCause(e);
    if (cause == null || !Failures.isMissingRight(cause)) {
      return cause != null && Failures.brokeConnection(cause)
          ? pool.failures().notWritten(cause)
          : new ConfigurationException(
              List.of(
                  "the library's tables in schema crossfade of "
                      + settings.shownUrl()
                      + " cannot be installed: "
                      + e.getMessage()));
    }
    return mayNotInstall(role, String.valueOf(cause.getMessage()));
  }

  private ConfigurationException mayNotInstall(String role, String why) {
    return new ConfigurationException(
        List.of(
            "the library's tables are missing or of an older version in schema crossfade of "
                + settings.shownUrl()
                + ", and "
                + why
                + "; let a role that owns the database run PostgresStore.install(url, credentials,"
                + " \""
                + role
                + "\") once, or give one with owner(…)"));
  }

  private static @Nullable SQLException sqlCause(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  private void checkRights(String role) {
    if (missingRights() > 0) {
      throw new ConfigurationException(
          List.of(
              "role "
                  + role
                  + " may not use the library's tables in "
                  + settings.shownUrl()
                  + "; grant usage on schema crossfade to "
                  + role
                  + "; grant select, insert, update, delete on all tables in schema crossfade to "
                  + role));
    }
  }

  private long missingRights() {
    return pool.read(
        session ->
            session.query(
                MISSING_RIGHTS,
                Session.Binder.NONE,
                rows -> {
                  rows.next();
                  return rows.getLong(1);
                }));
  }

  /** Only what is missing: many instances may start at once. */
  private void grant(DataSource owner, String role) throws SQLException {
    if (missingRights() > 0) {
      grantRights(owner, role);
    }
  }

  /** Installs as the owner and gives a role what the store needs at run time. */
  static void install(DataSource owner, String role) {
    try {
      flyway(owner).migrate();
      grantRights(owner, role);
    } catch (FlywayException | SQLException e) {
      throw new ConfigurationException(
          List.of("the library's tables cannot be installed: " + e.getMessage()));
    }
  }

  private static void grantRights(DataSource owner, String role) throws SQLException {
    try (Connection connection = owner.getConnection();
        Statement statement = connection.createStatement()) {
      String quoted = statement.enquoteIdentifier(role, true);
      statement.execute(
          "grant usage on schema crossfade to "
              + quoted
              + "; grant select, insert, update, delete on all tables in schema crossfade to "
              + quoted);
    }
  }
}
