/**
 * The command {@code crossfade}: {@link dev.crossfade.cli.CrossfadeCommand} is its entry, and for
 * builds that want to run it in their own process. What it does stands in {@code
 * docs/command-line.md}.
 */
@NullMarked
package dev.crossfade.cli;

import org.jspecify.annotations.NullMarked;
