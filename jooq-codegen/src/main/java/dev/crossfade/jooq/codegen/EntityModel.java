package dev.crossfade.jooq.codegen;

import dev.crossfade.OnDelete;
import dev.crossfade.jooq.codegen.JooqNames.JooqTable;
import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.NamedConversion;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mapping.schema.TargetTable;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is written about one table or view, decided.
 *
 * @param plan how it crosses; null if no mapping names it
 * @param name of the entity or view
 * @param components in the table's order
 * @param key of an entity, in the key's order; empty for a view
 * @param generatedKey whether the stores make keys
 * @param finders beside those that are inherited
 */
record EntityModel(
    TargetTable table,
    @Nullable TablePlan plan,
    JooqTable jooq,
    String className,
    String name,
    List<ComponentModel> components,
    List<ComponentModel> key,
    boolean generatedKey,
    List<ReferenceModel> references,
    List<String> triggers,
    List<Finder> finders) {

  EntityModel {
    components = List.copyOf(components);
    key = List.copyOf(key);
    references = List.copyOf(references);
    triggers = List.copyOf(triggers);
    finders = List.copyOf(finders);
  }

  boolean isView() {
    return table.isView();
  }

  boolean hasCompositeKey() {
    return key.size() > 1;
  }

  String keyClass() {
    return className + "Key";
  }

  String interfaceName() {
    return className + "Repository";
  }

  String postgresName() {
    return "Postgres" + className + "Repository";
  }

  /** That of the implementation on the legacy store. */
  String legacyName() {
    return (isCollection() ? "Mongo" : "Sqlite") + className + "Repository";
  }

  /** Whether the legacy store has it as a collection of documents. */
  boolean isCollection() {
    return plan != null && plan.isCollection();
  }

  /** The simple names of all classes that are written for it. */
  List<String> classNames() {
    List<String> names = new ArrayList<>(List.of(className, interfaceName(), postgresName()));
    if (hasCompositeKey()) {
      names.add(keyClass());
    }
    if (plan != null) {
      names.add(legacyName());
    }
    return names;
  }

  /**
   * A component of the record.
   *
   * @param plan how it crosses; null if no mapping names the table
   * @param nullable whether it may be null, before an insert fills it or for good
   * @param scale both stores are compared to; null for by value
   * @param unit both stores are compared to; null for microseconds, or no time
   * @param json {@code text}, {@code tree} or a class; null for what is no JSON
   * @param lookup how PostgreSQL refers by another value; null where the column holds the component
   */
  record ComponentModel(
      String name,
      TargetTable.Column column,
      @Nullable ColumnPlan plan,
      JavaType type,
      boolean nullable,
      boolean defaulted,
      boolean locator,
      @Nullable Integer scale,
      @Nullable ChronoUnit unit,
      @Nullable String json,
      boolean computed,
      boolean redacted,
      @Nullable LookupModel lookup) {

    /** Whether the record holds the JSON as an object of some class. */
    boolean isMappedJson() {
      return json != null && !json.equals("text");
    }

    /**
     * Whether rows are found by it alike in both stores. Documents have some values in one of many
     * spellings, of which a filter names one.
     */
    boolean canBeFoundBy() {
      return type.hasEqualityOfItsOwn()
          && json == null
          && (plan == null || plan.field() == null || hasOneSpelling(plan.form().conversion()));
    }

    private static boolean hasOneSpelling(NamedConversion conversion) {
      return switch (conversion) {
        case DECIMAL_TEXT, EPOCH_REAL, ISO_TIMESTAMP, ISO_TIME, BASE64_TEXT -> false;
        default -> true;
      };
    }

    boolean isEnum() {
      return column.type().isEnum() && !column.type().array() && !type.is("java.lang.String");
    }
  }

  /**
   * How a column refers to a row of which the component has another value.
   *
   * @param parent what jOOQ has generated for the table referred to
   * @param id its column that the referring column has the value of
   * @param by its column that the component has the value of
   */
  record LookupModel(JooqTable parent, String id, String by) {}

  /**
   * A declared foreign key.
   *
   * @param parent the class of the other entity; null for its own
   * @param by its component that is referred to; null for its key
   */
  record ReferenceModel(
      List<String> components, @Nullable String parent, @Nullable String by, OnDelete onDelete) {
    ReferenceModel {
      components = List.copyOf(components);
    }
  }

  /**
   * A way to find rows.
   *
   * @param unique whether there is one at most
   * @param exists whether it can be asked for existence alone
   */
  record Finder(List<ComponentModel> by, boolean unique, boolean exists) {
    Finder {
      by = List.copyOf(by);
    }

    /** {@code NameAndAlbumId}. */
    String suffix() {
      return String.join("And", by.stream().map(c -> Words.capitalized(c.name())).toList());
    }
  }
}
