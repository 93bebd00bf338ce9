package dev.crossfade.jooq.codegen;

import dev.crossfade.mapping.schema.TargetTable.QualifiedName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Which class each table becomes. A name depends on the table and on those that would have the same
 * one, so that another table changes none.
 */
final class ClassNames {
  private final Map<QualifiedName, String> names = new LinkedHashMap<>();

  /**
   * @param given names that a mapping asks for, by table
   * @param taken names of the package that are jOOQ's
   */
  ClassNames(List<QualifiedName> tables, Map<QualifiedName, String> given, Set<String> taken) {
    tables.forEach(
        table ->
            names.put(
                table,
                given.getOrDefault(
                    table, free(Words.pascal(Words.singular(table.name())), taken))));
    rename(given, table -> free(Words.pascal(table.name()), taken));
    rename(
        given,
        table ->
            free(Words.pascal(table.schema()) + Words.pascal(Words.singular(table.name())), taken));
  }

  String of(QualifiedName table) {
    String name = names.get(table);
    if (name == null) {
      throw new IllegalArgumentException(table + " has no class");
    }
    return name;
  }

  /** What of all that is to be written has a name that something else has too. */
  static List<String> clashes(List<EntityModel> models, List<String> others, Set<String> taken) {
    Map<String, String> owners = new HashMap<>();
    taken.forEach(name -> owners.put(name, "jOOQ's " + name));
    List<String> clashes = new ArrayList<>();
    for (EntityModel model : models) {
      for (String name : model.classNames()) {
        String owner = owners.putIfAbsent(name, "table " + model.table().name());
        if (owner != null) {
          clashes.add(
              "table "
                  + model.table().name()
                  + " would become class "
                  + name
                  + ", and so would "
                  + owner
                  + "; give one of them another name with record: in the mapping, or leave one"
                  + " out");
        }
      }
    }
    for (String name : others) {
      String owner = owners.putIfAbsent(name, "a migration");
      if (owner != null) {
        clashes.add("a migration would become class " + name + ", and so would " + owner);
      }
    }
    return clashes;
  }

  private void rename(Map<QualifiedName, String> given, Function<QualifiedName, String> otherwise) {
    Map<String, Integer> uses = new HashMap<>();
    names.values().forEach(name -> uses.merge(name, 1, Integer::sum));
    names.replaceAll(
        (table, name) ->
            uses.getOrDefault(name, 1) > 1 && !given.containsKey(table)
                ? otherwise.apply(table)
                : name);
  }

  private static String free(String name, Set<String> taken) {
    return taken.contains(name) || Words.isOfJavaLang(name) ? name + "Row" : name;
  }
}
