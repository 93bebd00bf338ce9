/** Compares what the children were told with what is there. */
@NullMarked
package dev.crossfade.examples.torture.check;

import org.jspecify.annotations.NullMarked;
