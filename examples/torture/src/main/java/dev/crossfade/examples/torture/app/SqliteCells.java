package dev.crossfade.examples.torture.app;

import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;
import org.jooq.Table;

/** Cells in one store; the other's are the same but for the base class and the store's name. */
abstract class SqliteCells<T extends Cell<T>> extends SqliteRepository<T, Long>
    implements Cells<T> {
  final CellSql sql;

  SqliteCells(RepositoryContext<T, Long> context, Table<?> table) {
    super(context, table);
    sql =
        CellSql.of(
            table,
            CellSql.LEGACY,
            component -> column(component, String.class),
            column("id", Long.class));
  }

  @Override
  public List<T> put(long id, String value) {
    return write(sql.put(id, value));
  }

  @Override
  public T create(T row) {
    return insert(row.decidedOn(sql.store()));
  }

  @Override
  public List<T> take(long id) {
    return write(sql.take(id));
  }
}
