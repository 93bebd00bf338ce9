package dev.crossfade.postgres;

import dev.crossfade.Entity;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import dev.crossfade.junit.store.ContractEnvironment;
import dev.crossfade.junit.store.StoreContract;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jooq.impl.DSL;

/** The contract suite on PostgreSQL. */
class PostgresStoreContractTest extends StoreContract {
  @Override
  protected ContractEnvironment environment() {
    return new Environment();
  }

  private static final class Environment extends ContractEnvironment {
    /** The suite's tables and the library's, made once for all tests. */
    private static final TestDatabase TEMPLATE = template();

    private final List<TestDatabase> databases = new ArrayList<>();
    private final Map<Store, TestDatabase> stores = new LinkedHashMap<>();

    @Override
    public Store newStore() {
      TestDatabase database = TEMPLATE.copy();
      databases.add(database);
      return over(database);
    }

    private static TestDatabase template() {
      TestDatabase database = TestPostgres.shared().newDatabase();
      Runtime.getRuntime().addShutdownHook(new Thread(database::close));
      Fixture.execute(database, tables());
      try (Store store = Fixture.at(database).open()) {
        store.connect();
      }
      return database;
    }

    @Override
    public Store anotherOver(Store store) {
      return over(stores.get(store));
    }

    private Store over(TestDatabase database) {
      Store store = Fixture.at(database).open();
      stores.put(store, database);
      return store;
    }

    @Override
    public <T, K> RepositoryFactory<T, K> repository(Entity<T, K> entity) {
      return context -> new Rows<>(context);
    }

    @Override
    public boolean hasConnections() {
      return true;
    }

    @Override
    public Connection connectionTo(Store store) throws SQLException {
      return stores.get(store).open();
    }

    /** The driver's socket waits for the server, whose time limits end it. */
    @Override
    public boolean endsInterruptedWaits() {
      return false;
    }

    /** The driver's timer for cancelling and its cleaner serve the whole process. */
    @Override
    public Predicate<Thread> outlivesStores() {
      return super.outlivesStores().or(thread -> thread.getName().startsWith("PostgreSQL-JDBC"));
    }

    @Override
    public void close() {
      databases.forEach(TestDatabase::close);
    }
  }

  private static final class Rows<T, K> extends PostgresRepository<T, K> {
    Rows(RepositoryContext<T, K> context) {
      super(context, DSL.table(DSL.name(context.entity().name())));
    }
  }

  private static String tables() {
    try (InputStream in = PostgresStoreContractTest.class.getResourceAsStream("/contract.sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
