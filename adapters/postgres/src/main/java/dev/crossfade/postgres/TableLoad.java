package dev.crossfade.postgres;

import dev.crossfade.jooq.MappedColumn;
import dev.crossfade.jooq.MappedTable;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableMapping;
import dev.crossfade.store.Load;
import dev.crossfade.store.Loaded;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes a range of keys of one table hold exactly the rows of a load, by {@code COPY}: straight
 * into the table where the range meets nothing there, else through a temporary table.
 *
 * <p>Safe for use by many threads, each with its own session, which is in a transaction.
 */
final class TableLoad<T, K> {
  private static final String STAGING = "pg_temp.crossfade_rows";

  /**
   * Ranges are looked up by index, whatever the statistics of a table say that was empty a moment
   * ago; and an index that collects what is new sorts more of it in together.
   */
  private static final String SETTINGS =
      "set local enable_seqscan = off; set local jit = off; set local work_mem = '32MB';"
          + " set local gin_pending_list_limit = '16MB'";

  private final MappedTable<T, K> table;
  private final TableMapping<T, K> mapping;
  private final CopyRows<T> rows;
  private final String stage;
  private final String upsert;
  private final String absent;
  private final @Nullable String relocate;

  /** Whether what columns hold has to be found for the values of rows. */
  private final boolean looksUp;

  TableLoad(MappedTable<T, K> table) {
    this.table = table;
    this.mapping = table.mapping();
    this.rows = new CopyRows<>(mapping);
    this.looksUp = mapping.columns().stream().anyMatch(MappedColumn::isLookup);
    String columns = mapping.columnNames();
    this.stage =
        "create temporary table crossfade_rows on commit drop as select "
            + each(mapping.tableColumns(), MappedColumn::intoStaging, ", ")
            + " from "
            + mapping.table()
            + " with no data";
    this.upsert = upsertText(columns);
    this.absent = "not exists (select 1 from " + STAGING + " s where " + sameKey() + ")";
    this.relocate = mapping.locatorColumns().isEmpty() ? null : relocateText();
  }

  /** Does it, in the transaction of the session. */
  Loaded run(Session session, Load<T, K> load, boolean merge) throws SQLException {
    session.execute(SETTINGS);
    if (merge || looksUp || !isEmpty(session, load)) {
      return merge(session, load);
    }
    rows.send(session, mapping.table(), load.rows());
    writeLists(session, load);
    return new Loaded(load.rows().size(), 0);
  }

  private boolean isEmpty(Session session, Load<T, K> load) throws SQLException {
    return session.query(
        "select 1 from " + mapping.table() + where(load) + " limit 1",
        statement -> bindRange(statement, 1, load),
        result -> !result.next());
  }

  private Loaded merge(Session session, Load<T, K> load) throws SQLException {
    session.execute(stage);
    rows.send(session, STAGING, load.rows());
    if (relocate != null) {
      session.update(
          "delete from " + mapping.table() + " as t" + where(load, relocate),
          statement -> bindRange(statement, 1, load));
    }
    session.update(upsert, Session.Binder.NONE);
    writeLists(session, load);
    List<K> absent = absent(session, load);
    if (!absent.isEmpty()) {
      table.deleteUnreferred(session, absent);
    }
    return new Loaded(load.rows().size(), absent.size());
  }

  /** Of all rows together; what is there as it should be is not written again, as with rows. */
  private void writeLists(Session session, Load<T, K> load) throws SQLException {
    if (mapping.hasLists()) {
      List<K> keys = load.rows().stream().map(mapping.entity()::keyOf).toList();
      mapping.writeLists(session, keys, load.rows());
    }
  }

  /** The last first, as those that refer to others of their own table mostly are behind them. */
  private List<K> absent(Session session, Load<T, K> load) throws SQLException {
    return session.query(
        "select "
            + mapping.keyList()
            + " from "
            + mapping.table()
            + " as t"
            + where(load, absent)
            + " order by "
            + mapping.keyColumns().stream()
                .map(column -> column.order() + " desc")
                .collect(Collectors.joining(", ")),
        statement -> bindRange(statement, 1, load),
        mapping.allKeys());
  }

  /**
   * Rows that are there as they should be are not written again: it would double the table. What is
   * the same is so byte by byte, which every type can be compared by.
   */
  private String upsertText(String columns) {
    return "insert into "
        + mapping.table()
        + " as t ("
        + columns
        + ") select "
        + each(mapping.tableColumns(), column -> column.fromStaging("s"), ", ")
        + " from "
        + STAGING
        + " s"
        + mapping.onConflict(0)
        + " where "
        + row("t")
        + " *<> "
        + row("excluded");
  }

  private String row(String from) {
    return "row("
        + each(mapping.tableColumns(), column -> from + "." + column.quoted(), ", ")
        + ")::record";
  }

  /** What stands under the key of a row, elsewhere: a row of its own by the table's unique key. */
  private String relocateText() {
    return "exists (select 1 from "
        + STAGING
        + " s where "
        + sameKey()
        + " and ("
        + each(
            mapping.locatorColumns(),
            column -> "t." + column.quoted() + " is distinct from s." + column.quoted(),
            " or ")
        + "))";
  }

  private String sameKey() {
    return each(
        mapping.keyColumns(),
        column -> "t." + column.quoted() + " = s." + column.quoted(),
        " and ");
  }

  private static String each(
      List<MappedColumn> columns, Function<MappedColumn, String> part, String between) {
    return columns.stream().map(part).collect(Collectors.joining(between));
  }

  /** The range, and more conditions. */
  private String where(Load<T, K> load, String... more) {
    List<String> bounds = new ArrayList<>(3);
    if (load.after() != null) {
      bounds.add(mapping.keyCompared(">"));
    }
    if (load.to() != null) {
      bounds.add(mapping.keyCompared("<="));
    }
    bounds.addAll(List.of(more));
    return bounds.isEmpty() ? "" : " where " + String.join(" and ", bounds);
  }

  private int bindRange(PreparedStatement statement, int first, Load<T, K> load)
      throws SQLException {
    K after = load.after();
    K to = load.to();
    int index = after == null ? first : mapping.bindBound(statement, first, after);
    return to == null ? index : mapping.bindBound(statement, index, to);
  }
}
