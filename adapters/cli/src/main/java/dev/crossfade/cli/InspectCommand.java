package dev.crossfade.cli;

import dev.crossfade.cli.inspect.ColumnProfile;
import dev.crossfade.cli.inspect.ColumnProfile.Form;
import dev.crossfade.cli.inspect.DatabaseInspection;
import dev.crossfade.cli.inspect.DatabaseProfile;
import dev.crossfade.cli.inspect.FileProfile;
import dev.crossfade.cli.inspect.Inspection;
import dev.crossfade.cli.inspect.StorageClass;
import dev.crossfade.cli.inspect.TableProfile;
import dev.crossfade.mapping.ForeignKeyDescription;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code crossfade inspect}. */
@Command(
    name = "inspect",
    description =
        "Shows what a SQLite file or a database of MongoDB holds: tables, rows, the types of values"
            + " against the declared ones, keys, sizes, and what looks like time, money, booleans or"
            + " JSON; of collections the fields, how many documents have each, and names that differ"
            + " only by how they are written. Reads every value, changes nothing.",
    footer = {
      "  crossfade inspect app.db",
      "  CROSSFADE_LEGACY_PASSWORD=… crossfade inspect mongodb://reader@db/app",
      "  crossfade inspect app.db --json | jq '.tables[].name'"
    })
final class InspectCommand extends BaseCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE|URL",
      description =
          "The SQLite file, or mongodb://…; without it the legacy store of the configuration.")
  private @Nullable String source;

  @Override
  public Integer call() throws IOException, SQLException {
    if (source != null && !MongoAddress.isOne(source)) {
      return show(profile(root(), Path.of(source)));
    }
    Map<String, String> environment = root().surroundings().environment();
    Store store =
        source == null
            ? Configuration.read(root().config(), environment).legacy()
            : MongoAddress.parse(source).store(environment);
    try (store) {
      return store instanceof MongoStore mongo
          ? show(profile(root(), mongo))
          : show(profile(root(), ((SqliteStore) store).path()));
    }
  }

  private int show(DatabaseProfile profile) {
    results().write(DatabaseReport.json(profile), out -> DatabaseReport.text(profile, out));
    return ExitCode.OK;
  }

  private int show(FileProfile profile) {
    results().write(json(profile), out -> text(profile, out));
    return ExitCode.OK;
  }

  static FileProfile profile(CrossfadeCommand root, Path file) throws IOException, SQLException {
    try (Progress progress = root.progress()) {
      return Inspection.of(file, (table, rows) -> progress.begin("inspect " + table, Map.of()));
    }
  }

  static DatabaseProfile profile(CrossfadeCommand root, MongoStore store) {
    try (Progress progress = root.progress()) {
      return DatabaseInspection.of(
          store, (table, rows) -> progress.begin("inspect " + table, Map.of()));
    }
  }

  private static Map<String, Object> json(FileProfile profile) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("file", profile.file());
    document.put("bytes", profile.bytes());
    document.put("journalMode", profile.journalMode());
    document.put("tables", profile.tables().stream().map(InspectCommand::json).toList());
    document.put("views", profile.views());
    return document;
  }

  private static Map<String, Object> json(TableProfile table) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", table.name());
    document.put("rows", table.rows());
    document.put("bytes", table.bytes());
    document.put("key", table.key());
    document.put("uniqueKeys", table.table().uniqueKeys());
    document.put(
        "foreignKeys",
        table.table().foreignKeys().stream()
            .map(
                key ->
                    Map.of(
                        "columns", key.columns(),
                        "parent", key.parent().name(),
                        "parentColumns", key.parentColumns(),
                        "onDelete", String.valueOf(key.onDelete())))
            .toList());
    document.put("orphans", table.orphans());
    document.put("triggers", table.table().triggers());
    document.put("columns", table.columns().stream().map(InspectCommand::json).toList());
    return document;
  }

  private static Map<String, Object> json(ColumnProfile column) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", column.name());
    document.put("declared", column.column().type());
    document.put("nullable", column.column().nullable());
    Map<String, Long> seen = new LinkedHashMap<>();
    for (StorageClass type : StorageClass.values()) {
      if (column.count(type) > 0) {
        seen.put(type.name().toLowerCase(java.util.Locale.ROOT), column.count(type));
      }
    }
    document.put("seen", seen);
    document.put("longest", column.longest());
    document.put("decimals", column.decimals());
    document.put("withNul", column.withNul());
    document.put("notUtf8", column.notUtf8());
    document.put(
        "looksLike",
        column.forms().stream()
            .map(
                form ->
                    Map.of(
                        "form", form.likeness().label(),
                        "pattern", form.pattern(),
                        "misfits", form.misfits(),
                        "firstMisfit", form.first()))
            .toList());
    return document;
  }

  private static void text(FileProfile profile, PrintWriter out) {
    out.println(
        profile.file()
            + ": "
            + Words.bytes(profile.bytes())
            + ", "
            + Words.count(profile.tables().size(), "table")
            + ", journal mode "
            + profile.journalMode());
    profile.tables().forEach(table -> text(table, out));
    if (!profile.views().isEmpty()) {
      out.println();
      out.println("views, which are not carried over: " + String.join(", ", profile.views()));
    }
  }

  private static void text(TableProfile table, PrintWriter out) {
    out.println();
    out.println(
        table.name()
            + ": "
            + Words.count(table.rows(), "row")
            + ", "
            + Words.bytes(table.bytes())
            + (table.key().isEmpty()
                ? ", NO KEY: its rows cannot be found in both stores; give it a unique index"
                : ", key " + String.join(", ", table.key())));
    int name = table.columns().stream().mapToInt(c -> c.name().length()).max().orElse(0);
    int type = table.columns().stream().mapToInt(c -> c.column().type().length()).max().orElse(0);
    for (ColumnProfile column : table.columns()) {
      out.println(
          ("  "
                  + padded(column.name(), name)
                  + "  "
                  + padded(column.column().type(), type)
                  + "  "
                  + seen(column))
              .stripTrailing());
    }
    for (ForeignKeyDescription key : table.table().foreignKeys()) {
      out.println(
          "  "
              + String.join(", ", key.columns())
              + " → "
              + key.parent()
              + " "
              + key.parentColumns());
    }
    table
        .orphans()
        .forEach(
            orphan ->
                out.println(
                    "  "
                        + Words.count(orphan.rows(), "row")
                        + " with "
                        + String.join(", ", orphan.columns())
                        + " that no row of "
                        + orphan.parent()
                        + " has"
                        + (orphan.first() < 0 ? "" : ", first at rowid " + orphan.first())));
    if (!table.table().triggers().isEmpty()) {
      out.println("  triggers " + String.join(", ", table.table().triggers()));
    }
  }

  private static String seen(ColumnProfile column) {
    List<String> parts = new ArrayList<>();
    for (StorageClass type : StorageClass.values()) {
      if (type != StorageClass.NULL && column.count(type) > 0) {
        parts.add(type + (column.count(type) == column.values() ? "" : " " + column.count(type)));
      }
    }
    String seen = parts.isEmpty() ? "(no value)" : String.join(", ", parts);
    if (column.count(StorageClass.NULL) > 0 && column.values() > 0) {
      seen += ", " + column.count(StorageClass.NULL) + " null";
    }
    if (column.withNul() > 0) {
      seen += ", " + column.withNul() + " with U+0000";
    }
    if (column.notUtf8() > 0) {
      seen += ", " + column.notUtf8() + " no UTF-8";
    }
    return seen + looks(column);
  }

  private static String looks(ColumnProfile column) {
    for (Form form : column.forms()) {
      boolean number = form.likeness() == dev.crossfade.cli.inspect.Likeness.DECIMAL_TEXT;
      if (!number || form.misfits() == 0) {
        return "; looks like "
            + form.likeness().label()
            + (form.pattern().isEmpty() ? "" : " " + form.pattern())
            + (form.misfits() == 0
                ? ""
                : ", but "
                    + form.misfits()
                    + (form.first() < 0 ? "" : " (first at rowid " + form.first() + ")"));
      }
    }
    return "";
  }

  static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
