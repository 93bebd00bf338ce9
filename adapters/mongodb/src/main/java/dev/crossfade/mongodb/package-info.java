/** MongoDB as a store: the legacy one mostly, or the secondary after the cutover. */
@NullMarked
package dev.crossfade.mongodb;

import org.jspecify.annotations.NullMarked;
