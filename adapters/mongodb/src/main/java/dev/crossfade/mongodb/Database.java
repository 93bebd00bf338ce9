package dev.crossfade.mongodb;

import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCredential;
import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.UuidRepresentation;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one database, and how its collections are asked: primary alone, writes
 * acknowledged by a majority that has them in its journals. Safe for use by many threads.
 */
final class Database implements AutoCloseable {
  static final WriteConcern DURABLE = WriteConcern.MAJORITY.withJournal(true);

  private final MongoClient client;
  private final MongoDatabase database;
  private final MongoErrors errors;
  private final Settings settings;

  Database(Settings settings) {
    this.settings = settings;
    this.errors = new MongoErrors(settings.name());
    MongoClientSettings.Builder client =
        MongoClientSettings.builder()
            .applyConnectionString(settings.url())
            .applicationName("crossfade")
            .uuidRepresentation(UuidRepresentation.STANDARD)
            .readPreference(ReadPreference.primary())
            .readConcern(ReadConcern.LOCAL)
            .writeConcern(DURABLE)
            .timeout(settings.operationLimit().toMillis(), TimeUnit.MILLISECONDS)
            .addCommandListener(new Sent());
    MongoCredential credential = settings.credential();
    if (credential != null) {
      client.credential(credential);
    }
    this.client = MongoClients.create(client.build());
    this.database = this.client.getDatabase(settings.database());
  }

  Settings settings() {
    return settings;
  }

  MongoErrors errors() {
    return errors;
  }

  MongoDatabase database() {
    return database;
  }

  MongoCollection<BsonDocument> collection(String name) {
    return database.getCollection(name, BsonDocument.class);
  }

  /** For what may be lost with the server: a finish, a heartbeat. */
  MongoCollection<BsonDocument> lazily(String name) {
    return collection(name).withWriteConcern(WriteConcern.W1);
  }

  /** The clock of the server that is primary. */
  Instant now() {
    return read(
        "asking for the time",
        () -> {
          BsonDocument hello = hello();
          return Instant.ofEpochMilli(hello.getDateTime("localTime").getValue());
        });
  }

  BsonDocument hello() {
    return command("isMaster"); // the old name of hello, which every server knows
  }

  BsonDocument command(String name) {
    return database.runCommand(new BsonDocument(name, new BsonInt32(1)), BsonDocument.class);
  }

  <R extends @Nullable Object> R read(String doing, Supplier<R> work) {
    Sent.begin();
    try {
      return work.get();
    } catch (MongoException e) {
      throw errors.notWritten(e, doing);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  <R extends @Nullable Object> R write(String doing, Supplier<R> work) {
    Sent.begin();
    try {
      return work.get();
    } catch (MongoException e) {
      throw errors.ofWrite(e, doing);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  /** The driver's way to say that its pool is closed. */
  private RuntimeException closed(IllegalStateException e) {
    return String.valueOf(e.getMessage()).contains("state should be: open")
        ? new dev.crossfade.StoreUnavailableException(settings.name() + " is closed", e)
        : e;
  }

  @Override
  public void close() {
    client.close();
  }
}
