/**
 * Flyway migrations to jOOQ tables, records and repositories, at build time and without Docker: the
 * migrations run on a throw-away PostgreSQL, and jOOQ reads what they made. {@link
 * dev.crossfade.jooq.codegen.JooqGenerator} is the way in from Java, {@link
 * dev.crossfade.jooq.codegen.Generate} from a build.
 */
@NullMarked
package dev.crossfade.jooq.codegen;

import org.jspecify.annotations.NullMarked;
