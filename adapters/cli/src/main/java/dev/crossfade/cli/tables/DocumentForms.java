package dev.crossfade.cli.tables;

import dev.crossfade.Conversion;
import dev.crossfade.mapping.FieldPlan;
import dev.crossfade.mapping.LegacyForm;
import dev.crossfade.mongodb.Fields;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.bson.BsonArray;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** How documents hold components, as the forms of a mapping name it. */
final class DocumentForms {
  private static final Pattern UUIDS =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[' '][XXX][XX][X]")
          .toFormatter(java.util.Locale.ROOT);

  private DocumentForms() {}

  /** Says where documents have a component, and how. */
  static void describe(Component component, Fields fields) {
    FieldPlan field = Objects.requireNonNull(component.plan().field());
    String name = component.name();
    if (field.rest()) {
      fields.rest(name);
      return;
    }
    List<String> names = field.names();
    fields.field(name, names.get(0), names.subList(1, names.size()).toArray(String[]::new));
    String byDefault = field.byDefault();
    if (byDefault != null) {
      Object value = FieldDefaults.value(component, byDefault);
      fields.byDefault(name, () -> value);
    }
    form(component, fields);
  }

  private static void form(Component component, Fields fields) {
    LegacyForm form = component.plan().form();
    switch (form.conversion()) {
      case OBJECT_ID -> fields.objectId(component.name());
      case BSON -> {
        if (component.element() != null) {
          fields.convert(component.name(), listAsArray());
        }
      }
      default -> {
        Conversion<?, ?> conversion = conversion(component);
        if (conversion != null) {
          fields.convert(component.name(), conversion);
        }
      }
    }
  }

  private static @Nullable Conversion<?, ?> conversion(Component component) {
    return switch (component.plan().form().conversion()) {
      case ISO_TIMESTAMP ->
          component.type() == LocalDateTime.class
              ? text(
                  LocalDateTime.class,
                  DateTimeFormatter.ISO_LOCAL_DATE_TIME::format,
                  DocumentForms::local)
              : text(Instant.class, Instant::toString, DocumentForms::instant);
      case ISO_DATE -> text(LocalDate.class, LocalDate::toString, LocalDate::parse);
      case ISO_TIME ->
          text(LocalTime.class, DateTimeFormatter.ISO_LOCAL_TIME::format, LocalTime::parse);
      case JSON_TEXT -> text(String.class, value -> value, value -> value);
      case UUID_TEXT -> text(UUID.class, UUID::toString, DocumentForms::uuid);
      case BOOLEAN_NUMBER -> booleanAsNumber();
      default -> LegacyForms.conversion(component);
    };
  }

  private static <J> Conversion<J, String> text(
      Class<J> type, Function<J, String> store, Function<String, J> load) {
    return Conversion.of(type, String.class, store, text -> read(type, load, text));
  }

  private static <J> J read(Class<J> type, Function<String, J> load, String text) {
    try {
      return load.apply(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("expected ISO text of a " + type.getSimpleName(), e);
    }
  }

  /** UTC where no zone is named. */
  static Instant instant(String text) {
    TemporalAccessor read = ISO.parse(text);
    return read.isSupported(ChronoField.OFFSET_SECONDS)
        ? OffsetDateTime.from(read).toInstant()
        : LocalDateTime.from(read).toInstant(ZoneOffset.UTC);
  }

  private static LocalDateTime local(String text) {
    TemporalAccessor read = ISO.parse(text);
    if (read.isSupported(ChronoField.OFFSET_SECONDS) && read.get(ChronoField.OFFSET_SECONDS) != 0) {
      throw new IllegalArgumentException("a time with a zone, for a column without one");
    }
    return LocalDateTime.from(read);
  }

  private static UUID uuid(String text) {
    if (!UUIDS.matcher(text).matches()) {
      throw new IllegalArgumentException("expected a UUID of 36 characters");
    }
    return UUID.fromString(text);
  }

  private static Conversion<Boolean, Long> booleanAsNumber() {
    return Conversion.of(
        Boolean.class,
        Long.class,
        value -> value ? 1L : 0L,
        number -> {
          if (number != 0 && number != 1) {
            throw new IllegalArgumentException("expected 0 or 1");
          }
          return number == 1;
        });
  }

  @SuppressWarnings("rawtypes") // a class literal of a list has no element
  private static Conversion<List, BsonValue> listAsArray() {
    return Conversion.of(List.class, BsonValue.class, DocumentForms::array, DocumentForms::texts);
  }

  private static BsonValue array(List<?> values) {
    BsonArray array = new BsonArray();
    for (Object value : values) {
      if (value == null) {
        array.add(org.bson.BsonNull.VALUE);
      } else {
        array.add(new BsonString((String) value));
      }
    }
    return array;
  }

  private static List<@Nullable String> texts(BsonValue stored) {
    if (!stored.isArray()) {
      throw new IllegalArgumentException("expected a list of texts");
    }
    List<@Nullable String> texts = new ArrayList<>();
    for (BsonValue value : stored.asArray()) {
      if (!value.isNull() && !value.isString()) {
        throw new IllegalArgumentException("expected a list of texts, found another element");
      }
      texts.add(value.isNull() ? null : value.asString().getValue());
    }
    return java.util.Collections.unmodifiableList(texts);
  }
}
