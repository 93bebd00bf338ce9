/**
 * PostgreSQL 14 to 18 as a store of a migration: usually its target, after the cutover its truth.
 *
 * <p>Start at {@link dev.crossfade.postgres.PostgresStore}; repositories extend {@link
 * dev.crossfade.postgres.PostgresRepository}. The library keeps its own tables in schema {@code
 * crossfade}.
 */
@NullMarked
package dev.crossfade.postgres;

import org.jspecify.annotations.NullMarked;
