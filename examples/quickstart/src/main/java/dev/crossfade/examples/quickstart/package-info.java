/**
 * The quickstart: lets {@linkplain dev.crossfade.examples.quickstart.tokens the token monitor}
 * cross from SQLite or MongoDB to PostgreSQL and back under load, and proves that nothing was lost.
 */
@NullMarked
package dev.crossfade.examples.quickstart;

import org.jspecify.annotations.NullMarked;
