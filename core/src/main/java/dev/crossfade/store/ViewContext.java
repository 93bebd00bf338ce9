package dev.crossfade.store;

import dev.crossfade.View;

/**
 * What the implementation of a view is made with. The library makes one per view and store and
 * hands it to the implementation's constructor, which hands it to its base class.
 *
 * @param <T> the record that holds a row
 */
public interface ViewContext<T> {
  /** The view it reads the rows of. */
  View<T> view();

  /** The store it is made for. */
  Store store();
}
