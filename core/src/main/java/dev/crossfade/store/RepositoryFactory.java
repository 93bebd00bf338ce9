package dev.crossfade.store;

/**
 * Makes a repository implementation, usually its constructor: {@code PostgresTokens::new}.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
@FunctionalInterface
public interface RepositoryFactory<T, K> {
  /** Makes it. Must not use the store yet. */
  StoreRepository<T, K> create(RepositoryContext<T, K> context);
}
