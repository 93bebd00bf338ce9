package dev.crossfade.cli;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.net.InetSocketAddress;
import java.util.List;
import org.bson.BsonDocument;

/** A server of MongoDB's protocol in this process, with the uneven documents of a real service. */
final class SampleMongo implements AutoCloseable {
  private final MongoServer server = new MongoServer(new MemoryBackend());
  private final String url;
  private final MongoClient client;

  SampleMongo() {
    InetSocketAddress address = server.bind();
    this.url = "mongodb://" + address.getHostString() + ":" + address.getPort() + "/bot_platform";
    this.client = MongoClients.create(url);
  }

  String url() {
    return url;
  }

  MongoDatabase database() {
    return client.getDatabase("bot_platform");
  }

  void insert(String collection, String... documents) {
    for (String document : documents) {
      database()
          .getCollection(collection, BsonDocument.class)
          .insertOne(BsonDocument.parse(document));
    }
  }

  /** Users, bots, snapshots and settings. */
  SampleMongo filled() {
    insert(
        "users",
        """
        {_id: ObjectId("65a000000000000000000001"), email: "a@example.com", firebaseUid: "fb-1",
         role: "admin", paperBalance: 10000.5, createdAt: ISODate("2024-05-01T10:00:00.123Z"),
         active: true, profile: {name: "Ada", langs: ["en", "de"]}, nick: null}
        """,
        """
        {_id: ObjectId("65a000000000000000000002"), email: "b@example.com", firebase_uid: "fb-2",
         paperBalance: 10000, createdAt: ISODate("2024-05-02T10:00:00Z"), active: false,
         profile: {name: "Bob", langs: []}, nick: "bobby"}
        """,
        """
        {_id: ObjectId("65a000000000000000000003"), email: "c@example.com", firebaseUid: "fb-3",
         role: "user", paperBalance: 9.25, createdAt: ISODate("2024-05-03T10:00:00Z"),
         active: true, profile: {name: "Cyd"}}
        """);
    insert(
        "bots",
        """
        {_id: "bot-1", userId: ObjectId("65a000000000000000000001"), tradingPairs: ["BTC/USD"],
         config: {depth: 3, since: ISODate("2024-05-01T10:00:00Z"),
           owner: ObjectId("65a000000000000000000001")}, fee: NumberDecimal("0.0000000001"),
         startedAt: "2024-05-01 10:00:00", day: "2024-05-01",
         token: "3f2504e0-4f89-11d3-9a0c-0305e82c3301", apiPort: 8080}
        """,
        """
        {_id: "bot-2", userId: ObjectId("65a000000000000000000002"), tradingPairs: [],
         config: {}, fee: NumberDecimal("1.5"), startedAt: "2024-05-02 11:30:00", day: "2024-05-02",
         token: "3f2504e0-4f89-11d3-9a0c-0305e82c3302", apiPort: NumberLong(4294967296)}
        """);
    insert(
        "portfolioSnapshots",
        """
        {_id: 1, userId: ObjectId("65a000000000000000000001"), totalValue: 12.5,
         recordedAt: NumberLong(1714557600000), mixed: "text", ratio: 0.1}
        """,
        """
        {_id: 2, userId: ObjectId("65a000000000000000000002"), totalValue: 7,
         recordedAt: NumberLong(1714557600500), mixed: 42, ratio: 3}
        """);
    insert(
        "settings",
        "{_id: UUID(\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"), note: \"{\\\"a\\\": 1}\"}");
    insert("pairs", "{_id: {base: \"BTC\", quote: \"USD\"}, price: 1}");
    database()
        .getCollection("users")
        .createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
    database().getCollection("bots").createIndex(Indexes.ascending("config.depth"));
    return this;
  }

  List<String> names() {
    return List.of("users", "bots", "portfolioSnapshots", "settings");
  }

  @Override
  public void close() {
    client.close();
    server.shutdownNow();
  }
}
