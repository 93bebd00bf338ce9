package dev.crossfade.copy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.CrossfadeListener.ParkedEvent;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Journal;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.ShownKeys;
import dev.crossfade.write.SecondaryBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps 2 to 4 of a copy: reads the marked keys from the primary, brings the secondary to that
 * state, finishes. Repair, backfill and the copy of named keys differ only in what they mark.
 *
 * <p>The marks are committed before the first read, because each read is a transaction of its own.
 * Safe for use by many threads, each with its own operation.
 */
final class Copier {
  private static final Logger log = LoggerFactory.getLogger(Copier.class);

  /** With the default of five tries a key is refused for a quarter of a minute, then parked. */
  private static final Duration REST = Duration.ofSeconds(1);

  /** Of keys parked beyond these only the number is told. */
  private static final int MOST_TOLD = 1_000;

  /** More than any chunk of a backfill should have. */
  private static final int MOST_AT_ONCE = 1 << 20;

  private final Crossing crossing;
  private final Ownership ownership;
  private final SecondaryBreaker breaker;

  /** How many rows the secondary has taken in time of late; grows while it does. */
  private volatile int atOnce = MOST_AT_ONCE;

  Copier(Crossing crossing, Ownership ownership, SecondaryBreaker breaker) {
    this.crossing = crossing;
    this.ownership = ownership;
    this.breaker = breaker;
  }

  /**
   * Copies the keys of {@code own}, which are marked, and deletes {@code taken} from the journal as
   * far as they are right then. Does not end the operation.
   *
   * @throws CrossfadeException if the secondary cannot be reached, or the outcome is unknown; the
   *     keys stay in the journal
   */
  CopyResult copy(StageView view, Operation operation, List<Entry> own, List<Entry> taken) {
    Delivery delivery = new Delivery(crossing, view, operation, breaker, atOnce);
    PrimaryRows rows = new PrimaryRows(crossing, view);
    List<RowState<?, ?>> states = read(view, rows, own);
    try {
      delivery.refuse(rows.unreadable());
      delivery.deliver(states);
      atOnce = Math.min(MOST_AT_ONCE, 2 * delivery.atOnce());
    } catch (RuntimeException | Error e) {
      atOnce = delivery.atOnce();
      giveUp(view, operation, own, delivery, e);
      throw e;
    }
    return finish(view, operation, own, taken, delivery);
  }

  /**
   * As {@link #copy}, for a range that was marked and then read: all of it at once, and divided
   * only if the secondary refuses. What is behind the rows read is not touched, though it may be
   * marked.
   */
  <T, K> CopyResult load(
      StageView view, Operation operation, List<Entry> own, RangeRows<T, K> range) {
    Delivery delivery = new Delivery(crossing, view, operation, breaker, atOnce);
    try {
      if (!delivery.load(range)) {
        delivery.deliver(range.states(view.secondary()));
      }
    } catch (RuntimeException | Error e) {
      giveUp(view, operation, own, delivery, e);
      throw e;
    }
    return finish(view, operation, own, List.of(), delivery);
  }

  /** Reading changes nothing, whatever comes of it. */
  private List<RowState<?, ?>> read(StageView view, PrimaryRows rows, List<Entry> own) {
    try {
      return rows.read(own);
    } catch (RuntimeException e) {
      journal(view).withdraw(own);
      throw e;
    }
  }

  /**
   * Nothing was taken, so nothing is lost; what the copy itself marked goes only if it is known to
   * have done nothing.
   */
  private void giveUp(
      StageView view, Operation operation, List<Entry> own, Delivery delivery, Throwable e) {
    List<Entry> all = with(own, delivery.ancestors());
    if (isUnknown(e)) {
      ownership.suspect(operation.owner());
      journal(view).finish(List.of(finish(operation, all, Finish.Outcome.UNKNOWN, List.of())));
    } else if (delivery.rows() > 0) {
      journal(view).finish(List.of(finish(operation, all, Finish.Outcome.NOT_DONE, List.of())));
    } else {
      journal(view).withdraw(all);
    }
  }

  /** What a store throws that is no exception of ours says nothing about the outcome. */
  private static boolean isUnknown(Throwable e) {
    return e instanceof CrossfadeException failure
        ? failure.outcome() != Outcome.NOT_WRITTEN
        : !(e instanceof FencedException || e instanceof StaleEpochException);
  }

  private CopyResult finish(
      StageView view, Operation operation, List<Entry> own, List<Entry> taken, Delivery delivery) {
    Refusals refusals = new Refusals(own, taken, delivery.refused());
    List<Entry> fresh = markFresh(view, operation, refusals);
    List<Entry> left = with(refusals.ownKept(), fresh);
    List<Finish> finishes = new ArrayList<>();
    if (!left.isEmpty()) {
      finishes.add(finish(operation, left, Finish.Outcome.NOT_DONE, List.of()));
    }
    finishes.add(
        finish(
            operation,
            with(refusals.ownDone(), delivery.ancestors()),
            Finish.Outcome.DONE,
            refusals.takenDone()));
    int behind = journal(view).finish(finishes);
    journal(view).withdraw(refusals.withdrawn());
    int parked = count(view, refusals, fresh, delivery.passing());
    return new CopyResult(delivery.rows(), delivery.refused().size(), parked, behind);
  }

  private List<Entry> markFresh(StageView view, Operation operation, Refusals refusals) {
    return refusals.fresh().isEmpty()
        ? List.of()
        : journal(view).markForRepair(operation.copyMark(crossing.name(), view), refusals.fresh());
  }

  /** Time-outs let a key rest, but never park it: somebody else is in its way. */
  private int count(StageView view, Refusals refusals, List<Entry> fresh, Set<String> passing) {
    int parked = 0;
    for (Map.Entry<String, List<Entry>> group : refusals.byReason(fresh).entrySet()) {
      String reason = group.getKey();
      int parkAfter =
          passing.contains(reason) ? Integer.MAX_VALUE : crossing.settings().parkAfter();
      int now = journal(view).failed(group.getValue(), reason, parkAfter, REST);
      if (now > 0 && crossing.events().wanted()) {
        tellParked(view, Set.copyOf(group.getValue()));
      }
      parked += now;
    }
    return parked;
  }

  /** Which of the entries that have failed are parked now; the journal said how many. */
  private void tellParked(StageView view, Set<Entry> failed) {
    List<ParkedEntry> parked;
    try {
      parked = journal(view).parked(crossing.name(), MOST_TOLD);
    } catch (CrossfadeException e) {
      log.debug("which keys of migration '{}' were parked is not told", crossing.name(), e);
      return; // they are, whoever knows of it
    }
    for (ParkedEntry entry : parked) {
      if (failed.contains(entry.entry())) {
        ParkedEvent event = new ParkedEvent(crossing.name(), ShownKeys.parked(crossing, entry));
        crossing.events().tell(listener -> listener.parked(event));
      }
    }
  }

  private Finish finish(
      Operation operation, List<Entry> entries, Finish.Outcome outcome, List<Entry> taken) {
    return new Finish(crossing.name(), operation.owner(), entries, outcome, taken);
  }

  private static List<Entry> with(List<Entry> entries, List<Entry> more) {
    List<Entry> all = new ArrayList<>(entries);
    all.addAll(more);
    return all;
  }

  private Journal journal(StageView view) {
    return crossing.store(view.primary()).journal();
  }
}
