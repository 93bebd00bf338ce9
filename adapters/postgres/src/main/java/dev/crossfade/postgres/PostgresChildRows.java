package dev.crossfade.postgres;

import dev.crossfade.jooq.ChildRows;
import dev.crossfade.jooq.ChildTable;
import dev.crossfade.jooq.ChildTable.Link;
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
  private final ChildValue[] keys;
  private final String selected;
  private final String write;

  /** What one statement writes: lists, and their elements one after the other. */
  private final class Batch {
    final List<List<@Nullable String>> lists = arrays(keys.length + 1);
    final List<List<@Nullable String>> elements = arrays(keys.length + 1 + columns.length);

    void add(List<@Nullable String> key, List<?> list) {
      addTo(lists, key, Integer.toString(list.size()));
      for (int position = 0; position < list.size(); position++) {
        Object element = list.get(position);
        addTo(elements, key, Integer.toString(position));
        for (int i = 0; i < columns.length; i++) {
          elements.get(keys.length + 1 + i).add(text(i, columns[i].component().get(element)));
        }
      }
    }

    private void addTo(
        List<List<@Nullable String>> arrays, List<@Nullable String> key, String number) {
      for (int i = 0; i < keys.length; i++) {
        arrays.get(i).add(key.get(i));
      }
      arrays.get(keys.length).add(number);
    }

    boolean isFull() {
      return elements.get(0).size() >= MOST_ELEMENTS;
    }

    void bind(PreparedStatement statement) throws SQLException {
      int index = 1;
      for (List<List<@Nullable String>> arrays : List.of(lists, elements)) {
        for (List<@Nullable String> array : arrays) {
          statement.setObject(index++, ArrayText.writeNullable(array), Types.OTHER);
        }
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
    this.keys =
        table.links().stream().map(link -> ChildValue.of(link.key())).toArray(ChildValue[]::new);
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
  public void write(Session session, List<List<Object>> rows, List<? extends List<?>> lists)
      throws SQLException {
    Batch batch = new Batch();
    for (int i = 0; i < lists.size(); i++) {
      batch.add(texts(rows.get(i)), lists.get(i));
      if (batch.isFull() || i + 1 == lists.size()) {
        session.update(write, batch::bind);
        batch = new Batch();
      }
    }
  }

  private static List<List<@Nullable String>> arrays(int number) {
    List<List<@Nullable String>> arrays = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      arrays.add(new ArrayList<>());
    }
    return arrays;
  }

  private List<@Nullable String> texts(List<Object> key) {
    List<@Nullable String> texts = new ArrayList<>();
    for (int i = 0; i < keys.length; i++) {
      texts.add(keys[i].writer().apply(key.get(i)));
    }
    return texts;
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
        + " as crossfade_child where "
        + links(
            " and ",
            link ->
                "crossfade_child."
                    + link.quoted()
                    + " = "
                    + table.parentTable()
                    + "."
                    + link.key().quoted())
        + ")";
  }

  private String writeText() {
    String position = table.quotedPosition();
    String place = links(", ", Link::quoted) + ", " + position;
    String arrays = links(", ", link -> arrayOf(link.quoted())) + ", ?::int[]";
    return "with gone as (delete from "
        + table.table()
        + " as t using unnest("
        + arrays
        + ") as g ("
        + links(", ", Link::quoted)
        + ", crossfade_size) where "
        + links(" and ", link -> "t." + link.quoted() + " = g." + link.quoted())
        + " and (t."
        + position
        + " >= g.crossfade_size or t."
        + position
        + " < 0)) insert into "
        + table.table()
        + " as t ("
        + place
        + ", "
        + each(MappedColumn::quoted)
        + ") select * from unnest("
        + arrays
        + ", "
        + each(column -> arrayOf(column.quoted()))
        + ") on conflict ("
        + place
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

  private String links(String between, Function<Link, String> part) {
    return table.links().stream().map(part).collect(Collectors.joining(between));
  }

  private String each(Function<MappedColumn, String> part) {
    return Stream.of(columns).map(part).collect(Collectors.joining(", "));
  }
}
