package dev.crossfade.jooq;

import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How a value of the application's type is held by two columns of a row: a timestamp by a date and
 * a time of day. Given to {@link Columns#pair}.
 *
 * <p>The functions must be inverse to each other and side-effect free. Null never reaches them: a
 * component that is null is null in both columns, and a row with null in one of them cannot be
 * read. Values that cannot be read back must throw {@link IllegalArgumentException}.
 *
 * @param <J> the type in the application's record
 * @param <A> the type that the store's driver gets for the first column
 * @param <B> the type that the store's driver gets for the second column
 */
public interface PairConversion<J, A, B> {
  /** The type in the application's record. */
  Class<J> type();

  /** The type handed to the store for the first column. */
  Class<A> firstStored();

  /** The type handed to the store for the second column. */
  Class<B> secondStored();

  /** What the first column holds of a value. */
  A first(J value);

  /** What the second column holds of a value. */
  B second(J value);

  /** The value that the two make. */
  J load(A first, B second);

  /** A conversion made of functions. */
  static <J, A, B> PairConversion<J, A, B> of(
      Class<J> type,
      Class<A> firstStored,
      Class<B> secondStored,
      Function<? super J, ? extends A> first,
      Function<? super J, ? extends B> second,
      BiFunction<? super A, ? super B, ? extends J> load) {
    return new PairConversion<>() {
      @Override
      public Class<J> type() {
        return type;
      }

      @Override
      public Class<A> firstStored() {
        return firstStored;
      }

      @Override
      public Class<B> secondStored() {
        return secondStored;
      }

      @Override
      public A first(J value) {
        return first.apply(value);
      }

      @Override
      public B second(J value) {
        return second.apply(value);
      }

      @Override
      public J load(A a, B b) {
        return load.apply(a, b);
      }
    };
  }
}
