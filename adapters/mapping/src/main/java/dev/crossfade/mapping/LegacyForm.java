package dev.crossfade.mapping;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a legacy column holds a value: a conversion by name, and what it needs to know. Immutable.
 *
 * @param conversion which one
 * @param pattern of {@link NamedConversion#TIMESTAMP_TEXT} and {@link NamedConversion#DATE_TEXT},
 *     for {@link java.time.format.DateTimeFormatter}; of the date in {@link
 *     NamedConversion#DATE_AND_TIME}, null there for ISO 8601
 * @param timePattern of the time of day in {@link NamedConversion#DATE_AND_TIME}; null for ISO 8601
 * @param zone in which a time without a zone is to be understood; UTC unless given
 * @param values the legacy form of each target value: of {@link NamedConversion#BOOLEAN_TEXT} for
 *     {@code true} and {@code false}, of {@link NamedConversion#ENUM_TEXT} and {@link
 *     NamedConversion#ENUM_NUMBER} for the enum's literals (those not named are held as they are)
 * @param separator of {@link NamedConversion#SEPARATED_LIST}
 * @param scale of {@link NamedConversion#SCALED_INTEGER}: how many of its last digits are decimal
 *     places
 */
public record LegacyForm(
    NamedConversion conversion,
    @Nullable String pattern,
    @Nullable String timePattern,
    ZoneId zone,
    Map<String, String> values,
    String separator,
    int scale) {
  /** Copies the map, in its order. */
  public LegacyForm {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** A form without anything to know. */
  public static LegacyForm of(NamedConversion conversion) {
    return new LegacyForm(conversion, null, null, ZoneOffset.UTC, Map.of(), ",", 0);
  }
}
