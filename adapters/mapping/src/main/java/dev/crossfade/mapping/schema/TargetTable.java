package dev.crossfade.mapping.schema;

import dev.crossfade.OnDelete;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table or view as PostgreSQL's catalogue has it. Immutable.
 *
 * @param kind what it is
 * @param columns in the table's order
 * @param primaryKey its columns in the key's order; empty without one
 * @param uniqueKeys of other constraints and indexes that hold for all rows, by name
 * @param indexes the columns of those that find rows by equal values, unique ones among them
 * @param partitionColumns what it is partitioned by; empty if it is not
 * @param triggers that the application's schema has on it
 */
public record TargetTable(
    QualifiedName name,
    Kind kind,
    @Nullable String comment,
    List<Column> columns,
    List<String> primaryKey,
    List<List<String>> uniqueKeys,
    List<List<String>> indexes,
    List<ForeignKey> foreignKeys,
    List<String> partitionColumns,
    List<String> triggers) {

  /** Copies the lists. */
  public TargetTable {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
    uniqueKeys = List.copyOf(uniqueKeys);
    indexes = List.copyOf(indexes);
    foreignKeys = List.copyOf(foreignKeys);
    partitionColumns = List.copyOf(partitionColumns);
    triggers = List.copyOf(triggers);
  }

  /** What a relation is. */
  public enum Kind {
    /** A table, partitioned or foreign ones too. */
    TABLE,
    /** A view. */
    VIEW,
    /** A materialized view. */
    MATERIALIZED_VIEW
  }

  /** Whether it is a view of either kind. */
  public boolean isView() {
    return kind != Kind.TABLE;
  }

  /**
   * The column of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Column column(String column) {
    return columns.stream()
        .filter(candidate -> candidate.name().equals(column))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " has no column " + column));
  }

  /** A table, an enum or whatever else lies in a schema. */
  public record QualifiedName(String schema, String name) {
    /** As {@code schema.name}. */
    @Override
    public String toString() {
      return schema + "." + name;
    }
  }

  /**
   * A column.
   *
   * @param defaultExpression as PostgreSQL prints it, that of its domain if it has none itself;
   *     null if there is none or the column is generated
   */
  public record Column(
      String name,
      Type type,
      boolean nullable,
      @Nullable String defaultExpression,
      Generation generation,
      @Nullable String comment) {

    /** The same of another type. */
    public Column ofType(Type other) {
      return new Column(name, other, nullable, defaultExpression, generation, comment);
    }

    /** Whether it is {@code generated always as (…)}. */
    public boolean isComputed() {
      return generation == Generation.COMPUTED;
    }

    /** Whether a value is made where none is given. */
    public boolean hasDefault() {
      return defaultExpression != null || generation == Generation.KEY;
    }

    /** Whether each row gets a value of its own: a sequence's or a function's. */
    public boolean isMadePerRow() {
      return generation == Generation.KEY
          || (defaultExpression != null && defaultExpression.contains("("));
    }
  }

  /** Whether and how PostgreSQL makes a column's values. */
  public enum Generation {
    /** It does not, a default aside. */
    NONE,
    /** Identity by default, or a sequence's next value. */
    KEY,
    /** Identity always. */
    KEY_ALWAYS,
    /** From the row's other columns. */
    COMPUTED
  }

  /**
   * A type, looked at through domains.
   *
   * @param name in the catalogue; an array's is that of its elements
   * @param shown as SQL names it
   * @param precision digits of a numeric, fractional digits of a time; -1 if not limited
   * @param scale decimal places of a numeric; -1 if not limited
   * @param literals of an enum, in its order; empty if it is none
   */
  public record Type(
      QualifiedName name,
      String shown,
      boolean array,
      int precision,
      int scale,
      List<String> literals) {
    /** Copies the list. */
    public Type {
      literals = List.copyOf(literals);
    }

    /** Whether it is an enum. */
    public boolean isEnum() {
      return !literals.isEmpty();
    }

    /** Whether it is this one of PostgreSQL's own. */
    public boolean is(String builtIn) {
      return !array && name.schema().equals("pg_catalog") && name.name().equals(builtIn);
    }
  }

  /**
   * A foreign key.
   *
   * @param onDelete null for {@code set default}, which nothing carries over
   */
  public record ForeignKey(
      String constraint,
      List<String> columns,
      QualifiedName parent,
      List<String> parentColumns,
      @Nullable OnDelete onDelete) {
    /** Copies the lists. */
    public ForeignKey {
      columns = List.copyOf(columns);
      parentColumns = List.copyOf(parentColumns);
    }
  }
}
