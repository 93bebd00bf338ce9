package dev.crossfade.cli.draft;

import dev.crossfade.cli.inspect.ColumnProfile;

/**
 * A target column.
 *
 * @param legacy where it comes from
 * @param name in PostgreSQL
 * @param choice its type
 * @param defaultExpression what is taken where no value is given, in PostgreSQL's words; empty
 *     without
 */
record ColumnDraft(
    ColumnProfile legacy, String name, TypeChoice choice, String defaultExpression) {}
