package dev.crossfade.cli.tables;

import dev.crossfade.Conversion;
import dev.crossfade.jooq.PairConversion;
import dev.crossfade.mapping.LegacyForm;
import dev.crossfade.sqlite.SqliteConversions;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The conversions that the forms of a mapping name. */
final class LegacyForms {
  private LegacyForms() {}

  /** The conversion; null where a component is held as its type is anyway. */
  static @Nullable Conversion<?, ?> conversion(Component component) {
    LegacyForm form = component.plan().form();
    return switch (form.conversion()) {
      case LOOSE_INTEGER -> looseInteger(component);
      case LOOSE_TEXT -> SqliteConversions.textOrNumber();
      case DECIMAL_TEXT -> SqliteConversions.decimalAsText();
      case SCALED_INTEGER -> SqliteConversions.decimalAsScaledInteger(form.scale());
      case BOOLEAN_TEXT ->
          SqliteConversions.booleanAsText(
              form.values().getOrDefault("true", "true"),
              form.values().getOrDefault("false", "false"));
      case TIMESTAMP_TEXT -> timestamp(component, form);
      case EPOCH_SECONDS -> SqliteConversions.instantAsEpochSeconds();
      case EPOCH_MILLIS -> SqliteConversions.instantAsEpochMillis();
      case EPOCH_REAL -> SqliteConversions.instantAsEpochReal();
      case DATE_TEXT -> SqliteConversions.dateAsText(Objects.requireNonNull(form.pattern()));
      case UUID_BLOB -> SqliteConversions.uuidAsBlob();
      case BASE64_TEXT -> SqliteConversions.bytesAsBase64();
      case ENUM_TEXT -> words(component, form);
      case ENUM_NUMBER -> numbers(form);
      case SEPARATED_LIST -> SqliteConversions.listAsText(form.separator());
      case JSON_LIST -> SqliteConversions.listAsJson(Objects.requireNonNull(component.element()));
      case DATE_AND_TIME,
          INTEGER,
          REAL,
          NUMBER,
          TEXT,
          BOOLEAN_NUMBER,
          ISO_TIMESTAMP,
          ISO_DATE,
          ISO_TIME,
          JSON_TEXT,
          UUID_TEXT,
          BLOB,
          OBJECT_ID,
          BSON ->
          null;
    };
  }

  /** Of a component that two columns hold. */
  static PairConversion<?, ?, ?> pair(Component component) {
    LegacyForm form = component.plan().form();
    Conversion<LocalDate, ?> date =
        form.pattern() == null
            ? SqliteConversions.isoDate()
            : SqliteConversions.dateAsText(form.pattern());
    Conversion<LocalTime, ?> time =
        form.timePattern() == null
            ? SqliteConversions.isoTime()
            : SqliteConversions.timeAsText(form.timePattern());
    return component.type() == LocalDateTime.class
        ? SqliteConversions.localDateTimeAsDateAndTime(date, time)
        : SqliteConversions.instantAsDateAndTime(date, time, form.zone());
  }

  private static Conversion<?, ?> looseInteger(Component component) {
    if (component.type() == Integer.class) {
      return SqliteConversions.integerAsAnyNumber();
    }
    return component.type() == Short.class
        ? SqliteConversions.shortAsAnyNumber()
        : SqliteConversions.longAsAnyNumber();
  }

  private static Conversion<?, ?> timestamp(Component component, LegacyForm form) {
    String pattern = Objects.requireNonNull(form.pattern());
    return component.type() == LocalDateTime.class
        ? SqliteConversions.localDateTimeAsText(pattern)
        : SqliteConversions.instantAsText(pattern, form.zone());
  }

  /** Every literal has a word; most are their own. */
  private static @Nullable Conversion<?, ?> words(Component component, LegacyForm form) {
    if (form.values().isEmpty()) {
      return null;
    }
    Map<String, String> words = new LinkedHashMap<>();
    component.column().type().literals().forEach(literal -> words.put(literal, literal));
    words.putAll(form.values());
    return SqliteConversions.textAsWord(words);
  }

  private static Conversion<?, ?> numbers(LegacyForm form) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    form.values().forEach((literal, number) -> numbers.put(literal, Long.valueOf(number)));
    return SqliteConversions.textAsNumber(numbers);
  }
}
