package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.mapping.LegacyForm;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How the forms that a mapping names are written in Java. */
class LegacyForms {
  private static final int MOST_PAIRS = 10;

  final JavaFile file;
  private final String conversions;

  /**
   * @param conversions the class that has them
   */
  LegacyForms(JavaFile file, String conversions) {
    this.file = file;
    this.conversions = conversions;
  }

  /** The conversion; null where a component is held as its type is anyway. */
  final @Nullable String conversion(ComponentModel component, LegacyForm form) {
    String call = call(component, form);
    return call == null ? null : file.type(conversions) + "." + call;
  }

  /** The constants of an enum, as the first arguments of its conversion. */
  String constants(ComponentModel component) {
    return file.literal(component.type());
  }

  /** The conversion of a component that two columns hold. */
  String pair(ComponentModel component, LegacyForm form) {
    String of = file.type(conversions) + ".";
    String parts =
        of
            + (form.pattern() == null ? "isoDate()" : "dateAsText(" + quoted(form.pattern()) + ")")
            + ", "
            + of
            + (form.timePattern() == null
                ? "isoTime()"
                : "timeAsText(" + quoted(form.timePattern()) + ")");
    return component.type().is("java.time.LocalDateTime")
        ? of + "localDateTimeAsDateAndTime(" + parts + ")"
        : of + "instantAsDateAndTime(" + parts + ", " + zone(form) + ")";
  }

  private String zone(LegacyForm form) {
    return form.zone().equals(ZoneOffset.UTC)
        ? file.type("java.time.ZoneOffset") + ".UTC"
        : file.type("java.time.ZoneId") + ".of(" + JavaFile.quoted(form.zone().getId()) + ")";
  }

  /** The call without its class. */
  @Nullable String call(ComponentModel component, LegacyForm form) {
    return switch (form.conversion()) {
      case LOOSE_INTEGER -> looseInteger(component);
      case LOOSE_TEXT -> "textOrNumber()";
      case DECIMAL_TEXT -> "decimalAsText()";
      case SCALED_INTEGER -> "decimalAsScaledInteger(" + form.scale() + ")";
      case BOOLEAN_TEXT ->
          "booleanAsText("
              + quoted(form.values().getOrDefault("true", "true"))
              + ", "
              + quoted(form.values().getOrDefault("false", "false"))
              + ")";
      case TIMESTAMP_TEXT -> timestamp(component, form);
      case EPOCH_SECONDS -> "instantAsEpochSeconds()";
      case EPOCH_MILLIS -> "instantAsEpochMillis()";
      case EPOCH_REAL -> "instantAsEpochReal()";
      case DATE_TEXT -> "dateAsText(" + quoted(form.pattern()) + ")";
      case UUID_BLOB -> "uuidAsBlob()";
      case BASE64_TEXT -> "bytesAsBase64()";
      case ENUM_TEXT -> words(component, form);
      case ENUM_NUMBER -> numbers(component, form);
      case SEPARATED_LIST -> "listAsText(" + quoted(form.separator()) + ")";
      case JSON_LIST ->
          "listAsJson(" + file.literal(Objects.requireNonNull(component.type().element())) + ")";
      default -> null;
    };
  }

  private static String looseInteger(ComponentModel component) {
    return switch (component.type().name()) {
      case "java.lang.Integer" -> "integerAsAnyNumber()";
      case "java.lang.Short" -> "shortAsAnyNumber()";
      default -> "longAsAnyNumber()";
    };
  }

  private String timestamp(ComponentModel component, LegacyForm form) {
    if (component.type().is("java.time.LocalDateTime")) {
      return "localDateTimeAsText(" + quoted(form.pattern()) + ")";
    }
    String zone = form.zone().equals(ZoneOffset.UTC) ? "" : ", " + zone(form);
    return "instantAsText(" + quoted(form.pattern()) + zone + ")";
  }

  private @Nullable String words(ComponentModel component, LegacyForm form) {
    if (form.values().isEmpty()) {
      return null;
    }
    Map<String, String> words = new LinkedHashMap<>();
    if (!component.isEnum()) {
      component.column().type().literals().forEach(literal -> words.put(literal, literal));
    }
    words.putAll(form.values());
    words.replaceAll((literal, word) -> JavaFile.quoted(word));
    return component.isEnum()
        ? "enumAsText(" + constants(component) + ", " + map(words) + ")"
        : "textAsWord(" + map(words) + ")";
  }

  private String numbers(ComponentModel component, LegacyForm form) {
    Map<String, String> numbers = new LinkedHashMap<>(form.values());
    numbers.replaceAll((literal, number) -> Long.parseLong(number) + "L"); // 010 would be octal
    return component.isEnum()
        ? "enumAsNumber(" + constants(component) + ", " + map(numbers) + ")"
        : "textAsNumber(" + map(numbers) + ")";
  }

  private String map(Map<String, String> values) {
    String map = file.type("java.util.Map");
    List<String> pairs = new ArrayList<>();
    boolean few = values.size() <= MOST_PAIRS;
    values.forEach(
        (key, value) -> {
          String pair = JavaFile.quoted(key) + ", " + value;
          pairs.add(few ? pair : map + ".entry(" + pair + ")");
        });
    return map + (few ? ".of(" : ".ofEntries(") + String.join(", ", pairs) + ")";
  }

  private static String quoted(@Nullable String text) {
    return JavaFile.quoted(text == null ? "" : text);
  }
}
