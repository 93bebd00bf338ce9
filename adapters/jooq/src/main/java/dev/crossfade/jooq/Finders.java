package dev.crossfade.jooq;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.SelectJoinStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Selects of whole rows by a condition, in the order that all stores share. */
final class Finders<T, K> {
  private final TableMapping<T, K> mapping;
  private final Supplier<List<Field<?>>> columns;

  /**
   * @param columns those of all components; asked for when a select is made, since a mapping may
   *     turn out not to fit
   */
  Finders(TableMapping<T, K> mapping, Supplier<List<Field<?>>> columns) {
    this.mapping = mapping;
    this.columns = columns;
  }

  Select<?> where(Condition condition) {
    return all().where(condition);
  }

  Select<?> inKeyOrder(Condition condition) {
    return all().where(condition).orderBy(order());
  }

  Select<?> page(Condition condition, @Nullable K after, int limit) {
    return all()
        .where(after == null ? condition : condition.and(beyond(after)))
        .orderBy(order())
        .limit(DSL.inline(limit));
  }

  private SelectJoinStep<Record> all() {
    return mapping.dialect().sql().select(columns.get()).from(mapping.jooqTable());
  }

  private List<OrderField<?>> order() {
    List<OrderField<?>> order = new ArrayList<>();
    for (MappedColumn column : mapping.keyColumns()) {
      order.add(DSL.field(column.order()));
    }
    return order;
  }

  private Condition beyond(K after) {
    Object[] key = mapping.entity().keys().values(after);
    List<MappedColumn> columns = mapping.keyColumns();
    Object[] values = new Object[key.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = DSL.val(key[i], CodecBinding.type(columns.get(i), Object.class));
    }
    return DSL.condition(mapping.keyCompared(">"), values);
  }
}
