package dev.crossfade.jooq;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a child table cannot be, whatever the catalogue says; for the problems of a mapping. */
final class ChildFlaws {
  private ChildFlaws() {}

  static List<String> of(ChildTable table, Dialect dialect) {
    List<String> flaws = new ArrayList<>();
    for (ChildTable.Link link : table.links()) {
      if (!dialect.holdsInChild(link.key().stored())) {
        flaws.add(
            "rows of a child table cannot refer by a "
                + link.key().stored().getName()
                + "; convert "
                + link.key().component()
                + ", or hold the list in one column with convert");
      }
    }
    for (MappedColumn column : table.columns()) {
      String flaw = flaw(table, column, dialect);
      if (flaw != null) {
        flaws.add("component " + column.component() + " of an element " + flaw);
      }
    }
    return flaws;
  }

  private static @Nullable String flaw(ChildTable table, MappedColumn column, Dialect dialect) {
    if (column.isLookup()) {
      return "is looked up, which only a component of the row can be; map it to a column";
    } else if (!dialect.holdsInChild(column.stored())) {
      return "is held as "
          + column.stored().getName()
          + ", which rows of a child table cannot have; give it a convert with another stored type";
    } else if (column.name().equalsIgnoreCase(table.position())
        || table.linkNames().stream().anyMatch(column.name()::equalsIgnoreCase)) {
      return "is held by column "
          + column.name()
          + ", which says where the element belongs; name another with column";
    }
    return null;
  }
}
