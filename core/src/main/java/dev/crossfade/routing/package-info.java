/**
 * A call on a repository interface: classified once, then sent to the primary.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.routing;

import org.jspecify.annotations.NullMarked;
