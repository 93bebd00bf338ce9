package dev.crossfade.cli.draft;

import dev.crossfade.OnDelete;
import dev.crossfade.cli.draft.TableDraft.Reference;
import dev.crossfade.cli.inspect.ColumnProfile;
import dev.crossfade.cli.inspect.FileProfile;
import dev.crossfade.cli.inspect.TableProfile;
import dev.crossfade.cli.inspect.TableProfile.OrphanProfile;
import dev.crossfade.mapping.ColumnDescription.Generation;
import dev.crossfade.mapping.ForeignKeyDescription;
import dev.crossfade.mapping.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides names, types, keys and references of all tables together. Used once, by one thread. */
final class Drafting {
  private static final int MOST_COLUMNS = 64;

  private final FileProfile file;

  /** By the legacy name in lower case: SQLite's names have no case. */
  private final Map<String, TableProfile> profiles = new LinkedHashMap<>();

  private final Map<String, String> names = new HashMap<>();
  private final Map<String, TableDraft> done = new LinkedHashMap<>();
  private final Set<String> path = new HashSet<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  Drafting(FileProfile file) {
    this.file = file;
  }

  /** The tables, what is referred to before what refers to it. */
  List<TableDraft> tables() {
    Set<String> taken = new HashSet<>();
    for (TableProfile table : file.tables()) {
      String why = whyNot(table);
      if (why == null) {
        profiles.put(lower(table.name()), table);
        names.put(lower(table.name()), free(table.name(), taken));
      } else {
        leftOut.put(table.name(), why);
      }
    }
    profiles.values().forEach(this::visit);
    return List.copyOf(done.values());
  }

  /** Tables that cannot cross as they are, with why. */
  Map<String, String> leftOut() {
    return leftOut;
  }

  private static @Nullable String whyNot(TableProfile table) {
    if (table.key().isEmpty()) {
      return "it has no key, so its rows cannot be found in both stores; give it one in SQLite, a"
          + " unique index on columns that are not null, or leave the table where it is";
    } else if (table.columns().size() > MOST_COLUMNS) {
      return "it has more than " + MOST_COLUMNS + " columns; split it into two tables with one key";
    }
    return null;
  }

  private void visit(TableProfile table) {
    String name = lower(table.name());
    if (done.containsKey(name) || !path.add(name)) {
      return;
    }
    for (ForeignKeyDescription key : table.table().foreignKeys()) {
      TableProfile parent = profiles.get(lower(key.parent().name()));
      if (parent != null) {
        visit(parent);
      }
    }
    path.remove(name);
    done.put(name, draft(table));
  }

  private TableDraft draft(TableProfile table) {
    List<String> notes = new ArrayList<>();
    List<ColumnDraft> columns = columns(table, notes);
    List<Reference> references = new ArrayList<>();
    TableDraft unreferred =
        new TableDraft(
            table,
            String.valueOf(names.get(lower(table.name()))),
            columns,
            List.of(),
            List.of(),
            List.of());
    List<String> key = table.key().stream().map(unreferred::column).toList();
    for (ForeignKeyDescription foreignKey : table.table().foreignKeys()) {
      Reference reference = reference(unreferred, foreignKey, notes);
      if (reference != null) {
        references.add(reference);
      }
    }
    checkRows(table, notes);
    return new TableDraft(table, unreferred.name(), columns, key, references, notes);
  }

  private List<ColumnDraft> columns(TableProfile table, List<String> notes) {
    List<ColumnDraft> columns = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (ColumnProfile column : table.columns()) {
      if (column.column().generation() == Generation.COMPUTED) {
        notes.add(
            "SQLite computes "
                + column.name()
                + "; where PostgreSQL should, too, declare it generated always as (…) stored");
        continue;
      }
      columns.add(Defaults.of(column, free(column.name(), taken), choice(table, column)));
    }
    return columns;
  }

  private TypeChoice choice(TableProfile table, ColumnProfile column) {
    ColumnProfile decisive = keyBehind(table, column, new HashSet<>());
    return decisive == null ? TypeChooser.choose(column) : TypeChooser.chooseKey(decisive);
  }

  /** The key that a column is or refers to, through any number of tables; null if there is none. */
  private @Nullable ColumnProfile keyBehind(
      TableProfile table, ColumnProfile column, Set<String> seen) {
    if (seen.add(lower(table.name()) + "." + lower(column.name()))) {
      for (ForeignKeyDescription key : table.table().foreignKeys()) {
        int place = place(key.columns(), column.name());
        TableProfile parent = profiles.get(lower(key.parent().name()));
        if (place >= 0 && parent != null && refersToKey(key, parent)) {
          String there = key.parentColumns().get(place);
          return parent.columns().stream()
              .filter(each -> each.name().equalsIgnoreCase(there))
              .findFirst()
              .map(each -> keyBehind(parent, each, seen))
              .orElse(null);
        }
      }
    }
    return place(table.key(), column.name()) >= 0 ? column : null;
  }

  private static int place(List<String> names, String name) {
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean refersToKey(ForeignKeyDescription key, TableProfile parent) {
    return key.parentColumns().size() == parent.key().size()
        && key.parentColumns().stream().allMatch(column -> place(parent.key(), column) >= 0);
  }

  private @Nullable Reference reference(
      TableDraft table, ForeignKeyDescription key, List<String> notes) {
    TableProfile parent = profiles.get(lower(key.parent().name()));
    boolean itself = table.legacy().equals(parent);
    String why = whyNot(key, parent, itself);
    if (why != null || parent == null) {
      notes.add(
          "the foreign key of "
              + String.join(", ", key.columns())
              + " to "
              + key.parent().name()
              + " is left out: "
              + why);
      return null;
    }
    List<String> columns =
        parent.key().stream()
            .map(column -> table.column(key.columns().get(place(key.parentColumns(), column))))
            .toList();
    OnDelete onDelete = key.onDelete() == null ? OnDelete.REFUSE : key.onDelete();
    return new Reference(columns, String.valueOf(names.get(lower(parent.name()))), onDelete);
  }

  private @Nullable String whyNot(
      ForeignKeyDescription key, @Nullable TableProfile parent, boolean itself) {
    if (parent == null) {
      return "that table is not carried over";
    } else if (!refersToKey(key, parent)) {
      return "it does not refer to that table's key";
    } else if (key.onDelete() == null) {
      return "on delete set default is not carried over; change it in SQLite";
    } else if (itself && key.columns().size() > 1) {
      return "it refers to its own table by several columns";
    } else if (!itself && !done.containsKey(lower(parent.name()))) {
      return "tables that refer to each other in a circle have no order in which they are copied;"
          + " add it when the migration is complete"
          + (key.onDelete() == OnDelete.REFUSE
              ? ""
              : ", and change it to no action in SQLite until then");
    }
    return null;
  }

  private static void checkRows(TableProfile table, List<String> notes) {
    for (OrphanProfile orphan : table.orphans()) {
      notes.add(
          orphan.rows()
              + (orphan.rows() == 1 ? " row refers" : " rows refer")
              + " by "
              + String.join(", ", orphan.columns())
              + " to no row of "
              + orphan.parent()
              + (orphan.first() < 0 ? "" : " (first at rowid " + orphan.first() + ")")
              + " and will be set aside; correct them in SQLite, which does not check foreign keys by"
              + " itself");
    }
    if (!table.table().triggers().isEmpty()) {
      notes.add(
          "has the triggers "
              + table.table().triggers()
              + " in SQLite, which are not carried over; name them in the mapping's triggers: if"
              + " they change no row but the one written, else drop them");
    }
  }

  /** In snake case, and another one where that is taken. */
  private static String free(String legacy, Set<String> taken) {
    String name = Names.snakeCase(legacy).replaceAll("[^\\p{L}\\p{Nd}_]+", "_");
    String free = name;
    for (int number = 2; !taken.add(free); number++) {
      free = name + "_" + number;
    }
    return free;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
