package dev.crossfade.examples.benchmarks;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.junit.TestPostgres;
import dev.crossfade.mongodb.MongoStore;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.bson.types.Decimal128;

/**
 * A write to MongoDB and PostgreSQL in {@code dual_write}, both waited for, against the two bare
 * writes one after the other, acknowledged as the library's are, which keep no journal.
 */
final class MongoWrite implements Row {
  private static final int MANY = 16;
  private static final int SLICES = 10;
  private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (BenchmarkMongo mongo = BenchmarkMongo.start(figures);
        Databases databases = Databases.create(server, 0)) {
      MongoCollection<Document> items = mongo.collection("items");
      fill(items, options.rows());
      Application application = databases.closing(application(mongo, databases));
      application.to(Stage.DUAL_WRITE);
      BarePostgres postgres = databases.barePostgres();
      Contest contest =
          new Contest(
                  options,
                  key -> {
                    Item item = Item.next(key);
                    items.replaceOne(Filters.eq("_id", key), document(item), UPSERT);
                    postgres.save(item);
                  })
              .against("crossfade", application.saves());
      one(contest.run(1, SLICES), figures);
      many(contest.run(MANY), figures);
    }
  }

  private static Application application(BenchmarkMongo mongo, Databases databases) {
    return Application.open(
        MongoStore.open(mongo.url()),
        Application.postgres(databases.url()),
        Settings.defaults(),
        Items.OnMongo::new,
        Items.OnPostgres::new);
  }

  private static void fill(MongoCollection<Document> items, int rows) {
    List<Document> documents = new ArrayList<>();
    for (long id = 1; id <= rows; id++) {
      documents.add(document(Item.next(id)));
    }
    items.insertMany(documents);
  }

  private static Document document(Item item) {
    return new Document("_id", item.id())
        .append("name", item.name())
        .append("state", item.state())
        .append("amount", new Decimal128(item.amount()))
        .append("changedAt", item.changedAt());
  }

  private static void one(Contest.Result one, Figures figures) {
    figures.shown("mongodb-write.1.p50", one.ratio("crossfade", Turn::p50Micros), "x bare");
    figures.shown("mongodb-write.1.p50.bare", one.of(Contest.BARE, Turn::p50Micros), "us");
  }

  private static void many(Contest.Result many, Figures figures) {
    figures.shown("mongodb-write.16.writes", many.ratio("crossfade", Turn::perSecond), "x bare");
    figures.shown("mongodb-write.16.writes.bare", many.of(Contest.BARE, Turn::perSecond), "per s");
    figures.shown("mongodb-write.16.p99", many.ratio("crossfade", Turn::p99Micros), "x bare");
    figures.shown("mongodb-write.16.p99.bare", many.of(Contest.BARE, Turn::p99Micros), "us");
  }
}
