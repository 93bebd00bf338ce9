package dev.crossfade.jooq.codegen;

import dev.crossfade.mapping.schema.TargetTable;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The type of a component.
 *
 * @param name qualified, boxed
 * @param primitive where it cannot be null; null for types that have none
 * @param element of a list; null for everything else
 */
record JavaType(String name, @Nullable String primitive, @Nullable JavaType element) {
  static final JavaType STRING = object("java.lang.String");
  static final JavaType INTEGER = new JavaType("java.lang.Integer", "int", null);
  static final JavaType BYTES = object("byte[]");

  private static final Map<String, JavaType> BUILT_IN =
      Map.ofEntries(
          Map.entry("int2", new JavaType("java.lang.Short", "short", null)),
          Map.entry("int4", INTEGER),
          Map.entry("int8", new JavaType("java.lang.Long", "long", null)),
          Map.entry("bool", new JavaType("java.lang.Boolean", "boolean", null)),
          Map.entry("float4", new JavaType("java.lang.Float", "float", null)),
          Map.entry("float8", new JavaType("java.lang.Double", "double", null)),
          Map.entry("numeric", object("java.math.BigDecimal")),
          Map.entry("uuid", object("java.util.UUID")),
          Map.entry("bytea", BYTES),
          Map.entry("timestamptz", object("java.time.Instant")),
          Map.entry("timestamp", object("java.time.LocalDateTime")),
          Map.entry("date", object("java.time.LocalDate")),
          Map.entry("time", object("java.time.LocalTime")));

  /** Elements that are read of PostgreSQL's notation of arrays; all others are texts. */
  private static final Map<String, JavaType> ELEMENTS =
      BUILT_IN.entrySet().stream()
          .filter(type -> !type.getKey().equals("bytea") && !type.getKey().equals("time"))
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  static JavaType object(String qualifiedName) {
    return new JavaType(qualifiedName, null, null);
  }

  /**
   * The type of a column.
   *
   * @param inKey whether it belongs to a key or refers to one: keys have fewer types
   * @param enumClass jOOQ's class for the column's enum; null if it is none or none was generated
   */
  static JavaType of(TargetTable.Type type, boolean inKey, @Nullable String enumClass) {
    if (type.array()) {
      return new JavaType("java.util.List", null, elementOf(type));
    }
    if (enumClass != null) {
      return inKey ? STRING : object(enumClass);
    }
    if (inKey && type.is("int2")) {
      return INTEGER;
    }
    return builtIn(type, BUILT_IN);
  }

  private static JavaType elementOf(TargetTable.Type array) {
    return builtIn(array, ELEMENTS);
  }

  private static JavaType builtIn(TargetTable.Type type, Map<String, JavaType> known) {
    return type.name().schema().equals("pg_catalog")
        ? known.getOrDefault(type.name().name(), STRING)
        : STRING;
  }

  boolean is(String qualifiedName) {
    return name.equals(qualifiedName);
  }

  boolean isList() {
    return element != null;
  }

  /** Whether a key can be of it. */
  boolean canBeKey() {
    return switch (name) {
      case "java.lang.Long", "java.lang.Integer", "java.lang.String", "java.util.UUID", "byte[]" ->
          true;
      default -> isTime();
    };
  }

  /** Whether it is a time that can be a key, and that no store generates. */
  boolean isTime() {
    return is("java.time.Instant") || is("java.time.LocalDateTime") || is("java.time.LocalDate");
  }

  /** Whether both stores agree when two values are equal. */
  boolean hasEqualityOfItsOwn() {
    return element == null && !is("java.lang.Float") && !is("java.lang.Double");
  }
}
