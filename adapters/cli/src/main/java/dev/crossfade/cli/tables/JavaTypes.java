package dev.crossfade.cli.tables;

import dev.crossfade.mapping.schema.TargetTable;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Which type of Java holds the values of a column: the one that code generation takes, too. */
final class JavaTypes {
  private static final Map<String, Class<?>> BUILT_IN =
      Map.ofEntries(
          Map.entry("int2", Short.class),
          Map.entry("int4", Integer.class),
          Map.entry("int8", Long.class),
          Map.entry("bool", Boolean.class),
          Map.entry("float4", Float.class),
          Map.entry("float8", Double.class),
          Map.entry("numeric", BigDecimal.class),
          Map.entry("uuid", UUID.class),
          Map.entry("bytea", byte[].class),
          Map.entry("timestamptz", Instant.class),
          Map.entry("timestamp", LocalDateTime.class),
          Map.entry("date", LocalDate.class),
          Map.entry("time", LocalTime.class));

  private JavaTypes() {}

  /** The type of a column; one of a key, or that refers to one, has fewer to choose from. */
  static Class<?> of(TargetTable.Type type, boolean inKey) {
    if (type.array()) {
      return List.class;
    }
    return inKey && type.is("int2") ? Integer.class : builtIn(type);
  }

  /** What a list of that array type holds. */
  static Class<?> elementOf(TargetTable.Type array) {
    Class<?> type = builtIn(array);
    return type == byte[].class || type == LocalTime.class ? String.class : type;
  }

  /** Everything else has a text form. */
  private static Class<?> builtIn(TargetTable.Type type) {
    return type.name().schema().equals("pg_catalog") && !type.isEnum()
        ? BUILT_IN.getOrDefault(type.name().name(), String.class)
        : String.class;
  }
}
