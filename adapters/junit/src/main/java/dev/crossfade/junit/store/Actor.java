package dev.crossfade.junit.store;

import dev.crossfade.store.Mark;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An incarnation as the engine has it: it chooses the ids of its entries, and knows each from
 * before the store sees it until its operation is over. The ids fall, because they are no order.
 */
final class Actor {
  private static final AtomicLong NUMBERS = new AtomicLong();

  final UUID id;
  final String migration;
  private final AtomicLong next = new AtomicLong(1_000_000_000);
  private final Set<Long> known = ConcurrentHashMap.newKeySet();

  Actor(String migration) {
    this.id = new UUID(0xac7020000000L, NUMBERS.incrementAndGet());
    this.migration = migration;
  }

  Mark entry(long epoch) {
    return mark(Mark.Kind.ENTRY, epoch);
  }

  Mark mark(Mark.Kind kind, long epoch) {
    return new Mark(migration, epoch, kind, id, this::nextId);
  }

  boolean knows(long entry) {
    return known.contains(entry);
  }

  void forget(long... entries) {
    for (long entry : entries) {
      known.remove(entry);
    }
  }

  private long nextId() {
    long given = next.decrementAndGet();
    known.add(given);
    return given;
  }
}
