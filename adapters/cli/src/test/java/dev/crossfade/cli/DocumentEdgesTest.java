package dev.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import dev.crossfade.cli.CommandRun.Ended;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Documents that are as uneven as they get: what is drafted of them, and what arrives. */
@ExtendWith(PostgresExtension.class)
class DocumentEdgesTest {
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

  private static final String[] EDGES = {
    """
    {_id: 1, iso: "2024-05-01T10:00:00Z", day: "2024-05-01", clock: "10:00:00", text: "a",
     bytes: BinData(0, "AQI="), long: NumberLong("9007199254740993"), nan: NaN, nothing: null,
     "Full Name": "x", order: 1, id: "own", flag: "yes",
     list: [[1, 2], {a: null}, ISODate("2024-05-01T00:00:00Z"), NumberLong("9007199254740993")],
     either: {a: 1}, cost: "12.50", Url: "u", url: "v", when: ISODate("1960-01-01T00:00:00.001Z")}
    """,
    """
    {_id: 2.0, iso: "2024-05-01 12:30:00.5+02:00", day: "0999-12-31", clock: "23:59:59",
     text: "", bytes: BinData(0, ""), long: 0.5, nan: 1.5, nothing: null,
     "Full Name": "\u00fc\ud83d\ude00", order: 2, id: "two", flag: "no", list: [], either: [1.0, 1e300],
     cost: "-3.1", Url: "w"}
    """,
    "{_id: NumberLong(3)}",
  };

  @Test
  void theyArriveAndComeBack(TestDatabase database) throws Exception {
    mongo.insert("edges", EDGES);
    mongo.insert(
        "Keys", "{_id: ObjectId(\"65a000000000000000000001\"), a: 1}", "{_id: \"text\", a: 2}");
    mongo.insert("keys", "{_id: \"other\", ref: ObjectId(\"65a000000000000000000001\")}");
    mongo.insert("wide", wide(1, 70), wide(2, 3));
    CommandRun crossfade = copied(database);
    Map<BsonValue, BsonDocument> before = documents("edges");
    assertThat(value(database, "select long from edges where id = 1"))
        .isEqualTo("9007199254740993");
    assertThat(value(database, "select iso at time zone 'utc' from edges where id = 2"))
        .isEqualTo("2024-05-01 10:30:00.5");
    assertThat(value(database, "select nothing from edges where id = 1")).isEqualTo("null");
    assertThat(value(database, "select nothing from edges where id = 3")).isNull();
    assertThat(value(database, "select list -> 3 from edges where id = 1"))
        .isEqualTo("9007199254740993");
    assertThat(value(database, "select url || url_2 from edges where id = 1")).isEqualTo("uv");
    assertThat(value(database, "select id_2 from edges where id = 2")).isEqualTo("two");
    assertThat(value(database, "select id from keys_2")).isEqualTo("other");
    assertThat(value(database, "select others ->> 'f70' from wide where id = 1")).isEqualTo("70");

    done(crossfade.run("move", "shadow", "--json"));
    done(crossfade.run("backup", "--note", "none", "--json"));
    done(crossfade.run("move", "live", "--json"));
    for (String collection : List.of("edges", "Keys", "keys", "wide")) {
      mongo.database().getCollection(collection).deleteMany(new BsonDocument());
    }
    done(crossfade.run("repair", "--json"));

    assertThat(done(crossfade.run("verify", "--json")).get("clean").asBoolean()).isTrue();
    Map<BsonValue, BsonDocument> after = documents("edges");
    assertThat(after).hasSameSizeAs(before);
    for (String field :
        List.of("day", "clock", "text", "bytes", "Full Name", "id", "flag", "when")) {
      before.forEach(
          (id, document) ->
              assertThat(after.get(id).get(field)).as(field).isEqualTo(document.get(field)));
    }
    assertThat(documents("Keys").values())
        .extracting(document -> document.get("_id").isObjectId())
        .containsExactlyInAnyOrder(true, false);
  }

  @Test
  void whatHasNoFormIsSetAsideAndNamed(TestDatabase database) throws Exception {
    mongo.insert("odd", "{_id: 1, a: {b: /x/}}", "{_id: 2, a: {b: 1}}");
    CommandRun crossfade = new CommandRun(folder).on(database);
    JsonNode drafted = draft(crossfade);
    assertThat(drafted.get("look").toString()).contains("no form in JSON");
    Files.writeString(
        crossfade.config(),
        Files.readString(crossfade.config())
            .replace("  target:\n", "  park-after: 1\n  target:\n"));

    Ended ended = backfill(crossfade);

    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(ExitCode.REFUSED);
    JsonNode parked = ended.json().get("parked").get(0);
    assertThat(parked.get("entity").asText()).isEqualTo("odd");
    assertThat(parked.get("key").asText()).isEqualTo("1");
    assertThat(value(database, "select count(*) from odd")).isEqualTo("1");
  }

  @Test
  void aDefaultIsWhatIsMissing(TestDatabase database) throws Exception {
    mongo.insert("users", "{_id: 1, role: \"admin\", tags: [\"a\", \"b\"]}", "{_id: 2}");
    CommandRun crossfade =
        mapped(
            database,
            """
            create table users (id bigint primary key, role text not null default 'user',
              tags text[], open boolean);
            """,
            """
            users:
              collection: users
              columns:
                role: {default: user}
                open: {default: true}
            """);

    done(backfill(crossfade));

    assertThat(done(crossfade.run("verify", "--json")).get("clean").asBoolean()).isTrue();
    assertThat(value(database, "select role || tags[2] from users where id = 1"))
        .isEqualTo("adminb");
    assertThat(value(database, "select role || open from users where id = 2"))
        .isEqualTo("usertrue");
  }

  @Test
  void aSurrogateKeyIsLookedUp(TestDatabase database) throws Exception {
    mongo.insert(
        "users",
        "{email: \"a@x\", firebaseUid: \"fb-a\"}",
        "{email: \"b@x\", firebaseUid: \"fb-b\"}");
    mongo.insert("snapshots", "{_id: 1, owner: \"fb-b\"}", "{_id: 2, owner: \"fb-a\"}", "{_id: 3}");
    for (String unique : List.of("email", "firebaseUid")) {
      mongo
          .database()
          .getCollection("users")
          .createIndex(Indexes.ascending(unique), new IndexOptions().unique(true));
    }
    CommandRun crossfade =
        mapped(
            database,
            """
            create table users (id bigint generated by default as identity primary key,
              email text collate "C" not null unique, firebase_uid text not null unique);
            create table snapshots (id bigint primary key,
              user_id bigint references users on delete set null);
            """,
            """
            users:
              collection: users
              key: email
              columns: {id: {omit: true}, email: email, firebase_uid: firebaseUid}
            snapshots:
              collection: snapshots
              columns: {user_id: {from: owner, by: firebase_uid}}
            """);

    done(backfill(crossfade));

    assertThat(done(crossfade.run("verify", "--json")).get("clean").asBoolean()).isTrue();
    String owners =
        "select string_agg(coalesce(email, '-'), ' ' order by s.id)"
            + " from snapshots s left join users u on u.id = s.user_id";
    assertThat(value(database, owners)).isEqualTo("b@x a@x -");
    execute(database, "update snapshots set user_id = (select id from users where email = 'b@x')");
    done(crossfade.run("repair", "--json"));
    assertThat(value(database, owners)).isEqualTo("b@x a@x -");
  }

  /** With a script and the tables of a mapping. */
  private CommandRun mapped(TestDatabase database, String script, String tables)
      throws IOException {
    Files.createDirectories(folder.resolve("migrations"));
    Files.writeString(folder.resolve("migrations/V1__tables.sql"), script);
    Files.writeString(
        folder.resolve("crossfade.yaml"),
        """
        crossfade:
          legacy:
            url: "%s"
          target:
            url: jdbc:postgresql://localhost/none
            user: none
          migrations:
            users:
              tables:
        """
                .formatted(mongo.url())
            + tables.indent(8));
    return new CommandRun(folder).on(database);
  }

  private static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String wide(int id, int fields) {
    StringBuilder document = new StringBuilder("{_id: " + id);
    for (int i = 1; i <= fields; i++) {
      document.append(", f").append(i).append(": ").append(i);
    }
    return document.append("}").toString();
  }

  private CommandRun copied(TestDatabase database) {
    CommandRun crossfade = new CommandRun(folder).on(database);
    draft(crossfade);
    assertThat(done(backfill(crossfade)).get("refused").asLong()).isZero();
    assertThat(done(crossfade.run("verify", "--json")).get("clean").asBoolean()).isTrue();
    return crossfade;
  }

  private JsonNode draft(CommandRun crossfade) {
    return done(
        crossfade.run(
            "draft-schema",
            mongo.url(),
            "--migrations",
            crossfade.migrations().toString(),
            "--json"));
  }

  private static Ended backfill(CommandRun crossfade) {
    return crossfade.run(
        "backfill", "--create-schema", "--migrations", crossfade.migrations().toString(), "--json");
  }

  private Map<BsonValue, BsonDocument> documents(String collection) {
    MongoCollection<BsonDocument> all =
        mongo.database().getCollection(collection, BsonDocument.class);
    Map<BsonValue, BsonDocument> documents = new HashMap<>();
    for (BsonDocument document : all.find().into(new ArrayList<>())) {
      BsonValue id = document.get("_id");
      documents.put(
          id.isNumber() ? new org.bson.BsonInt64(id.asNumber().longValue()) : id, document);
    }
    return documents;
  }

  private static JsonNode done(Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isZero();
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
}
