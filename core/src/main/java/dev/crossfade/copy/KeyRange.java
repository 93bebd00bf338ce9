package dev.crossfade.copy;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of keys.
 *
 * @param after the key behind which it begins; null for the first of all
 * @param to the key with which it ends; null for the last of all
 */
record KeyRange<K>(@Nullable K after, @Nullable K to) {}
