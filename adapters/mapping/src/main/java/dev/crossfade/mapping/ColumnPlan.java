package dev.crossfade.mapping;

import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a column crosses. Immutable.
 *
 * @param target the target column
 * @param legacy the legacy column
 * @param second the other legacy column, where two hold one value; null for one column
 * @param form how the legacy column holds its values
 * @param usual whether that is how the legacy store's repository holds this type by itself, so that
 *     no conversion need be named
 * @param nullable whether a component may be null: one of the columns can be, or a store fills it
 * @param defaulted whether a store fills it where it is null at an insert
 * @param scale with how many decimal places both stores are compared; null for by value
 * @param unit to which unit of time both stores are compared; null for microseconds, or no time
 * @param json {@code text}, {@code tree} or a class name for a JSON column; null for others
 * @param computed whether the target computes it on its own
 * @param redacted whether its values never show
 * @param field where documents have it; null where the legacy store is of tables
 * @param lookup how the target refers to a row, where the component has another value of it; null
 *     where the column holds the component
 */
public record ColumnPlan(
    String target,
    String legacy,
    @Nullable String second,
    LegacyForm form,
    boolean usual,
    boolean nullable,
    boolean defaulted,
    @Nullable Integer scale,
    @Nullable ChronoUnit unit,
    @Nullable String json,
    boolean computed,
    boolean redacted,
    @Nullable FieldPlan field,
    @Nullable LookupPlan lookup) {
  /** The same, looked up. */
  ColumnPlan lookedUp(@Nullable LookupPlan how) {
    return new ColumnPlan(
        target, legacy, second, form, usual, nullable, defaulted, scale, unit, json, computed,
        redacted, field, how);
  }
}
