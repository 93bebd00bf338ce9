/**
 * The stage of a migration as this process sees it.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.stage;

import org.jspecify.annotations.NullMarked;
