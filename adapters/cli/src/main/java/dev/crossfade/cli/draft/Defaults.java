package dev.crossfade.cli.draft;

import dev.crossfade.cli.inspect.ColumnProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What SQLite's defaults are in PostgreSQL.
 *
 * <p>Only of columns that cannot be null: where both stores have a default a null means "the
 * default", so that a null that is there could not be copied.
 */
final class Defaults {
  private Defaults() {}

  /** The column, with the default that it has. */
  static ColumnDraft of(ColumnProfile column, String name, TypeChoice choice) {
    String given = column.defaultExpression();
    if (given == null || given.equalsIgnoreCase("null")) {
      return new ColumnDraft(column, name, choice, "");
    }
    String carried = column.column().nullable() ? null : carried(given.strip(), choice);
    if (carried != null) {
      return new ColumnDraft(column, name, choice, carried);
    }
    List<String> notes = new ArrayList<>(choice.notes());
    notes.add(
        "its default in SQLite, "
            + given.replace('\n', ' ')
            + ", is left out"
            + (column.column().nullable()
                ? ": with a default in both stores a null that is there could not be copied"
                : "; give it one of PostgreSQL's"));
    return new ColumnDraft(column, name, new TypeChoice(choice.type(), choice.rule(), notes), "");
  }

  private static @Nullable String carried(String given, TypeChoice choice) {
    String type = choice.type();
    String bare = given.replaceAll("^\\((.*)\\)$", "$1");
    boolean usual = choice.rule().isEmpty();
    if (type.equals("boolean")) {
      return switch (bare.toLowerCase(Locale.ROOT)) {
        case "1", "true" -> usual ? "true" : null;
        case "0", "false" -> usual ? "false" : null;
        default -> null;
      };
    } else if (type.startsWith("timestamp")) {
      boolean now =
          bare.equalsIgnoreCase("current_timestamp") || bare.equalsIgnoreCase("datetime('now')");
      return now ? type.equals("timestamptz") ? "now()" : "(now() at time zone 'utc')" : null;
    } else if (bare.matches("[+-]?\\d+([.]\\d+)?") && !type.startsWith("text")) {
      return bare;
    }
    boolean text = type.startsWith("text") || type.equals("jsonb");
    return text && bare.matches("'([^']|'')*'") ? bare : null;
  }
}
