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
import java.sql.ResultSet;
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

/** From a MongoDB to a checked copy, to live and back, with no file edited by hand. */
@ExtendWith(PostgresExtension.class)
class MongoJourneyTest {
  @TempDir Path folder;

  private SampleMongo mongo;

  @BeforeEach
  void start() {
    mongo = new SampleMongo();
  }

  @AfterEach
  void stop() {
    mongo.close();
  }

  @Test
  void inspectionShowsWhatDocumentsHold() {
    mongo.filled();
    CommandRun crossfade = new CommandRun(folder);

    JsonNode users = named(done(crossfade.run("inspect", mongo.url(), "--json")), "users");

    assertThat(users.get("documents").asLong()).isEqualTo(3);
    assertThat(field(users, "role").get("missing").asLong()).isEqualTo(1);
    assertThat(field(users, "nick").get("missing").asLong()).isEqualTo(1);
    assertThat(field(users, "nick").get("null").asLong()).isEqualTo(1);
    assertThat(field(users, "paperBalance").get("seen").get("double").asLong()).isEqualTo(2);
    assertThat(field(users, "paperBalance").get("looksLike").get(0).get("form").asText())
        .isEqualTo("money");
    assertThat(field(users, "profile.langs").get("longestList").asInt()).isEqualTo(2);
    assertThat(field(users, "profile.langs[]").get("seen").get("string").asInt()).isEqualTo(2);
    assertThat(field(users, "profile.langs").get("missing").asInt()).isEqualTo(1);
    assertThat(users.get("spellings").get(0).get("names"))
        .extracting(JsonNode::asText)
        .containsExactly("firebaseUid", "firebase_uid");
    assertThat(users.get("indexes").get(0).get("unique").asBoolean()).isTrue();

    Ended text = crossfade.run("inspect", mongo.url());
    assertThat(text.out())
        .contains("firebaseUid | firebase_uid differ only by how they are written")
        .contains("unique index on email")
        .contains("1 null, 1 missing");
  }

  @Test
  void aPasswordIsShownNowhere() throws Exception {
    String url = "mongodb://reader:s3cret%40@localhost:1/app";
    CommandRun crossfade = new CommandRun(folder);

    Ended ended = crossfade.run("inspect", url, "--json", "--verbose");

    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(ended.toString()).doesNotContain("s3cret");
    assertThat(crossfade.run("inspect", "mongodb://reader@localhost:1/app").err())
        .contains("CROSSFADE_LEGACY_PASSWORD");
    for (String password : new String[] {"s3%cret", "s3@cret", "s3/cret", "s3?cret"}) {
      Ended none =
          crossfade.run(
              "inspect", "mongodb://reader:" + password + "@localhost:1/app", "--verbose");
      assertThat(none.exitCode()).as("%s", none).isEqualTo(ExitCode.USAGE);
      assertThat(none.toString()).doesNotContain("s3").doesNotContain("cret");
    }
  }

  @Test
  void thePasswordInAUrlIsNotDrafted() {
    MongoAddress address = MongoAddress.parse("mongodb://me:s3c%40ret@h:1,i:2/app?replicaSet=r");

    assertThat(address.url()).isEqualTo("mongodb://h:1,i:2/app?replicaSet=r");
    assertThat(address.user()).isEqualTo("me");
    assertThat(address.password()).isEqualTo("s3c@ret");
    assertThat(address.authSource()).isEqualTo("app");
    assertThat(address.toString()).doesNotContain("s3c");
    assertThat(MongoAddress.parse("mongodb+srv://me@h/?authSource=admin").authSource())
        .isEqualTo("admin");
  }

  @Test
  void toLiveAndBack(TestDatabase database) throws Exception {
    mongo.filled();
    CommandRun crossfade = new CommandRun(folder).on(database);
    String migrations = crossfade.migrations().toString();
    JsonNode draft =
        done(crossfade.run("draft-schema", mongo.url(), "--migrations", migrations, "--json"));
    assertThat(draft.get("leftOut").get("pairs").asText()).contains("its _id makes no key");
    checkDraft(crossfade);

    JsonNode copied =
        done(crossfade.run("backfill", "--create-schema", "--migrations", migrations, "--json"));
    assertThat(copied.get("totalRows").asLong()).isEqualTo(8);
    assertThat(copied.get("refused").asLong()).isZero();
    JsonNode verified = done(crossfade.run("verify", "--json"));
    assertThat(verified.get("clean").asBoolean()).isTrue();
    assertThat(verified.get("totalRows").asLong()).isEqualTo(8);
    JsonNode dry = done(crossfade.run("backfill", "--dry-run", "--json"));
    assertThat(dry.get("tables").get(0).get("legacyRows").asLong())
        .isEqualTo(dry.get("tables").get(0).get("targetRows").asLong());
    checkRows(database);

    around();
    JsonNode difference = refused(crossfade.run("verify", "--json")).get("differences").get(0);
    assertThat(difference.get("differences").get(0).get("column").asText()).isEqualTo("role");
    assertThat(done(crossfade.run("repair", "--json")).get("differing").asInt()).isEqualTo(1);

    done(crossfade.run("move", "shadow", "--json"));
    done(crossfade.run("backup", "--note", "mongodump of today", "--json"));
    done(crossfade.run("move", "live", "--json"));
    JsonNode live = done(crossfade.run("status", "--json")).get("migrations").get(0);
    assertThat(live.get("primary").asText()).isEqualTo("target");
    execute(database, "update users set role = 'late' where email = 'a@example.com'");
    done(crossfade.run("repair", "--json"));
    assertThat(user("65a000000000000000000001").getString("role")).isEqualTo("late");
    assertThat(user("65a000000000000000000001").containsKey("firebaseUid")).isTrue();

    assertThat(done(crossfade.run("rollback", "--json")).get("to").asText()).isEqualTo("shadow");
    assertThat(done(crossfade.run("verify", "--json")).get("clean").asBoolean()).isTrue();
    assertThat(done(crossfade.run("inspect", "--json")).get("collections")).hasSize(5);
  }

  @Tag("exhaustive")
  @Test
  void aLostPrimaryIsAbandoned(TestDatabase database) throws Exception {
    mongo.filled();
    CommandRun crossfade = new CommandRun(folder).on(database);
    String migrations = crossfade.migrations().toString();
    done(crossfade.run("draft-schema", mongo.url(), "--migrations", migrations, "--json"));
    done(crossfade.run("backfill", "--create-schema", "--migrations", migrations, "--json"));
    done(crossfade.run("verify", "--json"));
    done(crossfade.run("move", "shadow", "--json"));
    done(crossfade.run("move", "live", "--json"));

    crossfade.with("CROSSFADE_TARGET_URL", "jdbc:postgresql://localhost:1/lost");
    JsonNode abandoned =
        done(crossfade.run("rollback", "--abandon-primary", "--reason", "it is gone", "--json"));

    assertThat(abandoned.get("to").asText()).isEqualTo("dual_write");
  }

  private static void checkDraft(CommandRun crossfade) throws Exception {
    String yaml = Files.readString(crossfade.config());
    assertThat(yaml)
        .contains("collection: \"portfolioSnapshots\"")
        .contains("id: {from: \"_id\", convert: object-id}")
        .contains("firebase_uid: {from: \"firebaseUid\", aliases: [\"firebase_uid\"]}")
        .contains("recorded_at: {from: \"recordedAt\", convert: epoch-millis}");
    String sql = Files.readString(crossfade.migrations().resolve("V1__bot_platform.sql"));
    assertThat(sql)
        .contains("  id uuid primary key")
        .contains("  id text collate \"C\" primary key")
        .contains("  paper_balance numeric(20, 2)")
        .contains("  trading_pairs jsonb")
        .contains("  api_port bigint")
        .contains("  started_at timestamp")
        .contains("  -- look: may refer to users")
        .contains("  -- look: values are of several types")
        .contains("create unique index on users (email);")
        .contains("-- look: collection pairs is left out");
  }

  private static void checkRows(TestDatabase database) throws SQLException {
    assertThat(
            value(
                database,
                "select firebase_uid || ' ' || paper_balance || ' ' || (profile ->> 'name')"
                    + " from users where email = 'b@example.com'"))
        .isEqualTo("fb-2 10000.00 Bob");
    assertThat(value(database, "select created_at at time zone 'utc' from users order by 1"))
        .isEqualTo("2024-05-01 10:00:00.123");
    assertThat(
            value(
                database,
                "select u.email from bots b join users u on u.id = b.user_id where b.id = 'bot-1'"))
        .isEqualTo("a@example.com");
    assertThat(value(database, "select fee from bots where id = 'bot-1'"))
        .isEqualTo("0.0000000001");
    assertThat(value(database, "select config from bots where id = 'bot-1'"))
        .contains("$date")
        .contains("$oid");
    assertThat(value(database, "select mixed from portfolio_snapshots where id = 2"))
        .isEqualTo("42");
    assertThat(value(database, "select note ->> 'a' from settings")).isEqualTo("1");
  }

  /** A write that Crossfade does not see. */
  private void around() {
    mongo
        .database()
        .getCollection("users")
        .updateOne(Filters.eq("email", "b@example.com"), Updates.set("role", "trader"));
  }

  private Document user(String id) {
    return mongo
        .database()
        .getCollection("users")
        .find(Filters.eq("_id", new ObjectId(id)))
        .first();
  }

  private static JsonNode named(JsonNode profile, String collection) {
    for (JsonNode each : profile.get("collections")) {
      if (each.get("name").asText().equals(collection)) {
        return each;
      }
    }
    throw new AssertionError("no collection " + collection);
  }

  private static JsonNode field(JsonNode collection, String path) {
    for (JsonNode each : collection.get("fields")) {
      if (each.get("path").asText().equals(path)) {
        return each;
      }
    }
    throw new AssertionError("no field " + path);
  }

  private static JsonNode done(Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isZero();
    return ended.json();
  }

  private static JsonNode refused(Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(ExitCode.REFUSED);
    return ended.json();
  }

  private static String value(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).as(sql).isTrue();
      return rows.getString(1);
    }
  }

  private static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
