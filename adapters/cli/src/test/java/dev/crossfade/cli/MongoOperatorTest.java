package dev.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.crossfade.cli.CommandRun.Ended;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What operators do besides copying, where the legacy store is a MongoDB. */
@ExtendWith(PostgresExtension.class)
class MongoOperatorTest {
  private static final ObjectId FOURTH = new ObjectId("65a000000000000000000004");
  private static final ObjectId FIFTH = new ObjectId("65a000000000000000000005");

  @TempDir Path folder;

  private TestDatabase database;
  private SampleMongo mongo;
  private CommandRun crossfade;

  @BeforeEach
  void draft(TestDatabase postgres) throws Exception {
    database = postgres;
    mongo = new SampleMongo().filled();
    crossfade = new CommandRun(folder).on(database);
    String migrations = crossfade.migrations().toString();
    done(crossfade.run("draft-schema", mongo.url(), "--migrations", migrations, "--json"));
    Files.writeString(
        crossfade.config(),
        Files.readString(crossfade.config())
            .replace("  target:\n", "  park-after: 1\n  target:\n"));
  }

  @AfterEach
  void stop() {
    mongo.close();
  }

  private Ended backfill() {
    return crossfade.run(
        "backfill", "--create-schema", "--migrations", crossfade.migrations().toString(), "--json");
  }

  private void user(ObjectId id, Object active) {
    mongo
        .database()
        .getCollection("users")
        .insertOne(new Document("_id", id).append("email", id + "@x").append("active", active));
  }

  private void active(ObjectId id, Object value) {
    mongo
        .database()
        .getCollection("users")
        .updateOne(Filters.eq("_id", id), Updates.set("active", value));
  }

  @Test
  void whatIsParkedIsListedTriedAgainAndGivenUp() throws Exception {
    user(FOURTH, "perhaps"); // no boolean
    user(FIFTH, "perhaps");

    JsonNode copied = refused(backfill());

    assertThat(copied.get("parked")).hasSize(2);
    JsonNode listed = refused(crossfade.run("parked", "--json")).get("parked");
    assertThat(listed.get(0).get("entity").asText()).isEqualTo("users");
    assertThat(listed.get(0).get("reason").asText()).contains("active").doesNotContain("perhaps");
    String key = listed.get(0).get("key").asText();
    String other = listed.get(1).get("key").asText();

    Ended unknown = crossfade.run("parked", "accept", "--entity", "users", "--reason", "no", "7");
    assertThat(unknown.exitCode()).as("%s", unknown).isEqualTo(ExitCode.REFUSED);

    assertThat(refused(crossfade.run("parked", "retry", "--json")).get("parked")).hasSize(2);
    active(FOURTH, true);
    assertThat(refused(crossfade.run("parked", "retry", "--json")).get("parked")).hasSize(1);
    JsonNode left = refused(crossfade.run("parked", "list", "--json")).get("parked");
    String stays = left.get(0).get("key").asText();
    assertThat(stays).isIn(key, other);
    assertThat(
            done(crossfade.run(
                    "parked", "accept", "--entity", "users", stays, "--reason", "a test", "--json"))
                .get("givenUp")
                .asInt())
        .isEqualTo(1);
    assertThat(done(crossfade.run("parked", "--json")).get("parked")).isEmpty();

    JsonNode audit = done(crossfade.run("audit", "--json")).get("entries");
    assertThat(audit.get(0).get("reason").asText()).contains("a test");
    active(FIFTH, false);
    done(crossfade.run("repair", "--json"));
    assertThat(done(crossfade.run("verify", "--json")).get("totalRows").asLong()).isEqualTo(10);
  }

  @Test
  void throughTheStagesAndBackWithTheGatesAsked() throws Exception {
    done(backfill());
    assertThat(refused(crossfade.run("plan", "live", "--json")).get("path")).hasSize(2);
    Ended early = crossfade.run("move", "shadow", "--json");
    done(crossfade.run("verify", "--json"));
    if (early.exitCode() != ExitCode.OK) {
      done(crossfade.run("move", "shadow", "--json"));
    }
    refused(crossfade.run("move", "ramp_down", "--json"));
    done(crossfade.run("backup", "--note", "mongodump of today", "--json"));
    assertThat(done(crossfade.run("plan", "live", "--json")).get("holds").asBoolean()).isTrue();
    done(crossfade.run("move", "live", "--json"));
    assertThat(done(crossfade.run("rollback", "--json")).get("to").asText()).isEqualTo("shadow");
    Ended again = crossfade.run("rollback");
    assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(again.err()).contains("the legacy store is the primary already");
    done(crossfade.run("move", "off", "--json"));

    JsonNode audit = done(crossfade.run("audit", "--json")).get("entries");
    assertThat(audit.get(0).get("to").asText()).isEqualTo("off");
    assertThat(audit.findValuesAsText("to")).contains("live", "shadow", "dual_write");
    assertThat(done(crossfade.run("audit", "--most", "2", "--json")).get("entries")).hasSize(2);
  }

  @Tag("exhaustive")
  @Test
  void aPrimaryThatWasGivenUpIsTakenBack() throws Exception {
    done(backfill());
    done(crossfade.run("verify", "--json"));
    done(crossfade.run("move", "shadow", "--json"));
    done(crossfade.run("backup", "--note", "mongodump of today", "--json"));
    done(crossfade.run("move", "live", "--json"));
    refused(crossfade.run("rollback", "--abandon-primary", "--reason", "a trial", "--json"));
    crossfade.with("CROSSFADE_TARGET_URL", "jdbc:postgresql://localhost:1/lost");
    done(crossfade.run("rollback", "--abandon-primary", "--reason", "it is gone", "--json"));

    execute("update users set role = 'only here' where email = 'a@example.com'");
    execute("insert into bots (id, api_port) values ('lost', 1)");
    left("select 'users', uuid_send(id) from users where role = 'only here'");
    left("select 'bots', convert_to('lost', 'UTF8')");
    crossfade.on(database);
    Path lost = folder.resolve("lost.jsonl");
    JsonNode reconciled = refused(crossfade.run("reconcile", lost.toString(), "--json"));

    assertThat(reconciled.get("lost").asLong()).isEqualTo(2);
    assertThat(Files.readString(lost)).contains("only here").contains("lost");
    done(crossfade.run("backfill", "--json"));
    done(crossfade.run("repair", "--json"));
    assertThat(done(crossfade.run("verify", "--json")).get("clean").asBoolean()).isTrue();
    assertThat(mongo.database().getCollection("bots").countDocuments()).isEqualTo(2);
    assertThat(done(crossfade.run("audit", "--json")).get("entries").findValuesAsText("action"))
        .contains("abandoned");
  }

  private static JsonNode done(Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isZero();
    return ended.json();
  }

  private static JsonNode refused(Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(ExitCode.REFUSED);
    return ended.json();
  }

  /** What a process leaves that had written a row when it died. */
  private void left(String keys) throws SQLException {
    execute(
        "insert into crossfade.journal (owner, id, migration, entity, key, state)"
            + " select gen_random_uuid(), 1, 'bot_platform', k.entity, k.key, 'left' from ("
            + keys
            + ") k (entity, key)");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
