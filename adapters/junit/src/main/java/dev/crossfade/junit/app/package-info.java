/**
 * For an application's own tests: its wiring on two empty databases in any stage or in every one
 * ({@link dev.crossfade.junit.app.CrossfadeTest}), what must be so when a test is over, and faults
 * of the secondary on demand.
 *
 * <p>Nothing here is null unless it says {@code @Nullable}.
 */
@NullMarked
package dev.crossfade.junit.app;

import org.jspecify.annotations.NullMarked;
