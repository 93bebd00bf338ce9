/**
 * The change of stage: gates, and the change of primary.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.cutover;

import org.jspecify.annotations.NullMarked;
