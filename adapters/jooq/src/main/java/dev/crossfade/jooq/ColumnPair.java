package dev.crossfade.jooq;

import dev.crossfade.Conversion;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two columns that hold one component. To the component they are one value, an array of what both
 * hold, in neighbouring places of a statement. Immutable.
 */
final class ColumnPair implements Codec<Object> {
  private final MappedColumn first;
  private final MappedColumn second;

  ColumnPair(MappedColumn first, MappedColumn second) {
    this.first = first;
    this.second = second;
  }

  List<MappedColumn> columns() {
    return List.of(first, second);
  }

  @Override
  public void bind(PreparedStatement statement, int index, Object value) throws SQLException {
    Object[] both = (Object[]) value;
    first.bindStored(statement, index, both[0]);
    second.bindStored(statement, index + 1, both[1]);
  }

  void bindNull(PreparedStatement statement, int index) throws SQLException {
    first.bindStored(statement, index, null);
    second.bindStored(statement, index + 1, null);
  }

  @Override
  public @Nullable Object read(ResultSet rows, int index) throws SQLException {
    return read(rows, index, index + 1);
  }

  @Nullable Object read(ResultSet rows, int firstIndex, int secondIndex) throws SQLException {
    return both(first.readStored(rows, firstIndex), second.readStored(rows, secondIndex));
  }

  /** Null if both are; half a value is none. */
  static Object @Nullable [] both(@Nullable Object first, @Nullable Object second) {
    if (first == null && second == null) {
      return null;
    } else if (first == null || second == null) {
      throw new IllegalArgumentException("null in one of two columns");
    }
    return new Object[] {first, second};
  }

  @Override
  public String expected() {
    return first.expected() + " and " + second.expected();
  }

  @SuppressWarnings("unchecked") // the mapping has checked that it fits
  static Conversion<Object, Object> conversion(PairConversion<?, ?, ?> given) {
    PairConversion<Object, Object, Object> pair = (PairConversion<Object, Object, Object>) given;
    return Conversion.of(
        Object.class,
        Object.class,
        value -> new Object[] {pair.first(value), pair.second(value)},
        held -> pair.load(((Object[]) held)[0], ((Object[]) held)[1]));
  }
}
