/**
 * Steps 1 to 3 of a write: mark and primary in one transaction, then the resulting rows to the
 * secondary.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.write;

import org.jspecify.annotations.NullMarked;
