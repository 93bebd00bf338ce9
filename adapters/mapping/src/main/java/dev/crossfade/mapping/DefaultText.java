package dev.crossfade.mapping;

import dev.crossfade.Conversions;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;

/** What a mapping says of documents that lack a field: whether it is of the column's type. */
final class DefaultText {
  private DefaultText() {}

  static boolean isA(ColumnDescription column, String text) {
    try {
      Object unused = value(column, text);
      return true;
    } catch (IllegalArgumentException | DateTimeException e) {
      return false;
    }
  }

  private static Object value(ColumnDescription column, String text) {
    return switch (TypeFamily.of(column)) {
      case BOOLEAN -> oneOf(List.of("true", "false"), text);
      case ENUM -> oneOf(column.literals(), text);
      case INTEGER -> whole(column.type(), text);
      case FLOAT -> Double.valueOf(text);
      case NUMERIC -> new BigDecimal(text);
      case UUID -> Conversions.uuidAsText().load(text);
      case DATE -> LocalDate.parse(text);
      case TIME -> LocalTime.parse(text);
      case TIMESTAMP ->
          TypeFamily.hasZone(column)
              ? Conversions.instantAsIsoText().load(text)
              : LocalDateTime.parse(text);
      case TEXT, JSON, OTHER -> text;
      case TEXT_ARRAY, SCALAR_ARRAY, ARRAY, BYTES ->
          throw new IllegalArgumentException("no text stands for it");
    };
  }

  private static String oneOf(List<String> texts, String text) {
    if (!texts.contains(text)) {
      throw new IllegalArgumentException("expected is one of " + texts);
    }
    return text;
  }

  private static Object whole(String type, String text) {
    return switch (type) {
      case "smallint", "int2" -> Short.valueOf(text);
      case "integer", "int", "int4" -> Integer.valueOf(text);
      default -> Long.valueOf(text);
    };
  }
}
