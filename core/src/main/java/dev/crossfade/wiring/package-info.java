/**
 * One migration as it was declared: its entities in foreign-key order, its two stores, a repository
 * on each.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.wiring;

import org.jspecify.annotations.NullMarked;
