package dev.crossfade.cli.draft;

import static dev.crossfade.cli.inspect.StorageClass.BLOB;
import static dev.crossfade.cli.inspect.StorageClass.INTEGER;
import static dev.crossfade.cli.inspect.StorageClass.REAL;
import static dev.crossfade.cli.inspect.StorageClass.TEXT;

import dev.crossfade.cli.inspect.ColumnProfile;
import dev.crossfade.cli.inspect.ColumnProfile.Form;
import dev.crossfade.cli.inspect.Likeness;
import dev.crossfade.cli.inspect.StorageClass;
import dev.crossfade.mapping.NamedConversion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a type from the values of a column. Nothing is guessed that would lose a value: where
 * values disagree the type of most is taken, with a note, and the others are set aside by the
 * backfill with their reason.
 */
final class TypeChooser {
  /** Half of what an integer holds, for there will be more. */
  private static final long MOST_INTEGER = 1L << 30;

  private static final long MOST_EXACT = 1L << 53;
  private static final int MONEY_DIGITS = 20;
  private static final int MONEY_DECIMALS = 2;
  private static final int MILLIS_DECIMALS = 3;
  private static final Set<String> FLAGS =
      Set.of(
          ("is has can was enabled disabled active inactive deleted flag archived verified"
                  + " visible hidden locked public private open closed read done dry")
              .split(" "));
  private static final Pattern DIGITS = Pattern.compile("\\(\\s*(\\d+)\\s*(?:,\\s*(\\d+)\\s*)?\\)");

  private final ColumnProfile column;
  private final String declared;

  private TypeChooser(ColumnProfile column) {
    this.column = column;
    this.declared = column.column().type().toUpperCase(Locale.ROOT);
  }

  /** The type of a column that is no key and refers to none. */
  static TypeChoice choose(ColumnProfile column) {
    TypeChooser chooser = new TypeChooser(column);
    TypeChoice choice = chooser.choice();
    List<String> notes = new ArrayList<>(choice.notes());
    chooser.warnings(notes);
    return new TypeChoice(choice.type(), choice.rule(), notes);
  }

  /** The type of a column of a key, which has fewer to choose from. */
  static TypeChoice chooseKey(ColumnProfile column) {
    TypeChooser chooser = new TypeChooser(column);
    TypeChoice choice = chooser.keyChoice();
    List<String> notes = new ArrayList<>(choice.notes());
    chooser.warnings(notes);
    return new TypeChoice(choice.type(), choice.rule(), notes);
  }

  private TypeChoice keyChoice() {
    if (column.values() == 0) {
      return declared.contains("INT") || declared.isEmpty()
          ? TypeChoice.of("bigint")
          : TypeChoice.of("text collate \"C\"");
    }
    StorageClass most = most();
    TypeChoice choice =
        switch (most) {
          case INTEGER -> TypeChoice.of("bigint");
          case TEXT -> TypeChoice.of("text collate \"C\"");
          case BLOB -> TypeChoice.of("bytea");
          default ->
              TypeChoice.of(
                  "numeric",
                  "a key of REAL is not carried over: give the table another key, in SQLite a"
                      + " unique index");
        };
    return others(choice, most);
  }

  private TypeChoice choice() {
    if (column.values() == 0) {
      return byDeclaration();
    } else if (column.holdsOnly(BLOB)) {
      return column.looksLike(Likeness.UUID_BLOB)
          ? TypeChoice.by("uuid", "convert: uuid-blob")
          : TypeChoice.of("bytea");
    } else if (column.holdsOnly(TEXT)) {
      return text();
    } else if (column.holdsOnly(INTEGER)) {
      return integer();
    } else if (column.holdsOnly(INTEGER, REAL)) {
      return number();
    } else if (column.holdsOnly(INTEGER, REAL, TEXT) && textsAreNumbers()) {
      return TypeChoice.of(numeric(), "some of the numbers are TEXT");
    }
    return mixed();
  }

  private boolean textsAreNumbers() {
    Form form = column.form(Likeness.DECIMAL_TEXT);
    return form != null && form.misfits() == column.count(INTEGER) + column.count(REAL);
  }

  private TypeChoice byDeclaration() {
    String note = "there is no value to choose by; chosen by the declared type";
    if (declared.contains("BOOL")) {
      return TypeChoice.of("boolean", note);
    } else if (declared.contains("INT")) {
      return TypeChoice.of("bigint", note);
    } else if (declared.contains("CHAR")
        || declared.contains("TEXT")
        || declared.contains("CLOB")) {
      return TypeChoice.of("text");
    } else if (declared.contains("BLOB")) {
      return TypeChoice.of("bytea", note);
    } else if (declared.contains("REAL")
        || declared.contains("FLOA")
        || declared.contains("DOUB")) {
      return TypeChoice.of("double precision", note);
    } else if (declared.contains("DATETIME") || declared.contains("TIMESTAMP")) {
      return TypeChoice.of("timestamptz", note);
    } else if (declared.contains("DATE")) {
      return TypeChoice.of("date", note);
    } else if (declared.isEmpty()) {
      return TypeChoice.of("text", note);
    }
    return TypeChoice.of(numeric(), note);
  }

  private TypeChoice text() {
    Form time = exact(Likeness.TIMESTAMP_TEXT);
    if (time != null && fits(NamedConversion.TIMESTAMP_TEXT)) {
      return timestamp(time.pattern());
    } else if (column.looksLike(Likeness.ISO_TIMESTAMP) && fits(NamedConversion.ISO_TIMESTAMP)) {
      return isoTimestamp();
    } else if (column.looksLike(Likeness.ISO_DATE) && fits(NamedConversion.ISO_DATE)) {
      return TypeChoice.of("date");
    } else if (column.looksLike(Likeness.DATE_TEXT) && fits(NamedConversion.DATE_TEXT)) {
      return date();
    } else if (column.looksLike(Likeness.ISO_TIME) && fits(NamedConversion.ISO_TIME)) {
      return TypeChoice.of("time");
    } else if (column.looksLike(Likeness.UUID_TEXT) && fits(NamedConversion.UUID_TEXT)) {
      return TypeChoice.of("uuid");
    } else if (column.looksLike(Likeness.JSON) && fits(NamedConversion.JSON_TEXT)) {
      return TypeChoice.of("jsonb");
    } else if (column.looksLike(Likeness.BOOLEAN_TEXT) && isFlag()) {
      return booleanText();
    } else if (column.looksLike(Likeness.DECIMAL_TEXT)
        && column.form(Likeness.MONEY) != null
        && fits(NamedConversion.DECIMAL_TEXT)) {
      return TypeChoice.by(money(), "convert: decimal-text");
    }
    return plainText();
  }

  private TypeChoice timestamp(String pattern) {
    String rule = "convert: timestamp-text, pattern: \"" + pattern + "\"";
    if (pattern.endsWith("'Z'")) {
      return TypeChoice.by("timestamptz", rule);
    } else if (column.column().defaulted()) {
      return TypeChoice.by(
          "timestamptz", rule, "taken for UTC, as SQLite's CURRENT_TIMESTAMP is; add zone: if not");
    }
    return TypeChoice.by(
        "timestamp",
        rule,
        "the texts name no zone, so it is a timestamp without one; where they are moments make it"
            + " timestamptz and say zone: in the mapping");
  }

  private TypeChoice isoTimestamp() {
    boolean zoned = column.looksLike(Likeness.ZONED_TIMESTAMP);
    String note = "forms of ISO 8601 are mixed; written to SQLite will be 2024-05-01T10:00:00Z";
    return zoned
        ? TypeChoice.of("timestamptz", note)
        : TypeChoice.of("timestamptz", note + "; texts without a zone are taken for UTC");
  }

  private TypeChoice date() {
    List<Form> exact =
        column.forms().stream()
            .filter(form -> form.likeness() == Likeness.DATE_TEXT && form.misfits() == 0)
            .toList();
    if (exact.size() > 1) {
      return TypeChoice.of(
          "text",
          "a date: is it "
              + String.join(" or ", exact.stream().map(Form::pattern).toList())
              + "? Then make it date, and name the pattern with convert: date-text");
    }
    return TypeChoice.by("date", "convert: date-text, pattern: \"" + exact.get(0).pattern() + "\"");
  }

  private TypeChoice booleanText() {
    Form form = exact(Likeness.BOOLEAN_TEXT);
    String[] words = (form == null ? "true/false" : form.pattern()).split("/", 2);
    return TypeChoice.by(
        "boolean",
        "convert: boolean-text, \"true\": \"" + words[0] + "\", \"false\": \"" + words[1] + "\"");
  }

  private TypeChoice plainText() {
    List<String> notes = new ArrayList<>();
    for (Likeness likeness :
        List.of(
            Likeness.TIMESTAMP_TEXT,
            Likeness.ISO_TIMESTAMP,
            Likeness.ISO_DATE,
            Likeness.JSON,
            Likeness.UUID_TEXT)) {
      Form form = column.form(likeness);
      if (form != null && form.misfits() > 0) {
        notes.add(
            "looks like "
                + likeness.label()
                + ", but "
                + count(form.misfits(), "value")
                + " of "
                + column.values()
                + " does not"
                + at(form.first())
                + "; it is kept as text");
        break;
      }
    }
    if (column.looksLike(Likeness.BOOLEAN_TEXT)) {
      notes.add("all values are words for true and false; boolean, with convert: boolean-text?");
    }
    if (!fits(NamedConversion.TEXT)) {
      notes.add(
          "declared as "
              + column.column().type()
              + " in SQLite, which makes numbers of texts that look like one");
    }
    return new TypeChoice("text", "", notes);
  }

  private TypeChoice integer() {
    if (column.looksLike(Likeness.BOOLEAN_NUMBER) && fits(NamedConversion.BOOLEAN_NUMBER)) {
      if (isFlag()) {
        return TypeChoice.of("boolean");
      }
    }
    if (column.looksLike(Likeness.EPOCH_SECONDS) && fits(NamedConversion.EPOCH_SECONDS)) {
      return TypeChoice.by("timestamptz", "convert: epoch-seconds", epochNote("seconds"));
    } else if (column.looksLike(Likeness.EPOCH_MILLIS) && fits(NamedConversion.EPOCH_MILLIS)) {
      return TypeChoice.by("timestamptz", "convert: epoch-millis", epochNote("milliseconds"));
    } else if (!fits(NamedConversion.INTEGER)) {
      return number(); // declared REAL: what is written there comes back as one
    } else if (hasDeclaredDecimals()) {
      return TypeChoice.of(numeric());
    }
    return whole();
  }

  private TypeChoice whole() {
    Long least = column.leastInteger();
    Long greatest = column.greatestInteger();
    boolean small =
        least != null && greatest != null && least > -MOST_INTEGER && greatest < MOST_INTEGER;
    String type = small && !declared.contains("BIG") ? "integer" : "bigint";
    return column.looksLike(Likeness.BOOLEAN_NUMBER) && least != null && !least.equals(greatest)
        ? TypeChoice.of(type, "all values are 0 or 1; boolean?")
        : TypeChoice.of(type);
  }

  private static String epochNote(String unit) {
    return "taken for " + unit + " since 1970, by its name and the range of its values";
  }

  private TypeChoice number() {
    if (column.looksLike(Likeness.EPOCH_REAL)
        && column.decimals() <= MILLIS_DECIMALS
        && fits(NamedConversion.EPOCH_REAL)) {
      return TypeChoice.by("timestamptz", "convert: epoch-real", epochNote("seconds"));
    } else if (column.notFinite() > 0) {
      return TypeChoice.of("double precision", "some values are infinite, which numeric is not");
    } else if (hasDeclaredDecimals()) {
      return decimals();
    } else if (column.looksLike(Likeness.MONEY)) {
      return TypeChoice.of(money());
    } else if (fits(NamedConversion.REAL) && !hasLongIntegers()) {
      return TypeChoice.of(
          "double precision",
          "numbers as SQLite keeps them, in 8 bytes; where they are decimals make it numeric(p, "
              + column.decimals()
              + ")");
    }
    return TypeChoice.of(numeric());
  }

  /** Which no REAL holds exactly. */
  private boolean hasLongIntegers() {
    Long least = column.leastInteger();
    Long greatest = column.greatestInteger();
    return (least != null && least < -MOST_EXACT) || (greatest != null && greatest > MOST_EXACT);
  }

  private TypeChoice decimals() {
    Matcher given = DIGITS.matcher(declared);
    int scale = given.find() && given.group(2) != null ? Integer.parseInt(given.group(2)) : 0;
    return column.decimals() > scale
        ? TypeChoice.of(
            numeric(),
            "declared with "
                + scale
                + " decimal places in SQLite, which does not check it; values have up to "
                + column.decimals())
        : TypeChoice.of(numeric());
  }

  private boolean hasDeclaredDecimals() {
    return (declared.contains("NUM") || declared.contains("DEC") || declared.contains("MONEY"))
        && !declared.contains("INT")
        && DIGITS.matcher(declared).find();
  }

  /** As declared, and wide enough for what is there. */
  private String numeric() {
    Matcher given = DIGITS.matcher(declared);
    if (!given.find() || declared.contains("CHAR")) {
      return "numeric";
    }
    int scale =
        Math.max(given.group(2) == null ? 0 : Integer.parseInt(given.group(2)), column.decimals());
    int before =
        Math.max(
            Integer.parseInt(given.group(1))
                - (given.group(2) == null ? 0 : Integer.parseInt(given.group(2))),
            column.digits());
    return "numeric(" + Math.max(1, before + scale) + ", " + scale + ")";
  }

  private String money() {
    int scale = Math.max(MONEY_DECIMALS, column.decimals());
    return "numeric(" + Math.max(MONEY_DIGITS, column.digits() + scale) + ", " + scale + ")";
  }

  private TypeChoice mixed() {
    StorageClass most = most();
    TypeChoice choice =
        switch (most) {
          case INTEGER -> TypeChoice.of("bigint");
          case REAL -> TypeChoice.of("double precision");
          case BLOB -> TypeChoice.of("bytea");
          default -> TypeChoice.of("text");
        };
    return others(choice, most);
  }

  private StorageClass most() {
    return List.of(INTEGER, REAL, TEXT, BLOB).stream()
        .max(Comparator.comparingLong(column::count))
        .orElseThrow();
  }

  private TypeChoice others(TypeChoice choice, StorageClass most) {
    List<String> notes = new ArrayList<>(choice.notes());
    for (StorageClass type : List.of(INTEGER, REAL, TEXT, BLOB)) {
      long others = column.count(type);
      boolean carried = most == REAL && type == INTEGER;
      if (type != most && others > 0 && !carried) {
        notes.add(
            count(others, "value")
                + " of "
                + column.values()
                + " are "
                + type
                + at(column.first().getOrDefault(type, -1L))
                + " and will be set aside; make them "
                + most
                + " in SQLite");
      }
    }
    return new TypeChoice(choice.type(), choice.rule(), notes);
  }

  private void warnings(List<String> notes) {
    if (column.withNul() > 0) {
      notes.add(
          count(column.withNul(), "text")
              + " with U+0000, which PostgreSQL cannot hold: the rows will be set aside");
    }
    if (column.notUtf8() > 0) {
      notes.add(
          count(column.notUtf8(), "text")
              + " that are no UTF-8: the rows will be set aside; correct them, or make it bytea and"
              + " BLOBs of them");
    }
  }

  private boolean fits(NamedConversion conversion) {
    return conversion.isKeptBy(column.column());
  }

  private boolean isFlag() {
    if (declared.contains("BOOL")) {
      return true;
    }
    String spaced = column.name().replaceAll("([a-z0-9])([A-Z])", "$1_$2");
    return List.of(spaced.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")).stream()
        .anyMatch(FLAGS::contains);
  }

  private @Nullable Form exact(Likeness likeness) {
    return column.forms().stream()
        .filter(form -> form.likeness() == likeness && form.misfits() == 0)
        .findFirst()
        .orElse(null);
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static String at(long rowid) {
    return rowid < 0 ? "" : " (first at rowid " + rowid + ")";
  }
}
