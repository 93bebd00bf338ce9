package dev.crossfade.mapping;

import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Which columns may be part of a key: those that both stores order alike, and where two keys of one
 * store are never one of the other.
 */
final class KeyRules {
  private static final int MICROS_DIGITS = 6;

  /** What messages call the column. */
  private final String shown;

  private final LegacyForm form;
  private final ColumnDescription target;
  private final ColumnDescription legacy;

  private KeyRules(
      String shown, LegacyForm form, ColumnDescription target, ColumnDescription legacy) {
    this.shown = shown;
    this.form = form;
    this.target = target;
    this.legacy = legacy;
  }

  /**
   * Why a column cannot be; null if it can.
   *
   * @param shown what messages call it
   * @param documents whether a field of documents feeds it
   */
  static @Nullable String problem(
      String shown,
      LegacyForm form,
      ColumnDescription target,
      ColumnDescription legacy,
      boolean documents) {
    return new KeyRules(shown, form, target, legacy).problem(documents);
  }

  /** Whether it is a time, which the stores do not generate alike. */
  static boolean isTime(ColumnDescription target) {
    TypeFamily family = TypeFamily.of(target);
    return family == TypeFamily.TIMESTAMP || family == TypeFamily.DATE;
  }

  private @Nullable String problem(boolean documents) {
    return switch (TypeFamily.of(target)) {
      case UUID, ENUM -> null;
      case INTEGER ->
          form.conversion() == NamedConversion.LOOSE_INTEGER
              ? notOneToOne("1 and '1' are two keys there")
              : null;
      case TEXT ->
          form.conversion() == NamedConversion.LOOSE_TEXT
              ? notOneToOne("1 and '1' are two keys there")
              : target.type().equals("citext")
                  ? notOneToOne("the target tells no capitals from others; make it text")
                  : null;
      case BYTES ->
          form.conversion() == NamedConversion.BLOB || form.conversion() == NamedConversion.BSON
              ? null
              : notOneToOne("one value has many spellings there");
      case OTHER -> notOneToOne(target.type() + " has many spellings");
      case TIMESTAMP -> documents ? ofDocuments() : timestamp();
      case DATE -> documents ? ofDocuments() : date();
      case FLOAT, NUMERIC, BOOLEAN, TIME, JSON, TEXT_ARRAY, SCALAR_ARRAY, ARRAY ->
          shown
              + " is "
              + target.type()
              + ", which the stores do not order alike; a key is made of whole numbers, text,"
              + " UUIDs, bytes, enums, timestamps or dates";
    };
  }

  private String ofDocuments() {
    return shown
        + " is "
        + target.type()
        + ", which documents hold in several forms; a key from a collection has no time, make it"
        + " text or bigint";
  }

  private @Nullable String timestamp() {
    if (target.precision() >= 0 && target.precision() < MICROS_DIGITS) {
      return shown
          + " rounds to "
          + target.precision()
          + " digits of a second, so two keys could become one; make it "
          + target.type()
          + " without a precision";
    }
    return switch (form.conversion()) {
      case EPOCH_SECONDS, EPOCH_MILLIS -> null;
      case TIMESTAMP_TEXT -> text("yyyy-MM-dd HH:mm:ss");
      case DATE_AND_TIME ->
          notOrdered("rows are found by one value, not by two; give it a column of its own there");
      case EPOCH_REAL -> notOneToOne("a fraction has no exact REAL; take epoch-millis");
      default ->
          notOneToOne(
              "several texts mean one moment, and their order is not that of time; take"
                  + " timestamp-text with a pattern like yyyy-MM-dd HH:mm:ss");
    };
  }

  private @Nullable String date() {
    return form.conversion() == NamedConversion.DATE_TEXT ? text("yyyy-MM-dd") : null;
  }

  /** Of a pattern, whose texts the legacy store orders by their bytes. */
  private @Nullable String text(String likeThis) {
    String pattern = form.pattern() == null ? "" : form.pattern();
    if (!form.zone().normalized().equals(ZoneOffset.UTC)) {
      return notOrdered("in " + form.zone() + " clocks may show one time twice; leave zone: out");
    }
    TimePattern.Order order = TimePattern.order(pattern);
    if (order == TimePattern.Order.OTHER) {
      return notOrdered(
          "texts of pattern '"
              + pattern
              + "' are not in the order of time; take a pattern like "
              + likeThis
              + ", from the year down, each number with all its digits");
    }
    return order == TimePattern.Order.DIGITS && Affinity.of(legacy) != Affinity.TEXT
        ? notOrdered(
            "texts of pattern '"
                + pattern
                + "' become numbers in legacy column "
                + legacy.name()
                + ", which is "
                + (legacy.type().isBlank() ? "of no type" : legacy.type())
                + "; make it TEXT")
        : null;
  }

  private String notOrdered(String why) {
    return shown + ": " + form.conversion().label() + " does not order its keys: " + why;
  }

  private String notOneToOne(String why) {
    return shown
        + ": "
        + form.conversion().label()
        + " is not one to one, as a key must be: "
        + why;
  }
}
