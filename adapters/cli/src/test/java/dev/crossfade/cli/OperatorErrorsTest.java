package dev.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.cli.CommandRun.Ended;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What operators meet is a sentence with its fix, and never a password. */
@ExtendWith(PostgresExtension.class)
class OperatorErrorsTest {
  private static final String PASSWORD = "not-to-be-seen-4711";
  private static final String SCHEMA =
      "create table note (id integer primary key, body text not null);"
          + "insert into note (body) values ('one'), ('two')";

  @TempDir Path folder;

  /** A draft in the folder, on that database. */
  private CommandRun drafted(TestDatabase database) throws Exception {
    Path legacy = Samples.file(folder, SCHEMA);
    CommandRun crossfade = new CommandRun(folder).on(database);
    Ended draft =
        crossfade.run(
            "draft-schema",
            legacy.toString(),
            "--name",
            "notes",
            "--migrations",
            crossfade.migrations().toString());
    assertThat(draft.exitCode()).as("%s", draft).isZero();
    return crossfade;
  }

  private static Ended createSchema(CommandRun crossfade) {
    return crossfade.run(
        "backfill", "--create-schema", "--migrations", crossfade.migrations().toString());
  }

  private static void saysWithFix(Ended ended, int exitCode, String what, String fix) {
    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(exitCode);
    assertThat(ended.err()).contains("crossfade: ").contains(what).contains(fix);
    assertThat(ended.out() + ended.err()).doesNotContain(PASSWORD).doesNotContain("\tat ");
  }

  private static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aTableIsMissing(TestDatabase database) throws Exception {
    saysWithFix(
        drafted(database).run("verify"),
        ExitCode.CONFIGURATION,
        "table note is missing",
        "backfill --create-schema");
  }

  @Test
  void aTableIsThereAlready(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    execute(database, "create table note (something_else int)");

    saysWithFix(
        createSchema(crossfade),
        ExitCode.CONFIGURATION,
        "is there already",
        "without --create-schema");
  }

  @Test
  void aTableOfOtherColumnsDoesNotFit(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    execute(database, "create table note (id bigint primary key)");

    saysWithFix(
        crossfade.run("backfill"),
        ExitCode.CONFIGURATION,
        "legacy column note.body is neither mapped nor ignored",
        "name its target column");
  }

  @Test
  void theConnectionIsRefused(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    crossfade
        .with("CROSSFADE_TARGET_URL", "jdbc:postgresql://localhost:" + port + "/x")
        .with("CROSSFADE_TARGET_PASSWORD", PASSWORD);

    saysWithFix(
        crossfade.run("status"),
        ExitCode.UNAVAILABLE,
        "refuses the connection",
        "start the server");
  }

  @Test
  void nobodyAnswers(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      crossfade
          .with(
              "CROSSFADE_TARGET_URL",
              "jdbc:postgresql://127.0.0.1:"
                  + silent.getLocalPort()
                  + "/x?socketTimeout=1&connectTimeout=1")
          .with("CROSSFADE_TARGET_PASSWORD", PASSWORD);

      saysWithFix(
          crossfade.run("status"),
          ExitCode.UNAVAILABLE,
          "does not answer in time",
          "run the command again");
    }
  }

  @Test
  void thereIsNoSuchHost(TestDatabase database) throws Exception {
    CommandRun crossfade =
        drafted(database)
            .with("CROSSFADE_TARGET_URL", "jdbc:postgresql://no-such-host.invalid/x")
            .with("CROSSFADE_TARGET_PASSWORD", PASSWORD);

    saysWithFix(
        crossfade.run("status"), ExitCode.UNAVAILABLE, "host name that nobody knows", "correct");
  }

  @Test
  void thereIsNoSuchDatabase(TestDatabase database) throws Exception {
    CommandRun crossfade =
        drafted(database)
            .with(
                "CROSSFADE_TARGET_URL",
                database.jdbcUrl().replaceFirst("/[^/?]+([?].*)?$", "/no_such_database"));

    saysWithFix(
        crossfade.run("status"),
        ExitCode.CONFIGURATION,
        "there is no such database",
        "create database");
  }

  @Test
  void aRightIsMissing(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    String role = "crossfade_cli_without_rights_" + ProcessHandle.current().pid();
    execute(database, "create role " + role + " login password '" + PASSWORD + "'");
    try {
      execute(database, "revoke create on schema public from public");
      crossfade.with("CROSSFADE_TARGET_USER", role).with("CROSSFADE_TARGET_PASSWORD", PASSWORD);

      saysWithFix(
          createSchema(crossfade),
          ExitCode.CONFIGURATION,
          "lacks a right in PostgreSQL",
          "crossfade.target.owner");
    } finally {
      execute(database, "drop role " + role);
    }
  }

  @Test
  void aFileIsNoDatabase() throws Exception {
    Path file = Files.writeString(folder.resolve("notes.txt"), "no database ".repeat(100));

    saysWithFix(
        new CommandRun(folder).run("inspect", file.toString()),
        ExitCode.CONFIGURATION,
        "is not a SQLite database",
        "name the right file");
  }

  @Test
  void aFileIsNotThere() {
    saysWithFix(
        new CommandRun(folder).run("inspect", folder.resolve("missing.db").toString()),
        ExitCode.CONFIGURATION,
        "there is no file",
        "correct the path");
  }

  @Test
  void aFileIsLockedByAnotherProgram() throws Exception {
    Path file = Samples.file(folder, SCHEMA);
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("begin exclusive");

      saysWithFix(
          new CommandRun(folder).run("inspect", file.toString()),
          ExitCode.UNAVAILABLE,
          "locked by another program",
          "end what holds it");
    }
  }

  @Test
  void aTableWithoutAKeyIsLeftOut() throws Exception {
    Path file =
        Samples.file(
            folder,
            SCHEMA
                + "; create table log (at text, what text);"
                + "create table mark (name text not null unique, value text)");
    CommandRun crossfade = new CommandRun(folder);

    Ended draft =
        crossfade.run(
            "draft-schema", file.toString(), "--migrations", crossfade.migrations().toString());

    assertThat(draft.exitCode()).as("%s", draft).isZero();
    assertThat(draft.out()).contains("left out log: it has no key").contains("unique index");
    assertThat(Files.readString(crossfade.config())).contains("mark:").doesNotContain("log:");
  }

  @Test
  void thereIsNoConfiguration() {
    saysWithFix(
        new CommandRun(folder).run("status"),
        ExitCode.CONFIGURATION,
        "there is no configuration",
        "draft-schema");
  }

  @Test
  void anErrorIsJsonWhereJsonWasAskedFor() {
    Ended ended = new CommandRun(folder).run("status", "--json");

    assertThat(ended.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(ended.json().get("error").get("exitCode").asInt()).isEqualTo(ended.exitCode());
    assertThat(ended.json().get("error").get("fix").asText()).contains("--config");
  }

  /** What no test can bring about on every machine. */
  @ParameterizedTest
  @CsvSource({
    "28P01, 3, refuses the password, CROSSFADE_TARGET_PASSWORD",
    "28000, 3, refuses the login, pg_hba.conf",
    "53100, 4, disk is full, make room",
    "53300, 4, no connection left, max_connections",
    "57014, 4, took too long, pg_stat_activity",
    "57P03, 4, starting or shutting down, again",
    "42P01, 3, is missing, --create-schema"
  })
  void whatPostgresSays(String state, int exitCode, String what, String fix) {
    CommandFailure failure =
        Failures.explained(
            new IllegalStateException("outer", new SQLException("the server's words", state)));

    assertThat(failure.exitCode()).isEqualTo(exitCode);
    assertThat(failure.sentence()).contains(what);
    assertThat(failure.fix()).contains(fix);
  }

  @ParameterizedTest
  @CsvSource({
    "SQLITE_FULL, 4, disk of the legacy file is full, make room",
    "SQLITE_READONLY, 3, may not be written, let the user",
    "SQLITE_CANTOPEN, 3, cannot be opened, rights",
    "SQLITE_CORRUPT, 3, is damaged, integrity_check",
    "SQLITE_BUSY_SNAPSHOT, 4, locked by another program, again"
  })
  void whatSqliteSays(SQLiteErrorCode code, int exitCode, String what, String fix) {
    CommandFailure failure = Failures.explained(new SQLiteException("its words", code));

    assertThat(failure.exitCode()).isEqualTo(exitCode);
    assertThat(failure.sentence()).contains(what);
    assertThat(failure.fix()).contains(fix);
  }

  @Test
  void aFaultOfTheProgramSaysSo() throws IOException {
    CommandFailure failure = Failures.explained(new ArithmeticException("by zero"));

    assertThat(failure.exitCode()).isEqualTo(ExitCode.FAULT);
    assertThat(failure.fix()).contains("--verbose");
  }
}
