package dev.crossfade.mongodb;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ValidationOptions;
import dev.crossfade.Entity;
import dev.crossfade.junit.store.ContractEntities;
import dev.crossfade.junit.store.ContractEnvironment;
import dev.crossfade.junit.store.StoreContract;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.Store;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** MongoDB keeps the contract of a store, but for what its environment declares. */
class MongoStoreContractTest extends StoreContract {
  @Override
  protected ContractEnvironment environment() {
    return new Databases();
  }

  /** Each store on a database of its own. */
  private static final class Databases extends ContractEnvironment {
    private final Map<String, String> databases = new HashMap<>();

    @Override
    public Store newStore() {
      String database = TestMongo.freshDatabase();
      try (MongoClient client = TestMongo.client()) {
        create(client.getDatabase(database));
      }
      Store store = open(database);
      databases.put(store.name(), database);
      return store;
    }

    private static void create(MongoDatabase database) {
      for (Entity<?, ?> entity : ContractEntities.all()) {
        CreateCollectionOptions options = new CreateCollectionOptions();
        if (entity == ContractEntities.ITEM && !TestMongo.isInProcess()) {
          options.validationOptions(new ValidationOptions().validator(Filters.gte("quantity", 0)));
        }
        database.createCollection(entity.name(), options);
      }
      IndexOptions unique = new IndexOptions().unique(true);
      database.getCollection("item").createIndex(Indexes.ascending("code"), unique);
      database.getCollection("seat").createIndex(Indexes.ascending("label"), unique);
      database.getCollection("seat").createIndex(Indexes.ascending("hall", "place"), unique);
      database
          .getCollection("seat")
          .createIndex(Indexes.ascending("badge"), new IndexOptions().unique(true).sparse(true));
    }

    private static Store open(String database) {
      return TestMongo.store(database).open();
    }

    @Override
    public Store anotherOver(Store store) {
      return open(databases.get(store.name()));
    }

    @Override
    public <T, K> RepositoryFactory<T, K> repository(Entity<T, K> entity) {
      return Rows::new;
    }

    /** A unit's changes reach the server with its end. */
    @Override
    public boolean unitsHoldRows() {
      return false;
    }

    /** Documents have several forms of a time, and a Date has no microseconds. */
    @Override
    public boolean hasTimeKeys() {
      return false;
    }

    /** Collections have neither columns nor foreign keys. */
    @Override
    public boolean hasSchema() {
      return false;
    }

    /** The server in this process knows no validators. */
    @Override
    public boolean checksRows() {
      return !TestMongo.isInProcess();
    }

    /** The server in this process compares text by its UTF-16 units. */
    @Override
    public boolean ordersTextByBytes() {
      return !TestMongo.isInProcess();
    }

    /** Those of the server in this process. */
    @Override
    public Predicate<Thread> outlivesStores() {
      return super.outlivesStores()
          .or(thread -> thread.getName().startsWith("mongo-server"))
          .or(thread -> thread.getName().startsWith("nioEventLoop"))
          .or(thread -> thread.getName().startsWith("globalEventExecutor"));
    }

    @Override
    public void close() {
      databases.values().forEach(TestMongo::drop);
    }
  }

  /** Times are held as text, because the suite's have microseconds and a Date has not. */
  private static final class Rows<T, K> extends MongoRepository<T, K> {
    Rows(RepositoryContext<T, K> context) {
      super(
          context,
          context.entity().name(),
          fields -> {
            context.entity().components().stream()
                .filter(component -> component.type() == Instant.class)
                .forEach(component -> fields.instantAsText(component.name()));
            if (context.entity().type() == ContractEntities.Item.class) {
              fields.byDefault("label", () -> "none");
              fields.byDefault("createdAt", Instant::now);
            }
          });
    }
  }
}
