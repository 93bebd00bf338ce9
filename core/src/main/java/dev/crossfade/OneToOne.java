package dev.crossfade;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values and what stands for them, one to one. Filled by one thread, then only read.
 *
 * @param <V> the values
 * @param <W> what stands for them
 */
final class OneToOne<V, W> {
  private final Map<V, W> words = new LinkedHashMap<>();
  private final Map<W, V> values = new LinkedHashMap<>();

  void add(V value, W word) {
    V other = values.putIfAbsent(word, value);
    if (other != null) {
      throw new IllegalArgumentException(
          "'" + word + "' stands for " + other + " and for " + value + "; tell them apart");
    }
    words.put(value, word);
  }

  /** Each of these must stand for something. */
  void requireAll(Collection<? extends W> used) {
    for (W word : used) {
      if (!values.containsKey(word)) {
        throw new IllegalArgumentException(
            "'" + word + "' stands for no constant; there are " + words.keySet());
      }
    }
  }

  W word(V value) {
    W word = words.get(value);
    if (word == null) {
      throw new IllegalArgumentException("expected is one of " + words.keySet());
    }
    return word;
  }

  V value(W word) {
    V value = values.get(word);
    if (value == null) {
      throw new IllegalArgumentException("expected is one of " + values.keySet());
    }
    return value;
  }
}
