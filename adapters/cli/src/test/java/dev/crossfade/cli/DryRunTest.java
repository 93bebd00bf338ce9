package dev.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crossfade.cli.CommandRun.Ended;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dry run names everything that would stop a backfill, each with its fix, and changes nothing.
 */
@ExtendWith(PostgresExtension.class)
class DryRunTest {
  private static final String PASSWORD = "not-to-be-seen-4711";
  private static final String SCHEMA =
      "create table note (id integer primary key, body text not null);"
          + "insert into note (body) values ('one'), ('two');"
          + "create table mark (name text primary key, note integer references note (id));"
          + "insert into mark values ('a', 1)";

  @TempDir Path folder;

  private CommandRun drafted(TestDatabase database) throws Exception {
    return drafted(database, Samples.file(folder, SCHEMA).toString());
  }

  private CommandRun drafted(TestDatabase database, String legacy) {
    CommandRun crossfade = new CommandRun(folder).on(database);
    Ended draft =
        crossfade.run(
            "draft-schema",
            legacy,
            "--name",
            "notes",
            "--migrations",
            crossfade.migrations().toString());
    assertThat(draft.exitCode()).as("%s", draft).isZero();
    return crossfade;
  }

  /** As an administrator would, without Crossfade. */
  private static void createTables(CommandRun crossfade, TestDatabase database) throws Exception {
    try (var files = Files.list(crossfade.migrations())) {
      for (Path each : files.toList()) {
        execute(database, Files.readString(each));
      }
    }
  }

  private static JsonNode dryRun(CommandRun crossfade, int exitCode) {
    Ended ended = crossfade.run("backfill", "--dry-run", "--json");
    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(exitCode);
    assertThat(ended.toString()).doesNotContain(PASSWORD);
    return ended.json();
  }

  private static List<String> problems(JsonNode document) {
    List<String> problems = new ArrayList<>();
    document
        .get("problems")
        .forEach(
            each -> problems.add(each.get("message").asText() + " | " + each.get("fix").asText()));
    return problems;
  }

  @Test
  void nothingStandsInTheWayAndNothingChanges(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    createTables(crossfade, database);
    byte[] before = Files.readAllBytes(folder.resolve("legacy.db"));

    JsonNode dry = dryRun(crossfade, ExitCode.OK);

    assertThat(problems(dry)).isEmpty();
    assertThat(dry.get("tables").get(0).get("legacyRows").asLong()).isEqualTo(2);
    assertThat(dry.get("tables").get(0).get("targetRows").asLong()).isZero();
    assertThat(dry.get("tables").get(1).get("columns").size()).isEqualTo(2);
    assertThat(dry.get("bytes").asLong()).isEqualTo(before.length);
    assertThat(dry.get("wantedBytes").asLong()).isPositive();
    assertThat(Files.readAllBytes(folder.resolve("legacy.db"))).isEqualTo(before);
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("legacy.db", "crossfade.yaml", "migrations");
    }
    assertThat(number(database, "select count(*) from pg_namespace where nspname = 'crossfade'"))
        .isZero();
    Ended text = crossfade.run("backfill", "--dry-run");
    assertThat(text.out()).contains("note (2 rows)").contains("nothing was written");
  }

  /** What one problem hides another does not: the file is locked, and there is no schema. */
  @Test
  void problemsOfBothStoresAreNamedAtOnce(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    try (Connection other =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("legacy.db"));
        Statement statement = other.createStatement()) {
      statement.execute("begin immediate");

      JsonNode dry = dryRun(crossfade, ExitCode.CONFIGURATION);

      assertThat(problems(dry))
          .anySatisfy(p -> assertThat(p).contains("note", "are missing in", "--create-schema"))
          .anySatisfy(p -> assertThat(p).contains("locked by another program", "lsof"));
      assertThat(dry.get("tables").get(0).get("legacyRows").asLong()).isEqualTo(2);
      assertThat(dry.get("tables").get(0).get("targetRows").isNull()).isTrue();
    }
  }

  @Test
  void aFileThatIsNoneAndAServerThatIsAway(TestDatabase database) throws Exception {
    CommandRun crossfade =
        drafted(database).with("CROSSFADE_TARGET_URL", "jdbc:postgresql://localhost:1/x");
    Files.writeString(folder.resolve("legacy.db"), "no database ".repeat(100));

    assertThat(problems(dryRun(crossfade, ExitCode.CONFIGURATION)))
        .anySatisfy(p -> assertThat(p).contains("is not a SQLite database"))
        .anySatisfy(p -> assertThat(p).contains("refuses the connection", "start the server"));
  }

  @Test
  void aServerThatIsAwayIsNoReasonNotToCount(TestDatabase database) throws Exception {
    CommandRun crossfade =
        drafted(database).with("CROSSFADE_TARGET_URL", "jdbc:postgresql://localhost:1/x");

    JsonNode dry = dryRun(crossfade, ExitCode.UNAVAILABLE);

    assertThat(dry.get("tables").get(0).get("legacyRows").asLong()).isEqualTo(2);
    assertThat(dry.get("freeBytes").isNull()).isTrue();
    assertThat(dry.get("notes").get(0).asText()).contains("cannot be known from here");
  }

  @Test
  void rightsThatAreMissingAreNamedAllAtOnce(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    createTables(crossfade, database);
    String role = "crossfade_cli_dry_run_" + ProcessHandle.current().pid();
    execute(database, "create role " + role + " login password '" + PASSWORD + "'");
    try {
      execute(database, "revoke temporary on database " + database.name() + " from public");
      execute(database, "grant select, insert on note to " + role);
      execute(database, "grant select, insert, update, delete on mark to " + role);
      crossfade
          .with("CROSSFADE_TARGET_USER", role)
          .with("CROSSFADE_TARGET_PASSWORD", PASSWORD)
          .with("CROSSFADE_BACKFILL_INDEXES_LAST", "true");

      JsonNode dry = dryRun(crossfade, ExitCode.CONFIGURATION);

      assertThat(problems(dry))
          .anySatisfy(p -> assertThat(p).contains("lacks the right to update, delete", "grant"))
          .anySatisfy(p -> assertThat(p).contains("schema crossfade", "may not create"))
          .anySatisfy(p -> assertThat(p).contains("does not own", "note", "owner"))
          .anySatisfy(p -> assertThat(p).contains("does not own", "mark", "owner"));
      assertThat(dry.get("notes").toString()).contains("temporary tables");
    } finally {
      execute(database, "drop owned by " + role);
      execute(database, "drop role " + role);
    }
  }

  @Test
  void aMappingThatDoesNotFitIsNamedWithEveryColumn(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database);
    execute(database, "create table note (id bigint primary key)");
    execute(database, "create table mark (name text collate \"C\" primary key)");

    assertThat(problems(dryRun(crossfade, ExitCode.CONFIGURATION)))
        .anySatisfy(p -> assertThat(p).contains("note.body is neither mapped nor ignored"))
        .anySatisfy(p -> assertThat(p).contains("mark.note is neither mapped nor ignored"));
  }

  @Test
  void documentsAreCountedAndNothingIsAddedToThem(TestDatabase database) throws Exception {
    try (SampleMongo mongo = new SampleMongo().filled()) {
      CommandRun crossfade = drafted(database, mongo.url());

      assertThat(problems(dryRun(crossfade, ExitCode.CONFIGURATION)))
          .anySatisfy(p -> assertThat(p).contains("are missing in"));

      createTables(crossfade, database);
      JsonNode dry = dryRun(crossfade, ExitCode.OK);
      assertThat(dry.get("tables").findValuesAsText("legacyRows")).contains("3", "2");
      assertThat(dry.get("bytes").asLong()).isPositive();
      mongo.database().getCollection("bots").drop();
      assertThat(problems(dryRun(crossfade, ExitCode.CONFIGURATION)))
          .anySatisfy(p -> assertThat(p).contains("there is no collection bots"));
      assertThat(mongo.database().listCollectionNames())
          .noneMatch(name -> name.startsWith("crossfade_"));
      crossfade.with(
          "CROSSFADE_LEGACY_URL",
          "mongodb://localhost:1/bot_platform?serverSelectionTimeoutMS=500");
      assertThat(problems(dryRun(crossfade, ExitCode.UNAVAILABLE)))
          .anySatisfy(p -> assertThat(p).contains("MongoDB cannot be reached"));
    }
  }

  private static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
