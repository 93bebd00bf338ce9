package dev.crossfade.mongodb;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import dev.crossfade.Entity;
import dev.crossfade.Stage;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Instances.Counts;
import dev.crossfade.store.Instances.Origin;
import dev.crossfade.store.Instances.Pulse;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** A store on a database of its own, its migration open at epoch 1, and a writer. */
final class App implements AutoCloseable {
  static final String MIGRATION = "app";

  final String name = TestMongo.freshDatabase();
  final MongoClient client = TestMongo.client();
  final MongoDatabase database = client.getDatabase(name);
  final MongoStore store;
  final UUID writer = UUID.randomUUID();
  private final AtomicLong ids = new AtomicLong();

  App() {
    this(builder -> builder);
  }

  App(UnaryOperator<MongoStore.Builder> settings) {
    store = settings.apply(TestMongo.store(name)).open();
    store.connect();
    store.control().createIfAbsent(ControlRow.open(MIGRATION, 1, Stage.DUAL_WRITE));
    register(writer);
  }

  /** Another process on the same database; not connected yet. */
  MongoStore another(UnaryOperator<MongoStore.Builder> settings) {
    return settings.apply(TestMongo.store(name)).open();
  }

  void register(UUID incarnation) {
    store
        .instances()
        .register(
            incarnation,
            new Origin(incarnation, "test", "1", MIGRATION),
            new Pulse(null, 1, Counts.NONE));
  }

  Mark mark() {
    return new Mark(MIGRATION, 1, Mark.Kind.ENTRY, writer, ids::incrementAndGet);
  }

  <R extends @Nullable Object, X extends Exception> Written<R> unit(UnitBody<R, X> body) throws X {
    return store.write(mark(), body);
  }

  long entries() {
    return store.journal().status(MIGRATION).entries();
  }

  MongoCollection<Document> collection(String collection) {
    return database.getCollection(collection);
  }

  static <T, K> RepositoryContext<T, K> context(Store of, Entity<T, K> entity) {
    return new RepositoryContext<>() {
      @Override
      public Entity<T, K> entity() {
        return entity;
      }

      @Override
      public Store store() {
        return of;
      }

      @Override
      public List<Dependent> dependents() {
        return List.of();
      }

      @Override
      public <U, L> StoreRepository<U, L> sibling(Entity<U, L> other) {
        throw new IllegalArgumentException("no " + other);
      }
    };
  }

  @Override
  public void close() {
    store.close();
    database.drop();
    client.close();
  }
}
