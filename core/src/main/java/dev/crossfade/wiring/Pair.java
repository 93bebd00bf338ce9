package dev.crossfade.wiring;

import dev.crossfade.RowType;
import dev.crossfade.Stage.Side;

/**
 * What is read by the stage: an entity or a view, and its implementation on either side.
 *
 * @param <T> the record that holds a row
 */
public sealed interface Pair<T> permits EntityPair, ViewPair {
  /** What both sides return. */
  RowType<T> rows();

  /** The implementation on a side. */
  Object on(Side side);

  /** Its name in messages and metrics. */
  default String name() {
    return rows().name();
  }
}
