package dev.crossfade.copy;

import dev.crossfade.wiring.EntityPair;
import java.util.List;

/**
 * Is told by a verification of keys that differ for certain, on the threads of that: several at
 * once.
 */
public interface Repairer {
  /** For who only looks. */
  Repairer NONE =
      new Repairer() {
        @Override
        public <T, K> void repair(EntityPair<T, K> pair, List<K> keys) {}
      };

  /** Copies them again. */
  <T, K> void repair(EntityPair<T, K> pair, List<K> keys);
}
