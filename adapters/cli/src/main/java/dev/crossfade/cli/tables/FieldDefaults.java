package dev.crossfade.cli.tables;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Conversions;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.UUID;

/** What a mapping says of documents that lack a field, as values. */
final class FieldDefaults {
  private FieldDefaults() {}

  /**
   * The value.
   *
   * @throws ConfigurationException if the text is none of the component's type
   */
  static Object value(Component component, String text) {
    try {
      return value(component.type(), text);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new ConfigurationException(
          List.of(
              "column "
                  + component.plan().target()
                  + ": default '"
                  + text
                  + "' is no "
                  + component.column().type().shown()));
    }
  }

  private static Object value(Class<?> type, String text) {
    if (type == Boolean.class && (text.equals("true") || text.equals("false"))) {
      return Boolean.valueOf(text);
    } else if (type == Integer.class) {
      return Integer.valueOf(text);
    } else if (type == Long.class) {
      return Long.valueOf(text);
    } else if (type == Short.class) {
      return Short.valueOf(text);
    } else if (type == BigDecimal.class) {
      return new BigDecimal(text);
    } else if (type == Double.class) {
      return Double.valueOf(text);
    } else if (type == Float.class) {
      return Float.valueOf(text);
    }
    return timeOrText(type, text);
  }

  private static Object timeOrText(Class<?> type, String text) {
    if (type == String.class) {
      return text;
    } else if (type == UUID.class) {
      return UUID.fromString(text);
    } else if (type == Instant.class) {
      return Conversions.instantAsIsoText().load(text);
    } else if (type == LocalDateTime.class) {
      return LocalDateTime.parse(text);
    } else if (type == LocalDate.class) {
      return LocalDate.parse(text);
    } else if (type == LocalTime.class) {
      return LocalTime.parse(text);
    }
    throw new IllegalArgumentException("no text stands for a " + type.getSimpleName());
  }
}
