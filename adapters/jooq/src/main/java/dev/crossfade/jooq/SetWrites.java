package dev.crossfade.jooq;

import dev.crossfade.Entity;
import dev.crossfade.store.Chunk;
import dev.crossfade.store.RowState;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Changes the rows that meet a condition, so many at a time and in the order of their keys. Which
 * they are is decided first, once, by a select that locks them: what changes them cannot make them
 * come again.
 */
final class SetWrites<T, K> {
  static final int MOST_ROWS = 10_000;

  /** Of keys, in one statement: beyond 999 jOOQ binds none on SQLite, but writes them out. */
  private static final int MOST_VALUES = 500;

  private final Sessions sessions;
  private final MappedTable<T, K> table;
  private final TableMapping<T, K> mapping;
  private final Entity<T, K> entity;
  private final List<Field<Object>> keyFields;

  /** Changes rows, some of the first of those given; returns how many of them it looked at. */
  private interface Change<K> {
    int on(List<K> keys) throws SQLException;
  }

  SetWrites(Sessions sessions, MappedTable<T, K> table) {
    this.sessions = sessions;
    this.table = table;
    this.mapping = table.mapping();
    this.entity = mapping.entity();
    this.keyFields = mapping.keyColumns().stream().map(MappedColumn::field).toList();
  }

  long update(Unit unit, Session session, Condition where, List<Assignment> assignments)
      throws SQLException {
    Map<Field<?>, @Nullable Object> values = new LinkedHashMap<>();
    assignments.forEach(each -> values.putAll(each.values()));
    long[] changed = {0};
    change(
        session,
        "updateWhere",
        where,
        keys -> {
          for (List<K> some : slices(keys)) {
            for (T row :
                returned(session, sql().update(mapping.jooqTable()).set(values).where(are(some)))) {
              unit.record(RowState.present(entity, table.settled(session, row)));
              changed[0]++;
            }
          }
          return keys.size();
        });
    return changed[0];
  }

  long delete(Unit unit, Session session, Condition where) throws SQLException {
    long[] gone = {0};
    change(
        session,
        "deleteWhere",
        where,
        keys ->
            table.hasReferrers()
                ? deleteWithChildren(unit, session, keys, gone)
                : delete(unit, session, keys, gone));
    return gone[0];
  }

  private int delete(Unit unit, Session session, List<K> keys, long[] gone) throws SQLException {
    for (List<K> some : slices(keys)) {
      for (K key :
          keys(
              session,
              returning(sql().deleteFrom(mapping.jooqTable()).where(are(some)), keyFields))) {
        unit.record(RowState.absent(entity, key));
        gone[0]++;
      }
    }
    return keys.size();
  }

  /** Ends where what the cascades take with them is as much as a chunk may be. */
  private int deleteWithChildren(Unit unit, Session session, List<K> keys, long[] gone)
      throws SQLException {
    Chunk<K> chunk = Chunk.current(entity);
    int[] left = {0};
    int looked = 0;
    for (K key : keys) {
      boolean deleted =
          table.delete(
              session,
              key,
              state -> {
                unit.record(state);
                left[0]++;
              });
      gone[0] += deleted ? 1 : 0;
      looked++;
      if (chunk != null && left[0] >= chunk.limit()) {
        break;
      }
    }
    return looked;
  }

  private void change(Session session, String doing, Condition where, Change<K> change)
      throws SQLException {
    Chunk<K> chunk = Chunk.current(entity);
    if (chunk == null) {
      change.on(atOnce(session, doing, where));
      return;
    }
    chunk.take();
    List<K> keys = keys(session, select(where, chunk.after(), chunk.upTo(), chunk.limit()));
    int looked = change.on(keys);
    chunk.came(
        looked == 0 ? null : keys.get(looked - 1),
        looked < keys.size() || keys.size() == chunk.limit());
  }

  private List<K> atOnce(Session session, String doing, Condition where) throws SQLException {
    List<K> keys = keys(session, select(where, null, null, MOST_ROWS + 1));
    if (keys.size() > MOST_ROWS) {
      throw new IllegalStateException(
          entity.name()
              + "."
              + doing
              + " meets more than "
              + MOST_ROWS
              + " rows, too many for one unit of work; nothing was changed by it. Say"
              + " @Writes(chunk = 1_000) and call the method outside of a unit, or narrow the"
              + " condition");
    }
    return keys;
  }

  private ResultQuery<?> select(Condition where, @Nullable K after, @Nullable K upTo, int limit) {
    QueryPart select =
        sql()
            .select(keyFields)
            .from(mapping.jooqTable())
            .where(where)
            .and(after == null ? DSL.noCondition() : compared(">", after))
            .and(upTo == null ? DSL.noCondition() : compared("<=", upTo))
            .orderBy(DSL.field(mapping.keyOrder()))
            .limit(DSL.inline(limit));
    return sql().resultQuery("{0}" + mapping.dialect().lockClause(), select).coerce(keyFields);
  }

  /** In canonical order, as the select sorts. */
  private Condition compared(String operator, K key) {
    List<Field<Object>> values = values(key);
    return values.size() == 1
        ? DSL.condition("{0} " + operator + " {1}", DSL.field(mapping.keyOrder()), values.get(0))
        : DSL.condition(
            "({0}) " + operator + " ({1})", DSL.field(mapping.keyOrder()), DSL.list(values));
  }

  private Condition are(List<K> keys) {
    if (keyFields.size() == 1) {
      return keyFields.get(0).in(keys.stream().map(key -> values(key).get(0)).toList());
    }
    return DSL.or(
        keys.stream()
            .map(
                key -> {
                  List<Condition> parts = new ArrayList<>();
                  for (int i = 0; i < keyFields.size(); i++) {
                    parts.add(keyFields.get(i).eq(values(key).get(i)));
                  }
                  return DSL.and(parts);
                })
            .toList());
  }

  private List<Field<Object>> values(K key) {
    Object[] values = entity.keys().isComposite() ? entity.keys().values(key) : new Object[] {key};
    List<Field<Object>> bound = new ArrayList<>(values.length);
    for (int i = 0; i < values.length; i++) {
      bound.add(DSL.val(values[i], keyFields.get(i)));
    }
    return bound;
  }

  private List<K> keys(Session session, ResultQuery<?> query) throws SQLException {
    List<K> keys = new ArrayList<>();
    for (Record row : sessions.dialect().on(session).fetch(query)) {
      keys.add(entity.keys().key(row.intoArray()));
    }
    return keys;
  }

  private List<List<K>> slices(List<K> keys) {
    int size = MOST_VALUES / keyFields.size();
    List<List<K>> slices = new ArrayList<>();
    for (int from = 0; from < keys.size(); from += size) {
      slices.add(keys.subList(from, Math.min(keys.size(), from + size)));
    }
    return Collections.unmodifiableList(slices);
  }

  /**
   * The rows that a statement changed. Values are converted by the mapping's own codecs, which the
   * returned columns carry.
   */
  List<T> returned(Session session, QueryPart statement) throws SQLException {
    List<T> rows = new ArrayList<>();
    for (Record row :
        sessions.dialect().on(session).fetch(returning(statement, mapping.fields()))) {
      rows.add(entity.row(mapping.components(row.intoArray())));
    }
    return rows;
  }

  /**
   * What jOOQ makes of {@code returning} will not do. After an insert into SQLite it selects the
   * row inserted last: not the one that a conflict updated, and only one of several. And it reads
   * columns of a generated table as that declares them, not by the mapping's codecs.
   */
  private ResultQuery<?> returning(QueryPart statement, List<Field<Object>> fields) {
    return sql().resultQuery("{0} returning {1}", statement, DSL.list(fields)).coerce(fields);
  }

  private DSLContext sql() {
    return mapping.dialect().sql();
  }
}
