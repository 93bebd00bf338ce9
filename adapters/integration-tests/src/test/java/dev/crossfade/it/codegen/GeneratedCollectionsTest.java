package dev.crossfade.it.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import dev.crossfade.jooq.codegen.JooqGenerator;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.StandInMongo;
import dev.crossfade.junit.TestDatabase;
import java.net.URISyntaxException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.bson.BsonDocument;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is generated for collections compiles without a warning, carries uneven documents across,
 * and finds in either store the same. MongoDB is the server in this process, or {@code
 * -Dcrossfade.test.mongodb}.
 */
@ExtendWith(PostgresExtension.class)
final class GeneratedCollectionsTest {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private static final String[] PEOPLE = {
    """
    {_id: ObjectId("65a000000000000000000001"), email: "a@x", firebaseUid: "fb-1", role: "admin",
     tier: "paid", contact: {name: "Ada"}, paperBalance: 1234.5,
     profile: {since: ISODate("2024-05-01T10:00:00.123Z"), n: 1}, settings: {dark: true, list: [1]},
     tags: ["a", "b"], bornOn: ISODate("1990-01-02T00:00:00Z"), wakesAt: "07:30:00", active: true,
     logins: 3, token: "3f2504e0-4f89-11d3-9a0c-0305e82c3301", avatar: BinData(0, "AQI="),
     fee: NumberLong(1500), createdAt: ISODate("2024-05-01T10:00:00Z"),
     seenAt: NumberLong(1714564800000), legacyFlag: 7}
    """,
    """
    {_id: ObjectId("65a000000000000000000002"), email: "b@x", firebase_uid: "fb-2",
     contact: {name: "Bob"}, paperBalance: NumberDecimal("77.70"), settings: null,
     bornOn: "1990-01-02", active: false, logins: NumberLong(3),
     token: "3F2504E0-4F89-11D3-9A0C-0305E82C3301", createdAt: "2024-05-01T10:00:00.000Z"}
    """,
    """
    {_id: UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3303"), email: "c@x", auth: {uid: "fb-3"},
     role: "user", tier: "F", paperBalance: 1234.4999, active: true, logins: 3.0,
     seenAt: 1714564800000.0}
    """,
    """
    {_id: ObjectId("65a000000000000000000004"), email: "d@x", contact: {name: "Ada"}, role: "user",
     active: true, logins: 4, createdAt: ISODate("2024-05-01T10:00:00.001Z")}
    """,
  };

  private static final String[] SNAPSHOTS = {
    """
    {_id: 1, userId: ObjectId("65a000000000000000000001"), totalValue: 12.5,
     at: NumberLong(1714557600000)}
    """,
    """
    {_id: NumberLong(2), userId: ObjectId("65a000000000000000000001"), equity: 7,
     at: NumberLong(1714564800000)}
    """,
    """
    {_id: 3.0, userId: UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3303"), totalValue: 0.005,
     at: NumberLong(1714564800000)}
    """,
  };

  private static final String[] PAIRS = {
    "{_id: {base: \"BTC\", quote: \"USD\"}, owner: ObjectId(\"65a000000000000000000001\"), price: 1}",
    "{_id: {base: \"ETH\", quote: \"USD\"}, owner: ObjectId(\"65a000000000000000000002\"), price: 2.5}",
    "{_id: {base: \"BTC\", quote: \"EUR\"}, price: NumberDecimal(\"0.0001\")}",
    "{_id: {base: \"ADA\", quote: \"USD\"}, owner: ObjectId(\"65a000000000000000000001\"), price: 3}",
  };

  private static final String[] ACCOUNTS = {
    "{email: \"a@x\", handle: \"ada\", plan: \"paid\"}", "{email: \"b@x\", handle: \"bob\"}",
  };

  private static final String[] HOLDINGS = {
    "{_id: 1, owner: \"ada\", asset: \"BTC\", amount: 1.5}",
    "{_id: 2, owner: \"ada\", asset: \"ETH\", amount: 2}",
    "{_id: 3, owner: \"bob\", asset: \"BTC\", amount: NumberDecimal(\"0.0001\")}",
  };

  @TempDir Path temp;
  private StandInMongo server;
  private MongoClient client;
  private MongoDatabase legacy;
  private String url;

  @BeforeEach
  void start() {
    url = System.getProperty("crossfade.test.mongodb");
    if (url == null) {
      server = StandInMongo.start();
      url = server.url();
    }
    client = MongoClients.create(url);
    legacy =
        client.getDatabase(
            "crossfade_gen_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet());
    insert("people", PEOPLE);
    insert("portfolioSnapshots", SNAPSHOTS);
    insert("pairs", PAIRS);
    insert("accounts", ACCOUNTS);
    insert("holdings", HOLDINGS);
    for (String unique : List.of("email", "handle")) {
      legacy
          .getCollection("accounts")
          .createIndex(Indexes.ascending(unique), new IndexOptions().unique(true));
    }
  }

  private void insert(String collection, String... documents) {
    for (String document : documents) {
      legacy.getCollection(collection, BsonDocument.class).insertOne(BsonDocument.parse(document));
    }
  }

  @AfterEach
  void end() {
    legacy.drop();
    client.close();
    if (server != null) {
      server.close();
    }
  }

  @Test
  void documentsCrossAndAreFoundAlikeInBothStores(TestDatabase database) throws Exception {
    Path sources = temp.resolve("sources");
    JooqGenerator.builder()
        .migrations(resource("migrations"))
        .packageName("com.example.platform")
        .outputDirectory(sources)
        .mapping(resource("crossfade.yaml"))
        .build()
        .generate();
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .locations("filesystem:" + resource("migrations"))
        .load()
        .migrate();
    try (URLClassLoader generated =
        Compiled.classes(temp.resolve("classes"), sources, resource("app"))) {
      Object cross =
          generated.loadClass("com.example.app.Cross").getDeclaredConstructor().newInstance();
      cross(cross)
          .accept(
              url + "/" + legacy.getName(),
              Map.of(
                  "url",
                  database.jdbcUrl(),
                  "user",
                  database.user(),
                  "password",
                  database.password()));
    }
    BsonDocument promoted =
        legacy
            .getCollection("people", BsonDocument.class)
            .find(BsonDocument.parse("{email: \"b@x\"}"))
            .first();
    assertThat(promoted.getString("role").getValue()).isEqualTo("admin");
  }

  @SuppressWarnings("unchecked")
  private static BiConsumer<String, Map<String, String>> cross(Object cross) {
    return (BiConsumer<String, Map<String, String>>) cross;
  }

  private static Path resource(String name) {
    try {
      return Path.of(GeneratedCollectionsTest.class.getResource("/collections/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
