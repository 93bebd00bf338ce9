/**
 * What a store must provide to take part in a migration, and what it declares about itself: the
 * contract of the adapters. Applications need it only to write an adapter of their own; {@code
 * crossfade-junit} holds the suite that such an adapter must pass.
 *
 * <p>The words (mark, entry, incarnation, control row) are those of {@code docs/protocol.md}.
 */
@NullMarked
package dev.crossfade.store;

import org.jspecify.annotations.NullMarked;
