/**
 * The four steps for many rows at once: repair, backfill, named keys; and the verification of the
 * result.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.copy;

import org.jspecify.annotations.NullMarked;
