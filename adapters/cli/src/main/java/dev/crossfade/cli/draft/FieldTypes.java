package dev.crossfade.cli.draft;

import dev.crossfade.cli.inspect.ColumnProfile.Form;
import dev.crossfade.cli.inspect.FieldProfile;
import dev.crossfade.cli.inspect.Likeness;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a type from the values of a field. Nothing is guessed that would lose a value: where
 * values are of several types the column is JSON, which takes them all.
 */
final class FieldTypes {
  /** Half of what an integer holds, for there will be more. */
  private static final long MOST_INTEGER = 1L << 30;

  private static final long MOST_EXACT = 1L << 53;
  private static final int MONEY_DIGITS = 20;
  private static final int MONEY_DECIMALS = 2;
  private static final String OBJECT_ID = "convert: object-id";
  private static final String KEY_TEXT = "text collate \"C\"";
  private static final Set<BsonType> WHOLE = Set.of(BsonType.INT32, BsonType.INT64);
  private static final Set<BsonType> NUMBERS =
      Set.of(BsonType.INT32, BsonType.INT64, BsonType.DOUBLE, BsonType.DECIMAL128);

  private final FieldProfile field;

  private FieldTypes(FieldProfile field) {
    this.field = field;
  }

  /** The type of the key; null if its values make none. */
  static @Nullable TypeChoice key(FieldProfile id) {
    if (id.values() == 0 || id.count(BsonType.NULL) > 0 || id.missing() > 0) {
      return null;
    } else if (id.holdsOnly(BsonType.STRING)) {
      return TypeChoice.of(KEY_TEXT);
    } else if (id.holdsOnly(BsonType.OBJECT_ID, BsonType.BINARY) && uuids(id)) {
      return uuid(id);
    } else if (id.holdsOnly(BsonType.STRING, BsonType.OBJECT_ID)) {
      return TypeChoice.by(KEY_TEXT, OBJECT_ID);
    }
    boolean exact = id.decimals() <= 0 && id.notFinite() == 0 && id.digits() <= 15;
    boolean whole = id.holdsOnly(WHOLE) || (id.holdsOnly(NUMBERS) && exact);
    return whole ? TypeChoice.of("bigint") : null;
  }

  /** Whether all binaries are UUIDs. */
  private static boolean uuids(FieldProfile field) {
    return field.uuids() == field.count(BsonType.BINARY);
  }

  private static TypeChoice uuid(FieldProfile field) {
    return field.count(BsonType.OBJECT_ID) > 0
        ? TypeChoice.by("uuid", OBJECT_ID)
        : TypeChoice.of("uuid");
  }

  /** Which types the values are of, and how many of each. */
  static String shown(FieldProfile field) {
    List<String> parts = new ArrayList<>();
    for (BsonType type : BsonType.values()) {
      if (field.count(type) > 0) {
        parts.add(label(type) + " " + field.count(type));
      }
    }
    return String.join(", ", parts);
  }

  private static String label(BsonType type) {
    return type.name().toLowerCase(Locale.ROOT).replace("date_time", "date").replace('_', ' ');
  }

  /** The type of any other field. */
  static TypeChoice choose(FieldProfile field) {
    FieldTypes types = new FieldTypes(field);
    TypeChoice choice = types.choice();
    List<String> notes = new ArrayList<>(choice.notes());
    types.warnings(choice, notes);
    return new TypeChoice(choice.type(), choice.rule(), notes);
  }

  private TypeChoice choice() {
    if (field.values() == 0) {
      return TypeChoice.of("jsonb", "there is no value to choose by; jsonb takes any");
    } else if (field.holdsOnly(BsonType.BOOLEAN)) {
      return TypeChoice.of("boolean");
    } else if (field.holdsOnly(BsonType.DATE_TIME)) {
      return TypeChoice.of("timestamptz");
    } else if (field.holdsOnly(BsonType.OBJECT_ID, BsonType.BINARY) && uuids(field)) {
      return uuid(field);
    } else if (field.holdsOnly(BsonType.BINARY)) {
      return TypeChoice.of("bytea");
    } else if (field.holdsOnly(BsonType.STRING)) {
      return text();
    } else if (field.holdsOnly(BsonType.STRING, BsonType.OBJECT_ID)) {
      return TypeChoice.by(
          "text",
          OBJECT_ID,
          "some are ObjectIds, some text; a text of 24 hexadecimal digits is written as an ObjectId");
    }
    return numberOrMore();
  }

  private TypeChoice numberOrMore() {
    if (field.holdsOnly(WHOLE)) {
      return whole();
    } else if (field.holdsOnly(NUMBERS)) {
      return number();
    } else if (field.holdsOnly(BsonType.DOCUMENT, BsonType.ARRAY)) {
      return TypeChoice.of("jsonb");
    }
    return TypeChoice.of(
        "jsonb",
        "values are of several types ("
            + shown(field)
            + "); jsonb takes them all, correct them where one is meant"
            + where());
  }

  /** Where the rarest type is first. */
  private String where() {
    BsonType rarest = null;
    for (BsonType type : field.seen().keySet()) {
      boolean rarer = rarest == null || field.count(type) < field.count(rarest);
      if (type != BsonType.NULL && rarer) {
        rarest = type;
      }
    }
    return rarest == null
        ? ""
        : " (the first " + label(rarest) + " is in _id " + field.first().get(rarest) + ")";
  }

  private TypeChoice whole() {
    if (field.looksLike(Likeness.EPOCH_SECONDS)) {
      return TypeChoice.by("timestamptz", "convert: epoch-seconds", epochNote("seconds"));
    } else if (field.looksLike(Likeness.EPOCH_MILLIS)) {
      return TypeChoice.by("timestamptz", "convert: epoch-millis", epochNote("milliseconds"));
    }
    Long least = field.least();
    Long greatest = field.greatest();
    boolean small =
        least != null && greatest != null && least > -MOST_INTEGER && greatest < MOST_INTEGER;
    return TypeChoice.of(small && field.holdsOnly(BsonType.INT32) ? "integer" : "bigint");
  }

  private static String epochNote(String unit) {
    return "taken for " + unit + " since 1970, by its name and the range of its values";
  }

  private TypeChoice number() {
    if (field.notFinite() > 0 && field.count(BsonType.DECIMAL128) == 0) {
      return TypeChoice.of("double precision", "some values are infinite or NaN");
    } else if (field.count(BsonType.DECIMAL128) > 0) {
      return TypeChoice.of("numeric");
    } else if (field.looksLike(Likeness.MONEY)) {
      return TypeChoice.of(
          money(),
          "an amount by its name; what is written to MongoDB will be Decimal128 and no double");
    }
    return hasLongIntegers()
        ? TypeChoice.of("numeric")
        : TypeChoice.of(
            "double precision",
            "numbers in 8 bytes, as MongoDB keeps them; where they are decimals make it numeric(p, "
                + Math.max(0, field.decimals())
                + ")");
  }

  /** Which no double holds exactly. */
  private boolean hasLongIntegers() {
    Long least = field.least();
    Long greatest = field.greatest();
    return (least != null && least < -MOST_EXACT) || (greatest != null && greatest > MOST_EXACT);
  }

  private String money() {
    int scale = Math.max(MONEY_DECIMALS, field.decimals());
    return "numeric(" + Math.max(MONEY_DIGITS, field.digits() + scale) + ", " + scale + ")";
  }

  private TypeChoice text() {
    Form time = field.exact(Likeness.TIMESTAMP_TEXT);
    if (time != null) {
      return timestamp(time.pattern());
    } else if (field.looksLike(Likeness.ISO_TIMESTAMP)) {
      return isoTimestamp();
    } else if (field.looksLike(Likeness.ISO_DATE)) {
      return TypeChoice.by("date", "convert: iso-date");
    } else if (field.looksLike(Likeness.ISO_TIME)) {
      return TypeChoice.by("time", "convert: iso-time");
    } else if (field.looksLike(Likeness.UUID_TEXT)) {
      return TypeChoice.by("uuid", "convert: uuid-text");
    } else if (field.looksLike(Likeness.JSON)) {
      return TypeChoice.by("jsonb", "convert: json-text");
    } else if (field.looksLike(Likeness.DECIMAL_TEXT) && field.looksLike(Likeness.MONEY)) {
      return TypeChoice.by(money(), "convert: decimal-text");
    }
    return plainText();
  }

  private static TypeChoice timestamp(String pattern) {
    String rule = "convert: timestamp-text, pattern: \"" + pattern + "\"";
    return pattern.endsWith("'Z'")
        ? TypeChoice.by("timestamptz", rule)
        : TypeChoice.by(
            "timestamp",
            rule,
            "the texts name no zone, so it is a timestamp without one; where they are moments make"
                + " it timestamptz and say zone: in the mapping");
  }

  private TypeChoice isoTimestamp() {
    String note = "forms of ISO 8601 are mixed; written to MongoDB will be 2024-05-01T10:00:00Z";
    return TypeChoice.by(
        "timestamptz",
        "convert: iso-timestamp",
        field.looksLike(Likeness.ZONED_TIMESTAMP)
            ? note
            : note + "; texts without a zone are taken for UTC");
  }

  private TypeChoice plainText() {
    for (Form form : field.forms()) {
      boolean telling =
          Set.of(
                  Likeness.TIMESTAMP_TEXT,
                  Likeness.ISO_TIMESTAMP,
                  Likeness.ISO_DATE,
                  Likeness.DATE_TEXT,
                  Likeness.JSON,
                  Likeness.UUID_TEXT)
              .contains(form.likeness());
      if (telling) {
        return TypeChoice.of("text", kept(form));
      }
    }
    return field.looksLike(Likeness.BOOLEAN_TEXT)
        ? TypeChoice.of(
            "text", "all values are words for true and false; boolean, with convert: boolean-text?")
        : TypeChoice.of("text");
  }

  private String kept(Form form) {
    String looks = "looks like " + form.likeness().label();
    return form.misfits() == 0
        ? looks + " " + form.pattern() + "; kept as text, make it date with convert: date-text"
        : looks
            + ", but "
            + form.misfits()
            + " of "
            + field.values()
            + (form.misfits() == 1 ? " does not" : " do not")
            + "; it is kept as text";
  }

  private void warnings(TypeChoice choice, List<String> notes) {
    if (field.withNul() > 0) {
      notes.add(
          field.withNul()
              + " with U+0000, which PostgreSQL cannot hold: the documents will be set aside");
    }
    boolean json = choice.type().equals("jsonb") && choice.rule().isEmpty();
    if (json && field.withoutForm() > 0) {
      notes.add(
          field.withoutForm()
              + " within it have no form in JSON (a NaN, a regular expression): the documents will be"
              + " set aside");
    } else if (choice.type().startsWith("numeric") && field.notFinite() > 0) {
      notes.add(
          field.notFinite() + " are infinite or NaN, which no decimal is: they will be set aside");
    }
    if (field.count(BsonType.BINARY) > 0 && choice.type().equals("bytea") && field.uuids() > 0) {
      notes.add("some are UUIDs, some other bytes");
    }
  }
}
