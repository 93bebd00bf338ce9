package dev.crossfade.wiring;

import dev.crossfade.Stage.Side;
import dev.crossfade.View;
import dev.crossfade.store.StoreView;

/**
 * A view and its implementation on either side. Immutable.
 *
 * @param <T> the record that holds a row
 */
public record ViewPair<T>(View<T> rows, StoreView<T> legacy, StoreView<T> target)
    implements Pair<T> {
  @Override
  public StoreView<T> on(Side side) {
    return side == Side.LEGACY ? legacy : target;
  }
}
