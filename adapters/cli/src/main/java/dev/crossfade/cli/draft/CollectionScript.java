package dev.crossfade.cli.draft;

import static dev.crossfade.cli.draft.MigrationScript.quoted;

import dev.crossfade.cli.inspect.CollectionProfile.DocumentIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes the migration that makes the tables drafted of collections. */
final class CollectionScript {
  private final StringBuilder sql = new StringBuilder();

  private CollectionScript() {}

  static String of(String from, List<CollectionDraft> tables, Map<String, String> leftOut) {
    CollectionScript script = new CollectionScript();
    script.line("-- Drafted by crossfade from " + from + ": types are chosen from the data.");
    script.line("-- Lines with \"look:\" want a person's opinion; everything runs as it is.");
    leftOut.forEach(
        (collection, why) ->
            script.line("\n-- look: collection " + collection + " is left out: " + why));
    tables.forEach(script::table);
    return script.sql.toString();
  }

  private void table(CollectionDraft table) {
    line("");
    table.notes().forEach(note -> line("-- look: " + table.name() + ": " + note));
    line("create table " + quoted(table.name()) + " (");
    List<String> columns = new ArrayList<>();
    for (FieldDraft field : table.fields()) {
      StringBuilder column = new StringBuilder();
      field.choice().notes().forEach(note -> column.append("  -- look: " + note + "\n"));
      column.append("  " + quoted(field.name()) + " " + field.choice().type());
      columns.add(column + (field.equals(table.key()) ? " primary key" : ""));
    }
    line(String.join(",\n", columns));
    line(");");
    table.collection().indexes().forEach(index -> index(table, index));
  }

  private void index(CollectionDraft table, DocumentIndex index) {
    List<FieldDraft> fields = index.fields().stream().map(table::of).toList();
    String why = index.special();
    if (why.isEmpty() && fields.contains(null)) {
      why = "is of what is within documents, or of fields that are no columns";
    } else if (why.isEmpty() && fields.stream().anyMatch(CollectionScript::isJson)) {
      why = "is of lists or documents, whose elements it would be of";
    }
    if (!why.isEmpty()) {
      line(
          "-- look: the "
              + (index.unique() ? "unique index " : "index ")
              + index.name()
              + " "
              + why
              + ", and is left out");
      return;
    }
    if (index.unique() && fields.stream().anyMatch(field -> field.names().size() > 1)) {
      line("-- look: MongoDB holds " + index.name() + " for one spelling, this is unique for all");
    }
    line(
        (index.unique() ? "create unique index on " : "create index on ")
            + quoted(table.name())
            + " ("
            + String.join(", ", fields.stream().map(field -> quoted(field.name())).toList())
            + ");");
  }

  private static boolean isJson(FieldDraft field) {
    return field.choice().type().equals("jsonb");
  }

  private void line(String text) {
    sql.append(text).append('\n');
  }
}
