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

  Map<String, Field<?>> columns() {
    return columns;
  }

  Map<String, Conversion<?, ?>> conversions() {
    return conversions;
  }
}
