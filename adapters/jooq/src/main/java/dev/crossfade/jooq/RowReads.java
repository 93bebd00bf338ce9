package dev.crossfade.jooq;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The reads of one table; statements rendered once, run on the session given. */
final class RowReads<T, K> {
  private static final int MOST_KEYS = 256;

  private static final Comparator<byte[]> CANONICAL = Arrays::compareUnsigned;

  private final TableMapping<T, K> mapping;
  private final String select;
  private final String selectKeys;
  private final String order;
  private final String find;
  private final String findLocked;
  private final String count;

  RowReads(TableMapping<T, K> mapping) {
    this.mapping = mapping;
    String from = " from " + mapping.table();
    this.select = "select " + mapping.columnList() + from;
    this.selectKeys = "select " + mapping.keyList() + from;
    this.order = " order by " + mapping.keyOrder();
    this.find = select + " where " + mapping.keyIs();
    this.findLocked = find + mapping.dialect().lockClause();
    this.count = "select count(*)" + from;
  }

  @Nullable T find(Session session, K key) throws SQLException {
    return session.query(find, statement -> mapping.bindKey(statement, 1, key), mapping.firstRow());
  }

  @Nullable T findLocked(Session session, K key) throws SQLException {
    return session.query(
        findLocked, statement -> mapping.bindKey(statement, 1, key), mapping.firstRow());
  }

  List<T> findAll(Session session, Collection<? extends K> keys) throws SQLException {
    List<K> distinct = distinct(keys);
    List<T> found = new ArrayList<>(distinct.size());
    for (int from = 0; from < distinct.size(); from += MOST_KEYS) {
      List<K> some = distinct.subList(from, Math.min(distinct.size(), from + MOST_KEYS));
      found.addAll(findSome(session, some));
    }
    return found;
  }

  long count(Session session) throws SQLException {
    return session.query(
        count,
        Session.Binder.NONE,
        rows -> {
          rows.next();
          return rows.getLong(1);
        });
  }

  List<T> scan(Session session, @Nullable K after, int limit) throws SQLException {
    String sql = select + range(after, null) + order + " limit ?";
    return session.query(
        sql,
        statement -> statement.setInt(bindRange(statement, after, null), limit),
        mapping.allRows());
  }

  List<T> between(Session session, @Nullable K after, @Nullable K to) throws SQLException {
    return session.query(
        select + range(after, to) + order,
        statement -> bindRange(statement, after, to),
        mapping.allRows());
  }

  /** The rows of {@link #between}, one after the other, until {@code taker} returns false. */
  void forEachBetween(
      Session session, @Nullable K after, @Nullable K to, Predicate<? super T> taker)
      throws SQLException {
    session.query(
        select + range(after, to) + order,
        statement -> {
          statement.setFetchSize(FetchSize.FIRST);
          bindRange(statement, after, to);
        },
        rows -> {
          FetchSize fetch = new FetchSize(rows);
          boolean more = true;
          while (more && rows.next()) {
            T row = mapping.row(rows, 1);
            fetch.saw(mapping.entity().weight(row));
            more = taker.test(row);
          }
          return more;
        });
  }

  List<K> keysBetween(Session session, @Nullable K after, @Nullable K to) throws SQLException {
    return session.query(
        selectKeys + range(after, to) + order,
        statement -> bindRange(statement, after, to),
        mapping.allKeys());
  }

  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  @Nullable K boundary(Session session, @Nullable K after, int limit) throws SQLException {
    String sql = selectKeys + range(after, null) + order + " limit 1 offset ?";
    return session.query(
        sql,
        statement -> statement.setInt(bindRange(statement, after, null), limit - 1),
        rows -> rows.next() ? mapping.key(rows, 1) : null);
  }

  /** The rows that refer to a row by these columns, in key order, locked. */
  List<T> referring(Session session, List<MappedColumn> by, Object[] values, int limit)
      throws SQLException {
    String locked = order + " limit " + limit + mapping.dialect().lockClause();
    return rowsWith(session, by, values, locked);
  }

  /** The rows that have these values, in key order. */
  List<T> with(Session session, List<MappedColumn> columns, Object[] values) throws SQLException {
    return rowsWith(session, columns, values, order);
  }

  private List<T> rowsWith(Session session, List<MappedColumn> columns, Object[] values, String end)
      throws SQLException {
    String where =
        columns.stream().map(MappedColumn::equality).collect(Collectors.joining(" and "));
    return session.query(
        select + " where " + where + end,
        statement -> {
          for (int i = 0; i < values.length; i++) {
            columns.get(i).bindEqual(statement, i + 1, values[i]);
          }
        },
        mapping.allRows());
  }

  private List<T> findSome(Session session, List<K> keys) throws SQLException {
    int places = Integer.highestOneBit(Math.max(1, keys.size() * 2 - 1));
    return session.query(
        select + " where " + anyOf(places) + order,
        statement -> {
          int index = 1;
          for (int i = 0; i < places; i++) {
            index = mapping.bindKey(statement, index, keys.get(Math.min(i, keys.size() - 1)));
          }
        },
        mapping.allRows());
  }

  /** Sizes are powers of two, so that few different statements come of it. */
  private String anyOf(int places) {
    List<MappedColumn> parts = mapping.keyColumns();
    if (parts.size() == 1) {
      String all = (", " + parts.get(0).placeholder()).repeat(places).substring(2);
      return parts.get(0).quoted() + " in (" + all + ")";
    }
    return (" or (" + mapping.keyIs() + ")").repeat(places).substring(" or ".length());
  }

  /**
   * Each key that a row can have, once and in canonical order, so that chunks follow each other in
   * it.
   */
  private List<K> distinct(Collection<? extends K> keys) {
    TreeMap<byte[], K> sorted = new TreeMap<>(CANONICAL);
    for (K key : keys) {
      if (mapping.canHave(key)) {
        sorted.put(mapping.entity().keys().encode(key), key);
      }
    }
    return new ArrayList<>(sorted.values());
  }

  private String range(@Nullable K after, @Nullable K to) {
    String from = after == null ? "" : " where " + mapping.keyCompared(">");
    return to == null
        ? from
        : from + (after == null ? " where " : " and ") + mapping.keyCompared("<=");
  }

  private int bindRange(PreparedStatement statement, @Nullable K after, @Nullable K to)
      throws SQLException {
    int index = after == null ? 1 : mapping.bindBound(statement, 1, after);
    return to == null ? index : mapping.bindBound(statement, index, to);
  }
}
