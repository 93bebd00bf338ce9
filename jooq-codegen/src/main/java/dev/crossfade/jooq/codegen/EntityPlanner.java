package dev.crossfade.jooq.codegen;

import dev.crossfade.OnDelete;
import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.jooq.codegen.EntityModel.LookupModel;
import dev.crossfade.jooq.codegen.EntityModel.ReferenceModel;
import dev.crossfade.jooq.codegen.JooqNames.JooqTable;
import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.LookupPlan;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mapping.schema.TargetSchema;
import dev.crossfade.mapping.schema.TargetTable;
import dev.crossfade.mapping.schema.TargetTable.Column;
import dev.crossfade.mapping.schema.TargetTable.ForeignKey;
import dev.crossfade.mapping.schema.TargetTable.QualifiedName;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides, for all tables of one run together, what is written about each. */
final class EntityPlanner {
  private final JooqNames names;
  private final String firstSchema;
  private final Set<String> taken;
  private final Map<QualifiedName, Draft> drafts = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /** A table on its way to its model. */
  private record Draft(
      TargetTable table,
      JooqTable jooq,
      @Nullable TablePlan plan,
      List<String> key,
      List<DraftReference> references) {}

  /**
   * A foreign key on its way.
   *
   * @param by the column of the parent that is referred to; null for its key
   */
  private record DraftReference(
      List<String> columns, QualifiedName parent, @Nullable String by, OnDelete onDelete) {}

  /**
   * @param names of what jOOQ has generated: the chosen tables
   * @param firstSchema the schema whose tables need no other name
   * @param taken class names of the package that are jOOQ's
   */
  EntityPlanner(JooqNames names, String firstSchema, Set<String> taken) {
    this.names = names;
    this.firstSchema = firstSchema;
    this.taken = taken;
  }

  /**
   * The models, in the tables' order.
   *
   * @param plans how tables cross that a mapping names
   * @throws CodegenException with everything that cannot be generated
   */
  List<EntityModel> models(List<TargetTable> tables, Map<QualifiedName, TablePlan> plans) {
    for (TargetTable table : tables) {
      JooqTable jooq = names.table(table.name());
      if (jooq != null) {
        choose(table, jooq, plans.get(table.name()));
      }
    }
    addReferences();
    leaveOutCircles();
    ClassNames classNames = classNames(plans);
    List<EntityModel> models =
        drafts.values().stream().map(draft -> model(draft, classNames)).toList();
    if (!problems.isEmpty()) {
      throw new CodegenException(
          "repositories cannot be generated:\n  " + String.join("\n  ", problems));
    }
    return models;
  }

  /** What a developer should know; nothing of it stops the generation. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  private ClassNames classNames(Map<QualifiedName, TablePlan> plans) {
    Map<QualifiedName, String> given = new HashMap<>();
    plans.forEach(
        (table, plan) -> {
          if (plan.record() != null) {
            given.put(table, plan.record());
          }
        });
    return new ClassNames(List.copyOf(drafts.keySet()), given, taken);
  }

  private void choose(TargetTable table, JooqTable jooq, @Nullable TablePlan plan) {
    if (table.isView()) {
      drafts.put(table.name(), new Draft(table, jooq, plan, List.of(), new ArrayList<>()));
      return;
    }
    List<String> key = plan == null ? keyOf(table) : plan.key();
    String reason = whyNot(table, key);
    if (reason == null) {
      drafts.put(table.name(), new Draft(table, jooq, plan, key, new ArrayList<>()));
    } else if (plan != null) {
      problems.add(plan.place() + ": table " + table.name() + " " + reason);
    } else {
      warnings.add("table " + table.name() + " " + reason + "; no repository is generated for it");
    }
  }

  /** A partition column is no part of the key where the rest makes a row's key by itself. */
  private static List<String> keyOf(TargetTable table) {
    List<String> rest =
        table.primaryKey().stream().filter(c -> !table.partitionColumns().contains(c)).toList();
    boolean made = rest.stream().anyMatch(column -> table.column(column).isMadePerRow());
    return made ? rest : table.primaryKey();
  }

  private @Nullable String whyNot(TargetTable table, List<String> key) {
    if (key.isEmpty()) {
      return "has no primary key, by which its rows could be found in both stores";
    }
    for (Column column : table.columns()) {
      if (column.generation() == TargetTable.Generation.KEY_ALWAYS) {
        return "has a column "
            + column.name()
            + " that is generated always as identity, which refuses the values that are carried"
            + " over; alter table "
            + table.name()
            + " alter column "
            + column.name()
            + " set generated by default";
      }
    }
    for (String column : key) {
      JavaType type = typeOf(table.column(column), true);
      if (!type.canBeKey() || table.column(column).isComputed()) {
        return "has "
            + column
            + ", a "
            + table.column(column).type().shown()
            + (table.column(column).isComputed() ? " that is generated" : "")
            + ", in its key; keys are of smallint, integer, bigint, text and the like, uuid,"
            + " bytea, timestamptz, timestamp and date";
      }
    }
    return null;
  }

  private JavaType typeOf(Column column, boolean inKey) {
    return JavaType.of(column.type(), inKey, names.enumClass(column.type().name()));
  }

  private void addReferences() {
    for (Draft draft : drafts.values()) {
      if (draft.plan() != null) {
        draft
            .plan()
            .references()
            .forEach(
                reference ->
                    draft
                        .references()
                        .add(
                            new DraftReference(
                                reference.columns(),
                                TargetSchema.name(reference.parent()),
                                reference.by(),
                                reference.onDelete())));
      } else {
        draft.table().foreignKeys().forEach(foreignKey -> addReference(draft, foreignKey));
      }
    }
  }

  private void addReference(Draft draft, ForeignKey foreignKey) {
    Draft parent = drafts.get(foreignKey.parent());
    boolean itself = foreignKey.parent().equals(draft.table().name());
    OnDelete onDelete = foreignKey.onDelete();
    if (parent != null
        && onDelete != null
        && Set.copyOf(foreignKey.parentColumns()).equals(Set.copyOf(parent.key()))
        && !(itself && parent.key().size() > 1)) {
      List<String> inKeyOrder =
          parent.key().stream()
              .map(key -> foreignKey.columns().get(foreignKey.parentColumns().indexOf(key)))
              .toList();
      draft.references().add(new DraftReference(inKeyOrder, foreignKey.parent(), null, onDelete));
    } else if (onDelete != OnDelete.REFUSE) {
      warnings.add(
          "table "
              + draft.table().name()
              + ": the foreign key "
              + foreignKey.constraint()
              + " changes rows when "
              + foreignKey.parent()
              + " loses one, and cannot be declared ("
              + undeclarable(parent, itself, onDelete)
              + "), so the library will refuse it at start; change it to no action");
    }
  }

  private static String undeclarable(
      @Nullable Draft parent, boolean itself, @Nullable OnDelete onDelete) {
    if (onDelete == null) {
      return "nothing carries set default over";
    }
    if (parent == null) {
      return "that table has no repository here";
    }
    return itself
        ? "it refers to a key of several columns in its own table"
        : "it does not refer to that table's key";
  }

  /**
   * Static constants cannot wait for each other, and rows in a circle have no order to be copied.
   */
  private void leaveOutCircles() {
    for (List<QualifiedName> circle = circle(); !circle.isEmpty(); circle = circle()) {
      String shown = String.join(" → ", circle.stream().map(QualifiedName::toString).toList());
      List<QualifiedName> left = List.copyOf(new LinkedHashSet<>(circle));
      for (QualifiedName name : left) {
        Draft draft = drafts.remove(name);
        if (draft != null && draft.plan() != null) {
          problems.add(
              draft.plan().place()
                  + ": the foreign keys "
                  + shown
                  + " go in a circle, so no order copies these tables; drop one of them until the"
                  + " migration is complete");
        }
      }
      if (problems.isEmpty()) {
        warnings.add(
            "the foreign keys "
                + shown
                + " go in a circle, so no order copies these tables; no repositories are generated"
                + " for them");
      }
      for (Draft draft : drafts.values()) {
        draft.references().removeIf(reference -> left.contains(reference.parent()));
      }
    }
  }

  /** A walk that ends where it began; empty if there is none. */
  private List<QualifiedName> circle() {
    Map<QualifiedName, Boolean> done = new HashMap<>();
    for (QualifiedName start : drafts.keySet()) {
      List<QualifiedName> walk = new ArrayList<>();
      if (comesBack(start, walk, done)) {
        return walk.subList(walk.indexOf(walk.get(walk.size() - 1)), walk.size());
      }
    }
    return List.of();
  }

  private boolean comesBack(
      QualifiedName at, List<QualifiedName> walk, Map<QualifiedName, Boolean> done) {
    boolean seen = walk.contains(at);
    walk.add(at);
    if (seen) {
      return true;
    }
    Draft draft = drafts.get(at);
    if (draft != null && !done.containsKey(at)) {
      for (DraftReference reference : draft.references()) {
        if (!reference.parent().equals(at) && comesBack(reference.parent(), walk, done)) {
          return true;
        }
      }
    }
    done.put(at, true);
    walk.remove(walk.size() - 1);
    return false;
  }

  private EntityModel model(Draft draft, ClassNames classNames) {
    TargetTable table = draft.table();
    ComponentNames componentNames = new ComponentNames(table);
    List<ComponentModel> components = new ArrayList<>();
    for (Column column : table.columns()) {
      ColumnPlan plan = planOf(draft, column);
      if (draft.plan() == null ? !column.isComputed() : plan != null) {
        components.add(component(draft, column, plan, componentNames));
      }
    }
    List<ComponentModel> key =
        draft.key().stream().map(column -> component(draft, column, components)).toList();
    return new EntityModel(
        table,
        draft.plan(),
        draft.jooq(),
        classNames.of(table.name()),
        table.name().schema().equals(firstSchema) ? table.name().name() : table.name().toString(),
        components,
        key,
        isGenerated(draft),
        references(draft, componentNames, classNames),
        draft.plan() == null ? table.triggers() : draft.plan().triggers(),
        Finders.of(table, components, draft.key()));
  }

  private static @Nullable ColumnPlan planOf(Draft draft, Column column) {
    return draft.plan() == null
        ? null
        : draft.plan().columns().stream()
            .filter(plan -> plan.target().equals(column.name()))
            .findFirst()
            .orElse(null);
  }

  private ComponentModel component(Draft draft, String column, List<ComponentModel> components) {
    return components.stream()
        .filter(component -> component.column().name().equals(column))
        .findFirst()
        .orElseThrow(
            () ->
                new CodegenException(
                    "table " + draft.table().name() + ": " + column + " of its key is not mapped"));
  }

  private boolean isGenerated(Draft draft) {
    if (draft.plan() != null || draft.key().size() != 1) {
      return draft.plan() != null && draft.plan().generatedKey();
    }
    Column key = draft.table().column(draft.key().get(0));
    return key.isMadePerRow() && !typeOf(key, true).isTime();
  }

  private static boolean isLocator(Draft draft, String column) {
    return !draft.table().isView()
        && !draft.key().contains(column)
        && (draft.plan() == null ? draft.table().partitionColumns() : draft.plan().locators())
            .contains(column);
  }

  private ComponentModel component(
      Draft draft, Column column, @Nullable ColumnPlan plan, ComponentNames componentNames) {
    boolean key = draft.key().contains(column.name());
    boolean locator = isLocator(draft, column.name());
    boolean defaulted = !key && !locator && !draft.table().isView() && hasDefault(column, plan);
    boolean nullable = isNullable(column, plan);
    JavaType type = jsonType(plan, typeIn(draft, column.name()));
    LookupPlan lookup = plan == null ? null : plan.lookup();
    return new ComponentModel(
        componentNames.of(column.name()),
        lookup == null ? column : column.ofType(referredTo(lookup).type()),
        plan,
        type,
        key ? isGenerated(draft) : defaulted || (nullable && !locator),
        defaulted,
        locator,
        plan == null ? scale(column) : plan.scale(),
        plan == null ? unit(column) : plan.unit(),
        plan == null ? json(column) : plan.json(),
        plan != null && plan.computed(),
        plan != null && plan.redacted(),
        lookup == null ? null : lookup(lookup));
  }

  private LookupModel lookup(LookupPlan plan) {
    return new LookupModel(parent(plan).jooq(), plan.id(), plan.by());
  }

  private Column referredTo(LookupPlan plan) {
    return parent(plan).table().column(plan.by());
  }

  private Draft parent(LookupPlan plan) {
    Draft parent = drafts.get(TargetSchema.name(plan.parent()));
    if (parent == null) {
      throw new CodegenException(
          "table " + plan.parent() + " is looked in, and nothing is generated for it");
    }
    return parent;
  }

  /** Of documents, which declare nothing, the target says what a row must have. */
  private static boolean isNullable(Column column, @Nullable ColumnPlan plan) {
    if (plan == null || plan.field() != null) {
      return column.nullable();
    }
    return plan.nullable();
  }

  private static boolean hasDefault(Column column, @Nullable ColumnPlan plan) {
    return plan == null ? column.hasDefault() : plan.defaulted();
  }

  /** What refers to a key is of the key's type, whatever the column's own is. */
  private JavaType typeIn(Draft draft, String column) {
    for (DraftReference reference : draft.references()) {
      int place = reference.columns().indexOf(column);
      boolean itself = reference.parent().equals(draft.table().name());
      Draft parent = drafts.get(reference.parent());
      if (place >= 0 && parent != null && !itself) {
        return typeIn(parent, reference.by() == null ? parent.key().get(place) : reference.by());
      }
      if (place >= 0) {
        return typeOf(draft.table().column(draft.key().get(place)), true);
      }
    }
    return typeOf(draft.table().column(column), draft.key().contains(column));
  }

  private static JavaType jsonType(@Nullable ColumnPlan plan, JavaType otherwise) {
    String json = plan == null ? null : plan.json();
    if (json == null || json.equals("text")) {
      return otherwise;
    }
    return JavaType.object(json.equals("tree") ? JacksonWriter.TREE : json);
  }

  private static @Nullable Integer scale(Column column) {
    return column.type().is("numeric") && column.type().scale() >= 0
        ? Integer.valueOf(column.type().scale())
        : null;
  }

  private static @Nullable ChronoUnit unit(Column column) {
    boolean time =
        column.type().is("timestamptz")
            || column.type().is("timestamp")
            || column.type().is("time");
    int digits = column.type().precision();
    if (!time || digits < 0 || digits > 5) {
      return null;
    }
    return digits < 3 ? ChronoUnit.SECONDS : ChronoUnit.MILLIS;
  }

  private static @Nullable String json(Column column) {
    return column.type().is("json") || column.type().is("jsonb") ? "text" : null;
  }

  private List<ReferenceModel> references(
      Draft draft, ComponentNames componentNames, ClassNames classNames) {
    return draft.references().stream()
        .map(
            reference ->
                new ReferenceModel(
                    reference.columns().stream().map(componentNames::of).toList(),
                    reference.parent().equals(draft.table().name())
                        ? null
                        : classNames.of(reference.parent()),
                    by(reference),
                    reference.onDelete()))
        .toList();
  }

  /** The component that is referred to, as the parent's record names it. */
  private @Nullable String by(DraftReference reference) {
    Draft parent = drafts.get(reference.parent());
    return reference.by() == null || parent == null
        ? null
        : new ComponentNames(parent.table()).of(reference.by());
  }
}
