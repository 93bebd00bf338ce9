/**
 * Records mapped to jOOQ tables: what the relational stores share.
 *
 * <p>An application meets {@link dev.crossfade.jooq.JooqRepository} (through the base class of its
 * store) and {@link dev.crossfade.jooq.Columns}. Everything else is for adapters: a store supplies
 * a {@link dev.crossfade.jooq.Dialect}, a {@link dev.crossfade.jooq.Sessions} and its {@link
 * dev.crossfade.jooq.Unit}s; a {@link dev.crossfade.jooq.MappedTable} has the statements and runs
 * them on whatever {@link dev.crossfade.jooq.Session} it is given. No connection is reachable from
 * a repository.
 */
@NullMarked
package dev.crossfade.jooq;

import org.jspecify.annotations.NullMarked;
