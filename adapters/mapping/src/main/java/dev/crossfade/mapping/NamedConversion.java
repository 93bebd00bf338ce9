package dev.crossfade.mapping;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forms in which legacy columns and fields hold values, by the names that mapping files use.
 * The first of each kind of type is the one that is taken where the file names none.
 */
public enum NamedConversion {
  /** An INTEGER as it is. */
  INTEGER(Storage.INTEGER),
  /** An INTEGER, or a TEXT or a REAL that is one. */
  LOOSE_INTEGER(Storage.INTEGER),
  /** A REAL as it is. */
  REAL(Storage.REAL),
  /** A number, INTEGER or REAL or TEXT with one, as an exact decimal. */
  NUMBER(Storage.NUMBER),
  /** A TEXT with a decimal number, all digits kept. */
  DECIMAL_TEXT(Storage.DIGITS),
  /** An INTEGER of the smallest unit: cents. */
  SCALED_INTEGER(Storage.INTEGER),
  /** A TEXT as it is. */
  TEXT(Storage.TEXT),
  /** A TEXT, or a number as its text. */
  LOOSE_TEXT(Storage.TEXT),
  /** 0 or 1. */
  BOOLEAN_NUMBER(Storage.TRUTH),
  /** A TEXT with one word for true and one for false. */
  BOOLEAN_TEXT(Storage.TEXT),
  /** A TEXT in ISO 8601, UTC where it names no zone. */
  ISO_TIMESTAMP(Storage.TEXT),
  /** A TEXT of a pattern, in a zone. */
  TIMESTAMP_TEXT(Storage.TEXT),
  /** A date and a time of day, each a TEXT in a column of its own, in a zone. */
  DATE_AND_TIME(Storage.TEXT),
  /** Seconds since 1970, as an INTEGER. */
  EPOCH_SECONDS(Storage.INTEGER),
  /** Milliseconds since 1970, as an INTEGER. */
  EPOCH_MILLIS(Storage.INTEGER),
  /** Seconds since 1970 with a fraction, as a REAL. */
  EPOCH_REAL(Storage.REAL),
  /** A TEXT in ISO 8601, a date alone. */
  ISO_DATE(Storage.TEXT),
  /** A TEXT of a pattern, a date alone. */
  DATE_TEXT(Storage.TEXT),
  /** A TEXT in ISO 8601, a time of day alone. */
  ISO_TIME(Storage.TEXT),
  /** A TEXT with JSON. */
  JSON_TEXT(Storage.TEXT),
  /** A TEXT with a UUID in its usual form of 36 characters. */
  UUID_TEXT(Storage.TEXT),
  /** A BLOB with the 16 bytes of a UUID. */
  UUID_BLOB(Storage.BLOB),
  /** A BLOB as it is. */
  BLOB(Storage.BLOB),
  /** A TEXT with bytes in Base64. */
  BASE64_TEXT(Storage.TEXT),
  /** A TEXT with the literal of an enum, or a word for it. */
  ENUM_TEXT(Storage.TEXT),
  /** An INTEGER for each literal of an enum. */
  ENUM_NUMBER(Storage.INTEGER),
  /** A TEXT with the elements of an array and a separator between. */
  SEPARATED_LIST(Storage.TEXT),
  /** A TEXT with a JSON array. */
  JSON_LIST(Storage.TEXT),
  /** An ObjectId of MongoDB. */
  OBJECT_ID(Storage.DOCUMENT),
  /** As documents of MongoDB hold values of the type by themselves. */
  BSON(Storage.DOCUMENT);

  private final Storage storage;

  NamedConversion(Storage storage) {
    this.storage = storage;
  }

  /** As what SQLite keeps it. */
  enum Storage {
    /** An integer, which a column of text or REAL would change. */
    INTEGER,
    /** A floating-point number. */
    REAL,
    /** Any number, or a text with one. */
    NUMBER,
    /** 0 or 1, or a word. */
    TRUTH,
    /** Text that is no number. */
    TEXT,
    /** Text that is a number, which a column of numbers would change. */
    DIGITS,
    /** Bytes. */
    BLOB,
    /** What only documents hold. */
    DOCUMENT
  }

  Storage storage() {
    return storage;
  }

  /**
   * Whether a legacy column of that declared type keeps what this form writes as it is: SQLite
   * changes what is stored by the declared type.
   */
  public boolean isKeptBy(ColumnDescription legacy) {
    return Affinity.of(legacy).holds(storage);
  }

  static List<NamedConversion> all() {
    return List.of(values());
  }

  /** The one of that name; null if there is none. */
  static @Nullable NamedConversion find(String label) {
    return all().stream().filter(each -> each.label().equals(label)).findFirst().orElse(null);
  }

  /** The keys beside {@code convert} that belong to it, but those that every column may have. */
  Set<String> parameters() {
    return switch (this) {
      case TIMESTAMP_TEXT -> Set.of("pattern", "zone");
      case DATE_AND_TIME -> Set.of("date-pattern", "time-pattern", "zone");
      case DATE_TEXT -> Set.of("pattern");
      case BOOLEAN_TEXT -> Set.of("true", "false");
      case ENUM_TEXT, ENUM_NUMBER -> Set.of("values");
      case SEPARATED_LIST -> Set.of("separator");
      default -> Set.of();
    };
  }

  /** Those without which it means nothing. */
  List<String> required() {
    return switch (this) {
      case TIMESTAMP_TEXT, DATE_TEXT -> List.of("pattern");
      case ENUM_NUMBER -> List.of("values");
      case SCALED_INTEGER -> List.of("scale");
      default -> List.of();
    };
  }

  /** How a required key may look. */
  String example(String parameter) {
    return switch (parameter) {
      case "pattern" ->
          this == DATE_TEXT ? "pattern: \"dd.MM.yyyy\"" : "pattern: \"yyyy-MM-dd HH:mm:ss\"";
      case "values" -> "values: {literal: 0, other: 1}";
      default -> parameter + ": 2";
    };
  }

  /** Its name in mapping files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
