package dev.crossfade.mapping;

import org.jspecify.annotations.Nullable;

/**
 * Which columns may be part of a key: those that both stores order alike, and where two keys of one
 * store are never one of the other.
 */
final class KeyRules {
  private KeyRules() {}

  /**
   * Why a column cannot be; null if it can.
   *
   * @param shown what messages call it
   */
  static @Nullable String problem(String shown, LegacyForm form, ColumnDescription target) {
    return switch (TypeFamily.of(target)) {
      case UUID, ENUM -> null;
      case INTEGER ->
          form.conversion() == NamedConversion.LOOSE_INTEGER
              ? notOneToOne(shown, form, "1 and '1' are two keys there")
              : null;
      case TEXT ->
          form.conversion() == NamedConversion.LOOSE_TEXT
              ? notOneToOne(shown, form, "1 and '1' are two keys there")
              : target.type().equals("citext")
                  ? notOneToOne(
                      shown, form, "the target tells no capitals from others; make it text")
                  : null;
      case BYTES ->
          form.conversion() == NamedConversion.BLOB || form.conversion() == NamedConversion.BSON
              ? null
              : notOneToOne(shown, form, "one value has many spellings there");
      case OTHER -> notOneToOne(shown, form, target.type() + " has many spellings");
      case FLOAT, NUMERIC, BOOLEAN, TIMESTAMP, DATE, TIME, JSON, TEXT_ARRAY, SCALAR_ARRAY, ARRAY ->
          shown
              + " is "
              + target.type()
              + ", which the stores do not order alike; a key is made of whole numbers, text,"
              + " UUIDs, bytes or enums";
    };
  }

  private static String notOneToOne(String shown, LegacyForm form, String why) {
    return shown
        + ": "
        + form.conversion().label()
        + " is not one to one, as a key must be: "
        + why;
  }
}
