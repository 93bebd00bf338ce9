/**
 * A schema for PostgreSQL and a mapping file, drafted from what a SQLite file or a MongoDB holds:
 * {@link dev.crossfade.cli.draft.Draft}.
 */
@NullMarked
package dev.crossfade.cli.draft;

import org.jspecify.annotations.NullMarked;
