/**
 * SQLite as either end of a migration: {@link dev.crossfade.sqlite.SqliteStore} is the file, {@link
 * dev.crossfade.sqlite.SqliteRepository} what an application extends, {@link
 * dev.crossfade.sqlite.SqliteConversions} the forms that values have in files that others wrote.
 */
@NullMarked
package dev.crossfade.sqlite;

import org.jspecify.annotations.NullMarked;
