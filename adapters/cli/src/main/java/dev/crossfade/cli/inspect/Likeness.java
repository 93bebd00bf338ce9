package dev.crossfade.cli.inspect;

import java.util.Locale;

/** What values of a column look like, beyond their type. */
public enum Likeness {
  /** 0 and 1. */
  BOOLEAN_NUMBER,
  /** One word for true, one for false. */
  BOOLEAN_TEXT,
  /** A date and a time of one pattern. */
  TIMESTAMP_TEXT,
  /** A date and a time in ISO 8601, with or without zone. */
  ISO_TIMESTAMP,
  /** The same, and each names its zone. */
  ZONED_TIMESTAMP,
  /** A date in ISO 8601. */
  ISO_DATE,
  /** A date of one pattern. */
  DATE_TEXT,
  /** A time of day in ISO 8601. */
  ISO_TIME,
  /** Seconds since 1970, by its range and the column's name. */
  EPOCH_SECONDS,
  /** Milliseconds since 1970, by its range and the column's name. */
  EPOCH_MILLIS,
  /** Seconds since 1970 with a fraction, by its range and the column's name. */
  EPOCH_REAL,
  /** JSON, an object or an array. */
  JSON,
  /** A UUID in its usual form. */
  UUID_TEXT,
  /** 16 bytes in a column whose name says UUID. */
  UUID_BLOB,
  /** A decimal number as text. */
  DECIMAL_TEXT,
  /** An amount of money, by the column's name and the number of decimal places. */
  MONEY;

  /** As output shows it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
