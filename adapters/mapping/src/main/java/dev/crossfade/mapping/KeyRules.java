package dev.crossfade.mapping;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which columns may be part of a key: two keys of one store must never be one of the other, and a
 * key must be found in the other store by what was made of it.
 */
final class KeyRules {
  private static final int MICROS_DIGITS = 6;

  private KeyRules() {}

  /** Why a column cannot be, as the end of a sentence; null if it can. */
  static @Nullable String problem(LegacyForm form, ColumnDescription target) {
    return switch (form.conversion()) {
      case INTEGER,
          TEXT,
          BOOLEAN_NUMBER,
          BOOLEAN_TEXT,
          ISO_DATE,
          DATE_TEXT,
          UUID_TEXT,
          UUID_BLOB,
          BLOB,
          ENUM_TEXT,
          ENUM_NUMBER ->
          null;
      case NUMBER ->
          target.scale() >= 0
              ? null
              : "a number has many spellings; declare the target numeric(p, s)";
      case SCALED_INTEGER ->
          target.scale() >= 0 && target.scale() <= form.scale()
              ? null
              : "the target holds more decimal places; declare it numeric(p, " + form.scale() + ")";
      case TIMESTAMP_TEXT ->
          isFixed(form.zone())
              ? finer(target, TimePattern.unit(String.valueOf(form.pattern())))
              : "in zone " + form.zone() + " one hour of the year is there twice";
      case EPOCH_SECONDS -> finer(target, ChronoUnit.SECONDS);
      case EPOCH_MILLIS -> finer(target, ChronoUnit.MILLIS);
      case ISO_TIMESTAMP, ISO_TIME ->
          "a time has many spellings in ISO 8601; name the file's own with convert: timestamp-text";
      case REAL, EPOCH_REAL -> "a floating-point number is not exact";
      case DECIMAL_TEXT, JSON_TEXT, BASE64_TEXT, SEPARATED_LIST ->
          "one value has many spellings there";
    };
  }

  private static boolean isFixed(ZoneId zone) {
    return zone.normalized() instanceof ZoneOffset;
  }

  private static @Nullable String finer(ColumnDescription target, ChronoUnit unit) {
    int digits = digits(unit);
    int held = target.precision() < 0 ? MICROS_DIGITS : target.precision();
    return held <= digits
        ? null
        : "the target holds times finer than "
            + unit.name().toLowerCase(Locale.ROOT)
            + "; declare it with precision "
            + digits;
  }

  private static int digits(ChronoUnit unit) {
    return switch (unit) {
      case NANOS, MICROS -> MICROS_DIGITS;
      case MILLIS -> 3;
      default -> 0;
    };
  }
}
