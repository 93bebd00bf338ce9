package dev.crossfade.copy;

import dev.crossfade.Difference;
import dev.crossfade.Entity;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.copy.RowsInOrder.Item;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.KeyCodec;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.wiring.EntityPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the rows of both stores in a range of keys, field by field: a page of the primary's is
 * held, the other store's rows of the same stretch pass by, in the order that both share. What
 * differs is read again before it counts. For one thread.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
final class RangeComparison<T, K> {
  static final int PAGE_ROWS = 4_096;
  private static final int PAGE_WEIGHT = 2 << 20;
  private static final int SUSPECTS = 500;

  private final StageView view;
  private final EntityPair<T, K> pair;
  private final Entity<T, K> entity;
  private final KeyCodec<K> keys;
  private final Suspects<T, K> again;
  private final Watch<K> watch;
  private final boolean computed;
  private final Page page = new Page();
  private final List<K> suspects = new ArrayList<>();
  private Found found;

  /**
   * Who follows a comparison.
   *
   * @param <K> the keys' type
   */
  interface Watch<K> {
    /** Asked for each row: throws to end the comparison. */
    void check();

    /** Told of keys that differ, once they do for certain. */
    void differ(List<K> keys);
  }

  RangeComparison(StageView view, EntityPair<T, K> pair, Settling settling, Watch<K> watch) {
    this.view = view;
    this.pair = pair;
    this.entity = pair.entity();
    this.keys = entity.keys();
    this.again = new Suspects<>(view, pair, settling, watch::differ);
    this.watch = watch;
    this.computed = entity.components().stream().anyMatch(c -> c.isComputedByTarget());
    this.found = new Found(entity.name());
  }

  /** What is found in a range. */
  Found compare(KeyRange<K> range) {
    begin();
    try {
      K after = range.after();
      do {
        page.read(after, range.to());
        page.merge(after);
        after = page.to;
      } while (page.cut);
      settle();
    } catch (UnreadableValueException e) {
      begin();
      compareOneByOne(range);
    }
    return found;
  }

  private void begin() {
    found = new Found(entity.name());
    suspects.clear();
  }

  /** Some rows of the primary in key order, and how far those of the other store were merged. */
  private final class Page {
    private final List<T> rows = new ArrayList<>();
    private int weight;
    private int merged;
    private @Nullable K to;
    private boolean cut;
    private @Nullable K reached;
    private boolean full;

    /** Reads the rows behind {@code after}, as many as may be held. */
    void read(@Nullable K after, @Nullable K end) {
      rows.clear();
      weight = 0;
      merged = 0;
      cut = false;
      pair.on(view.primary()).forEachBetween(after, end, this::take);
      to = cut ? entity.keyOf(rows.get(rows.size() - 1)) : end;
    }

    private boolean take(T row) {
      watch.check();
      rows.add(row);
      weight += entity.weight(row);
      cut = weight >= PAGE_WEIGHT || rows.size() >= 2 * PAGE_ROWS;
      return !cut;
    }

    /** Lets the rows of the other store pass by; again, where too many of them differ. */
    void merge(@Nullable K after) {
      StoreRepository<T, K> secondary = pair.on(view.secondary());
      K behind = after;
      do {
        full = false;
        secondary.forEachBetween(behind, to, this::meet);
        behind = reached;
        settleIf(full);
      } while (full);
      while (merged < rows.size()) {
        lacks(rows.get(merged++));
      }
    }

    private boolean meet(T other) {
      watch.check();
      K key = entity.keyOf(other);
      int order = 1;
      while (merged < rows.size()
          && (order = keys.compare(entity.keyOf(rows.get(merged)), key)) < 0) {
        suspect(entity.keyOf(rows.get(merged++)));
      }
      if (merged < rows.size() && order == 0) {
        compare(rows.get(merged++), other, key);
      } else {
        suspect(key);
      }
      reached = key;
      full = suspects.size() >= SUSPECTS;
      return !full;
    }
  }

  private void compare(T one, T other, K key) {
    if (entity.same(one, other)) {
      found.rows++;
      if (computed) {
        found.known += entity.knownDifferences(one, other);
      }
    } else {
      suspect(key);
    }
  }

  private void lacks(T row) {
    suspect(entity.keyOf(row));
    settleIf(suspects.size() >= SUSPECTS);
  }

  private void suspect(K key) {
    found.rows++;
    suspects.add(key);
  }

  private void settleIf(boolean full) {
    if (full) {
      settle();
    }
  }

  private void settle() {
    if (!suspects.isEmpty()) {
      again.look(suspects, found);
      watch.check();
      suspects.clear();
    }
  }

  /** As above, for ranges with rows that cannot be read: those are told, the others compared. */
  private void compareOneByOne(KeyRange<K> range) {
    RowsInOrder<T, K> primary = new RowsInOrder<>(pair.on(view.primary()), range);
    RowsInOrder<T, K> secondary = new RowsInOrder<>(pair.on(view.secondary()), range);
    Item<T, K> a = primary.nextOrNull();
    Item<T, K> b = secondary.nextOrNull();
    while (a != null || b != null) {
      watch.check();
      int order =
          a == null ? 1 : b == null ? -1 : Arrays.compareUnsigned(a.canonical(), b.canonical());
      compare(order <= 0 ? a : null, order >= 0 ? b : null);
      settleIf(suspects.size() >= SUSPECTS);
      a = order <= 0 ? primary.nextOrNull() : a;
      b = order >= 0 ? secondary.nextOrNull() : b;
    }
    settle();
  }

  private void compare(@Nullable Item<T, K> a, @Nullable Item<T, K> b) {
    T primary = a == null ? null : a.row();
    T secondary = b == null ? null : b.row();
    if (isUnreadable(a) || isUnreadable(b)) {
      found.rows++;
      found.differs(key(a, b), List.of(new Difference("(row)", shown(a), shown(b))));
    } else if (primary != null && secondary != null) {
      compare(primary, secondary, key(a, b));
    } else {
      suspect(key(a, b));
    }
  }

  private boolean isUnreadable(@Nullable Item<T, K> item) {
    return item != null && item.unreadable() != null;
  }

  private String shown(@Nullable Item<T, K> item) {
    return item == null ? "absent" : item.unreadable() == null ? "present" : item.unreadable();
  }

  private K key(@Nullable Item<T, K> a, @Nullable Item<T, K> b) {
    Item<T, K> one = a == null ? b : a;
    if (one == null) {
      throw new IllegalStateException("a row of one of the stores was expected");
    }
    return one.key();
  }
}
