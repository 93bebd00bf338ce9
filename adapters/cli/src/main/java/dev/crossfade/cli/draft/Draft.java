package dev.crossfade.cli.draft;

import dev.crossfade.cli.inspect.DatabaseProfile;
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
 * @param tables target tables by legacy ones or collections, in the order in which they are made
 * @param leftOut legacy tables or collections that cannot cross as they are, each with why
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
   * @param legacy the lines of its section {@code legacy}, without what is secret
   * @param target PostgreSQL's URL
   * @param user the role there
   * @param passwordFile a file with its password; empty for the environment
   * @param migration the name of the migration
   */
  public record Places(
      List<String> legacy, String target, String user, String passwordFile, String migration) {
    /** Copies the list. */
    public Places {
      legacy = List.copyOf(legacy);
    }
  }

  /** Drafts both for a database of MongoDB. */
  public static Draft of(DatabaseProfile database, Places places) {
    CollectionDrafting drafting = new CollectionDrafting(database);
    List<CollectionDraft> tables = drafting.tables();
    Map<String, String> names = new LinkedHashMap<>();
    List<String> notes = new ArrayList<>();
    for (CollectionDraft table : tables) {
      names.put(table.collection().name(), table.name());
      table.notes().forEach(note -> notes.add(table.name() + ": " + note));
      for (FieldDraft field : table.fields()) {
        field
            .choice()
            .notes()
            .forEach(note -> notes.add(table.name() + "." + field.name() + ": " + note));
      }
    }
    return new Draft(
        CollectionScript.of(database.name(), tables, drafting.leftOut()),
        MappingText.ofCollections(places, tables, drafting.leftOut()),
        names,
        drafting.leftOut(),
        notes);
  }

  /** A text as the mapping file takes it. */
  public static String quoted(String text) {
    return MappingText.quoted(text);
  }

  /** Drafts both for a SQLite file. */
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
