package dev.crossfade.examples.benchmarks;

import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.crossfade.Repository;
import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.sqlite.SqliteConversions;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.Optional;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** The repository, and its implementation on each store. */
interface Items extends Repository<Item, Long> {
  Table<?> TABLE = table(name("items"));

  /** On SQLite, which holds times as milliseconds. */
  final class OnSqlite extends SqliteRepository<Item, Long> implements Items {
    OnSqlite(RepositoryContext<Item, Long> context) {
      super(
          context,
          TABLE,
          columns -> columns.convert("changedAt", SqliteConversions.instantAsEpochMillis()));
    }
  }

  /** On MongoDB, in a collection. */
  final class OnMongo extends MongoRepository<Item, Long> implements Items {
    OnMongo(RepositoryContext<Item, Long> context) {
      super(context, "items", fields -> {});
    }
  }

  /** On PostgreSQL. */
  final class OnPostgres extends PostgresRepository<Item, Long> implements Items {
    OnPostgres(RepositoryContext<Item, Long> context) {
      super(context, TABLE);
    }
  }

  /** As {@link OnSqlite}, but a read costs nothing, so that what is around it can be measured. */
  final class InMemoryOnSqlite extends SqliteRepository<Item, Long> implements Items {
    private final Optional<Item> item = Optional.of(Item.next(1));

    InMemoryOnSqlite(RepositoryContext<Item, Long> context) {
      super(
          context,
          TABLE,
          columns -> columns.convert("changedAt", SqliteConversions.instantAsEpochMillis()));
    }

    @Override
    public Optional<Item> find(@Nullable Long key) {
      return item;
    }
  }

  /** As {@link OnPostgres}, but a read costs nothing. */
  final class InMemoryOnPostgres extends PostgresRepository<Item, Long> implements Items {
    private final Optional<Item> item = Optional.of(Item.next(1));

    InMemoryOnPostgres(RepositoryContext<Item, Long> context) {
      super(context, TABLE);
    }

    @Override
    public Optional<Item> find(@Nullable Long key) {
      return item;
    }
  }
}
