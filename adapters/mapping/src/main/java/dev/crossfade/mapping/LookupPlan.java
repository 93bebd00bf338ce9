package dev.crossfade.mapping;

/**
 * How a column of the target refers to a row of which the component has another value. Immutable.
 *
 * @param parent the table referred to
 * @param id its column that the referring column has the value of
 * @param by its column that the component has the value of
 * @param type that column, but for its name and whether it can be null
 */
public record LookupPlan(TableName parent, String id, String by, ColumnDescription type) {}
