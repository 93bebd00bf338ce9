package dev.crossfade.examples.bookmarks;

import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Writes;
import java.util.List;

/** What the application does with bookmarks; find, insert, save, delete and more are inherited. */
public interface Bookmarks extends Repository<Bookmark, Long> {
  /** The most visited ones, most visited first. */
  @Reads
  List<Bookmark> mostVisited(int limit);

  /** Counts a visit; whether there is such a bookmark. */
  @Writes
  boolean visit(long id);
}
