/** The application of docs/getting-started.md, as it is after its steps. */
@NullMarked
package dev.crossfade.examples.music;

import org.jspecify.annotations.NullMarked;
