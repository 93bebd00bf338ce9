package dev.crossfade.store;

import dev.crossfade.View;
import dev.crossfade.ViewRepository;
import java.util.List;

/**
 * The rows of one view in one store: what the base class of an adapter provides for the library,
 * beside what an application calls.
 *
 * <p>Safe for use by many threads. Inside {@link Store#write} reads belong to the unit of work of
 * their thread; elsewhere they are transactions of their own.
 *
 * @param <T> the record that holds a row
 */
public interface StoreView<T> extends ViewRepository<T> {
  /** The view. */
  View<T> view();

  /**
   * What in the store does not fit it: there is no such view, it cannot be read, a column is
   * missing. One sentence each, with the fix; empty if all fits. The store must be connected.
   */
  List<String> problems();
}
