package dev.crossfade.cli.inspect;

import java.util.List;

/**
 * What a database of MongoDB holds. Immutable.
 *
 * @param name the store's: hosts and database, nothing that is secret
 * @param collections by name, the library's own left out
 * @param views names of views and time series, which are not read
 */
public record DatabaseProfile(
    String name, List<CollectionProfile> collections, List<String> views) {
  /** Copies the lists. */
  public DatabaseProfile {
    collections = List.copyOf(collections);
    views = List.copyOf(views);
  }
}
