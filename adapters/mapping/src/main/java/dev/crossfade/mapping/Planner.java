package dev.crossfade.mapping;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes plans of what a file says, for two schemas. Used once, by one thread. */
final class Planner {
  private final MappingFile file;
  private final SchemaDescription target;

  /** Null where it is of documents. */
  private final @Nullable SchemaDescription legacy;

  private final Findings findings = new Findings();
  private final Map<TableName, Place> targets = new HashMap<>();
  private final Map<TableName, Place> sources = new HashMap<>();

  private Planner(MappingFile file, SchemaDescription target, @Nullable SchemaDescription legacy) {
    this.file = file;
    this.target = target;
    this.legacy = legacy;
  }

  /**
   * Plans and checks.
   *
   * @param legacy null where the tables come from collections
   * @throws dev.crossfade.ConfigurationException with every problem
   */
  static List<MigrationPlan> plans(
      MappingFile file, SchemaDescription target, @Nullable SchemaDescription legacy) {
    return new Planner(file, target, legacy).run();
  }

  private List<MigrationPlan> run() {
    List<MigrationPlan> plans = new ArrayList<>();
    for (MigrationMapping migration : file.migrations()) {
      if (migration.tables().isEmpty()) {
        findings.add(migration.place(), "migration " + migration.name() + " maps no table");
      }
      plans.add(plan(migration));
    }
    findings.throwIfAny();
    return List.copyOf(plans);
  }

  private MigrationPlan plan(MigrationMapping migration) {
    Map<TableName, TablePlanner> planners = new LinkedHashMap<>();
    for (TableRule rule : migration.tables()) {
      Optional<TableDescription> to = target(rule);
      Optional<TableDescription> from = source(rule, to);
      if (to.isPresent() && from.isPresent() && isFree(rule, to.get(), from.get())) {
        planners.put(
            to.get().name(), new TablePlanner(rule, to.get(), from.get(), target, findings));
      }
    }
    checkRecords(migration);
    planners.values().forEach(TablePlanner::columns);
    return new MigrationPlan(
        migration.name(), new References(migration.name(), planners, findings).inOrder());
  }

  private Optional<TableDescription> target(TableRule rule) {
    Optional<TableDescription> found =
        target.tables().stream()
            .filter(
                table ->
                    shown(table.name()).equals(rule.target())
                        || table.name().toString().equals(rule.target()))
            .findFirst();
    if (found.isEmpty()) {
      findings.add(
          rule.place(),
          "there is no table "
              + rule.target()
              + " in "
              + target.shown()
              + Findings.nearest(
                  rule.target(),
                  target.tables().stream().map(each -> shown(each.name())).toList()));
    } else if (found.get().view()) {
      findings.add(
          rule.place(),
          rule.target() + " is a view, which nothing is carried to; take it out of the mapping");
      return Optional.empty();
    }
    return found;
  }

  /** As a mapping file may write it: the first schema needs no naming. */
  private String shown(TableName name) {
    boolean first = !target.schemas().isEmpty() && target.schemas().get(0).equals(name.schema());
    return first ? name.name() : name.toString();
  }

  private Optional<TableDescription> source(TableRule rule, Optional<TableDescription> to) {
    if (legacy == null) {
      return collection(rule, to);
    } else if (rule.collection() != null) {
      findings.add(
          rule.place(),
          "table "
              + rule.target()
              + " comes from a collection, but "
              + legacy.shown()
              + " is no MongoDB; name a table there with from:");
      return Optional.empty();
    }
    return source(rule, to, legacy);
  }

  private Optional<TableDescription> collection(TableRule rule, Optional<TableDescription> to) {
    String collection = rule.collection();
    if (collection == null) {
      findings.add(
          rule.place(),
          "table "
              + rule.target()
              + " names no collection, and the legacy store is MongoDB; name it with collection:");
      return Optional.empty();
    }
    return to.map(table -> CollectionFields.of(rule, collection, table));
  }

  private Optional<TableDescription> source(
      TableRule rule, Optional<TableDescription> to, SchemaDescription legacy) {
    String from = rule.from();
    String plain = to.map(table -> table.name().name()).orElse(rule.target());
    List<TableDescription> found =
        legacy.tables().stream()
            .filter(
                table ->
                    from == null
                        ? Names.same(table.name().name(), plain)
                        : table.name().name().equalsIgnoreCase(from))
            .toList();
    if (found.size() > 1) {
      findings.add(
          rule.place(),
          "table "
              + rule.target()
              + " could come from "
              + String.join(" or ", found.stream().map(each -> each.name().toString()).toList())
              + "; say which with from:");
      return Optional.empty();
    } else if (found.isEmpty()) {
      missing(rule, from, plain, to.isPresent(), legacy);
      return Optional.empty();
    } else if (found.get(0).view()) {
      findings.add(
          rule.place(),
          "table "
              + rule.target()
              + " comes from "
              + found.get(0).name()
              + ", which is a view and cannot be written; name a table with from:");
      return Optional.empty();
    }
    return Optional.of(found.get(0));
  }

  private void missing(
      TableRule rule,
      @Nullable String from,
      String plain,
      boolean known,
      SchemaDescription legacy) {
    if (from == null && !known) {
      return; // a misspelt target is one problem, not two
    }
    findings.add(
        rule.place(),
        "there is no table "
            + (from == null ? "for " + rule.target() : from)
            + " in "
            + legacy.shown()
            + Findings.nearest(
                from == null ? plain : from,
                legacy.tables().stream().map(each -> each.name().toString()).toList())
            + (from == null ? "; name it with from:" : ""));
  }

  /** Whether no other table of the file has taken either of the two. */
  private boolean isFree(TableRule rule, TableDescription to, TableDescription from) {
    Place before = targets.putIfAbsent(to.name(), rule.place());
    if (before != null) {
      findings.add(
          rule.place(),
          "table " + rule.target() + " is mapped twice, first at line " + before.line());
    }
    String source = from.name().name();
    TableName key =
        TableName.of(rule.collection() == null ? source.toLowerCase(Locale.ROOT) : source);
    Place other = sources.putIfAbsent(key, rule.place());
    if (before == null && other != null) {
      findings.add(
          rule.place(),
          "legacy table "
              + from.name()
              + " feeds two tables, the other one at line "
              + other.line());
    }
    return before == null && other == null;
  }

  private void checkRecords(MigrationMapping migration) {
    Map<String, TableRule> seen = new HashMap<>();
    for (TableRule rule : migration.tables()) {
      TableRule before = rule.record() == null ? null : seen.put(rule.record(), rule);
      if (before != null) {
        findings.add(
            rule.place(),
            "tables "
                + before.target()
                + " and "
                + rule.target()
                + " are both "
                + rule.record()
                + "; give one another record:");
      }
    }
  }
}
