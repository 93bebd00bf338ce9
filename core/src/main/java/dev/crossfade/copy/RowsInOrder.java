package dev.crossfade.copy;

import dev.crossfade.UnreadableValueException;
import dev.crossfade.store.KeyCodec;
import dev.crossfade.store.StoreRepository;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a range in key order, a page at a time. A page with a row that cannot be read is read
 * row by row, so that only that one is without contents. For one thread.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
final class RowsInOrder<T, K> {
  private static final int PAGE = 500;

  private final StoreRepository<T, K> repository;
  private final KeyCodec<K> keys;
  private final @Nullable K end;
  private Iterator<Item<T, K>> page = Collections.emptyIterator();
  private @Nullable K after;
  private boolean last;

  /**
   * A row with its key.
   *
   * @param row its contents; null if they cannot be read
   * @param unreadable why not; null if they can
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as records
  record Item<T, K>(K key, byte[] canonical, @Nullable T row, @Nullable String unreadable) {}

  RowsInOrder(StoreRepository<T, K> repository, KeyRange<K> range) {
    this.repository = repository;
    this.keys = repository.entity().keys();
    this.after = range.after();
    this.end = range.to();
  }

  /** The next row; null after the last. */
  @Nullable Item<T, K> nextOrNull() {
    while (!page.hasNext() && !last) {
      page = turn();
    }
    if (!page.hasNext()) {
      return null;
    }
    Item<T, K> item = page.next();
    after = item.key;
    return item;
  }

  private Iterator<Item<T, K>> turn() {
    List<Item<T, K>> items = new ArrayList<>(PAGE);
    try {
      List<T> rows = repository.scan(after, PAGE);
      last = rows.size() < PAGE;
      for (T row : rows) {
        K key = repository.entity().keyOf(row);
        if (isBeyond(key)) {
          last = true;
          break;
        }
        items.add(item(key, row, null));
      }
    } catch (UnreadableValueException e) {
      readOneByOne(items);
    }
    return items.iterator();
  }

  private void readOneByOne(List<Item<T, K>> items) {
    items.clear();
    K to = repository.boundary(after, PAGE);
    if (to == null || isBeyond(to)) {
      to = end;
      last = true;
    }
    for (K key : repository.keysBetween(after, to)) {
      try {
        repository.find(key).ifPresent(row -> items.add(item(key, row, null)));
      } catch (UnreadableValueException e) {
        items.add(item(key, null, String.valueOf(e.getMessage())));
      }
    }
    after = to; // should all of them be gone meanwhile
  }

  private boolean isBeyond(K key) {
    return end != null && keys.compare(key, end) > 0;
  }

  private Item<T, K> item(K key, @Nullable T row, @Nullable String unreadable) {
    return new Item<>(key, keys.encode(key), row, unreadable);
  }
}
