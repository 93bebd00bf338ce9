/**
 * Entities and repositories for tables that have no Java: made at run time of what a mapping file
 * says. {@link dev.crossfade.cli.tables.PlannedTables} is the way in.
 */
@NullMarked
package dev.crossfade.cli.tables;

import org.jspecify.annotations.NullMarked;
