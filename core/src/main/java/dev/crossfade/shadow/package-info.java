/**
 * The second read, compared and settled off the caller's thread.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.shadow;

import org.jspecify.annotations.NullMarked;
