package dev.crossfade.mapping;

import java.util.Locale;

/**
 * The forms in which legacy columns hold values, by the names that mapping files use. The first of
 * each kind of type is the one that is taken where the file names none.
 */
public enum NamedConversion {
  /** An INTEGER as it is. */
  INTEGER,
  /** A REAL as it is. */
  REAL,
  /** A number, INTEGER or REAL or TEXT with one, as an exact decimal. */
  NUMBER,
  /** A TEXT with a decimal number, all digits kept. */
  DECIMAL_TEXT,
  /** An INTEGER of the smallest unit: cents. */
  SCALED_INTEGER,
  /** A TEXT as it is. */
  TEXT,
  /** 0 or 1. */
  BOOLEAN_NUMBER,
  /** A TEXT with one word for true and one for false. */
  BOOLEAN_TEXT,
  /** A TEXT in ISO 8601, UTC where it names no zone. */
  ISO_TIMESTAMP,
  /** A TEXT of a pattern, in a zone. */
  TIMESTAMP_TEXT,
  /** Seconds since 1970, as an INTEGER. */
  EPOCH_SECONDS,
  /** Milliseconds since 1970, as an INTEGER. */
  EPOCH_MILLIS,
  /** Seconds since 1970 with a fraction, as a REAL. */
  EPOCH_REAL,
  /** A TEXT in ISO 8601, a date alone. */
  ISO_DATE,
  /** A TEXT of a pattern, a date alone. */
  DATE_TEXT,
  /** A TEXT in ISO 8601, a time of day alone. */
  ISO_TIME,
  /** A TEXT with JSON. */
  JSON_TEXT,
  /** A TEXT with a UUID in its usual form of 36 characters. */
  UUID_TEXT,
  /** A BLOB with the 16 bytes of a UUID. */
  UUID_BLOB,
  /** A BLOB as it is. */
  BLOB,
  /** A TEXT with bytes in Base64. */
  BASE64_TEXT,
  /** A TEXT with the literal of an enum, or a word for it. */
  ENUM_TEXT,
  /** An INTEGER for each literal of an enum. */
  ENUM_NUMBER,
  /** A TEXT with a JSON array, for an array. */
  JSON_LIST,
  /** A TEXT with the elements of an array and a separator between. */
  SEPARATED_LIST;

  /** Its name in mapping files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
