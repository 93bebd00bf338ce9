package dev.crossfade.mapping;

import java.util.Locale;

/** What SQLite makes of values in a column, by its declared type. */
enum Affinity {
  INTEGER,
  REAL,
  NUMERIC,
  TEXT,
  /** Declared as BLOB: bytes are meant. */
  BLOB,
  /** Not declared: values stay what they are. */
  NONE;

  /** By SQLite's own rules, in their order. */
  static Affinity of(ColumnDescription column) {
    String type = column.type().toUpperCase(Locale.ROOT);
    if (type.contains("INT")) {
      return INTEGER;
    } else if (type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT")) {
      return TEXT;
    } else if (type.contains("BLOB")) {
      return BLOB;
    } else if (type.isBlank()) {
      return NONE;
    }
    boolean real = type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB");
    return real ? REAL : NUMERIC;
  }

  /** Whether what is written as this can be read again, and is meant to be there. */
  boolean holds(NamedConversion.Storage storage) {
    return switch (storage) {
      case INTEGER -> this == INTEGER || this == NUMERIC || this == NONE;
      case REAL -> this != TEXT && this != BLOB;
      case NUMBER -> this != BLOB;
      case TRUTH -> this != BLOB && this != REAL;
      case TEXT -> this == TEXT || this == NUMERIC || this == NONE;
      case DIGITS -> this == TEXT || this == NONE;
      case BLOB -> this == BLOB || this == NUMERIC || this == NONE;
      case DOCUMENT -> false;
    };
  }
}
