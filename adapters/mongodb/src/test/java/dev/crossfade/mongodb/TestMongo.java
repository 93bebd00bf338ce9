package dev.crossfade.mongodb;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.crossfade.junit.StandInMongo;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.testcontainers.mongodb.MongoDBContainer;

/**
 * The server of the tests, one per JVM: {@code -Dcrossfade.test.mongodb=mongodb://…}; or a
 * container, a replica set of one, with {@code -Dcrossfade.test.containers[=image]}; or one in this
 * process, which speaks the real protocol to the real driver but has neither transactions nor write
 * concerns, orders text by UTF-16 and knows no validators.
 */
final class TestMongo {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final TestMongo INSTANCE = new TestMongo();

  private final String url;
  private final boolean inProcess;

  private TestMongo() {
    String given = System.getProperty("crossfade.test.mongodb");
    String image = System.getProperty("crossfade.test.mongodb.image", "mongo:8");
    if (given != null) {
      url = given;
      inProcess = false;
    } else if (System.getProperty("crossfade.test.containers") != null) {
      MongoDBContainer container = new MongoDBContainer(image);
      container.start();
      url = container.getConnectionString();
      inProcess = false;
    } else {
      url = StandInMongo.start().url();
      inProcess = true;
    }
  }

  /** Whether it is the one in this process, which is no MongoDB. */
  static boolean isInProcess() {
    return INSTANCE.inProcess;
  }

  /** A database that no other test has. */
  static String freshDatabase() {
    return "crossfade_test_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
  }

  /** The server, without a database. */
  static String url() {
    return INSTANCE.url;
  }

  /** A store on a database, patient enough for a machine that stalls. */
  static MongoStore.Builder store(String database) {
    return MongoStore.at(url())
        .database(database)
        .operationLimit(Duration.ofSeconds(40))
        .lease(Duration.ofSeconds(60))
        .exclusionLimit(Duration.ofSeconds(20));
  }

  /** The server's host and port. */
  static InetSocketAddress address() {
    String[] parts = INSTANCE.url.replaceFirst("^mongodb://", "").split("[/?]", 2)[0].split(":", 2);
    return new InetSocketAddress(parts[0], Integer.parseInt(parts[1]));
  }

  /** A client that sees the server beside the library. */
  static MongoClient client() {
    return MongoClients.create(
        com.mongodb.MongoClientSettings.builder()
            .applyConnectionString(new com.mongodb.ConnectionString(INSTANCE.url))
            .uuidRepresentation(org.bson.UuidRepresentation.STANDARD)
            .build());
  }

  static void drop(@Nullable String database) {
    if (database != null) {
      try (MongoClient client = client()) {
        client.getDatabase(database).drop();
      }
    }
  }
}
