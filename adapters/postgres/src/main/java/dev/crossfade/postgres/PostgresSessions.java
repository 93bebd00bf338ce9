package dev.crossfade.postgres;

import dev.crossfade.CrossfadeException;
import dev.crossfade.jooq.ChildTable;
import dev.crossfade.jooq.MappedTable;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.Sessions;
import dev.crossfade.jooq.TableFacts;
import dev.crossfade.jooq.TableMapping;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How the repositories reach the store. */
final class PostgresSessions extends Sessions {
  private final Pool pool;
  private final Map<MappedTable<?, ?>, RowStatements<?, ?>> statements = new ConcurrentHashMap<>();

  private final Map<MappedTable<?, ?>, TableLoad<?, ?>> loads = new ConcurrentHashMap<>();

  PostgresSessions(Pool pool) {
    super(new PostgresDialect());
    this.pool = pool;
  }

  @Override
  protected <R extends @Nullable Object> R read(Session.Work<R> work) {
    return pool.read(work);
  }

  @Override
  protected <R extends @Nullable Object> R stream(Session.Work<R> work) {
    return pool.stream(work);
  }

  /** As the planner has it: partitions and all; -1 where it was never told. */
  @Override
  protected long estimatedRows(Session session, TableMapping<?, ?> mapping) throws SQLException {
    return session.query(
        "select coalesce(sum(case when c.reltuples < 0 then null else c.reltuples end), -1)::bigint"
            + " from pg_class c where c.relkind = 'r' and (c.oid = to_regclass(?) or c.oid in"
            + " (select relid from pg_partition_tree(to_regclass(?))))",
        statement -> {
          statement.setString(1, mapping.table());
          statement.setString(2, mapping.table());
        },
        rows -> rows.next() ? rows.getLong(1) : -1L);
  }

  @Override
  protected CrossfadeException failure(SQLException cause, String doing) {
    return pool.failures().notWritten(cause, doing);
  }

  @Override
  protected TableFacts facts(Session session, TableMapping<?, ?> mapping) throws SQLException {
    return new Catalogue(session).facts(mapping.table());
  }

  @Override
  protected TableFacts facts(Session session, ChildTable table) throws SQLException {
    return new Catalogue(session).facts(table.table());
  }

  /** The statements for single rows of a table; its catalogue entry is read at first. */
  @SuppressWarnings("unchecked") // put under its own table
  <T, K> RowStatements<T, K> statements(MappedTable<T, K> table) {
    RowStatements<?, ?> known = statements.get(table);
    return (RowStatements<T, K>)
        (known != null ? known : statements.computeIfAbsent(table, this::newStatements));
  }

  /** How many rows of a table are loaded at once. */
  @SuppressWarnings("unchecked") // put under its own table
  <T, K> TableLoad<T, K> loads(MappedTable<T, K> table) {
    return (TableLoad<T, K>) loads.computeIfAbsent(table, TableLoad::new);
  }

  private RowStatements<?, ?> newStatements(MappedTable<?, ?> table) {
    boolean plain = pool.read(session -> table.facts(session).triggers().isEmpty());
    return new RowStatements<>(pool, table, plain);
  }
}
