package dev.crossfade.mapping;

import dev.crossfade.mapping.ColumnDescription.Generation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a mapping says of a collection: documents declare nothing, so a field is there because a
 * column comes from it. Whether the key is unique in the collection the store checks when it
 * starts.
 */
final class CollectionFields {
  /** What the column is called that takes all other fields: no field can be named so. */
  static final String REST = "";

  private static final String ID = "_id";

  private CollectionFields() {}

  /** The collection as a table of the fields that are mapped. */
  static TableDescription of(TableRule rule, String collection, TableDescription target) {
    Map<String, ColumnRule> rules = new HashMap<>();
    rule.columns().forEach(column -> rules.put(column.target(), column));
    List<String> key = key(rule, target);
    List<ColumnDescription> fields = new ArrayList<>();
    List<String> keyFields = new ArrayList<>();
    for (ColumnDescription column : target.columns()) {
      ColumnRule of = rules.get(column.name());
      if (column.generation() != Generation.COMPUTED && (of == null || !of.omit())) {
        String name = field(key, column.name(), of);
        ColumnDescription field = ColumnDescription.of(name, "");
        fields.add(of == null || of.byDefault() == null ? field : field.withDefault());
        if (key.contains(column.name())) {
          keyFields.add(name);
        }
      }
    }
    return new TableDescription(
        TableName.of(collection),
        false,
        fields,
        keyFields,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  /** Where a column comes from: by name, and from the document's {@code _id} if it is the key. */
  static String field(TableRule rule, TableDescription target, ColumnRule column) {
    return field(key(rule, target), column.target(), column);
  }

  private static String field(List<String> key, String column, @Nullable ColumnRule rule) {
    if (rule != null && rule.rest()) {
      return REST;
    } else if (rule != null && rule.from() != null) {
      return rule.from();
    } else if (!key.contains(column)) {
      return column;
    }
    return key.size() == 1 ? ID : ID + "." + column;
  }

  /** Whether it is a field of the document that {@code _id} is. */
  static boolean isOfId(String field) {
    return field.startsWith(ID + ".") && field.lastIndexOf('.') == ID.length();
  }

  private static List<String> key(TableRule rule, TableDescription target) {
    if (!rule.key().isEmpty()) {
      return rule.key().stream().map(TableRule.Named::name).toList();
    }
    List<String> plain =
        target.primaryKey().stream()
            .filter(name -> !target.partitionColumns().contains(name))
            .toList();
    return plain.isEmpty() ? target.primaryKey() : plain;
  }
}
