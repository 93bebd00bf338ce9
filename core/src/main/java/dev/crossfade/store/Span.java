package dev.crossfade.store;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One key of an entity, or a range of its keys in canonical order.
 *
 * <p>The arrays are not copied; nobody may change them.
 */
public final class Span {
  private final String entity;
  private final byte[] from;
  private final byte @Nullable [] to;
  private final boolean range;

  private Span(String entity, byte[] from, byte @Nullable [] to, boolean range) {
    this.entity = entity;
    this.from = from;
    this.to = to;
    this.range = range;
  }

  /** One key. */
  public static Span point(String entity, byte[] key) {
    return new Span(entity, key, null, false);
  }

  /** The keys from {@code from} to {@code to}, both included; {@code to} null for no end. */
  public static Span range(String entity, byte[] from, byte @Nullable [] to) {
    return new Span(entity, from, to, true);
  }

  /**
   * The keys behind {@code after}, null for the first, up to and including {@code to}, null for no
   * end.
   *
   * @param after a canonical key; the least key behind it is itself with a zero byte appended
   */
  public static Span behind(String entity, byte @Nullable [] after, byte @Nullable [] to) {
    return range(entity, after == null ? new byte[0] : Arrays.copyOf(after, after.length + 1), to);
  }

  /** The entity's name. */
  public String entity() {
    return entity;
  }

  /** The key, or the least key of the range. */
  public byte[] from() {
    return from;
  }

  /** The greatest key of a range; null if it has no end, or for a single key. */
  public byte @Nullable [] to() {
    return to;
  }

  /** Whether it is a range, even if of one key. */
  public boolean isRange() {
    return range;
  }

  /** Whether a key of the same entity is in it. */
  public boolean contains(byte[] key) {
    return range
        ? Arrays.compareUnsigned(from, key) <= 0
            && (to == null || Arrays.compareUnsigned(key, to) <= 0)
        : Arrays.equals(from, key);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Span that
        && range == that.range
        && entity.equals(that.entity)
        && Arrays.equals(from, that.from)
        && Arrays.equals(to, that.to);
  }

  @Override
  public int hashCode() {
    return 31 * entity.hashCode() + Arrays.hashCode(from);
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    String low = hex.formatHex(from);
    return entity
        + (range
            ? "[" + low + ", " + (to == null ? "end" : hex.formatHex(to)) + "]"
            : "[" + low + "]");
  }
}
