package dev.crossfade.cli.tables;

import dev.crossfade.Entity;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.OnDelete;
import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.LookupPlan;
import dev.crossfade.mapping.MigrationMapping;
import dev.crossfade.mapping.MigrationPlan;
import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.TableName;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mapping.schema.TargetTable;
import dev.crossfade.store.KeyCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a migration as entities and repositories, with no class of Java for any of them:
 * their records are made here. What code generation makes of the same mapping has the same entity
 * names and the same canonical keys, so that both can work on one migration. Immutable and safe for
 * use by many threads.
 */
public final class PlannedTables {
  private final Map<TableName, PlannedTable<?, ?>> tables;

  private PlannedTables(Map<TableName, PlannedTable<?, ?>> tables) {
    this.tables = tables;
  }

  /**
   * Makes them.
   *
   * @param plan a mapping that fits both schemas
   * @param target the target's tables
   * @param firstSchema the schema whose tables need no other name
   * @throws dev.crossfade.ConfigurationException if what is planned fits no entity
   */
  public static PlannedTables of(MigrationPlan plan, List<TargetTable> target, String firstSchema) {
    return new PlannedTables(new Making(target, firstSchema).tables(plan));
  }

  /**
   * Makes them where the target cannot be asked, because it is gone: for what touches no row, as
   * {@link dev.crossfade.Crossfade.Builder#abandonPrimary}.
   */
  public static PlannedTables ofLegacyAlone(
      MigrationMapping mapping, SchemaDescription legacy, String firstSchema) {
    return new LegacyAlone(mapping, legacy, firstSchema).tables();
  }

  /** The same of collections, whose documents declare nothing: by what the mapping names. */
  public static PlannedTables ofCollectionsAlone(MigrationMapping mapping, String firstSchema) {
    return new CollectionsAlone(mapping, firstSchema).tables();
  }

  /** Adds them to a migration, what is referred to before what refers to it. */
  public void declare(MigrationBuilder migration) {
    tables.values().forEach(table -> table.declare(migration));
  }

  /** The names of the entities, in that order. */
  public List<String> names() {
    return tables.values().stream().map(table -> table.entity().name()).toList();
  }

  /**
   * A key as messages show it; in hexadecimal where it is not the canonical form of one, as where
   * the types are not known.
   */
  public String shownKey(String entity, byte[] canonical) {
    return tables.values().stream()
        .filter(table -> table.entity().name().equals(entity))
        .findFirst()
        .map(table -> shown(table.entity().keys(), canonical))
        .orElseGet(() -> hex(canonical));
  }

  private static <K> String shown(KeyCodec<K> keys, byte[] canonical) {
    try {
      K key = keys.decode(canonical);
      return Arrays.equals(keys.encode(key), canonical) ? keys.show(key) : hex(canonical);
    } catch (RuntimeException e) {
      return hex(canonical); // of another type
    }
  }

  private static String hex(byte[] canonical) {
    return "0x" + HexFormat.of().formatHex(canonical);
  }

  /** How each crosses, by the entity's name, in that order. */
  public Map<String, TablePlan> plans() {
    Map<String, TablePlan> plans = new LinkedHashMap<>();
    tables.values().forEach(table -> plans.put(table.entity().name(), table.plan()));
    return plans;
  }

  /** Makes the tables of one migration. Used once, by one thread. */
  private static final class Making {
    private final List<TargetTable> target;
    private final String firstSchema;
    private final RecordClasses classes = new RecordClasses();
    private final Map<TableName, PlannedTable<?, ?>> made = new LinkedHashMap<>();

    Making(List<TargetTable> target, String firstSchema) {
      this.target = target;
      this.firstSchema = firstSchema;
    }

    Map<TableName, PlannedTable<?, ?>> tables(MigrationPlan plan) {
      for (TablePlan table : plan.tables()) {
        made.put(table.target(), table(table));
      }
      return made;
    }

    private PlannedTable<?, ?> table(TablePlan plan) {
      List<Component> components = components(plan);
      Map<String, Class<?>> types = new LinkedHashMap<>();
      components.forEach(component -> types.put(component.name(), component.type()));
      Class<? extends Record> row = classes.make(plan.target().name(), types);
      List<Component> key =
          plan.key().stream().map(column -> componentOf(components, column)).toList();
      return key.size() == 1
          ? single(plan, components, Entity.of(row), key.get(0))
          : composite(plan, components, Entity.of(row), key);
    }

    private PlannedTable<?, ?> single(
        TablePlan plan, List<Component> components, Entity.Start<?> start, Component key) {
      return finished(plan, components, start.key(key.name(), key.type()));
    }

    private PlannedTable<?, ?> composite(
        TablePlan plan, List<Component> components, Entity.Start<?> start, List<Component> key) {
      Map<String, Class<?>> types = new LinkedHashMap<>();
      key.forEach(component -> types.put(component.name(), component.type()));
      Class<? extends Record> keyType = classes.make(plan.target().name() + "_key", types);
      return finished(plan, components, start.key(keyType));
    }

    private <T, K> PlannedTable<T, K> finished(
        TablePlan plan, List<Component> components, Entity.Builder<T, K> entity) {
      entity.name(entityName(plan.target()));
      if (plan.generatedKey()) {
        entity.generatedKey();
      }
      for (Component component : components) {
        describe(plan, component, entity);
      }
      for (TablePlan.Reference reference : plan.references()) {
        refer(plan, components, reference, entity);
      }
      entity.triggers(plan.triggers().toArray(String[]::new));
      return new PlannedTable<>(plan, entity.build(), components);
    }

    /** As code generation names it. */
    private String entityName(TableName name) {
      return name.schema().equals(firstSchema) ? name.name() : name.toString();
    }

    private static void describe(TablePlan plan, Component component, Entity.Builder<?, ?> entity) {
      ColumnPlan column = component.plan();
      String name = component.name();
      boolean key = plan.key().contains(column.target());
      boolean locator = !key && plan.locators().contains(column.target());
      if (locator) {
        entity.locator(name);
      }
      if (column.defaulted() && !key && !locator) {
        entity.defaulted(name);
      }
      if (column.computed()) {
        entity.computedByTarget(name);
      }
      if (column.redacted()) {
        entity.redacted(name);
      }
      compare(component, entity);
    }

    private static void compare(Component component, Entity.Builder<?, ?> entity) {
      ColumnPlan column = component.plan();
      if (column.scale() != null) {
        entity.decimal(component.name(), column.scale());
      }
      if (column.unit() != null) {
        entity.time(component.name(), column.unit());
      }
      if (column.json() != null) {
        entity.json(component.name());
      }
    }

    private void refer(
        TablePlan plan,
        List<Component> components,
        TablePlan.Reference reference,
        Entity.Builder<?, ?> entity) {
      List<String> names =
          reference.columns().stream()
              .map(column -> componentOf(components, column).name())
              .toList();
      OnDelete onDelete = reference.onDelete();
      if (reference.parent().equals(plan.target())) {
        entity.referencesItself(names.get(0), onDelete);
      } else {
        PlannedTable<?, ?> parent = Objects.requireNonNull(made.get(reference.parent()));
        if (reference.by() == null) {
          entity.references(names, parent.entity(), onDelete);
        } else {
          String by = componentOf(parent.components(), reference.by()).name();
          entity.references(names.get(0), parent.entity(), by, onDelete);
        }
      }
    }

    private List<Component> components(TablePlan plan) {
      TargetTable table = table(plan.target());
      List<Component> components = new ArrayList<>();
      Set<String> taken = new HashSet<>();
      for (ColumnPlan column : plan.columns()) {
        TargetTable.Column there = held(table.column(column.target()), column.lookup());
        Class<?> type = typeIn(plan, there);
        components.add(
            new Component(
                free(RecordClasses.legal(column.target()), taken),
                column,
                there,
                type,
                type == List.class ? JavaTypes.elementOf(there.type()) : null));
      }
      return components;
    }

    /** A column that refers by another value, as one that has the component's. */
    private TargetTable.Column held(TargetTable.Column column, @Nullable LookupPlan lookup) {
      return lookup == null
          ? column
          : column.ofType(table(lookup.parent()).column(lookup.by()).type());
    }

    private static String free(String name, Set<String> taken) {
      String free = reserved(name) ? name + "_" : name;
      for (int number = 2; !taken.add(free); number++) {
        free = name + number;
      }
      return free;
    }

    /** Its accessor would be a method of {@code Object}. */
    private static boolean reserved(String name) {
      return switch (name) {
        case "clone",
            "finalize",
            "getClass",
            "hashCode",
            "notify",
            "notifyAll",
            "toString",
            "wait" ->
            true;
        default -> false;
      };
    }

    /** What refers to a key is of the key's type, whatever the column's own is. */
    private Class<?> typeIn(TablePlan plan, TargetTable.Column column) {
      for (TablePlan.Reference reference : plan.references()) {
        int place = reference.columns().indexOf(column.name());
        if (place >= 0 && reference.by() == null) {
          return keyType(plan, reference.parent(), place);
        }
      }
      return JavaTypes.of(column.type(), plan.key().contains(column.name()));
    }

    private Class<?> keyType(TablePlan plan, TableName parent, int place) {
      if (parent.equals(plan.target())) {
        return JavaTypes.of(table(parent).column(plan.key().get(place)).type(), true);
      }
      PlannedTable<?, ?> made = Objects.requireNonNull(this.made.get(parent));
      return componentOf(made.components(), made.plan().key().get(place)).type();
    }

    private TargetTable table(TableName name) {
      return target.stream()
          .filter(table -> table.name().schema().equals(name.schema()))
          .filter(table -> table.name().name().equals(name.name()))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("there is no table " + name));
    }

    private static Component componentOf(List<Component> components, String column) {
      for (Component component : components) {
        if (component.plan().target().equals(column)) {
          return component;
        }
      }
      throw new IllegalArgumentException(column + " is not mapped");
    }
  }
}
