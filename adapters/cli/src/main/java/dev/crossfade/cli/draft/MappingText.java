package dev.crossfade.cli.draft;

import dev.crossfade.mapping.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes the drafted {@code crossfade.yaml}. */
final class MappingText {
  private final StringBuilder yaml = new StringBuilder();

  private MappingText() {}

  static String of(Draft.Places places, List<TableDraft> tables, Map<String, String> leftOut) {
    MappingText text = headed(places);
    leftOut.forEach(
        (table, why) -> text.line(4, "# look: table " + table + " is left out: " + why));
    tables.forEach(text::table);
    return text.yaml.toString();
  }

  static String ofCollections(
      Draft.Places places, List<CollectionDraft> tables, Map<String, String> leftOut) {
    MappingText text = headed(places);
    leftOut.forEach(
        (collection, why) ->
            text.line(4, "# look: collection " + collection + " is left out: " + why));
    tables.forEach(text::collection);
    return text.yaml.toString();
  }

  private static MappingText headed(Draft.Places places) {
    MappingText text = new MappingText();
    text.line(
        0,
        "# Drafted by crossfade: settings, stores and mapping of the application and of the command line.");
    text.line(0, "crossfade:");
    text.line(1, "legacy:");
    places.legacy().forEach(line -> text.line(2, line));
    text.line(1, "target:");
    text.line(2, "url: " + quoted(places.target()));
    text.line(2, "user: " + quoted(places.user()));
    text.password(places);
    text.line(1, "migrations:");
    text.line(2, name(places.migration()) + ":");
    text.line(3, "tables:");
    return text;
  }

  /** What follows by name as well, so that the file says where each field goes. */
  private void collection(CollectionDraft table) {
    line(4, name(table.name()) + ":");
    line(5, "collection: " + quoted(table.collection().name()));
    line(5, "columns:");
    for (FieldDraft field : table.fields()) {
      line(6, name(field.name()) + ": " + rule(field));
    }
  }

  private static String rule(FieldDraft field) {
    if (field.rest()) {
      return "{rest: true}";
    }
    List<String> parts = new ArrayList<>(List.of("from: " + quoted(field.names().get(0))));
    if (field.names().size() > 1) {
      List<String> aliases = field.names().subList(1, field.names().size());
      parts.add(
          "aliases: ["
              + String.join(", ", aliases.stream().map(MappingText::quoted).toList())
              + "]");
    }
    if (!field.choice().rule().isEmpty()) {
      parts.add(field.choice().rule());
    }
    return parts.size() == 1 ? quoted(field.names().get(0)) : "{" + String.join(", ", parts) + "}";
  }

  private void password(Draft.Places places) {
    if (places.passwordFile().isEmpty()) {
      line(
          2,
          "# The password comes from the environment, CROSSFADE_TARGET_PASSWORD, or from a file:");
      line(2, "# password-file: /run/secrets/postgres");
    } else {
      line(2, "password-file: " + quoted(places.passwordFile()));
    }
  }

  private void table(TableDraft table) {
    line(4, name(table.name()) + ":");
    if (!Names.same(table.name(), table.legacy().name())) {
      line(5, "from: " + quoted(table.legacy().name()));
    }
    if (!table.legacy().table().triggers().isEmpty()) {
      line(
          5,
          "# look: triggers: ["
              + String.join(
                  ", ",
                  table.legacy().table().triggers().stream().map(MappingText::quoted).toList())
              + "]");
    }
    List<String> columns = new ArrayList<>();
    for (ColumnDraft column : table.columns()) {
      String rule = rule(column);
      if (!rule.isEmpty()) {
        columns.add(name(column.name()) + ": " + rule);
      }
    }
    if (!columns.isEmpty()) {
      line(5, "columns:");
      columns.forEach(column -> line(6, column));
    }
  }

  private static String rule(ColumnDraft column) {
    boolean byName = Names.same(column.name(), column.legacy().name());
    String form = column.choice().rule();
    if (form.isEmpty()) {
      return byName ? "" : quoted(column.legacy().name());
    }
    return "{" + (byName ? "" : "from: " + quoted(column.legacy().name()) + ", ") + form + "}";
  }

  private static String name(String name) {
    return name.matches("[a-z_][a-z0-9_]*") ? name : quoted(name);
  }

  /** As YAML takes it, whatever it holds. */
  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private void line(int depth, String text) {
    yaml.append("  ".repeat(depth)).append(text).append('\n');
  }
}
