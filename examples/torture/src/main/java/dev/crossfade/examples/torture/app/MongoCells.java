package dev.crossfade.examples.torture.app;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import dev.crossfade.mongodb.Fields;
import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Cells in MongoDB, whose fields bear the names of PostgreSQL's columns. */
abstract class MongoCells<T extends Cell<T>> extends MongoRepository<T, Long> implements Cells<T> {
  MongoCells(RepositoryContext<T, Long> context, String collection) {
    this(context, collection, fields -> {});
  }

  MongoCells(
      RepositoryContext<T, Long> context, String collection, Consumer<? super Fields> fields) {
    super(
        context,
        collection,
        all -> {
          all.field("decidedOn", "decided_on");
          fields.accept(all);
        });
  }

  /** A field cannot be moved into another by a simple update: tried until nobody came between. */
  @Override
  public List<T> put(long id, String value) {
    while (true) {
      Optional<T> found = fetchOptional(keyIs(id));
      if (found.isEmpty()) {
        return List.of();
      }
      String previous = found.get().value();
      Optional<T> written =
          updateOne(
              and(keyIs(id), eq("value", previous)),
              combine(
                  set("previous", previous),
                  set("value", value),
                  set("decided_on", CellSql.LEGACY)));
      if (written.isPresent()) {
        return List.of(written.get());
      }
    }
  }

  @Override
  public T create(T row) {
    return insert(row.decidedOn(CellSql.LEGACY));
  }

  /** What is there may change before it is deleted. */
  @Override
  public List<T> take(long id) {
    throw new UnsupportedOperationException("delete() does not tell what was there, take() would");
  }
}
