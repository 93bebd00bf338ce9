/**
 * What an application sees of Crossfade: how it describes its entities, wires its repositories and
 * moves a migration from its legacy store to PostgreSQL and back.
 *
 * <p>Start at {@link dev.crossfade.Crossfade}. Nothing here is null unless it says
 * {@code @Nullable}.
 */
@NullMarked
package dev.crossfade;

import org.jspecify.annotations.NullMarked;
