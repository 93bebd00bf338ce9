package dev.crossfade.copy;

import dev.crossfade.CrossfadeListener.BacklogEvent;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how far repair has come with more than it can do in one round. For one thread at a time.
 */
final class Backlog {
  private static final Logger log = LoggerFactory.getLogger(Backlog.class);
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final Crossing crossing;
  private final Supplier<JournalStatus> journal;
  private boolean drains;
  private long copied;
  private long told;

  Backlog(Crossing crossing, Supplier<JournalStatus> journal) {
    this.crossing = crossing;
    this.journal = journal;
  }

  /**
   * A round is over.
   *
   * @param rows how many it has copied
   * @param isFull whether it had as much to do as a round may have
   */
  void round(long rows, boolean isFull) {
    if (isFull && !drains) {
      drains = true;
      copied = 0;
      told = System.nanoTime() - EVERY.toNanos();
    }
    copied += rows;
    if (drains && (!isFull || System.nanoTime() - told >= EVERY.toNanos())) {
      drains = isFull;
      told = System.nanoTime();
      tell(journal.get());
    }
  }

  private void tell(JournalStatus status) {
    log.info(
        "Repair of migration '{}' has copied {} rows; {} entries are left, the oldest is {} s old.",
        crossing.name(),
        copied,
        status.left(),
        status.oldest().toSeconds());
    BacklogEvent event = new BacklogEvent(crossing.name(), status.left(), copied, status.oldest());
    crossing.events().tell(listener -> listener.backlog(event));
  }
}
