package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import dev.crossfade.junit.StandInMongo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/** What other tests rely on in the server that stands in for MongoDB. */
class StandInMongoTest {
  private static final int THREADS = 4;
  private static final int EACH = 500;

  @Test
  void noTwoIncrementsAreToldTheSameNumber() {
    try (StandInMongo server = StandInMongo.start();
        MongoClient client = MongoClients.create(server.url())) {
      MongoCollection<Document> counters = client.getDatabase("test").getCollection("counter");
      counters.insertOne(new Document("_id", 1).append("last", 0L));

      List<CompletableFuture<List<Long>>> told = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        told.add(CompletableFuture.supplyAsync(() -> incremented(counters)));
      }

      assertThat(told.stream().flatMap(numbers -> numbers.join().stream()))
          .doesNotHaveDuplicates()
          .hasSize(THREADS * EACH)
          .contains((long) THREADS * EACH);
    }
  }

  private static List<Long> incremented(MongoCollection<Document> counters) {
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      Document counter =
          counters.findOneAndUpdate(
              eq("_id", 1),
              Updates.inc("last", 1L),
              new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER));
      numbers.add(counter.getLong("last"));
    }
    return numbers;
  }
}
