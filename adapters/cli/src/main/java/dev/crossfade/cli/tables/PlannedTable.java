package dev.crossfade.cli.tables;

import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.jooq.Columns;
import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.LookupPlan;
import dev.crossfade.mapping.TableName;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mongodb.Fields;
import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.postgres.PostgresConversions;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * A table, its entity, and what holds its rows in either store. Immutable.
 *
 * @param plan how it crosses
 * @param entity what both stores must know about it
 * @param components of its record, in order
 */
record PlannedTable<T, K>(TablePlan plan, Entity<T, K> entity, List<Component> components) {
  PlannedTable {
    components = List.copyOf(components);
  }

  void declare(MigrationBuilder migration) {
    migration.entity(
        entity,
        context ->
            plan.isCollection()
                ? new CollectionRows<>(context, this)
                : new LegacyRows<>(context, this),
        context -> new TargetRows<>(context, this));
  }

  private void fields(Fields fields) {
    for (Component component : components) {
      DocumentForms.describe(component, fields);
    }
  }

  private void legacyColumns(Columns columns) {
    for (Component component : components) {
      String second = component.plan().second();
      if (second == null) {
        legacyColumn(component, columns);
      } else {
        columns.pair(
            component.name(), component.plan().legacy(), second, LegacyForms.pair(component));
      }
    }
  }

  private static void legacyColumn(Component component, Columns columns) {
    ColumnPlan column = component.plan();
    columns.column(component.name(), column.legacy());
    Conversion<?, ?> conversion = column.usual() ? null : LegacyForms.conversion(component);
    if (conversion != null) {
      columns.convert(component.name(), conversion);
    }
  }

  private void targetColumns(Columns columns) {
    for (Component component : components) {
      LookupPlan lookup = component.plan().lookup();
      if (lookup == null) {
        columns.column(component.name(), component.plan().target());
      } else {
        Table<?> parent = table(lookup.parent());
        columns.lookup(
            component.name(), component.plan().target(), parent, lookup.id(), lookup.by());
      }
      if (component.element() != null) {
        columns.convert(component.name(), PostgresConversions.array(component.element()));
      }
    }
  }

  private Table<?> legacyTable() {
    return DSL.table(DSL.name(plan.legacy().name()));
  }

  private Table<?> targetTable() {
    return table(plan.target());
  }

  private static Table<?> table(TableName name) {
    return DSL.table(DSL.name(name.schema(), name.name()));
  }

  /** In the legacy file. */
  private static final class LegacyRows<T, K> extends SqliteRepository<T, K> {
    LegacyRows(RepositoryContext<T, K> context, PlannedTable<T, K> table) {
      super(context, table.legacyTable(), table::legacyColumns);
    }
  }

  /** In the collection of a legacy MongoDB. */
  private static final class CollectionRows<T, K> extends MongoRepository<T, K> {
    CollectionRows(RepositoryContext<T, K> context, PlannedTable<T, K> table) {
      super(context, table.plan().legacy().name(), table::fields);
    }
  }

  /** In PostgreSQL. */
  private static final class TargetRows<T, K> extends PostgresRepository<T, K> {
    TargetRows(RepositoryContext<T, K> context, PlannedTable<T, K> table) {
      super(context, table.targetTable(), table::targetColumns);
    }
  }
}
