package dev.crossfade.copy;

import dev.crossfade.Difference;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.copy.Settling.Verdict;
import dev.crossfade.stage.StageView;
import dev.crossfade.wiring.EntityPair;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks again at keys whose rows looked different, and tells of those that do for certain. Safe for
 * use by many threads.
 *
 * @param told gets keys that differ
 */
record Suspects<T, K>(
    StageView view, EntityPair<T, K> pair, Settling settling, Consumer<? super List<K>> told) {
  private static final int AT_ONCE = 500;

  /** What they come to is added. */
  void look(List<K> keys, Found found) {
    for (int from = 0; from < keys.size(); from += AT_ONCE) {
      List<K> some = keys.subList(from, Math.min(keys.size(), from + AT_ONCE));
      try {
        settle(some, found);
      } catch (UnreadableValueException e) {
        some.forEach(key -> lookAlone(key, found));
      }
    }
  }

  private void lookAlone(K key, Found found) {
    try {
      settle(List.of(key), found);
    } catch (UnreadableValueException e) {
      String why = String.valueOf(e.getMessage());
      found.differs(key, List.of(new Difference("(row)", why, why)));
      told.accept(List.of(key));
    }
  }

  private void settle(List<K> keys, Found found) {
    Verdict<K> verdict = settling.settle(view, pair, keys);
    found.add(verdict);
    if (!verdict.differing().isEmpty()) {
      told.accept(List.copyOf(verdict.differing().keySet()));
    }
  }
}
