package dev.crossfade.store;

import dev.crossfade.Entity;
import dev.crossfade.Repository;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one entity in one store: what the base class of an adapter provides for the library,
 * beside what an application calls.
 *
 * <p>Safe for use by many threads. Inside {@link Store#write} calls belong to the unit of work of
 * their thread; changes elsewhere are refused with {@link IllegalStateException}, so that no change
 * goes unrecorded. Reads elsewhere are transactions of their own and see what was committed before
 * they began.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public interface StoreRepository<T, K> extends Repository<T, K> {
  /** The entity. */
  Entity<T, K> entity();

  /** Where the store keeps the rows. */
  Place place();

  /**
   * Other tables that hold parts of the rows, such as lists, each with the columns that have the
   * key of the row; by default there are none.
   */
  default List<Place> parts() {
    return List.of();
  }

  /**
   * The values that the columns of the key hold for a key, after conversion, in the order of {@link
   * Place#keyColumns}.
   */
  List<Object> storedKey(K key);

  /**
   * Whether a method of the implementation is the base class's own, so that the library may do its
   * work in a shorter way. False for what an application has overridden.
   */
  boolean inherits(String methodName, Class<?>... parameterTypes);

  /**
   * The key of the {@code limit}-th row behind {@code after}: the end of a chunk; null if fewer
   * rows are left.
   *
   * @param after null for the beginning
   */
  @Nullable K boundary(@Nullable K after, int limit);

  /**
   * The rows behind {@code after} up to and including {@code to}, in key order. Null: from the
   * first, to the last.
   */
  List<T> between(@Nullable K after, @Nullable K to);

  /**
   * Gives the rows that {@link #between} returns to {@code taker}, one after the other, until it
   * returns false. A store that can does not hold them all; whoever takes does not call it back.
   *
   * @throws dev.crossfade.UnreadableValueException at the first row that cannot be read
   */
  default void forEachBetween(@Nullable K after, @Nullable K to, Predicate<? super T> taker) {
    for (T row : between(after, to)) {
      if (!taker.test(row)) {
        return;
      }
    }
  }

  /**
   * The keys behind {@code after} up to and including {@code to}, in key order. Null: from the
   * first, to the last.
   */
  List<K> keysBetween(@Nullable K after, @Nullable K to);

  /**
   * The key of the row that has these values in components that are unique together; null if there
   * is none.
   *
   * @param components names of components, each held by one column
   * @param values one for each, not null
   */
  @Nullable K keyWith(List<String> components, Object[] values);

  /**
   * About how many rows there are, as far as the store knows without counting; -1 if it does not.
   */
  default long estimatedRows() {
    return -1;
  }

  /**
   * How the store holds the rows, in words that are others when a row would be read otherwise: its
   * table and columns. To be compared with what it was before, not to be read.
   */
  default String shape() {
    return place().toString();
  }

  /**
   * The highest key that this store's generator has given or a row has; empty if keys are not
   * generated numbers.
   */
  OptionalLong highestGenerated();

  /**
   * Makes this store's generator give only keys above {@code highest} from now on; never moves it
   * back.
   */
  void raiseGenerator(long highest);
}
