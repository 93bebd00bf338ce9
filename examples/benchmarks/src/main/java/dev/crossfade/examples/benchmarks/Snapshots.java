package dev.crossfade.examples.benchmarks;

import com.mongodb.client.MongoCollection;
import dev.crossfade.Entity;
import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.store.RepositoryContext;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.jooq.impl.DSL;

/** Documents with others and lists in them, as a service keeps them, and the table they go to. */
final class Snapshots {
  static final String TABLE =
      """
      create table snapshots (
        id uuid primary key, user_id uuid not null, total_value double precision not null,
        recorded_at timestamptz not null, holdings jsonb not null, source jsonb not null)
      """;
  static final Entity<Snapshot, UUID> ENTITY =
      Entity.of(Snapshot.class)
          .key("id", UUID.class)
          .name("snapshots")
          .time("recordedAt", ChronoUnit.MILLIS)
          .json("holdings")
          .json("source")
          .build();

  private static final long SEED = 20260110;
  private static final int BEGINNING = 1_700_000_000;
  private static final int USERS = 500;
  private static final int BATCH = 1_000;

  private Snapshots() {}

  /** One of them. */
  record Snapshot(
      UUID id,
      UUID userId,
      double totalValue,
      Instant recordedAt,
      String holdings,
      String source) {}

  /** In a collection. */
  static final class OnMongo extends MongoRepository<Snapshot, UUID> {
    OnMongo(RepositoryContext<Snapshot, UUID> context) {
      super(context, "snapshots", fields -> fields.objectId("id").objectId("userId"));
    }
  }

  /** In a table. */
  static final class OnPostgres extends PostgresRepository<Snapshot, UUID> {
    OnPostgres(RepositoryContext<Snapshot, UUID> context) {
      super(context, DSL.table(DSL.name("snapshots")));
    }
  }

  /** Writes so many, the same each time. */
  static void fill(MongoCollection<Document> collection, int count) {
    Random random = new Random(SEED);
    List<Document> batch = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      batch.add(document(number, random));
      if (batch.size() == BATCH || number == count - 1) {
        collection.insertMany(batch);
        batch.clear();
      }
    }
  }

  private static Document document(int number, Random random) {
    List<Document> holdings = new ArrayList<>();
    for (String asset : List.of("BTC", "ETH", "SOL")) {
      holdings.add(
          new Document("asset", asset)
              .append("amount", random.nextInt(1_000_000) / 1_000.0)
              .append("price", random.nextInt(100_000) / 100.0));
    }
    return new Document("_id", new ObjectId(BEGINNING + number, number))
        .append("userId", new ObjectId(BEGINNING, random.nextInt(USERS)))
        .append("totalValue", random.nextInt(100_000_000) / 100.0)
        .append("recordedAt", Instant.ofEpochSecond(BEGINNING + (long) number))
        .append("holdings", holdings)
        .append(
            "source",
            new Document("exchange", "kraken")
                .append("api", new Document("version", 2).append("calls", random.nextInt(100)))
                .append("tags", List.of("daily", "user " + random.nextInt(USERS))));
  }

  /** Reads all by the driver and writes what {@code copy} takes. */
  static void export(MongoCollection<Document> collection, Path csv) throws IOException {
    try (Writer out = Files.newBufferedWriter(csv, StandardCharsets.UTF_8)) {
      for (Document each : collection.find().batchSize(BATCH)) {
        out.write(line(each));
      }
    }
  }

  private static String line(Document document) {
    StringBuilder holdings = new StringBuilder("[");
    for (Document each : document.getList("holdings", Document.class)) {
      holdings.append(holdings.length() > 1 ? "," : "").append(each.toJson());
    }
    return MongoStore.uuid(document.getObjectId("_id"))
        + ","
        + MongoStore.uuid(document.getObjectId("userId"))
        + ","
        + document.getDouble("totalValue")
        + ","
        + document.getDate("recordedAt").toInstant()
        + ","
        + quoted(holdings.append(']').toString())
        + ","
        + quoted(document.get("source", Document.class).toJson())
        + "\n";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }
}
