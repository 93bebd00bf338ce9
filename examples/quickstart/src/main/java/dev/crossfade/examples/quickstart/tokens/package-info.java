/**
 * The token monitor: what an application writes to cross from SQLite or MongoDB to PostgreSQL.
 *
 * <p>Begin with {@link dev.crossfade.examples.quickstart.tokens.TokenMonitor}.
 */
@NullMarked
package dev.crossfade.examples.quickstart.tokens;

import org.jspecify.annotations.NullMarked;
