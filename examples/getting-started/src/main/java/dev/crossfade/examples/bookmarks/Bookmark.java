package dev.crossfade.examples.bookmarks;

import dev.crossfade.Entity;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table.
 *
 * @param id null before the store has given one
 * @param url where it leads; unique
 * @param title what it is called
 * @param visits how often it was followed
 * @param addedAt when it was added
 */
public record Bookmark(@Nullable Long id, String url, String title, int visits, Instant addedAt) {
  /** What both stores must know about it. */
  public static final Entity<Bookmark, Long> ENTITY =
      Entity.of(Bookmark.class)
          .key("id", Long.class)
          .name("bookmarks")
          .generatedKey() // autoincrement here, identity there
          .time("addedAt", ChronoUnit.SECONDS) // the file's text has no more
          .build();
}
