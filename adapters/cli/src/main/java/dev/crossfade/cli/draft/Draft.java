package dev.crossfade.cli.draft;

import dev.crossfade.cli.inspect.FileProfile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A schema for PostgreSQL and the mapping that belongs to it. Both work as they are; where a person
 * should look a comment says so. Immutable.
 *
 * @param migration the text of a Flyway migration
 * @param mapping the text of {@code crossfade.yaml}
 * @param tables target tables by legacy ones, in the order in which they are made
 * @param leftOut legacy tables that cannot cross as they are, each with why
 * @param notes where a person should look: {@code table.column: …}
 */
public record Draft(
    String migration,
    String mapping,
    Map<String, String> tables,
    Map<String, String> leftOut,
    List<String> notes) {
  /** Copies the list. */
  public Draft {
    notes = List.copyOf(notes);
  }

  /**
   * Where things are, as the mapping file says it.
   *
   * @param legacy the SQLite file
   * @param target PostgreSQL's URL
   * @param user the role there
   * @param passwordFile a file with its password; empty for the environment
   * @param migration the name of the migration
   */
  public record Places(
      String legacy, String target, String user, String passwordFile, String migration) {}

  /** Drafts both. */
  public static Draft of(FileProfile file, Places places) {
    Drafting drafting = new Drafting(file);
    List<TableDraft> tables = drafting.tables();
    Map<String, String> names = new LinkedHashMap<>();
    List<String> notes = new ArrayList<>();
    for (TableDraft table : tables) {
      names.put(table.legacy().name(), table.name());
      table.notes().forEach(note -> notes.add(table.name() + ": " + note));
      for (ColumnDraft column : table.columns()) {
        column
            .choice()
            .notes()
            .forEach(note -> notes.add(table.name() + "." + column.name() + ": " + note));
      }
    }
    return new Draft(
        MigrationScript.of(file.file(), tables, drafting.leftOut()),
        MappingText.of(places, tables, drafting.leftOut()),
        names,
        drafting.leftOut(),
        notes);
  }
}
