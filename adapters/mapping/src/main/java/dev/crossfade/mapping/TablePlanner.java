package dev.crossfade.mapping;

import dev.crossfade.mapping.ColumnDescription.Generation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Plans one table but for what refers to others. Used once, by one thread. */
final class TablePlanner {
  private final TableRule rule;
  private final TableDescription target;
  private final TableDescription legacy;
  private final Findings findings;
  private final Lookups lookups;
  private final Map<String, ColumnRule> rules = new HashMap<>();
  private final Map<String, ColumnPlan> columns = new LinkedHashMap<>();
  private final Set<String> omitted = new HashSet<>();
  private List<String> key = List.of();
  private List<String> locators = List.of();

  /**
   * A planner of one table.
   *
   * @param schema where the target is
   */
  TablePlanner(
      TableRule rule,
      TableDescription target,
      TableDescription legacy,
      SchemaDescription schema,
      Findings findings) {
    this.rule = rule;
    this.target = target;
    this.legacy = legacy;
    this.findings = findings;
    this.lookups = new Lookups(rule, target, schema, findings);
  }

  TableRule rule() {
    return rule;
  }

  TableDescription target() {
    return target;
  }

  TableDescription legacy() {
    return legacy;
  }

  List<String> key() {
    return key;
  }

  /** The plan of a column; null if it is no component. */
  @Nullable ColumnPlan column(String name) {
    return columns.get(name);
  }

  TablePlan plan(List<TablePlan.Reference> references) {
    return new TablePlan(
        target.name(),
        legacy.name(),
        rule.record(),
        key,
        generatedKey(),
        locators,
        List.copyOf(columns.values()),
        references,
        rule.triggers().stream().map(TableRule.Named::name).toList(),
        rule.place());
  }

  /** Plans columns and key, with every problem. */
  void columns() {
    checkRules();
    Map<String, String> feeding = new HashMap<>();
    for (ColumnDescription column : target.columns()) {
      ColumnRule of = rule(column);
      SourceColumn sources = new SourceColumn(rule.target(), legacy, of, column, findings);
      ColumnDescription source = sources.find();
      ColumnDescription second = source == null ? null : sources.findSecond(source);
      if (source == null) {
        omitted.add(column.name());
      } else if (isFree(of, source, feeding) && (second == null || isFree(of, second, feeding))) {
        columns.put(column.name(), plan(of, column, source, second));
        checkField(of, column, feeding);
      }
    }
    if (!documents()) {
      checkLegacy(feeding.keySet());
    }
    planKey();
    columns.values().forEach(this::checkPair);
    checkTriggers();
  }

  private ColumnPlan plan(
      ColumnRule of,
      ColumnDescription column,
      ColumnDescription source,
      @Nullable ColumnDescription second) {
    LookupPlan lookup = lookups.find(of, column);
    ColumnDescription held = Lookups.as(column, lookup);
    return new ColumnPlanner(rule, of, held, source, second, findings).plan().lookedUp(lookup);
  }

  /** Rows are found, told apart and referred to by one value, which two columns are not. */
  private void checkPair(ColumnPlan plan) {
    String use = plan.second() == null ? null : useOfOneValue(plan, plan.second());
    if (use != null) {
      ColumnRule of = rules.get(plan.target());
      findings.add(
          of == null ? rule.place() : of.place(),
          "column "
              + rule.target()
              + "."
              + plan.target()
              + " comes from two columns, and "
              + use
              + "; that takes one value in one column, map each to a column of its own");
    }
  }

  /** What a key is made of has been checked. */
  private @Nullable String useOfOneValue(ColumnPlan plan, String second) {
    Set<String> here = Set.of(plan.target());
    Set<String> there = Set.of(folded(plan.legacy()), folded(second));
    if (key.contains(plan.target())) {
      return null;
    } else if (locators.contains(plan.target())) {
      return "rows of the partitioned table are found by it";
    } else if (isIn(uniques(target), here)) {
      return "it belongs to what is unique in table " + rule.target();
    } else if (isIn(uniques(legacy), there)) {
      return "they belong to what is unique in legacy table " + legacy.name();
    } else if (isIn(referring(target), here)) {
      return "it belongs to a foreign key of table " + rule.target();
    }
    return isIn(referring(legacy), there)
        ? "they belong to a foreign key of legacy table " + legacy.name()
        : null;
  }

  private boolean isIn(List<Set<String>> groups, Set<String> names) {
    return groups.stream()
        .flatMap(Set::stream)
        .anyMatch(name -> names.contains(name) || names.contains(folded(name)));
  }

  private static List<Set<String>> referring(TableDescription table) {
    return table.foreignKeys().stream().map(each -> Set.copyOf(each.columns())).toList();
  }

  private ColumnRule rule(ColumnDescription column) {
    ColumnRule given = rules.get(column.name());
    ColumnRule of = given == null ? ColumnRule.byName(column.name(), rule.place()) : given;
    boolean field = documents() && !of.omit() && column.generation() != Generation.COMPUTED;
    return field ? of.withField(CollectionFields.field(rule, target, of)) : of;
  }

  private boolean documents() {
    return rule.collection() != null;
  }

  /** Aliases are fields as well; what takes the rest is one JSON column. */
  private void checkField(ColumnRule of, ColumnDescription column, Map<String, String> feeding) {
    for (String alias : of.aliases()) {
      if (!isFree(of, ColumnDescription.of(alias, ""), feeding)) {
        return;
      }
    }
    boolean json = TypeFamily.of(column) == TypeFamily.JSON;
    if (of.rest() && (!json || !of.aliases().isEmpty() || of.byDefault() != null)) {
      findings.add(
          of.place(),
          "column "
              + rule.target()
              + "."
              + column.name()
              + " takes the rest of the fields; it is json or jsonb, and has neither aliases nor a"
              + " default");
    }
  }

  private void checkRules() {
    List<String> known = target.columns().stream().map(ColumnDescription::name).toList();
    for (ColumnRule column : rule.columns()) {
      if (known.contains(column.target())) {
        rules.put(column.target(), column);
      } else {
        findings.add(
            column.place(),
            "table "
                + rule.target()
                + " has no column "
                + column.target()
                + Findings.nearest(column.target(), known));
      }
    }
  }

  private boolean isFree(ColumnRule column, ColumnDescription source, Map<String, String> feeding) {
    String other = feeding.putIfAbsent(folded(source.name()), column.target());
    if (other != null) {
      findings.add(
          column.place(),
          (documents() ? "field " : "legacy column ")
              + legacy.name()
              + "."
              + source.name()
              + " feeds both "
              + other
              + " and "
              + column.target()
              + "; one column can be written from one only");
    } else if (documents()) {
      checkApart(column, source.name(), feeding);
    }
    return other == null;
  }

  /** MongoDB refuses an update of a field together with one of its parts. */
  private void checkApart(ColumnRule column, String field, Map<String, String> feeding) {
    feeding.forEach(
        (name, target) -> {
          if (name.startsWith(field + ".") || field.startsWith(name + ".")) {
            findings.add(
                column.place(),
                "fields "
                    + name
                    + " of "
                    + target
                    + " and "
                    + field
                    + " of "
                    + column.target()
                    + " hold one another; no update writes both: map the whole, or its parts");
          }
        });
  }

  /** What is left behind must be left behind on purpose. */
  private void checkLegacy(Set<String> feeding) {
    Map<String, ColumnDescription> known = new LinkedHashMap<>();
    legacy.columns().forEach(column -> known.put(folded(column.name()), column));
    Set<String> ignored = new HashSet<>();
    for (TableRule.Named name : rule.ignore()) {
      ColumnDescription column = known.get(folded(name.name()));
      if (column == null) {
        findings.add(
            name.place(),
            "legacy table "
                + legacy.name()
                + " has no column "
                + name.name()
                + " to ignore"
                + Findings.nearest(name.name(), names(legacy)));
      } else if (feeding.contains(folded(name.name()))) {
        findings.add(
            name.place(),
            "legacy column "
                + legacy.name()
                + "."
                + column.name()
                + " is ignored, but it is mapped");
      } else {
        ignored.add(folded(name.name()));
        checkIgnored(column, name.place());
      }
    }
    for (ColumnDescription column : legacy.columns()) {
      String name = folded(column.name());
      if (!feeding.contains(name)
          && !ignored.contains(name)
          && column.generation() != Generation.COMPUTED) {
        findings.add(
            rule.place(),
            "legacy column "
                + legacy.name()
                + "."
                + column.name()
                + " is neither mapped nor ignored; name its target column in columns:, or add it to"
                + " ignore:"
                + Findings.nearest(column.name(), omitted));
      }
    }
  }

  private void checkIgnored(ColumnDescription column, Place place) {
    if (!column.nullable() && !column.defaulted() && column.generation() == Generation.NONE) {
      findings.add(
          place,
          "legacy column "
              + legacy.name()
              + "."
              + column.name()
              + " is ignored, but it cannot be null and has no default: no row could be written"
              + " there; give it a default, or map it");
    }
  }

  private void planKey() {
    boolean given = !rule.key().isEmpty();
    if (!given && target.primaryKey().isEmpty()) {
      findings.add(
          rule.place(), "table " + rule.target() + " has no primary key; name one with key:");
      return;
    }
    key = given ? rule.key().stream().map(TableRule.Named::name).toList() : defaultKey();
    locators = target.partitionColumns().stream().filter(name -> !key.contains(name)).toList();
    boolean fine = true;
    for (String name : key) {
      fine &= checkKeyColumn(name, given);
    }
    for (String locator : locators) {
      ColumnPlan located = columns.get(locator);
      if (located != null && located.lookup() != null) {
        findings.add(
            rule.place(),
            "partition column "
                + rule.target()
                + "."
                + locator
                + " cannot be looked up: rows are found by what it holds");
      }
      if (located == null) {
        findings.add(
            rule.place(),
            "table "
                + rule.target()
                + " is partitioned by "
                + locator
                + ", without which no row is found; map it");
      }
    }
    if (fine) {
      checkUnique();
    }
  }

  /** Without what is there for the partitions alone: legacy rows are one without it, too. */
  private List<String> defaultKey() {
    List<String> plain =
        target.primaryKey().stream()
            .filter(name -> !target.partitionColumns().contains(name))
            .toList();
    return !plain.isEmpty() && isUniqueInLegacy(plain) ? plain : target.primaryKey();
  }

  private Place keyPlace(String column) {
    for (TableRule.Named name : rule.key()) {
      if (name.name().equals(column)) {
        return name.place();
      }
    }
    ColumnRule of = rules.get(column);
    return of == null ? rule.place() : of.place();
  }

  private boolean checkKeyColumn(String name, boolean given) {
    ColumnDescription column = description(target, name);
    ColumnPlan plan = columns.get(name);
    String shown = "key column " + rule.target() + "." + name;
    if (column == null) {
      findings.add(
          keyPlace(name),
          "table "
              + rule.target()
              + " has no column "
              + name
              + " for its key"
              + Findings.nearest(name, names(target)));
      return false;
    } else if (plan == null) {
      ColumnRule of = rules.get(name);
      if (given || (of != null && of.omit())) {
        findings.add(keyPlace(name), shown + " is not mapped; rows are found by it");
      }
      return false;
    }
    if (plan.lookup() != null) {
      findings.add(keyPlace(name), shown + " cannot be looked up: rows are found by what it holds");
    }
    if (plan.computed()) {
      findings.add(keyPlace(name), shown + " cannot be computed by the target");
    }
    if (plan.redacted()) {
      findings.add(keyPlace(name), shown + " cannot be redacted: messages name rows by their key");
    }
    FieldPlan field = plan.field();
    if (field != null) {
      checkKeyField(shown, keyPlace(name), field);
    }
    checkKeyForm(name, shown, plan, column);
    return true;
  }

  private void checkKeyForm(String name, String shown, ColumnPlan plan, ColumnDescription column) {
    ColumnDescription source = description(legacy, plan.legacy());
    String problem =
        KeyRules.problem(
            shown,
            plan.form(),
            column,
            source == null ? ColumnDescription.of(plan.legacy(), "") : source,
            documents());
    if (problem != null) {
      findings.add(keyPlace(name), problem);
    }
  }

  /** A document is found by one name of its key, and has it. */
  private void checkKeyField(String shown, Place at, FieldPlan field) {
    if (field.names().size() > 1) {
      findings.add(at, shown + " has aliases; a key has one name in all documents");
    }
    if (field.byDefault() != null) {
      findings.add(at, shown + " has a default; every document has its key");
    }
    if (key.size() > 1 && !CollectionFields.isOfId(field.names().get(0))) {
      findings.add(
          at,
          shown
              + " comes from "
              + field.names().get(0)
              + "; a key of several columns is the document that _id is, with a field for each:"
              + " from: _id.NAME");
    }
  }

  private void checkUnique() {
    Set<String> identity = new HashSet<>(key);
    identity.addAll(locators);
    Set<String> alone = Set.copyOf(key);
    if (uniques(target).stream().noneMatch(each -> each.equals(identity) || each.equals(alone))) {
      findings.add(
          rule.key().isEmpty() ? rule.place() : rule.key().get(0).place(),
          "the key "
              + key
              + " is not unique in table "
              + rule.target()
              + "; it needs a unique index");
    }
    if (!isUniqueInLegacy(key)) {
      findings.add(
          rule.key().isEmpty() ? rule.place() : rule.key().get(0).place(),
          "the key "
              + key
              + " is not unique in legacy table "
              + legacy.name()
              + ", where it is "
              + key.stream().map(name -> columns.get(name)).map(TablePlanner::legacyName).toList()
              + "; it needs a unique index there");
    }
  }

  private static String legacyName(@Nullable ColumnPlan plan) {
    return plan == null ? "nothing" : plan.legacy();
  }

  private boolean isUniqueInLegacy(List<String> names) {
    Set<String> wanted = new HashSet<>();
    for (String name : names) {
      ColumnPlan plan = columns.get(name);
      if (plan != null) {
        wanted.add(folded(plan.legacy()));
      }
    }
    return uniques(legacy).stream()
        .map(unique -> unique.stream().map(this::folded).toList())
        .anyMatch(unique -> Set.copyOf(unique).equals(wanted));
  }

  private static List<Set<String>> uniques(TableDescription table) {
    List<Set<String>> uniques = new ArrayList<>();
    uniques.add(Set.copyOf(table.primaryKey()));
    table.uniqueKeys().forEach(unique -> uniques.add(Set.copyOf(unique)));
    return uniques;
  }

  /** Only where both stores make one: a key that is not given must be made by whoever decides. */
  private boolean generatedKey() {
    if (key.size() != 1) {
      return false;
    }
    ColumnDescription to = description(target, key.get(0));
    ColumnPlan plan = columns.get(key.get(0));
    ColumnDescription from = plan == null ? null : description(legacy, plan.legacy());
    return to != null
        && from != null
        && !KeyRules.isTime(to)
        && (to.generation() == Generation.KEY || to.defaulted())
        && (from.generation() == Generation.KEY || from.defaulted());
  }

  private void checkTriggers() {
    Set<String> there = new TreeSet<>(target.triggers());
    there.addAll(legacy.triggers());
    Set<String> declared = new HashSet<>();
    for (TableRule.Named trigger : rule.triggers()) {
      declared.add(trigger.name());
      if (!there.contains(trigger.name())) {
        findings.add(
            trigger.place(),
            "neither table of "
                + rule.target()
                + " has a trigger "
                + trigger.name()
                + Findings.nearest(trigger.name(), there));
      }
    }
    for (String trigger : there) {
      if (!declared.contains(trigger)) {
        findings.add(
            rule.place(),
            "table "
                + (target.triggers().contains(trigger) ? rule.target() : legacy.name())
                + " has the trigger "
                + trigger
                + "; drop it, or, if it changes no mapped row but the one written, name it in"
                + " triggers: and what it changes with computed: true");
      }
    }
  }

  static @Nullable ColumnDescription description(TableDescription table, String name) {
    for (ColumnDescription column : table.columns()) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    return null;
  }

  private static List<String> names(TableDescription table) {
    return table.columns().stream().map(ColumnDescription::name).toList();
  }

  /** SQLite's names have no case, those of fields have. */
  private String folded(String name) {
    return documents() ? name : name.toLowerCase(Locale.ROOT);
  }
}
