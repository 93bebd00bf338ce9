package dev.crossfade.cli.draft;

import dev.crossfade.cli.inspect.CollectionProfile;
import dev.crossfade.cli.inspect.CollectionProfile.Spellings;
import dev.crossfade.cli.inspect.DatabaseProfile;
import dev.crossfade.cli.inspect.FieldProfile;
import dev.crossfade.mapping.Names;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides names, columns and types of all collections together. Used once, by one thread. */
final class CollectionDrafting {
  private static final String ID = "_id";
  private static final int MOST_COLUMNS = 64;

  private final DatabaseProfile database;
  private final Map<String, String> names = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  CollectionDrafting(DatabaseProfile database) {
    this.database = database;
  }

  List<CollectionDraft> tables() {
    Set<String> taken = new HashSet<>();
    List<CollectionProfile> carried = new ArrayList<>();
    for (CollectionProfile collection : database.collections()) {
      String why = whyNot(collection);
      if (why == null) {
        carried.add(collection);
        names.put(collection.name(), free(collection.name(), taken));
      } else {
        leftOut.put(collection.name(), why);
      }
    }
    return carried.stream().map(this::draft).toList();
  }

  /** Collections that cannot cross as they are, with why. */
  Map<String, String> leftOut() {
    return leftOut;
  }

  private static @Nullable String whyNot(CollectionProfile collection) {
    FieldProfile id = field(collection, ID);
    if (id == null) {
      return "it is empty, so there is nothing to choose types by; map it by hand when it is used";
    }
    return FieldTypes.key(id) == null
        ? "its _id makes no key of one column ("
            + FieldTypes.shown(id)
            + "); map it by hand, with a key of several columns where it is a document, or with"
            + " another field that has a unique index"
        : null;
  }

  private static @Nullable FieldProfile field(CollectionProfile collection, String name) {
    return collection.topLevel().stream()
        .filter(field -> field.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private CollectionDraft draft(CollectionProfile collection) {
    List<String> notes = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    List<FieldDraft> fields = new ArrayList<>();
    List<FieldDraft> others = new ArrayList<>();
    for (List<FieldProfile> spelt : spelt(collection, notes)) {
      String name = spelt.get(0).name();
      if (name.equals(ID)) {
        fields.add(0, key(spelt.get(0), taken));
      } else if (isPath(name)) {
        notes.add(
            "the field "
                + name
                + " has a dot, a dollar sign or nothing in its name, so no column can name it; it"
                + " stays in MongoDB");
      } else {
        others.add(column(collection, spelt, taken));
      }
    }
    fields.addAll(atMost(collection, others, taken, notes));
    return new CollectionDraft(
        collection, String.valueOf(names.get(collection.name())), fields, notes);
  }

  private static boolean isPath(String name) {
    return name.isEmpty() || name.contains(".") || name.startsWith("$");
  }

  private static FieldDraft key(FieldProfile id, Set<String> taken) {
    TypeChoice choice = FieldTypes.key(id);
    if (choice == null) {
      throw new IllegalArgumentException("a key of " + FieldTypes.shown(id));
    }
    return new FieldDraft(free("id", taken), List.of(ID), choice);
  }

  /** Fields, each with its other spellings where no document has two of them. */
  private static List<List<FieldProfile>> spelt(CollectionProfile collection, List<String> notes) {
    Map<String, FieldProfile> left = new LinkedHashMap<>();
    List<FieldProfile> topLevel = new ArrayList<>(collection.topLevel());
    topLevel.sort(Comparator.comparing(field -> !field.name().equals(ID)));
    topLevel.forEach(field -> left.put(field.name(), field));
    Map<String, Spellings> spellings = new HashMap<>();
    for (Spellings each : collection.spellings()) {
      if (each.within().isEmpty() && each.together() == 0) {
        each.names().forEach(name -> spellings.put(name, each));
      } else if (each.within().isEmpty()) {
        notes.add(
            String.join(", ", each.names())
                + " differ only by how they are written, but "
                + each.together()
                + (each.together() == 1 ? " document has" : " documents have")
                + " several of them, so each is a column");
      }
    }
    List<List<FieldProfile>> all = new ArrayList<>();
    for (FieldProfile field : topLevel) {
      Spellings of = spellings.get(field.name());
      List<FieldProfile> spelt = new ArrayList<>();
      for (String name : of == null ? List.of(field.name()) : of.names()) {
        FieldProfile one = left.remove(name);
        if (one != null) {
          spelt.add(one);
        }
      }
      if (!spelt.isEmpty()) {
        all.add(spelt);
      }
    }
    return all;
  }

  private FieldDraft column(
      CollectionProfile collection, List<FieldProfile> spelt, Set<String> taken) {
    FieldProfile whole = spelt.stream().reduce(FieldProfile::and).orElseThrow();
    TypeChoice choice = FieldTypes.choose(whole);
    List<String> notes = new ArrayList<>(choice.notes());
    List<String> spellings = spelt.stream().map(FieldProfile::name).toList();
    if (spelt.size() > 1) {
      notes.add(
          "written "
              + String.join(" | ", spellings)
              + "; a row that is saved has it as "
              + spellings.get(0)
              + " alone");
    }
    String parent = parent(collection, whole);
    if (parent != null) {
      notes.add(
          "may refer to "
              + parent
              + "; where each value does, add references "
              + MigrationScript.quoted(parent)
              + " (id)");
    }
    return new FieldDraft(
        free(whole.name(), taken), spellings, new TypeChoice(choice.type(), choice.rule(), notes));
  }

  /** {@code userId} may mean {@code users}: a name is a hint and no more. */
  private @Nullable String parent(CollectionProfile collection, FieldProfile field) {
    String name = Names.snakeCase(field.name());
    if (!name.endsWith("_id") || field.values() == 0) {
      return null;
    }
    String one = name.substring(0, name.length() - "_id".length());
    for (Map.Entry<String, String> table : names.entrySet()) {
      boolean named = table.getValue().equals(one) || table.getValue().equals(one + "s");
      if (named && !table.getKey().equals(collection.name())) {
        return table.getValue();
      }
    }
    return null;
  }

  /** A row has so many columns; what is rarest goes into one of its own. */
  private static List<FieldDraft> atMost(
      CollectionProfile collection,
      List<FieldDraft> fields,
      Set<String> taken,
      List<String> notes) {
    int most = MOST_COLUMNS - 1;
    if (fields.size() <= most && collection.unshown() == 0) {
      return fields;
    }
    Map<String, Long> there = new HashMap<>();
    collection.topLevel().forEach(field -> there.put(field.name(), field.there()));
    List<FieldDraft> frequent =
        fields.stream()
            .sorted(Comparator.comparing(f -> -there.getOrDefault(f.names().get(0), 0L)))
            .limit(most - 1)
            .toList();
    List<FieldDraft> kept = new ArrayList<>(fields.stream().filter(frequent::contains).toList());
    notes.add(
        "has more fields than a row may have columns; the rarest are together in the last one: where"
            + " names are values there, give the documents a list");
    kept.add(new FieldDraft(free("others", taken), List.of(), TypeChoice.of("jsonb")));
    return kept;
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
}
