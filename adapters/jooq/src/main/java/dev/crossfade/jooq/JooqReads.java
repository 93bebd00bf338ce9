package dev.crossfade.jooq;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Result;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * What the implementations of entities and views in a relational store have in common: they read,
 * in the unit of work of their thread or alone. Applications extend the base classes of their
 * store.
 *
 * <p>Safe for use by many threads.
 *
 * @param <T> the record that holds a row
 * @param <M> how it is held
 */
public abstract class JooqReads<T, M extends RowMapping<T>> {
  private final Sessions sessions;
  private final M mapping;

  /** The mapping is made for the class that messages name. */
  JooqReads(Sessions sessions, Function<? super Class<?>, ? extends M> mapping) {
    this.sessions = sessions;
    this.mapping = mapping.apply(getClass());
  }

  final Sessions sessions() {
    return sessions;
  }

  final M mapping() {
    return mapping;
  }

  /** Builds statements in the store's dialect; cannot run them. */
  protected final DSLContext dsl() {
    return sessions.dialect().sql();
  }

  /** The table, as it was given. */
  protected final Table<?> jooqTable() {
    return mapping.jooqTable();
  }

  /** The columns of all components, for {@code select}; read only by {@link #fetch(Select)}. */
  protected final List<Field<?>> columns() {
    List<Field<?>> fields = new ArrayList<>();
    for (MappedColumn column : mapping.columns()) {
      if (column.width() == 1) {
        fields.add(mapping.selectedField(column, column.component().type()));
      } else {
        column.parts().forEach(part -> fields.add(mapping.field(part, part.stored())));
      }
    }
    return fields;
  }

  /**
   * The column of a component, which binds and reads values in the form the mapping has.
   *
   * @throws IllegalArgumentException if there is no such component, it is of another type, or two
   *     columns hold it
   */
  protected final <X> Field<X> column(String component, Class<X> type) {
    return mapping.field(component, type);
  }

  /**
   * That a component has this value, in the form the mapping has: of its column, of both where two
   * hold it, or by the column that refers to it. As in SQL, no row has null.
   *
   * @throws IllegalArgumentException if there is no such component or it is of another type
   */
  protected final Condition equal(String component, @Nullable Object value) {
    Lookup lookup = mapping.column(component).lookup();
    if (lookup != null) {
      return mapping.equalByLookup(component, lookup, value);
    }
    List<MappedColumn> parts = mapping.column(component).parts();
    List<@Nullable Object> values = mapping.partValues(component, value);
    Condition all = DSL.noCondition();
    for (int i = 0; i < parts.size(); i++) {
      all = all.and(mapping.field(parts.get(i), Object.class).eq(values.get(i)));
    }
    return all;
  }

  /**
   * The rows that a select over all mapped columns returns, in its order.
   *
   * @throws IllegalArgumentException if the select has not exactly one column for each component
   */
  protected final List<T> fetch(Select<?> select) {
    return reading("fetch", session -> rows(session, select));
  }

  /**
   * The row that a select over all mapped columns returns.
   *
   * @throws IllegalStateException if it returns several
   */
  protected final Optional<T> fetchOptional(Select<?> select) {
    return atMostOne(fetch(select));
  }

  /** What a select returns, in its order. */
  protected final <R extends Record, X> List<X> fetch(
      Select<R> select, Function<? super R, ? extends X> mapper) {
    return reading(
        "fetch",
        session -> {
          List<X> found = new ArrayList<>();
          for (R row : sessions.dialect().on(session).fetch(select)) {
            found.add(mapper.apply(row));
          }
          return found;
        });
  }

  /**
   * What a select returns, if anything.
   *
   * @throws IllegalStateException if it returns several rows
   */
  protected final <R extends Record, X> Optional<X> fetchOptional(
      Select<R> select, Function<? super R, ? extends X> mapper) {
    return atMostOne(fetch(select, mapper));
  }

  /** The single value of the first row; null if there is no row or it is null. */
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  protected final <X> @Nullable X fetchValue(Select<Record1<X>> select) {
    return reading(
        "fetchValue",
        session -> {
          Result<Record1<X>> result = sessions.dialect().on(session).fetch(select);
          return result.isEmpty() ? null : result.get(0).value1();
        });
  }

  /** Whether a select returns any row. */
  protected final boolean fetchExists(Select<?> select) {
    return reading("exists", session -> sessions.dialect().on(session).fetchExists(select));
  }

  /** How many rows a select returns. */
  protected final long fetchCount(Select<?> select) {
    return reading("count", session -> (long) sessions.dialect().on(session).fetchCount(select));
  }

  /** Reads in the unit of this thread, or alone. */
  final <R extends @Nullable Object> R reading(String what, Session.Work<R> work) {
    return sessions.reading(mapping.type().name(), what, work);
  }

  final String doing(String what) {
    return Sessions.doing(mapping.type().name(), what);
  }

  final List<T> rows(Session session, Select<?> select) throws SQLException {
    try (Cursor<?> cursor = sessions.dialect().on(session).fetchLazy(select)) {
      return new RowShape<>(mapping, cursor.resultSet()).rows();
    }
  }

  private static <X> Optional<X> atMostOne(List<X> found) {
    if (found.size() > 1) {
      throw new IllegalStateException(
          "a select that is to return one row at most returned " + found.size());
    }
    return found.stream().findFirst();
  }
}
