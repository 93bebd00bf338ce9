package dev.crossfade.examples.torture.app;

import java.util.function.Function;
import org.jooq.DeleteReturningStep;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.UpdateReturningStep;
import org.jooq.impl.DSL;

/** The statements of both stores' cells. */
record CellSql(
    Table<?> table,
    String store,
    Field<Long> id,
    Field<String> value,
    Field<String> previous,
    Field<String> decidedOn) {
  static final String LEGACY = "legacy";
  static final String TARGET = "target";

  static CellSql of(
      Table<?> table, String store, Function<String, Field<String>> text, Field<Long> id) {
    return new CellSql(
        table, store, id, text.apply("value"), text.apply("previous"), text.apply("decidedOn"));
  }

  UpdateReturningStep<?> put(long key, String next) {
    return DSL.update(table)
        .set(previous, value)
        .set(value, next)
        .set(decidedOn, store)
        .where(id.eq(key));
  }

  UpdateReturningStep<?> put(long key, String next, Field<String> other, String text) {
    return DSL.update(table)
        .set(previous, value)
        .set(value, next)
        .set(decidedOn, store)
        .set(other, text)
        .where(id.eq(key));
  }

  DeleteReturningStep<?> take(long key) {
    return DSL.deleteFrom(table).where(id.eq(key));
  }
}
