package dev.crossfade;

import java.util.List;

/**
 * The rows of one {@link View}, as the application reads them.
 *
 * <p>An application extends it with its own methods, each marked {@link Reads}, implements the
 * result once per store on the store's base class, and obtains the routed one from {@link
 * Crossfade#view(Class)}. Nothing of it writes.
 *
 * <p>A routed one is safe for use by many threads. All methods throw the {@link CrossfadeException}
 * that fits, the same in every stage.
 *
 * @param <T> the record that holds a row
 */
public interface ViewRepository<T> {
  /** All rows, in no order. They are held in memory, so it is for views that have few. */
  @Reads(unordered = true)
  List<T> all();

  /** How many rows there are. Counts them: as much work as the view's query. */
  @Reads
  long count();
}
