package dev.crossfade.sqlite;

import dev.crossfade.jooq.MappedTable;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableMapping;
import dev.crossfade.store.Load;
import dev.crossfade.store.Loaded;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Makes a range of keys of one table hold exactly the rows of a load: many rows per statement, each
 * statement prepared once.
 *
 * <p>Safe for use by many threads, each with its own session.
 */
final class TableLoad<T, K> {
  /** SQLite takes 32,766 parameters in a statement; beyond a few hundred more gain nothing. */
  private static final int PARAMETERS = 512;

  private final MappedTable<T, K> table;
  private final TableMapping<T, K> mapping;
  private final int atOnce;
  private final String many;

  TableLoad(MappedTable<T, K> table) {
    this.table = table;
    this.mapping = table.mapping();
    this.atOnce = Math.max(1, PARAMETERS / mapping.columns().size());
    String row = ", (" + mapping.insertValues(0) + ")";
    this.many =
        "insert into "
            + mapping.table()
            + " "
            + mapping.insertColumns(0)
            + " values "
            + row.repeat(atOnce).substring(2)
            + mapping.onConflict(0);
  }

  /** Does it, in the transaction of the session. */
  Loaded run(Session session, Load<T, K> load) throws SQLException {
    List<K> absent = load.without(table.keysBetween(session, load.after(), load.to()));
    List<T> rows = load.rows();
    int whole = rows.size() - rows.size() % atOnce;
    for (int from = 0; from < whole; from += atOnce) {
      List<T> some = rows.subList(from, from + atOnce);
      session.update(many, statement -> bind(statement, some));
    }
    table.upsertAll(session, rows.subList(whole, rows.size()));
    if (!absent.isEmpty()) {
      table.deleteUnreferred(session, absent);
    }
    return new Loaded(rows.size(), absent.size());
  }

  private void bind(PreparedStatement statement, List<T> rows) throws SQLException {
    int index = 1;
    for (T row : rows) {
      index = mapping.bindRow(statement, index, row, 0);
    }
  }
}
