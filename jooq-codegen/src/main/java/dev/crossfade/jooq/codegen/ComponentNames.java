package dev.crossfade.jooq.codegen;

import dev.crossfade.mapping.schema.TargetTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which component each column of a table becomes; the later of two with one name is numbered. */
final class ComponentNames {
  private final Map<String, String> names = new HashMap<>();

  ComponentNames(TargetTable table) {
    Set<String> taken = new HashSet<>();
    for (TargetTable.Column column : table.columns()) {
      String name = Words.camel(column.name());
      String free = name;
      for (int number = 2; !taken.add(free); number++) {
        free = name + number;
      }
      names.put(column.name(), free);
    }
  }

  String of(String column) {
    String name = names.get(column);
    if (name == null) {
      throw new IllegalArgumentException("there is no column " + column);
    }
    return name;
  }
}
