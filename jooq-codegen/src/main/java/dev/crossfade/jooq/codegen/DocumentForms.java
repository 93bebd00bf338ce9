package dev.crossfade.jooq.codegen;

import dev.crossfade.Conversions;
import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.mapping.LegacyForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The same of documents, which hold by themselves what SQLite holds as text or bytes. */
final class DocumentForms extends LegacyForms {
  DocumentForms(JavaFile file) {
    super(file, "dev.crossfade.Conversions");
  }

  /** What is said of the form, as a call on {@code fields}; null where nothing is. */
  @Nullable List<String> declaration(ComponentModel component, LegacyForm form) {
    String name = JavaFile.quoted(component.name());
    return switch (form.conversion()) {
      case OBJECT_ID -> List.of("objectId", name);
      case BSON -> component.isMappedJson() ? List.of("embedded", name, json(component)) : null;
      default -> {
        String conversion = conversion(component, form);
        yield conversion == null ? null : List.of("convert", name, conversion);
      }
    };
  }

  private String json(ComponentModel component) {
    return JacksonWriter.CLASS + ".of(" + file.literal(component.type()) + ")";
  }

  @Override
  @Nullable String call(ComponentModel component, LegacyForm form) {
    return switch (form.conversion()) {
      case ISO_TIMESTAMP ->
          component.type().is("java.time.LocalDateTime")
              ? "localDateTimeAsIsoText()"
              : "instantAsIsoText()";
      case ISO_DATE -> "dateAsIsoText()";
      case ISO_TIME -> "timeAsIsoText()";
      case JSON_TEXT -> component.isMappedJson() ? null : "jsonAsText()"; // the entity has another
      case UUID_TEXT -> "uuidAsText()";
      case UUID_BLOB -> "uuidAsBytes()";
      case BOOLEAN_NUMBER -> "booleanAsNumber()";
      default -> super.call(component, form);
    };
  }

  /** Crossfade's core knows nothing of jOOQ, whose enums have literals. */
  @Override
  String constants(ComponentModel component) {
    return super.constants(component) + ", " + file.type(component.type()) + "::getLiteral";
  }

  /** A default of the mapping, which has checked it, as an expression. */
  String value(ComponentModel component, String text) {
    if (component.isMappedJson()) {
      return json(component) + ".load(" + JavaFile.quoted(text) + ")";
    } else if (component.isEnum()) {
      return file.type(component.type()) + ".lookupLiteral(" + JavaFile.quoted(text) + ")";
    }
    return switch (component.type().name()) {
      case "java.lang.Boolean" -> text;
      case "java.lang.Integer" -> Integer.valueOf(text).toString();
      case "java.lang.Long" -> Long.valueOf(text) + "L";
      case "java.lang.Short" -> "(short) " + Short.valueOf(text);
      case "java.lang.Double", "java.lang.Float" -> parsed(component, "valueOf", text);
      case "java.math.BigDecimal" -> "new " + parsed(component, "", text);
      case "java.util.UUID" -> parsed(component, "fromString", text);
      case "java.time.Instant" ->
          parsed(component, "parse", Conversions.instantAsIsoText().load(text).toString());
      case "java.time.LocalDateTime", "java.time.LocalDate", "java.time.LocalTime" ->
          parsed(component, "parse", text);
      default -> JavaFile.quoted(text);
    };
  }

  private String parsed(ComponentModel component, String method, String text) {
    String call = method.isEmpty() ? "" : "." + method;
    return file.boxed(component.type()) + call + "(" + JavaFile.quoted(text) + ")";
  }
}
