package dev.crossfade.mapping;

import java.util.List;

/**
 * A column. Immutable.
 *
 * @param name its name
 * @param type in PostgreSQL as {@code format_type} shows it without its modifier, that of its base
 *     type if it is a domain ({@code timestamp with time zone}, {@code text[]}, {@code numeric});
 *     in SQLite as declared, empty if it was not
 * @param nullable whether it can be null
 * @param defaulted whether it has a default
 * @param generation whether the store makes its values
 * @param precision digits of a numeric, fractional digits of a time; -1 if not limited
 * @param scale decimal places of a numeric; -1 if not limited
 * @param literals of an enum, in its order; empty if it is none
 */
public record ColumnDescription(
    String name,
    String type,
    boolean nullable,
    boolean defaulted,
    Generation generation,
    int precision,
    int scale,
    List<String> literals) {
  /** Copies the list. */
  public ColumnDescription {
    literals = List.copyOf(literals);
  }

  /** A column that can be null, without default. */
  public static ColumnDescription of(String name, String type) {
    return new ColumnDescription(name, type, true, false, Generation.NONE, -1, -1, List.of());
  }

  /** The same that cannot be null. */
  public ColumnDescription notNull() {
    return new ColumnDescription(
        name, type, false, defaulted, generation, precision, scale, literals);
  }

  /** The same with a default. */
  public ColumnDescription withDefault() {
    return new ColumnDescription(
        name, type, nullable, true, generation, precision, scale, literals);
  }

  /** The same whose values the store makes. */
  public ColumnDescription generated(Generation how) {
    return new ColumnDescription(name, type, nullable, defaulted, how, precision, scale, literals);
  }

  /** The same with limited digits. */
  public ColumnDescription limited(int digits, int decimals) {
    return new ColumnDescription(
        name, type, nullable, defaulted, generation, digits, decimals, literals);
  }

  /** The same of an enum. */
  public ColumnDescription withLiterals(List<String> values) {
    return new ColumnDescription(
        name, type, nullable, defaulted, generation, precision, scale, values);
  }

  /** Whether and how a store makes a column's values. */
  public enum Generation {
    /** It does not, a default aside. */
    NONE,
    /** Where none is given: identity by default, serial, SQLite's INTEGER PRIMARY KEY. */
    KEY,
    /** Identity always: a given value is refused. */
    KEY_ALWAYS,
    /** From the row's other columns: {@code generated always as (…)}. */
    COMPUTED
  }
}
