package dev.crossfade.jooq;

import dev.crossfade.Conversion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * Which column holds a component, where that is not the one named as the component in snake case,
 * and how. Handed to the constructor of a repository's base class:
 *
 * <pre>{@code
 * super(context, TOKENS, columns -> columns
 *     .column("createdAt", TOKENS.CREATED)
 *     .convert("createdAt", SqliteConversions.instantAsEpochMillis()));
 * }</pre>
 *
 * <p>Used by one thread during construction. Nothing is thrown: what does not fit is reported with
 * everything else when the migration is built.
 */
public final class Columns {
  static final Consumer<Columns> BY_NAME = columns -> {};

  private final Map<String, Field<?>> columns = new HashMap<>();
  private final Map<String, Conversion<?, ?>> conversions = new HashMap<>();
  private final Map<String, Pair> pairs = new HashMap<>();

  private final Map<String, Lookup> lookups = new HashMap<>();
  private final Map<String, Children> children = new HashMap<>();

  /** A column that refers by one value to what a component refers to by another. */
  record Lookup(Field<?> column, Table<?> parent, Field<?> id, Field<?> by) {}

  /**
   * A table whose rows are the elements of a list, and what it has for its elements' components.
   */
  record Children(
      Table<?> table, List<? extends Field<?>> parents, Field<?> position, Columns elements) {}

  /** Two columns that hold one component. */
  record Pair(Field<?> first, Field<?> second, PairConversion<?, ?, ?> conversion) {}

  private Columns() {}

  /** What these say. */
  static Columns of(Consumer<? super Columns> given) {
    Columns columns = new Columns();
    given.accept(columns);
    return columns;
  }

  /** The component is held by this column. */
  public Columns column(String component, Field<?> column) {
    columns.put(component, column);
    return this;
  }

  /** The component is held by the column of this name. */
  public Columns column(String component, String name) {
    return column(component, DSL.field(DSL.name(name)));
  }

  /** The component is held in another form; goes before the entity's own conversion. */
  public Columns convert(String component, Conversion<?, ?> conversion) {
    conversions.put(component, conversion);
    return this;
  }

  /**
   * The component is held by two columns together, such as a timestamp by a date and a time of day;
   * in place of {@link #column} and {@link #convert}. It may be no part of the key, no locator, and
   * no reference, and its columns may be in nothing that is unique and in no foreign key. For
   * SQLite.
   *
   * <pre>{@code
   * columns.pair("tradedAt", "TradeDay", "TradeTime",
   *     SqliteConversions.localDateTimeAsDateAndTime(
   *         SqliteConversions.isoDate(), SqliteConversions.timeAsText("HH:mm")))
   * }</pre>
   *
   * <p>No single column stands for it in statements: {@link JooqReads#equal} compares both, and
   * {@link JooqRepository#set(String, Object)} assigns both.
   */
  public Columns pair(
      String component, Field<?> first, Field<?> second, PairConversion<?, ?, ?> conversion) {
    pairs.put(component, new Pair(first, second, conversion));
    return this;
  }

  /** The same, with the names of the columns. */
  public Columns pair(
      String component, String first, String second, PairConversion<?, ?, ?> conversion) {
    return pair(component, DSL.field(DSL.name(first)), DSL.field(DSL.name(second)), conversion);
  }

  /**
   * The component refers to a row of another table by a value of it, and the column by another one,
   * such as a surrogate key that the store makes: in place of {@link #column}. The value is looked
   * up by the statement that writes the row, and by the one that reads it. For PostgreSQL.
   *
   * <pre>{@code
   * columns.lookup("firebaseUid", SNAPSHOTS.USER_ID, USERS, USERS.ID, USERS.FIREBASE_UID)
   * }</pre>
   *
   * <p>The component is declared with {@link dev.crossfade.Entity.Builder#references(String,
   * dev.crossfade.Entity, String, dev.crossfade.OnDelete)}, and is no part of the key and no
   * locator. The column has a foreign key to {@code id}; {@code by} is unique in the parent's
   * table. A value that no parent has is refused with {@link dev.crossfade.ForeignKeyException}, as
   * by a foreign key.
   *
   * <p>In statements of an application {@link JooqReads#equal} compares it by the column, so that
   * its index is used, and {@link JooqRepository#set(String, Object)} assigns it. Selects of whole
   * rows take {@link JooqReads#columns}: the table's own column is not the component.
   *
   * @param column the referring column
   * @param parent the table referred to
   * @param id what the column holds of it
   * @param by what the component holds of it
   */
  public Columns lookup(
      String component, Field<?> column, Table<?> parent, Field<?> id, Field<?> by) {
    lookups.put(component, new Lookup(column, parent, id, by));
    return this;
  }

  /** The same, with the names of the columns. */
  public Columns lookup(String component, String column, Table<?> parent, String id, String by) {
    return lookup(
        component, DSL.field(DSL.name(column)), parent, named(parent, id), named(parent, by));
  }

  /**
   * The component is a {@code List} of records, and its elements are the rows of another table, in
   * place of {@link #column}: one entity, one row and its list, written in one transaction and read
   * by one statement. A component of an element is held by the column of its name in snake case.
   * For PostgreSQL.
   *
   * <pre>{@code
   * columns.children("items", ORDER_ITEMS, ORDER_ITEMS.ORDER_ID, ORDER_ITEMS.POSITION)
   * }</pre>
   *
   * <p>{@code parent} has a foreign key to the entity's key that cascades, and is unique together
   * with {@code position}, which is an element's place in its list, from 0. What else the table has
   * is null or has a default; an element that stays at its place keeps it.
   *
   * <p>The list is written as a whole, by what writes a whole row; {@link
   * JooqRepository#set(String, Object)} cannot assign it, and no condition of its own compares it:
   * a subquery on the table does. Null is refused, since no rows are an empty list.
   *
   * @param table the child table, which no entity of its own has
   * @param parent the column that has the key of the row
   * @param position the column that has the place in the list
   */
  public Columns children(String component, Table<?> table, Field<?> parent, Field<?> position) {
    return children(component, table, parent, position, BY_NAME);
  }

  /**
   * The same, with what is special in the columns of the elements: {@link #column} and {@link
   * #convert}.
   */
  public Columns children(
      String component,
      Table<?> table,
      Field<?> parent,
      Field<?> position,
      Consumer<? super Columns> elements) {
    return children(component, table, List.of(parent), position, elements);
  }

  /**
   * The same for an entity whose key has several components.
   *
   * @param parents the columns that have the key of the row, in the order of its components
   */
  public Columns children(
      String component, Table<?> table, List<? extends Field<?>> parents, Field<?> position) {
    return children(component, table, parents, position, BY_NAME);
  }

  /** The same, with what is special in the columns of the elements. */
  public Columns children(
      String component,
      Table<?> table,
      List<? extends Field<?>> parents,
      Field<?> position,
      Consumer<? super Columns> elements) {
    children.put(component, new Children(table, List.copyOf(parents), position, of(elements)));
    return this;
  }

  /** The same, with the names of the columns. */
  public Columns children(String component, Table<?> table, String parent, String position) {
    return children(component, table, named(table, parent), named(table, position));
  }

  /** As the table has it, with its type, where the table is generated. */
  private static Field<?> named(Table<?> table, String name) {
    Field<?> known = table.field(DSL.name(name));
    return known == null ? DSL.field(DSL.name(name)) : known;
  }

  Map<String, Lookup> lookups() {
    return lookups;
  }

  Map<String, Children> children() {
    return children;
  }

  Map<String, Pair> pairs() {
    return pairs;
  }

  Map<String, Field<?>> columns() {
    return columns;
  }

  Map<String, Conversion<?, ?>> conversions() {
    return conversions;
  }
}
