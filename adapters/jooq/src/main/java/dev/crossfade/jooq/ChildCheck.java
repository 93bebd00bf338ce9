package dev.crossfade.jooq;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What in the catalogue does not fit a child table. Used once. */
final class ChildCheck {
  private final TableMapping<?, ?> mapping;
  private final ChildTable child;
  private final TableFacts facts;
  private final List<MappedTable<?, ?>> tables;
  private final List<String> problems = new ArrayList<>();

  /**
   * With all tables of the store that hold rows of an entity.
   *
   * @param facts of the child table
   */
  ChildCheck(
      TableMapping<?, ?> mapping,
      ChildTable child,
      TableFacts facts,
      List<MappedTable<?, ?>> tables) {
    this.mapping = mapping;
    this.child = child;
    this.facts = facts;
    this.tables = tables;
  }

  /** One sentence or two each, with the fix; empty if all fits. */
  List<String> problems() {
    if (facts.columns().isEmpty()) {
      return List.of(
          "there is no table "
              + child.table()
              + " for the elements of "
              + child.component()
              + "; create it or map another");
    }
    checkColumns();
    checkPlace();
    facts.uniques().forEach(this::checkMoves);
    checkParent();
    facts.foreignKeys().forEach(this::checkEffect);
    checkTriggers();
    tables.forEach(table -> checkAlone(table.mapping()));
    return problems;
  }

  private void checkColumns() {
    Set<String> existing =
        facts.columns().stream()
            .map(TableFacts.Column::name)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> written = child.columnNames();
    for (String name : written) {
      if (!existing.contains(name)) {
        problem("has no column " + name + "; it has " + existing + ". Name the right one");
      }
    }
    for (TableFacts.Column column : facts.columns()) {
      if (!written.contains(column.name()) && !column.nullable() && !column.defaulted()) {
        problem(
            "has the column "
                + column.name()
                + ", which no component of an element has, which cannot be null and has no"
                + " default; give it one, or map it");
      }
    }
  }

  /** The columns that say where an element belongs. */
  private Set<String> place() {
    Set<String> place = new TreeSet<>(child.linkNames());
    place.add(child.position());
    return place;
  }

  private void checkPlace() {
    Set<String> place = place();
    if (facts.uniques().stream()
        .noneMatch(
            unique ->
                unique.whole()
                    && unique.flaw() == null
                    && Set.copyOf(unique.columns()).equals(place))) {
      problem(
          "has nothing that makes "
              + String.join(" and ", child.linkNames())
              + " and "
              + child.position()
              + " unique; make them the primary key or create a unique index on exactly these"
              + " columns");
    }
  }

  /** One statement moves elements within their list, in which a value is twice in between. */
  private void checkMoves(TableFacts.Unique unique) {
    Set<String> own = new HashSet<>();
    child.columns().forEach(column -> own.addAll(column.names()));
    boolean ofPlace = unique.columns().containsAll(place());
    if (!ofPlace && unique.flaw() == null && unique.columns().stream().anyMatch(own::contains)) {
      problem(
          "has the unique "
              + unique.name()
              + ", which would refuse elements that change their places; make it a unique"
              + " constraint that is deferrable, or drop it");
    }
  }

  /**
   * Elements that somebody else's delete takes, or changes, would differ from the other store's.
   */
  private void checkEffect(TableFacts.ForeignKey key) {
    if (key.effect() != TableFacts.Effect.NONE && !refersToParent(key)) {
      problem(
          "refers by "
              + key.columns()
              + " to "
              + key.parent()
              + " with on delete "
              + key.effect().name().toLowerCase(Locale.ROOT).replace('_', ' ')
              + ", whose effect would not reach the other store; change the constraint to no"
              + " action");
    }
  }

  private void checkParent() {
    if (facts.foreignKeys().stream().noneMatch(this::refersToParent)) {
      problem(
          "has no foreign key from "
              + child.linkNames()
              + " to "
              + child.links().stream().map(link -> link.key().name()).toList()
              + " of "
              + mapping.table()
              + " that is on delete cascade; add one, so that elements go with their row");
    }
  }

  private boolean refersToParent(TableFacts.ForeignKey key) {
    return key.parent().equalsIgnoreCase(mapping.name())
        && key.effect() == TableFacts.Effect.CASCADE
        && pairs(key.columns(), key.parentColumns())
            .equals(
                pairs(
                    child.linkNames(),
                    child.links().stream().map(link -> link.key().name()).toList()));
  }

  /** Which column has which one's value, in whatever order they are named. */
  private static Set<List<String>> pairs(List<String> columns, List<String> others) {
    Set<List<String>> pairs = new HashSet<>();
    for (int i = 0; i < columns.size(); i++) {
      pairs.add(List.of(columns.get(i), others.get(i)));
    }
    return pairs;
  }

  private void checkTriggers() {
    for (String trigger : facts.triggers()) {
      if (!mapping.entity().triggers().contains(trigger)) {
        problem(
            "has the trigger "
                + trigger
                + ", which the entity does not declare; drop it, or, if it changes no mapped row"
                + " but the one written, declare triggers(\""
                + trigger
                + "\") on entity "
                + mapping.entity().name());
      }
    }
  }

  /** Whoever else writes the table changes lists without the rows that they belong to. */
  private void checkAlone(TableMapping<?, ?> other) {
    if (other.table().equals(child.table())) {
      problem(
          "holds the rows of entity "
              + other.entity().name()
              + " as well; leave either out, for one record has what a table holds");
    }
    for (ChildTable list : other.childTables()) {
      if (list != child && list.table().equals(child.table())) {
        problem(
            "holds "
                + list.component()
                + " of entity "
                + other.entity().name()
                + " as well; give each list a table of its own");
      }
    }
  }

  private void problem(String what) {
    problems.add("table " + child.table() + ", which holds " + child.component() + ", " + what);
  }
}
