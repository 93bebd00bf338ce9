package dev.crossfade.jooq;

import dev.crossfade.Conversion;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jooq.Field;
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
