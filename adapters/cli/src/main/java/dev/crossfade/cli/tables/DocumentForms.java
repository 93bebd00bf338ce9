package dev.crossfade.cli.tables;

import dev.crossfade.Conversion;
import dev.crossfade.Conversions;
import dev.crossfade.mapping.FieldPlan;
import dev.crossfade.mapping.LegacyForm;
import dev.crossfade.mongodb.Fields;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.BsonArray;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** How documents hold components, as the forms of a mapping name it. */
final class DocumentForms {
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
              ? Conversions.localDateTimeAsIsoText()
              : Conversions.instantAsIsoText();
      case ISO_DATE -> Conversions.dateAsIsoText();
      case ISO_TIME -> Conversions.timeAsIsoText();
      case JSON_TEXT -> Conversions.jsonAsText();
      case UUID_TEXT -> Conversions.uuidAsText();
      case BOOLEAN_NUMBER -> Conversions.booleanAsNumber();
      default -> LegacyForms.conversion(component);
    };
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
