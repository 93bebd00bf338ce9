package dev.crossfade;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one entity, as the application reads and writes them.
 *
 * <p>An application extends it with its own methods, each marked {@link Reads} or {@link Writes},
 * implements the result once per store on the store's base class, and obtains the routed one from
 * {@link Crossfade#repository(Class)}. The stage of the migration then decides which implementation
 * a call reaches.
 *
 * <p>A routed repository is safe for use by many threads. All methods throw the {@link
 * CrossfadeException} that fits, the same in every stage; a write that throws has changed nothing
 * unless {@link CrossfadeException#outcome()} says otherwise.
 *
 * @param <T> the record that holds a row
 * @param <K> its key: {@code Long}, {@code Integer}, {@code String}, {@code UUID}, {@code byte[]},
 *     or a record of these
 */
public interface Repository<T, K> {
  /** The row with this key. */
  Optional<T> find(K key);

  /**
   * The row with this key, which must be there.
   *
   * @throws NotFoundException if there is none; a unit of work that catches it may go on
   */
  T get(K key);

  /** The rows with these keys that exist, in key order; a key given twice counts once. */
  List<T> findAll(Collection<? extends K> keys);

  /**
   * Inserts the row, or replaces the one with its key.
   *
   * @return the row as the store holds it, with generated key, defaults and roundings
   * @throws DuplicateKeyException if another unique value is taken
   */
  T save(T row);

  /**
   * Inserts the row.
   *
   * @return the row as the store holds it, with generated key, defaults and roundings
   * @throws DuplicateKeyException if its key or another unique value is taken
   */
  T insert(T row);

  /**
   * {@linkplain #save Saves} all rows in one unit of work: all or none.
   *
   * @return the rows as the store holds them, in the order given
   */
  List<T> saveAll(Collection<? extends T> rows);

  /**
   * Deletes the row with this key, and what the entity's declared cascades take with it.
   *
   * @return whether there was one
   */
  boolean delete(K key);

  /**
   * Deletes the rows with these keys in one unit of work: all or none.
   *
   * @return how many there were
   */
  int deleteAll(Collection<? extends K> keys);

  /** How many rows there are. Counts them: linear in the size of the table on most stores. */
  long count();

  /**
   * The next rows in key order, for paging through everything in bounded memory. The order is the
   * same on every store: numbers by value, text by its UTF-8 bytes, UUIDs and binary keys by their
   * bytes, times from the earliest to the latest.
   *
   * @param after the key of the last row of the page before; null for the first page
   * @param limit at most so many rows, at least 1
   */
  List<T> scan(@Nullable K after, int limit);
}
