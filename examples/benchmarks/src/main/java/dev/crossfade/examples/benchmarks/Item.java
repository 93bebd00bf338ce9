package dev.crossfade.examples.benchmarks;

import dev.crossfade.Entity;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/** The row that everybody here writes and reads. */
record Item(long id, String name, String state, BigDecimal amount, Instant changedAt) {
  static final Entity<Item, Long> ENTITY =
      Entity.of(Item.class).key("id", Long.class).name("items").decimal("amount", 2).build();

  /** What a write of this key writes. */
  static Item next(long id) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new Item(
        id,
        "item number " + id,
        random.nextBoolean() ? "active" : "waiting",
        BigDecimal.valueOf(random.nextInt(1, 10_000_000), 2),
        Instant.ofEpochMilli(System.currentTimeMillis()));
  }
}
