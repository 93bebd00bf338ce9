package dev.crossfade.jooq;

import org.jooq.Table;

/**
 * A column that refers to a row of another table by one value, for a component that refers to it by
 * another: {@code user_id} for a user's {@code firebase_uid}. As statements have it. Immutable.
 */
final class Lookup {
  private final Table<?> parent;
  private final String by;
  private final String quotedParent;
  private final String quotedId;
  private final String quotedBy;
  private final String otherwise;

  Lookup(Columns.Lookup given, Dialect dialect) {
    this.parent = given.parent();
    this.by = given.by().getName();
    this.quotedParent = dialect.sql().render(parent);
    this.quotedId = "crossfade_parent." + dialect.sql().render(given.id().getUnqualifiedName());
    this.quotedBy = "crossfade_parent." + dialect.sql().render(given.by().getUnqualifiedName());
    this.otherwise =
        dialect.unreferred(
            "(select " + quotedId + " from " + quotedParent + " as crossfade_parent where false)",
            parent.getName());
  }

  /** The table that is referred to. */
  Table<?> parent() {
    return parent;
  }

  /** The name of the column there that the component has the value of. */
  String by() {
    return by;
  }

  /** The component's value, for what the column holds. */
  String value(String column) {
    return select(quotedBy, quotedId + " = " + column);
  }

  /** What the column holds for a value of the component; null if there is no such row. */
  String found(String value) {
    return select(quotedId, quotedBy + " = " + value);
  }

  /**
   * What the column is given for a value of the component; null for null.
   *
   * <p>The value stands in it once, and has the type of the parent's column by the part of the
   * union that gives no row.
   */
  String required(String value) {
    String given = "crossfade_given.v";
    return "(select case when "
        + given
        + " is null then null else coalesce("
        + found(given)
        + ", "
        + otherwise
        + ") end from (select "
        + quotedBy
        + " as v from "
        + quotedParent
        + " as crossfade_parent where false union all select "
        + value
        + ") as crossfade_given)";
  }

  private String select(String what, String where) {
    return "(select "
        + what
        + " from "
        + quotedParent
        + " as crossfade_parent where "
        + where
        + ")";
  }
}
