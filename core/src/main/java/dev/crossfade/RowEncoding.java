package dev.crossfade;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * Rows as bytes, to be hashed: two rows are encoded the same exactly if {@link RowType#same} calls
 * them the same.
 *
 * <p>Each component is written in its order, known differences left out, in the canonical form of
 * its {@link Comparison}: values that count as the same in the same way (decimals by value, times
 * cut and in UTC, JSON by structure), and everything with its kind and, where that varies, its
 * length, so that nothing can be taken for anything else: not null for an empty text, not two
 * columns for two others.
 *
 * <p>Not safe for use by several threads; keeps a buffer of the longest row it has met.
 *
 * @param <T> the record that holds a row
 */
public final class RowEncoding<T> {
  private final List<Component> components;
  private final CanonicalOutput out = new CanonicalOutput();

  private RowEncoding(List<Component> components) {
    this.components = components;
  }

  /**
   * The encoding of a kind of row; empty if a component has values of which no canonical form is
   * known, such as a {@code Map} or a class of the application's.
   */
  public static <T> Optional<RowEncoding<T>> of(RowType<T> type) {
    List<Component> compared =
        type.components().stream().filter(component -> !component.isComputedByTarget()).toList();
    for (Component component : compared) {
      if (!component.comparison().encodes(RowTypeBuilder.boxed(component.type()))) {
        return Optional.empty();
      }
    }
    return Optional.of(new RowEncoding<>(compared));
  }

  /** The encoded row. */
  public byte[] encode(T row) {
    write(row);
    return out.copy();
  }

  /** Adds the encoded row to a hash. */
  public void hash(T row, MessageDigest digest) {
    write(row);
    digest.update(out.array(), 0, out.length());
  }

  /** What rows are hashed by. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void write(T row) {
    out.clear();
    for (Component component : components) {
      component.comparison().encode(component.get(row), out);
    }
  }
}
