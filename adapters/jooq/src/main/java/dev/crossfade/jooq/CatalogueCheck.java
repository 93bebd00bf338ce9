package dev.crossfade.jooq;

import dev.crossfade.Entity;
import dev.crossfade.OnDelete;
import dev.crossfade.Reference;
import dev.crossfade.store.StoreRepository;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What in a store's catalogue does not fit its repositories. For adapters, as the body of {@link
 * dev.crossfade.store.Store#problems}; reads the catalogue anew each time.
 */
public final class CatalogueCheck {
  private final Sessions sessions;
  private final Session session;
  private final List<String> problems = new ArrayList<>();

  /** Looks with this session. */
  public CatalogueCheck(Sessions sessions, Session session) {
    this.sessions = sessions;
    this.session = session;
  }

  /** One sentence or two each, with the fix; empty if all fits. */
  public List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories)
      throws SQLException {
    for (StoreRepository<?, ?> repository : repositories) {
      MappedTable<?, ?> table = sessions.table(repository.entity());
      if (table.mapping().problems().isEmpty()) {
        check(table.mapping(), table.readFacts(session));
      } else {
        problems.addAll(table.mapping().problems());
      }
    }
    return List.copyOf(problems);
  }

  private void check(TableMapping<?, ?> mapping, TableFacts facts) throws SQLException {
    if (facts.columns().isEmpty()) {
      problem(mapping, "there is no table " + mapping.table() + "; create it or map another");
      return;
    }
    checkColumns(mapping, facts);
    checkPairs(mapping, facts);
    for (MappedColumn column : mapping.columns()) {
      Lookup lookup = column.lookup();
      if (lookup != null) {
        checkLookup(mapping, facts, column, lookup);
      }
    }
    for (ChildTable child : mapping.childTables()) {
      new ChildCheck(mapping, child, sessions.facts(session, child), sessions.registered())
          .problems()
          .forEach(problem -> problem(mapping, problem));
    }
    checkKey(mapping, facts);
    for (TableFacts.ForeignKey foreignKey : facts.foreignKeys()) {
      checkEffect(mapping, foreignKey);
    }
    checkTriggers(mapping, facts);
  }

  private void checkColumns(TableMapping<?, ?> mapping, TableFacts facts) {
    Set<String> existing =
        facts.columns().stream()
            .map(TableFacts.Column::name)
            .collect(Collectors.toCollection(TreeSet::new));
    for (MappedColumn column : mapping.tableColumns()) {
      for (String name : column.names()) {
        if (!existing.contains(name)) {
          problem(
              mapping,
              "table "
                  + mapping.table()
                  + " has no column "
                  + name
                  + " for component "
                  + column.component()
                  + "; it has "
                  + existing
                  + ". Name the right one with "
                  + (column.width() == 1 ? "column" : "pair")
                  + "(\""
                  + column.component()
                  + "\", …)");
        }
      }
    }
  }

  /** What is unique or refers is one value, which two columns are not. */
  private void checkPairs(TableMapping<?, ?> mapping, TableFacts facts) {
    for (MappedColumn column : mapping.columns()) {
      if (column.width() > 1) {
        facts.uniques().forEach(each -> checkApart(mapping, column, each.columns(), each.name()));
        facts
            .foreignKeys()
            .forEach(
                each ->
                    checkApart(
                        mapping, column, each.columns(), "the foreign key to " + each.parent()));
      }
    }
  }

  private void checkApart(
      TableMapping<?, ?> mapping, MappedColumn pair, List<String> columns, String where) {
    for (String name : pair.names()) {
      if (columns.contains(name)) {
        problem(
            mapping,
            "column "
                + name
                + " of table "
                + mapping.table()
                + " is one of two that hold component "
                + pair.component()
                + ", and belongs to "
                + where
                + "; what is unique or refers is held by one column. Drop that, or map both columns"
                + " to components of their own");
      }
    }
  }

  /** What a value is looked up by is unique, and what it is found for stays there. */
  private void checkLookup(
      TableMapping<?, ?> mapping, TableFacts facts, MappedColumn column, Lookup lookup)
      throws SQLException {
    String parent = lookup.parent().getName();
    if (facts.foreignKeys().stream()
        .noneMatch(
            key ->
                key.columns().equals(List.of(column.name()))
                    && key.parent().equalsIgnoreCase(parent))) {
      problem(
          mapping,
          "column "
              + column.name()
              + " of table "
              + mapping.table()
              + ", by which lookup(\""
              + column.component()
              + "\", …) refers to "
              + parent
              + ", has no foreign key to it; add one");
    }
    MappedTable<?, ?> other = parent(mapping, column);
    if (other == null || !other.mapping().name().equalsIgnoreCase(parent)) {
      problem(
          mapping,
          "lookup(\""
              + column.component()
              + "\", …) looks in "
              + parent
              + ", which holds no entity that "
              + mapping.entity().name()
              + " refers to by "
              + column.component()
              + "; declare it with references(\""
              + column.component()
              + "\", …)");
    } else if (other.facts(session).uniques().stream()
        .noneMatch(unique -> unique.whole() && unique.columns().equals(List.of(lookup.by())))) {
      problem(
          mapping,
          "column "
              + lookup.by()
              + " of "
              + parent
              + ", by which lookup(\""
              + column.component()
              + "\", …) finds rows, is not unique; create a unique index on exactly this column");
    }
  }

  private @Nullable MappedTable<?, ?> parent(TableMapping<?, ?> mapping, MappedColumn column) {
    for (Reference reference : mapping.entity().references()) {
      if (reference.components().equals(List.of(column.component().name()))) {
        return sessions.registered(reference.parent(mapping.entity()));
      }
    }
    return null;
  }

  private void checkKey(TableMapping<?, ?> mapping, TableFacts facts) {
    Set<String> identity = names(mapping.identityColumns());
    List<TableFacts.Unique> candidates =
        facts.uniques().stream()
            .filter(unique -> unique.whole() && Set.copyOf(unique.columns()).equals(identity))
            .toList();
    if (candidates.isEmpty()) {
      problem(
          mapping,
          "the key "
              + identity
              + " is not unique in table "
              + mapping.table()
              + "; make it the primary key or create a unique index on exactly these columns");
    } else if (candidates.stream().noneMatch(unique -> unique.flaw() == null)) {
      problem(mapping, String.valueOf(candidates.get(0).flaw()));
    }
  }

  private void checkEffect(TableMapping<?, ?> mapping, TableFacts.ForeignKey foreignKey) {
    TableFacts.Effect effect = foreignKey.effect();
    if (effect == TableFacts.Effect.NONE || isDeclared(mapping, foreignKey)) {
      return;
    }
    String what =
        mapping.table()
            + foreignKey.columns()
            + " refers to "
            + foreignKey.parent()
            + " with on delete "
            + effect.name().toLowerCase(Locale.ROOT).replace('_', ' ')
            + ", which the entity does not declare, so its effect would not reach the other store";
    problem(
        mapping,
        effect == TableFacts.Effect.SET_DEFAULT
            ? what + "; change the constraint to no action, set null or cascade"
            : what
                + "; declare references(…, OnDelete."
                + effect
                + ") on entity "
                + mapping.entity().name()
                + ", or change the constraint to no action");
  }

  private boolean isDeclared(TableMapping<?, ?> mapping, TableFacts.ForeignKey foreignKey) {
    for (Reference reference : mapping.entity().references()) {
      List<MappedColumn> columns = reference.components().stream().map(mapping::column).toList();
      if (Set.copyOf(foreignKey.columns()).equals(names(columns))
          && isEffect(reference.onDelete(), foreignKey.effect())
          && isTable(reference.parent(mapping.entity()), foreignKey.parent())) {
        return true;
      }
    }
    return false;
  }

  private boolean isTable(Entity<?, ?> parent, String name) {
    MappedTable<?, ?> table = sessions.registered(parent);
    return table == null || table.mapping().name().equalsIgnoreCase(name);
  }

  private static boolean isEffect(OnDelete declared, TableFacts.Effect effect) {
    return (declared == OnDelete.CASCADE && effect == TableFacts.Effect.CASCADE)
        || (declared == OnDelete.SET_NULL && effect == TableFacts.Effect.SET_NULL);
  }

  private void checkTriggers(TableMapping<?, ?> mapping, TableFacts facts) {
    for (String trigger : facts.triggers()) {
      if (!mapping.entity().triggers().contains(trigger)) {
        problem(
            mapping,
            "table "
                + mapping.table()
                + " has the trigger "
                + trigger
                + ", which the entity does not declare; drop it, or, if it changes no mapped row"
                + " but the one written, declare triggers(\""
                + trigger
                + "\") on entity "
                + mapping.entity().name());
      }
    }
  }

  private static Set<String> names(List<MappedColumn> columns) {
    return columns.stream().map(MappedColumn::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private void problem(TableMapping<?, ?> mapping, String what) {
    problems.add(mapping.owner() + ": " + what);
  }
}
