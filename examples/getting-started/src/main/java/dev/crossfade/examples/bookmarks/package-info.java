/** A small application on its way from a DAO over SQLite to both stores. */
@NullMarked
package dev.crossfade.examples.bookmarks;

import org.jspecify.annotations.NullMarked;
