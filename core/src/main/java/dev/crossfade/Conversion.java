package dev.crossfade;

import java.util.function.Function;

/**
 * How a value of the application's type is held in a store.
 *
 * <p>The two functions must be inverse to each other and side-effect free; null never reaches them.
 * A value that the store holds but that cannot be read back must throw {@link
 * IllegalArgumentException} with a message that shows what was expected.
 *
 * @param <J> the type in the application's record
 * @param <S> the type the store's driver gets: {@code String}, {@code Long}, {@code Integer},
 *     {@code Double}, {@code BigDecimal}, {@code Boolean}, {@code byte[]}, {@code UUID}, {@code
 *     Instant}, {@code LocalDate}, …
 */
public interface Conversion<J, S> {
  /** The type in the application's record. */
  Class<J> type();

  /** The type handed to the store. */
  Class<S> stored();

  /** The stored form of a value. */
  S store(J value);

  /** The value of a stored form. */
  J load(S stored);

  /** A conversion made of two functions. */
  static <J, S> Conversion<J, S> of(
      Class<J> type,
      Class<S> stored,
      Function<? super J, ? extends S> store,
      Function<? super S, ? extends J> load) {
    return new Conversion<>() {
      @Override
      public Class<J> type() {
        return type;
      }

      @Override
      public Class<S> stored() {
        return stored;
      }

      @Override
      public S store(J value) {
        return store.apply(value);
      }

      @Override
      public J load(S value) {
        return load.apply(value);
      }
    };
  }

  /**
   * An enum held as text.
   *
   * @param label the text of each constant; must differ between constants
   * @throws IllegalArgumentException if two constants have one label
   */
  static <E extends Enum<E>> Conversion<E, String> enumText(
      Class<E> type, Function<? super E, String> label) {
    return EnumText.of(type, label);
  }
}
