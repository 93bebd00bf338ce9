package dev.crossfade.jooq;

import dev.crossfade.CheckException;
import dev.crossfade.DuplicateKeyException;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one table, without their record; statements rendered once per pattern of omitted
 * components, run on the session given.
 */
final class RowWrites<T, K> {
  private final TableMapping<T, K> mapping;
  private final RowReads<T, K> reads;
  private final Map<Long, String> saves = new ConcurrentHashMap<>();
  private final Map<Long, String> inserts = new ConcurrentHashMap<>();
  private final Map<Long, String> updates = new ConcurrentHashMap<>();
  private final boolean locatorsIdentify;
  private final String delete;
  private final String upsert;
  private final String relocate;

  /** What writes of single rows return: the row, or its key where lists are still to be written. */
  private final String returning;

  RowWrites(TableMapping<T, K> mapping, RowReads<T, K> reads) {
    this.mapping = mapping;
    this.reads = reads;
    this.locatorsIdentify =
        mapping.dialect().locatorsIdentify() && !mapping.locatorColumns().isEmpty();
    this.delete = "delete from " + mapping.table() + " where " + mapping.keyIs();
    this.upsert = insertText(0) + mapping.onConflict(0);
    this.relocate = locatorsIdentify ? relocateText() : "";
    this.returning =
        " returning " + (mapping.hasLists() ? mapping.keyList() : mapping.columnList());
  }

  T save(Session session, T row) throws SQLException {
    K key = key(row);
    if (key == null) {
      return insert(session, row);
    }
    lock(session, key);
    T updated = locatorsIdentify ? update(session, key, row) : null;
    return updated != null ? updated : upsert(session, row);
  }

  T insert(Session session, T row) throws SQLException {
    K key = key(row);
    if (key != null) {
      lock(session, key);
    }
    if (locatorsIdentify && key != null && reads.find(session, key) != null) {
      throw new DuplicateKeyException(
          mapping.entity().name()
              + " "
              + mapping.entity().keys().show(key)
              + " exists already; save() replaces a row",
          null);
    }
    return returned(session, row, inserts, this::insertReturning);
  }

  boolean delete(Session session, K key) throws SQLException {
    lock(session, key);
    return session.update(delete, statement -> mapping.bindKey(statement, 1, key)) > 0;
  }

  /**
   * Deletes rows in the secondary store. Writers of one key are not excluded there: who overlaps is
   * contested, and repair brings the key about alone.
   */
  void deleteAll(Session session, Collection<? extends K> keys) throws SQLException {
    session.<K>batch(delete, keys, (statement, key) -> mapping.bindKey(statement, 1, key));
  }

  /** Brings these rows about with all their columns in the secondary store; as above. */
  void upsertAll(Session session, List<T> rows) throws SQLException {
    if (locatorsIdentify) {
      session.<T>batch(relocate, elsewhere(session, rows), this::bindRelocate);
    }
    session.<T>batch(upsert, rows, (statement, row) -> mapping.bindRow(statement, 1, row, 0));
    if (mapping.hasLists()) {
      mapping.writeLists(session, rows.stream().map(mapping.entity()::keyOf).toList(), rows);
    }
  }

  /**
   * Those of the rows whose key stands under other locators. Looked up at once, because a delete by
   * key alone goes through every partition.
   */
  private List<T> elsewhere(Session session, List<T> rows) throws SQLException {
    if (rows.size() == 1) {
      return rows;
    }
    Map<ByteBuffer, List<T>> stored = new HashMap<>();
    for (T row : reads.findAll(session, rows.stream().map(mapping.entity()::keyOf).toList())) {
      stored.computeIfAbsent(canonicalKey(row), key -> new ArrayList<>()).add(row);
    }
    return rows.stream()
        .filter(
            row ->
                stored.getOrDefault(canonicalKey(row), List.of()).stream()
                    .anyMatch(there -> isElsewhere(there, row)))
        .toList();
  }

  private ByteBuffer canonicalKey(T row) {
    return ByteBuffer.wrap(mapping.entity().keys().encode(mapping.entity().keyOf(row)));
  }

  private boolean isElsewhere(T there, T row) {
    return mapping.locatorColumns().stream()
        .map(MappedColumn::component)
        .anyMatch(locator -> !locator.comparison().same(locator.get(there), locator.get(row)));
  }

  private void lock(Session session, K key) throws SQLException {
    if (locatorsIdentify) {
      mapping.dialect().lockKey(session, mapping, mapping.entity().keys().encode(key));
    }
  }

  /** Sets components of the row to null. */
  void clear(Session session, K key, Collection<MappedColumn> columns) throws SQLException {
    String nulls = String.join(" = null, ", columns.stream().map(MappedColumn::quoted).toList());
    session.update(
        "update " + mapping.table() + " set " + nulls + " = null where " + mapping.keyIs(),
        statement -> mapping.bindKey(statement, 1, key));
  }

  private @Nullable K key(T row) {
    K key = mapping.entity().key(row);
    if (key == null && !mapping.keyColumns().get(0).component().isGenerated()) {
      throw new CheckException(
          "a row of "
              + mapping.entity().name()
              + " has no key; give it one, or declare generatedKey() if the store makes it",
          null);
    }
    return key;
  }

  private T upsert(Session session, T row) throws SQLException {
    return returned(session, row, saves, this::saveReturning);
  }

  private T returned(
      Session session, T row, Map<Long, String> statements, Function<Long, String> render)
      throws SQLException {
    long omitted = mapping.omitted(row);
    T result =
        withLists(
            session,
            row,
            statements.computeIfAbsent(omitted, render),
            statement -> mapping.bindRow(statement, 1, row, omitted));
    if (result == null) {
      throw new CheckException(
          "the store took a row of " + mapping.entity().name() + " and kept none; a trigger?",
          null);
    }
    return result;
  }

  private @Nullable T update(Session session, K key, T row) throws SQLException {
    long omitted = mapping.omitted(row);
    String sql = updates.computeIfAbsent(omitted, this::updateReturning);
    return sql.isEmpty()
        ? reads.findLocked(session, key)
        : withLists(
            session,
            row,
            sql,
            statement ->
                mapping.bindKey(
                    statement, mapping.bindAssignments(statement, 1, row, omitted), key));
  }

  /**
   * The row that a statement returns. Where it has lists these are written now that it is locked,
   * and it is read with them; null if the statement returns none.
   */
  private @Nullable T withLists(Session session, T row, String sql, Session.Binder binder)
      throws SQLException {
    if (!mapping.hasLists()) {
      return session.query(sql, binder, mapping.firstRow());
    }
    List<K> written = session.query(sql, binder, mapping.allKeys());
    if (written.isEmpty()) {
      return null;
    }
    mapping.writeLists(session, written, List.of(row));
    return reads.find(session, written.get(0));
  }

  private String insertText(long omitted) {
    String values = mapping.insertValues(omitted);
    return "insert into "
        + mapping.table()
        + " "
        + mapping.insertColumns(omitted)
        + (values.isEmpty() ? "default values" : " values (" + values + ")");
  }

  private String insertReturning(long omitted) {
    return insertText(omitted) + returning;
  }

  private String saveReturning(long omitted) {
    return insertText(omitted) + mapping.onConflict(omitted) + returning;
  }

  private String updateReturning(long omitted) {
    String assignments = mapping.assignments(omitted);
    return assignments.isEmpty()
        ? ""
        : "update "
            + mapping.table()
            + " set "
            + assignments
            + " where "
            + mapping.keyIs()
            + returning;
  }

  /**
   * What stands elsewhere under the key of a row that is about to be written. Deleted, not moved:
   * there may be several, and nothing can refer to a key that no index makes unique.
   */
  private String relocateText() {
    String elsewhere =
        mapping.locatorColumns().stream()
            .map(column -> column.quoted() + " is distinct from " + column.placeholder())
            .collect(Collectors.joining(" or "));
    return delete + " and (" + elsewhere + ")";
  }

  private void bindRelocate(PreparedStatement statement, T row) throws SQLException {
    bindLocators(statement, mapping.bindKey(statement, 1, mapping.entity().keyOf(row)), row);
  }

  private void bindLocators(PreparedStatement statement, int first, T row) throws SQLException {
    int index = first;
    for (MappedColumn column : mapping.locatorColumns()) {
      column.bind(statement, index++, column.component().get(row));
    }
  }
}
