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
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Commands that change nothing say what one store knows where the other one says nothing. */
@ExtendWith(PostgresExtension.class)
class OneStoreAloneTest {
  private static final String AWAY = "jdbc:postgresql://localhost:1/away";
  private static final String SCHEMA =
      "create table note (id integer primary key, done boolean not null);"
          + "insert into note values (1, 1), (2, 0)";

  @TempDir Path folder;

  private CommandRun drafted(TestDatabase database, String legacy) throws Exception {
    CommandRun crossfade = new CommandRun(folder).on(database);
    String migrations = crossfade.migrations().toString();
    done(crossfade.run("draft-schema", legacy, "--name", "notes", "--migrations", migrations));
    Files.writeString(
        crossfade.config(),
        Files.readString(crossfade.config())
            .replace("  target:\n", "  park-after: 1\n  target:\n"));
    return crossfade;
  }

  private static Ended backfill(CommandRun crossfade) {
    return crossfade.run(
        "backfill", "--create-schema", "--migrations", crossfade.migrations().toString());
  }

  private static void done(Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isZero();
  }

  private static JsonNode ended(Ended ended, int exitCode) {
    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(exitCode);
    assertThat(ended.toString()).doesNotContain("\tat ");
    return ended.json();
  }

  private Path file() throws Exception {
    return Samples.file(folder, SCHEMA);
  }

  @Test
  void nothingHasBegunAndThereIsNoSchema(TestDatabase database) throws Exception {
    CommandRun crossfade = drafted(database, file().toString());
    byte[] before = Files.readAllBytes(folder.resolve("legacy.db"));

    JsonNode status = ended(crossfade.run("status", "--json"), ExitCode.CONFIGURATION);

    assertThat(status.get("migrations").get(0).get("stage").asText()).isEqualTo("off");
    assertThat(status.get("migrations").get(0).get("begun").asBoolean()).isFalse();
    assertThat(status.get("missing")).hasSize(1);
    assertThat(status.get("missing").get(0).get("message").asText()).contains("note is missing");
    Ended text = crossfade.run("status");
    assertThat(text.out()).contains("notes: off, nothing has begun").contains("target answers");
    assertThat(text.err()).contains("fix: run the migration");
    assertThat(
            ended(crossfade.run("parked", "--json"), ExitCode.CONFIGURATION)
                .get("parked")
                .isEmpty())
        .isTrue();
    assertThat(Files.readAllBytes(folder.resolve("legacy.db"))).isEqualTo(before);
  }

  @Test
  void postgresIsAway(TestDatabase database) throws Exception {
    Path file = file();
    CommandRun crossfade = drafted(database, file.toString());
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("insert into note values (3, 7)"); // no boolean
    }
    assertThat(backfill(crossfade).exitCode()).isEqualTo(ExitCode.REFUSED);
    crossfade.with("CROSSFADE_TARGET_URL", AWAY);

    JsonNode status = ended(crossfade.run("status", "--json"), ExitCode.UNAVAILABLE);
    JsonNode migration = status.get("migrations").get(0);
    assertThat(migration.get("stage").asText()).isEqualTo("dual_write");
    assertThat(migration.get("primary").asText()).isEqualTo("legacy");
    assertThat(migration.get("journal").get("parked").asInt()).isEqualTo(1);
    assertThat(migration.get("answers").get("target").asBoolean()).isFalse();
    assertThat(status.get("missing")).hasSize(1);
    assertThat(status.get("missing").get(0).get("fix").asText()).contains("start the server");

    JsonNode parked = ended(crossfade.run("parked", "list", "--json"), ExitCode.UNAVAILABLE);
    assertThat(parked.get("parked").get(0).get("key").asText()).isEqualTo("3");
    JsonNode audit = ended(crossfade.run("audit", "--json"), ExitCode.UNAVAILABLE);
    assertThat(audit.get("entries").get(0).get("to").asText()).isEqualTo("dual_write");
    JsonNode plan = ended(crossfade.run("plan", "shadow", "--json"), ExitCode.UNAVAILABLE);
    assertThat(plan.get("from").asText()).isEqualTo("dual_write");
    assertThat(plan.get("holds").asBoolean()).isFalse();
    assertThat(crossfade.run("plan", "shadow").out()).contains("the gates cannot be asked");
  }

  @Test
  void theFileOfALiveMigrationIsGone(TestDatabase database) throws Exception {
    Path file = file();
    CommandRun crossfade = drafted(database, file.toString());
    done(backfill(crossfade));
    done(crossfade.run("verify"));
    done(crossfade.run("move", "shadow"));
    done(crossfade.run("backup", folder.resolve("backup.db").toString()));
    done(crossfade.run("move", "live"));
    Files.move(file, folder.resolve("elsewhere.db"));

    JsonNode status = ended(crossfade.run("status", "--json"), ExitCode.CONFIGURATION);

    JsonNode migration = status.get("migrations").get(0);
    assertThat(migration.get("stage").asText()).isEqualTo("live");
    assertThat(migration.get("primary").asText()).isEqualTo("target");
    assertThat(migration.get("journal").get("entries").asInt()).isZero();
    assertThat(status.get("missing")).hasSize(1);
    assertThat(status.get("missing").get(0).get("message").asText()).contains("no legacy file");
    assertThat(ended(crossfade.run("audit", "--json"), ExitCode.CONFIGURATION).get("entries"))
        .isNotEmpty();

    crossfade.with("CROSSFADE_TARGET_URL", AWAY);
    JsonNode neither = ended(crossfade.run("status", "--json"), ExitCode.CONFIGURATION);
    assertThat(neither.get("migrations").get(0).get("stage").isNull()).isTrue();
    assertThat(neither.get("missing")).hasSize(2);
  }

  @Tag("exhaustive")
  @Test
  void aMongoWithoutPostgresAndTheOtherWayRound(TestDatabase database) throws Exception {
    try (SampleMongo mongo = new SampleMongo().filled()) {
      CommandRun crossfade = drafted(database, mongo.url());
      ended(crossfade.run("status", "--json"), ExitCode.CONFIGURATION);
      assertThat(mongo.database().listCollectionNames())
          .noneMatch(name -> name.startsWith("crossfade_"));
      done(backfill(crossfade));

      crossfade.with("CROSSFADE_TARGET_URL", AWAY);
      JsonNode status = ended(crossfade.run("status", "--json"), ExitCode.UNAVAILABLE);
      assertThat(status.get("migrations").get(0).get("stage").asText()).isEqualTo("dual_write");
      assertThat(ended(crossfade.run("audit", "--json"), ExitCode.UNAVAILABLE).get("entries"))
          .isNotEmpty();

      crossfade.on(database).with("CROSSFADE_LEGACY_URL", "mongodb://localhost:1/bot_platform");
      JsonNode without = ended(crossfade.run("status", "--json"), ExitCode.UNAVAILABLE);
      assertThat(without.get("missing").get(0).get("message").asText()).contains("MongoDB");
      assertThat(without.get("migrations").get(0).get("answers").get("target").asBoolean())
          .isTrue();
    }
  }
}
