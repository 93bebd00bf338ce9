/**
 * What a legacy store holds, value by value: {@link dev.crossfade.cli.inspect.Inspection} reads a
 * SQLite file, {@link dev.crossfade.cli.inspect.FileProfile} is what was found; {@link
 * dev.crossfade.cli.inspect.DatabaseInspection} reads a MongoDB, {@link
 * dev.crossfade.cli.inspect.DatabaseProfile} is what was found there.
 */
@NullMarked
package dev.crossfade.cli.inspect;

import org.jspecify.annotations.NullMarked;
