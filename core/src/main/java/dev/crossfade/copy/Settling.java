package dev.crossfade.copy;

import dev.crossfade.Difference;
import dev.crossfade.Entity;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether rows that looked different really are, while writes go on.
 *
 * <p>One look reads the primary, asks the journal, reads the secondary, and reads the primary
 * again. A write that the first read saw had its entry until its rows were in the secondary: if the
 * journal does not know the key then, the second read must see them. If in addition the primary has
 * not changed in between, a difference is one. Everything else is looked at again, a few times.
 * Safe for use by many threads.
 */
public final class Settling {
  private static final int LOOKS = 6;
  private static final long FIRST_PAUSE_MILLIS = 5;

  private final Crossing crossing;
  private final CountDownLatch closed;

  /** Made once per migration; waits end when {@code closed} is counted down. */
  public Settling(Crossing crossing, CountDownLatch closed) {
    this.crossing = crossing;
    this.closed = closed;
  }

  /**
   * What is known in the end.
   *
   * @param differing keys that differ, and where
   * @param unsettled keys that the journal knew, or that kept changing
   * @param <K> the keys' type
   */
  public record Verdict<K>(Map<K, List<Difference>> differing, List<K> unsettled) {}

  /** Looks at keys until each is the same, different, or has been looked at often enough. */
  public <T, K> Verdict<K> settle(StageView view, EntityPair<T, K> pair, Collection<K> keys) {
    Map<K, List<Difference>> differing = new LinkedHashMap<>();
    List<K> open = List.copyOf(keys);
    for (int look = 0; look < LOOKS && !open.isEmpty(); look++) {
      if (look > 0 && pauseUnlessClosed(FIRST_PAUSE_MILLIS << look)) {
        break;
      }
      open = look(view, pair, open, differing);
    }
    return new Verdict<>(differing, open);
  }

  private <T, K> List<K> look(
      StageView view, EntityPair<T, K> pair, List<K> keys, Map<K, List<Difference>> differing) {
    Entity<T, K> entity = pair.entity();
    Map<ByteBuffer, T> before = read(pair.on(view.primary()), keys);
    Set<Integer> covered =
        crossing
            .store(view.primary())
            .journal()
            .covered(entity.name(), keys.stream().map(entity.keys()::encode).toList());
    Map<ByteBuffer, T> secondary = read(pair.on(view.secondary()), keys);
    Map<ByteBuffer, T> after = read(pair.on(view.primary()), keys);
    List<K> open = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      ByteBuffer key = ByteBuffer.wrap(entity.keys().encode(keys.get(i)));
      List<Difference> differences = entity.differences(before.get(key), secondary.get(key));
      if (!differences.isEmpty()) {
        boolean moving = covered.contains(i) || !unchanged(entity, before.get(key), after.get(key));
        if (moving) {
          open.add(keys.get(i));
        } else {
          differing.put(keys.get(i), differences);
        }
      }
    }
    return open;
  }

  private static <T, K> boolean unchanged(
      Entity<T, K> entity, @Nullable T before, @Nullable T after) {
    return (before == null || after == null) ? before == after : entity.same(before, after);
  }

  private static <T, K> Map<ByteBuffer, T> read(StoreRepository<T, K> repository, List<K> keys) {
    Map<ByteBuffer, T> rows = new HashMap<>();
    for (T row : repository.findAll(keys)) {
      Entity<T, K> entity = repository.entity();
      rows.put(ByteBuffer.wrap(entity.keys().encode(entity.keyOf(row))), row);
    }
    return rows;
  }

  /**
   * Waits a little for what is under way.
   *
   * @return true if the migration is being closed, or the thread was interrupted
   */
  public boolean pauseUnlessClosed(long millis) {
    try {
      return closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
