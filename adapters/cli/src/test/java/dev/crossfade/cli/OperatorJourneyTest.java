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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A migration from off to live and back, by commands alone, their results read as JSON. */
@ExtendWith(PostgresExtension.class)
class OperatorJourneyTest {
  /** Rows that refer to later ones of their table, a key of two columns, a row that is refused. */
  private static final String LEGACY =
      """
      create table person (id integer primary key, name text not null, boss integer
        references person (id));
      insert into person values (1, 'a', 3), (2, 'b', 1), (3, 'c', null);
      create table vote (person integer not null references person (id) on delete cascade,
        topic text not null, yes boolean not null, primary key (person, topic));
      insert into vote values (1, 'x', 1), (2, 'x', 0), (3, 'y', 1);
      """;

  @TempDir Path folder;

  @Test
  void toLiveAndBack(TestDatabase database) throws Exception {
    Path legacy = Samples.file(folder, LEGACY);
    CommandRun crossfade = new CommandRun(folder).on(database);
    String migrations = crossfade.migrations().toString();
    done(crossfade.run("draft-schema", legacy.toString(), "--migrations", migrations));
    change(legacy, "insert into vote values (3, 'z', 2)"); // no boolean
    Files.writeString(
        crossfade.config(),
        Files.readString(crossfade.config())
            .replace("  target:\n", "  park-after: 1\n  target:\n"));

    Ended dry = crossfade.run("backfill", "--dry-run", "--json");
    assertThat(dry.exitCode()).as("%s", dry).isEqualTo(ExitCode.CONFIGURATION); // no schema yet

    JsonNode copied =
        refused(crossfade.run("backfill", "--create-schema", "--migrations", migrations, "--json"));
    assertThat(copied.get("parked").get(0).get("entity").asText()).isEqualTo("vote");
    assertThat(copied.get("parked").get(0).get("key").asText()).isEqualTo("(3, z)");

    assertThat(refused(crossfade.run("parked", "--json")).get("parked")).hasSize(1);
    Ended unknown =
        crossfade.run("parked", "accept", "--entity", "vote", "--reason", "no", "(9, z)");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.REFUSED);
    change(legacy, "update vote set yes = 1 where topic = 'z'");
    assertThat(done(crossfade.run("parked", "retry", "--json")).get("parked")).isEmpty();

    assertThat(done(crossfade.run("verify", "--json")).get("totalRows").asLong()).isEqualTo(7);
    assertThat(bosses(database)).isEqualTo(2);

    execute(database, "update person set name = 'changed around it' where id = 2");
    JsonNode differing = refused(crossfade.run("verify", "--json")).get("differences").get(0);
    assertThat(differing.get("key").asLong()).isEqualTo(2);
    assertThat(differing.get("differences").get(0).get("column").asText()).isEqualTo("name");
    assertThat(refused(crossfade.run("verify", "--quick", "--json")).get("mode").asText())
        .isEqualTo("quick");
    JsonNode repaired = done(crossfade.run("repair", "--json"));
    assertThat(repaired.get("differing").asInt()).isEqualTo(1);
    assertThat(repaired.get("refused").asInt()).isZero();
    assertThat(repaired.get("verification").get("clean").asBoolean()).isTrue();

    done(crossfade.run("move", "shadow", "--json"));
    Path backup = folder.resolve("backup.db");
    done(crossfade.run("backup", backup.toString(), "--json"));
    assertThat(backup).exists();
    assertThat(done(crossfade.run("plan", "live", "--json")).get("holds").asBoolean()).isTrue();
    assertThat(done(crossfade.run("move", "live", "--json")).get("to").asText()).isEqualTo("live");
    JsonNode live = done(crossfade.run("status", "--json")).get("migrations").get(0);
    assertThat(live.get("primary").asText()).isEqualTo("target");

    JsonNode jump = refused(crossfade.run("move", "complete", "--json"));
    assertThat(jump.get("refused").get(0).asText()).contains("ramp_down");

    assertThat(done(crossfade.run("rollback", "--json")).get("to").asText()).isEqualTo("shadow");
    Ended again = crossfade.run("rollback");
    assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(again.err()).contains("the legacy store is the primary already");

    JsonNode audit = done(crossfade.run("audit", "--json")).get("entries");
    assertThat(audit.get(0).get("from").asText()).isEqualTo("live");
    assertThat(done(crossfade.run("verify", "--json")).get("clean").asBoolean()).isTrue();
  }

  @Tag("exhaustive")
  @Test
  void aLostPrimaryIsAbandoned(TestDatabase database) throws Exception {
    Path legacy = Samples.file(folder, LEGACY);
    CommandRun crossfade = new CommandRun(folder).on(database);
    String migrations = crossfade.migrations().toString();
    done(crossfade.run("draft-schema", legacy.toString(), "--migrations", migrations, "--json"));
    done(crossfade.run("backfill", "--create-schema", "--migrations", migrations, "--json"));
    done(crossfade.run("verify", "--json"));
    done(crossfade.run("move", "shadow", "--json"));
    done(crossfade.run("move", "live", "--json"));

    Ended reachable =
        crossfade.run("rollback", "--abandon-primary", "--reason", "a trial", "--json");
    assertThat(reachable.exitCode()).as("%s", reachable).isEqualTo(ExitCode.REFUSED);

    crossfade.with("CROSSFADE_TARGET_URL", "jdbc:postgresql://localhost:1/lost");
    assertThat(crossfade.run("rollback", "--abandon-primary").exitCode())
        .as("without a reason")
        .isEqualTo(ExitCode.USAGE);
    JsonNode abandoned =
        done(crossfade.run("rollback", "--abandon-primary", "--reason", "it is gone", "--json"));
    assertThat(abandoned.get("to").asText()).isEqualTo("dual_write");

    crossfade.on(database);
    Path lost = folder.resolve("lost.jsonl");
    assertThat(done(crossfade.run("reconcile", lost.toString(), "--json")).get("lost").asLong())
        .isZero();
    done(crossfade.run("backfill", "--json"));
    assertThat(done(crossfade.run("verify", "--json")).get("clean").asBoolean()).isTrue();
  }

  private static JsonNode done(Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isZero();
    return ended.out().startsWith("{") ? ended.json() : null;
  }

  private static JsonNode refused(Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(ExitCode.REFUSED);
    return ended.json();
  }

  private static void change(Path legacy, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + legacy);
        Statement statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 20000");
      statement.execute(sql);
    }
  }

  private static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int bosses(TestDatabase database) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(boss) from person")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
