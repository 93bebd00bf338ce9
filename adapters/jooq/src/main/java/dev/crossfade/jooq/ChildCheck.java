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
  private final List<String> problems = new ArrayList<>();

  ChildCheck(TableMapping<?, ?> mapping, ChildTable child, TableFacts facts) {
    this.mapping = mapping;
    this.child = child;
    this.facts = facts;
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
    return problems;
  }

  private void checkColumns() {
    Set<String> existing =
        facts.columns().stream()
            .map(TableFacts.Column::name)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> written = written();
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

  private Set<String> written() {
    Set<String> written = new HashSet<>(Set.of(child.parent(), child.position()));
    child.columns().forEach(column -> written.addAll(column.names()));
    return written;
  }

  private void checkPlace() {
    Set<String> place = Set.of(child.parent(), child.position());
    if (facts.uniques().stream()
        .noneMatch(
            unique ->
                unique.whole()
                    && unique.flaw() == null
                    && Set.copyOf(unique.columns()).equals(place))) {
      problem(
          "has nothing that makes "
              + child.parent()
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
    boolean ofPlace = unique.columns().containsAll(List.of(child.parent(), child.position()));
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
              + child.parent()
              + " to "
              + mapping.table()
              + " that is on delete cascade; add one, so that elements go with their row");
    }
  }

  private boolean refersToParent(TableFacts.ForeignKey key) {
    return key.columns().equals(List.of(child.parent()))
        && key.parent().equalsIgnoreCase(mapping.name())
        && key.effect() == TableFacts.Effect.CASCADE;
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

  private void problem(String what) {
    problems.add("table " + child.table() + ", which holds " + child.component() + ", " + what);
  }
}
