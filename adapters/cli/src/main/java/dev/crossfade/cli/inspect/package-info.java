/**
 * What a SQLite file holds, value by value: {@link dev.crossfade.cli.inspect.Inspection} reads it,
 * {@link dev.crossfade.cli.inspect.FileProfile} is what was found.
 */
@NullMarked
package dev.crossfade.cli.inspect;

import org.jspecify.annotations.NullMarked;
