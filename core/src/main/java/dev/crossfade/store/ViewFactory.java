package dev.crossfade.store;

/**
 * Makes the implementation of a view, usually its constructor: {@code PostgresLatestScores::new}.
 *
 * @param <T> the record that holds a row
 */
@FunctionalInterface
public interface ViewFactory<T> {
  /** Makes it. Must not use the store yet. */
  StoreView<T> create(ViewContext<T> context);
}
