/**
 * What keeps the journal short: own entries, finishing, repair, fencing.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.journal;

import org.jspecify.annotations.NullMarked;
