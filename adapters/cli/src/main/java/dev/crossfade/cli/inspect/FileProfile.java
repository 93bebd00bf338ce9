package dev.crossfade.cli.inspect;

import java.util.List;

/**
 * What a SQLite file holds. Immutable.
 *
 * @param file as it was given
 * @param bytes its size, without its write-ahead log
 * @param journalMode {@code delete}, {@code wal}, …
 * @param tables in the order in which they were made
 * @param views names of views, which are not read
 */
public record FileProfile(
    String file, long bytes, String journalMode, List<TableProfile> tables, List<String> views) {
  /** Copies the lists. */
  public FileProfile {
    tables = List.copyOf(tables);
    views = List.copyOf(views);
  }
}
