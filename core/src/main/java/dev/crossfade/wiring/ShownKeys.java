package dev.crossfade.wiring;

import dev.crossfade.ParkedKey;
import dev.crossfade.store.KeyCodec;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.Span;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What operators see of keys that the journal has in canonical form. */
public final class ShownKeys {
  private ShownKeys() {}

  /** A parked entry as operators see it. */
  public static ParkedKey parked(Crossing crossing, ParkedEntry parked) {
    Span span = parked.entry().span();
    EntityPair<?, ?> pair = crossing.pairIfDeclared(span.entity());
    return new ParkedKey(
        span.entity(),
        show(pair == null ? null : pair.entity().keys(), span),
        parked.attempts(),
        parked.reason(),
        parked.since());
  }

  /**
   * A key, or a range in words.
   *
   * @param keys null if the entity is not declared
   */
  static String show(@Nullable KeyCodec<?> keys, Span span) {
    if (!span.isRange()) {
      return point(keys, span.from());
    }
    byte[] to = span.to();
    return begin(keys, span.from()) + " up to " + (to == null ? "the last" : point(keys, to));
  }

  private static String begin(@Nullable KeyCodec<?> keys, byte[] from) {
    if (from.length == 0) {
      return "from the first";
    }
    String exact = decoded(keys, from);
    if (exact == null && from[from.length - 1] == 0) { // see Span.behind
      String before = decoded(keys, Arrays.copyOf(from, from.length - 1));
      if (before != null) {
        return "behind " + before;
      }
    }
    return "from " + (exact == null ? hex(from) : exact);
  }

  private static String point(@Nullable KeyCodec<?> keys, byte[] canonical) {
    String shown = decoded(keys, canonical);
    return shown == null ? hex(canonical) : shown;
  }

  /** Null if these bytes are not the canonical form of a key. */
  private static <K> @Nullable String decoded(@Nullable KeyCodec<K> keys, byte[] canonical) {
    if (keys == null) {
      return null;
    }
    try {
      K key = keys.decode(canonical);
      return Arrays.equals(keys.encode(key), canonical) ? keys.show(key) : null;
    } catch (RuntimeException e) {
      return null; // as of another type of key, before the entity was changed
    }
  }

  private static String hex(byte[] canonical) {
    return "0x" + HexFormat.of().formatHex(canonical);
  }
}
