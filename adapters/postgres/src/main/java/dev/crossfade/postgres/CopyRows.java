package dev.crossfade.postgres;

import dev.crossfade.jooq.MappedColumn;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableMapping;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends rows of one entity to the server by {@code COPY}, in its text format: any type of column
 * takes it as it takes a text.
 *
 * <p>Whatever happens the connection is out of {@code COPY} afterwards, or broken. Immutable and
 * safe for use by many threads, each with its own session.
 */
final class CopyRows<T> {
  private static final Logger log = LoggerFactory.getLogger(CopyRows.class);

  private final MappedColumn[] columns;
  private final CopyValue[] values;
  private final String columnNames;

  CopyRows(TableMapping<T, ?> mapping) {
    this.columns = mapping.tableColumns().toArray(MappedColumn[]::new);
    this.values = new CopyValue[columns.length];
    for (int i = 0; i < columns.length; i++) {
      values[i] = CopyValue.of(columns[i]);
    }
    this.columnNames = mapping.columnNames();
  }

  /** Sends them into a table that has these columns. */
  void send(Session session, String table, List<T> rows) throws SQLException {
    CopyIn copy =
        session
            .connection()
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("copy " + table + " (" + columnNames + ") from stdin");
    try {
      CopyBuffer buffer = new CopyBuffer(copy);
      for (T row : rows) {
        write(row, buffer);
      }
      buffer.flush();
      copy.endCopy();
    } finally {
      end(copy);
    }
  }

  private void write(T row, CopyBuffer buffer) throws SQLException {
    for (int i = 0; i < columns.length; i++) {
      if (i > 0) {
        buffer.endOfColumn();
      }
      Object value = columns[i].component().get(row);
      if (value == null) {
        buffer.nothing();
      } else {
        values[i].write(buffer, columns[i].store(value));
      }
    }
    buffer.endOfRow();
  }

  /** A statement sent into a {@code COPY} under way would break the connection. */
  private static void end(CopyIn copy) {
    try {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    } catch (SQLException e) {
      log.debug("COPY could not be ended; what has gone wrong before is thrown", e);
    }
  }
}
