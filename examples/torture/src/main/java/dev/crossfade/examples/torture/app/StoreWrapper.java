package dev.crossfade.examples.torture.app;

import dev.crossfade.Stage.Side;
import dev.crossfade.store.Store;

/**
 * What a child puts around its stores: nothing, but in tests of this harness, which take a guard
 * away and expect a verdict that is not clean. Named by the system property {@code
 * torture.wrapper}; has a constructor without arguments.
 */
@FunctionalInterface
public interface StoreWrapper {
  /** The store the child is to use instead. */
  Store wrap(Side side, Store store);
}
