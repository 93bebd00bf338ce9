package dev.crossfade.jooq;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where an application's select has the column of each component; looked up once per result. */
final class RowShape<T> {
  private final RowMapping<T> mapping;
  private final ResultSet rows;
  private final int[] places;

  RowShape(RowMapping<T> mapping, ResultSet rows) throws SQLException {
    this.mapping = mapping;
    this.rows = rows;
    List<MappedColumn> columns =
        mapping.columns().stream().flatMap(column -> column.parts().stream()).toList();
    this.places = new int[columns.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = place(columns.get(i), rows.getMetaData());
    }
  }

  List<T> rows() throws SQLException {
    List<T> all = new ArrayList<>();
    while (rows.next()) {
      all.add(row());
    }
    return all;
  }

  private T row() throws SQLException {
    List<MappedColumn> columns = mapping.columns();
    @Nullable Object[] values = new Object[columns.size()];
    int at = 0;
    for (int i = 0; i < values.length; i++) {
      MappedColumn column = columns.get(i);
      values[i] = column.read(rows, places, at);
      at += column.width();
    }
    return mapping.type().row(values);
  }

  private int place(MappedColumn column, ResultSetMetaData selected) throws SQLException {
    int place = 0;
    for (int i = 1; i <= selected.getColumnCount(); i++) {
      if (selected.getColumnLabel(i).equalsIgnoreCase(column.label())) {
        if (place != 0) {
          throw new IllegalArgumentException(
              "the select has two columns named "
                  + column.name()
                  + "; select columns() of this repository only, or give fetch a mapper");
        }
        place = i;
      }
    }
    if (place == 0) {
      throw new IllegalArgumentException(
          "the select has no column "
              + column.label()
              + " for component "
              + column.component()
              + "; select all of columns(), or give fetch a mapper");
    }
    return place;
  }
}
