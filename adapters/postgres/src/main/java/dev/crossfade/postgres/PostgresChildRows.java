package dev.crossfade.postgres;

import dev.crossfade.jooq.ChildRows;
import dev.crossfade.jooq.ChildTable;
import dev.crossfade.jooq.Codec;
import dev.crossfade.jooq.MappedColumn;
import dev.crossfade.jooq.Session;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lists as rows of a child table: read as an array of texts by a subquery, and written by one
 * statement for those of many rows, which has an array for each column.
 *
 * <p>An array is bound without a type and takes that of its column, by what it is coalesced with. A
 * row of the child that is there as it should be is not written again.
 *
 * <p>Immutable and safe for use by many threads.
 */
final class PostgresChildRows implements ChildRows, Codec<List<?>> {
  private static final int MOST_ELEMENTS = 10_000;

  private final ChildTable table;
  private final MappedColumn[] columns;
  private final ChildValue[] values;
  private final ChildValue key;
  private final String selected;
  private final String write;

  /** What one statement writes: lists, and their elements one after the other. */
  private final class Batch {
    final List<String> keys = new ArrayList<>();
    final List<String> sizes = new ArrayList<>();
    final List<String> parents = new ArrayList<>();
    final List<String> positions = new ArrayList<>();
    final List<List<@Nullable String>> parts =
        Stream.generate(() -> (List<@Nullable String>) new ArrayList<@Nullable String>())
            .limit(columns.length)
            .toList();

    void add(String parent, List<?> list) {
      keys.add(parent);
      sizes.add(Integer.toString(list.size()));
      for (int position = 0; position < list.size(); position++) {
        parents.add(parent);
        positions.add(Integer.toString(position));
        for (int i = 0; i < columns.length; i++) {
          parts.get(i).add(text(i, columns[i].component().get(list.get(position))));
        }
      }
    }

    void bind(PreparedStatement statement) throws SQLException {
      int index = 1;
      for (List<String> own : List.of(keys, sizes, parents, positions)) {
        statement.setObject(index++, ArrayText.writeNullable(own), Types.OTHER);
      }
      for (List<@Nullable String> part : parts) {
        statement.setObject(index++, ArrayText.writeNullable(part), Types.OTHER);
      }
    }
  }

  PostgresChildRows(ChildTable table) {
    this.table = table;
    this.columns = table.columns().toArray(MappedColumn[]::new);
    this.values = new ChildValue[columns.length];
    for (int i = 0; i < columns.length; i++) {
      values[i] = ChildValue.of(columns[i]);
    }
    this.key = ChildValue.of(table.key());
    this.selected = selectText();
    this.write = writeText();
  }

  @Override
  public String selected() {
    return selected;
  }

  @Override
  public Codec<List<?>> codec() {
    return this;
  }

  @Override
  public void write(Session session, List<?> keys, List<? extends List<?>> lists)
      throws SQLException {
    Batch batch = new Batch();
    for (int i = 0; i < lists.size(); i++) {
      batch.add(key.writer().apply(keys.get(i)), lists.get(i));
      if (batch.parents.size() >= MOST_ELEMENTS || i + 1 == lists.size()) {
        session.update(write, batch::bind);
        batch = new Batch();
      }
    }
  }

  private @Nullable String text(int column, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    Object stored = columns[column].store(value);
    if (stored instanceof String text) {
      PostgresDialect.checkHeld(columns[column].component(), text);
    }
    return values[column].writer().apply(stored);
  }

  @Override
  public void bind(PreparedStatement statement, int index, List<?> value) {
    throw new UnsupportedOperationException("a list is no value of a column");
  }

  /** No rows make no array. */
  @Override
  public List<?> read(ResultSet rows, int index) throws SQLException {
    Array array = rows.getArray(index);
    if (array == null) {
      return List.of();
    }
    List<Object> list = new ArrayList<>();
    for (Object element : (Object[]) array.getArray()) {
      list.add(element((@Nullable Object[]) element));
    }
    return Collections.unmodifiableList(list);
  }

  private Object element(@Nullable Object[] texts) {
    @Nullable Object[] stored = new Object[texts.length];
    for (int i = 0; i < texts.length; i++) {
      stored[i] = texts[i] == null ? null : values[i].reader().apply(texts[i].toString());
    }
    return table.element(stored);
  }

  @Override
  public String expected() {
    return "a row for each element";
  }

  private String selectText() {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      parts.add(values[i].selected().formatted("crossfade_child." + columns[i].quoted()));
    }
    return "(select array_agg(array["
        + String.join(", ", parts)
        + "] order by crossfade_child."
        + table.quotedPosition()
        + ") from "
        + table.table()
        + " as crossfade_child where crossfade_child."
        + table.quotedParent()
        + " = "
        + table.parentTable()
        + "."
        + table.key().quoted()
        + ")";
  }

  private String writeText() {
    String parent = table.quotedParent();
    String position = table.quotedPosition();
    String row = each(MappedColumn::quoted);
    return "with gone as (delete from "
        + table.table()
        + " as t using unnest("
        + arrayOf(parent)
        + ", ?::int[]) as g (parent, size) where t."
        + parent
        + " = g.parent and (t."
        + position
        + " >= g.size or t."
        + position
        + " < 0)) insert into "
        + table.table()
        + " as t ("
        + parent
        + ", "
        + position
        + ", "
        + row
        + ") select * from unnest("
        + arrayOf(parent)
        + ", ?::int[], "
        + each(column -> arrayOf(column.quoted()))
        + ") on conflict ("
        + parent
        + ", "
        + position
        + ") do update set "
        + each(column -> column.quoted() + " = excluded." + column.quoted())
        + " where row("
        + each(column -> "t." + column.quoted())
        + ")::record *<> row("
        + each(column -> "excluded." + column.quoted())
        + ")::record";
  }

  /** A parameter that is an array of a column's type. */
  private String arrayOf(String column) {
    return "coalesce(?, array(select " + column + " from " + table.table() + " where false))";
  }

  private String each(Function<MappedColumn, String> part) {
    return Stream.of(columns).map(part).collect(Collectors.joining(", "));
  }
}
