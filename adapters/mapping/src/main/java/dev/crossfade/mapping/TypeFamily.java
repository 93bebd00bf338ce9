package dev.crossfade.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The kinds of types in PostgreSQL, each with the forms a legacy column may have for it. */
enum TypeFamily {
  INTEGER(NamedConversion.INTEGER, NamedConversion.LOOSE_INTEGER),
  FLOAT(NamedConversion.REAL),
  NUMERIC(NamedConversion.NUMBER, NamedConversion.DECIMAL_TEXT, NamedConversion.SCALED_INTEGER),
  TEXT(NamedConversion.TEXT, NamedConversion.LOOSE_TEXT),
  BOOLEAN(NamedConversion.BOOLEAN_NUMBER, NamedConversion.BOOLEAN_TEXT),
  TIMESTAMP(
      NamedConversion.ISO_TIMESTAMP,
      NamedConversion.TIMESTAMP_TEXT,
      NamedConversion.DATE_AND_TIME,
      NamedConversion.EPOCH_SECONDS,
      NamedConversion.EPOCH_MILLIS,
      NamedConversion.EPOCH_REAL),
  DATE(NamedConversion.ISO_DATE, NamedConversion.DATE_TEXT),
  TIME(NamedConversion.ISO_TIME),
  JSON(NamedConversion.JSON_TEXT),
  UUID(NamedConversion.UUID_TEXT, NamedConversion.UUID_BLOB),
  BYTES(NamedConversion.BLOB, NamedConversion.BASE64_TEXT),
  ENUM(NamedConversion.ENUM_TEXT, NamedConversion.ENUM_NUMBER),
  TEXT_ARRAY(NamedConversion.SEPARATED_LIST, NamedConversion.JSON_LIST),
  /** Arrays of what a JSON array holds exactly. */
  SCALAR_ARRAY(NamedConversion.JSON_LIST),
  /** Arrays of anything else: nothing in SQLite is one. */
  ARRAY,
  /** What is text in PostgreSQL's own notation: inet, ranges, types of extensions. */
  OTHER(NamedConversion.TEXT);

  private static final int MICROS_DIGITS = 6;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<NamedConversion> conversions;

  TypeFamily(NamedConversion... conversions) {
    this.conversions = List.of(conversions);
  }

  /** Those that make a value of this kind; the first is the usual one. */
  List<NamedConversion> conversions() {
    return conversions;
  }

  /** Those in which documents may hold a value of this kind; the first is the usual one. */
  List<NamedConversion> documentForms() {
    return switch (this) {
      case INTEGER, FLOAT, OTHER -> List.of(NamedConversion.BSON);
      case NUMERIC ->
          List.of(
              NamedConversion.BSON, NamedConversion.DECIMAL_TEXT, NamedConversion.SCALED_INTEGER);
      case TEXT -> List.of(NamedConversion.BSON, NamedConversion.OBJECT_ID);
      case BOOLEAN ->
          List.of(
              NamedConversion.BSON, NamedConversion.BOOLEAN_NUMBER, NamedConversion.BOOLEAN_TEXT);
      case TIMESTAMP, DATE, JSON, ENUM -> withNative(conversions);
      case TEXT_ARRAY -> List.of(NamedConversion.BSON, NamedConversion.SEPARATED_LIST);
      case TIME -> conversions;
      case UUID ->
          List.of(
              NamedConversion.BSON,
              NamedConversion.OBJECT_ID,
              NamedConversion.UUID_TEXT,
              NamedConversion.UUID_BLOB);
      case BYTES -> List.of(NamedConversion.BSON, NamedConversion.BASE64_TEXT);
      case SCALAR_ARRAY, ARRAY -> List.of();
    };
  }

  /** Two columns are a matter of tables. */
  private static List<NamedConversion> withNative(List<NamedConversion> others) {
    List<NamedConversion> all = new ArrayList<>(List.of(NamedConversion.BSON));
    all.addAll(others);
    all.remove(NamedConversion.DATE_AND_TIME);
    return List.copyOf(all);
  }

  static TypeFamily of(ColumnDescription column) {
    String type = column.type().toLowerCase(Locale.ROOT).replaceAll("\\s*\\([^)]*\\)", "");
    if (type.endsWith("[]")) {
      return arrayOf(type.substring(0, type.length() - 2), column);
    } else if (!column.literals().isEmpty()) {
      return ENUM;
    } else if (type.startsWith("_")) {
      return arrayOf(type.substring(1), column);
    }
    return of(type);
  }

  /** One that limits its decimal places or its fractions of a second rounds what it is given. */
  private static TypeFamily arrayOf(String type, ColumnDescription column) {
    return switch (of(type)) {
      case TEXT -> TEXT_ARRAY;
      case INTEGER, FLOAT, BOOLEAN, UUID, DATE -> SCALAR_ARRAY;
      case NUMERIC -> column.scale() < 0 ? SCALAR_ARRAY : ARRAY;
      case TIMESTAMP ->
          column.precision() < 0 || column.precision() == MICROS_DIGITS ? SCALAR_ARRAY : ARRAY;
      default -> ARRAY;
    };
  }

  private static TypeFamily of(String type) {
    return switch (type) {
      case "smallint", "int2", "integer", "int", "int4", "bigint", "int8" -> INTEGER;
      case "real", "float4", "double precision", "float8" -> FLOAT;
      case "numeric", "decimal" -> NUMERIC;
      case "text",
          "character varying",
          "varchar",
          "character",
          "bpchar",
          "char",
          "name",
          "citext" ->
          TEXT;
      case "boolean", "bool" -> BOOLEAN;
      case "timestamp with time zone", "timestamptz", "timestamp without time zone", "timestamp" ->
          TIMESTAMP;
      case "date" -> DATE;
      case "time without time zone", "time" -> TIME;
      case "json", "jsonb" -> JSON;
      case "uuid" -> UUID;
      case "bytea" -> BYTES;
      default -> OTHER;
    };
  }

  /** Whether a timestamp means a moment, and not what a clock on some wall showed. */
  static boolean hasZone(ColumnDescription column) {
    return column.type().contains("with time zone") || column.type().equals("timestamptz");
  }
}
