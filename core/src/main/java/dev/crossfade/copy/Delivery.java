package dev.crossfade.copy;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.journal.Operation;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Change;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Load;
import dev.crossfade.store.Loaded;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.StateOrder;
import dev.crossfade.write.SecondaryBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Step 3 of a copy: brings many states to the secondary, all at once if it takes them. If it
 * refuses, they are halved until the ones it refuses stand alone; those are tried with the rows
 * they refer to, and those whose unique values are in each other's way are tried together. What is
 * refused even then is reported, the rest is there.
 *
 * <p>What takes too long is divided as well, into more parts: either there are too many rows, or a
 * lock is in the way of a few. A row that takes too long alone counts as refused for now. Where
 * nothing at all gets through the store is too slow, and the delivery is given up.
 *
 * <p>For one copy, by one thread.
 */
final class Delivery {
  /** More rows than these are halved first: most of their parents are there already. */
  private static final int MOST_WITH_ANCESTORS = 512;

  private static final int PARTS_OF_TOO_MANY = 8;

  /** Enough to come down to one row; more in a row are no row's fault. */
  private static final int MOST_TIMEOUTS = 7;

  /** So many rows more may take as long again as one. */
  private static final int ROWS_PER_LIMIT = 64;

  private static final int MOST_LIMITS = 6;

  private final Crossing crossing;
  private final StageView view;
  private final Operation operation;
  private final SecondaryBreaker breaker;
  private int atOnce;
  private int timeouts;
  private final Set<String> passing = new HashSet<>();
  private final Map<RowState<?, ?>, String> refused = new LinkedHashMap<>();
  private final List<RowState<?, ?>> inEachOthersWay = new ArrayList<>();
  private final List<Entry> ancestors = new ArrayList<>();
  private long rows;

  /**
   * @param atOnce how many rows to begin with
   */
  Delivery(
      Crossing crossing,
      StageView view,
      Operation operation,
      SecondaryBreaker breaker,
      int atOnce) {
    this.crossing = crossing;
    this.view = view;
    this.operation = operation;
    this.breaker = breaker;
    this.atOnce = atOnce;
  }

  /**
   * Brings the states over. Throws what is no refusal: the store is out of reach, or the outcome
   * unknown.
   */
  void deliver(List<RowState<?, ?>> states) {
    divide(states, atOnce);
    if (inEachOthersWay.size() > 1 && refusal(inEachOthersWay) == null) {
      inEachOthersWay.forEach(refused::remove);
    }
  }

  /**
   * Brings a range about as a whole.
   *
   * @return whether the secondary took it; if not nothing has changed, and its rows are to be
   *     delivered
   */
  <T, K> boolean load(RangeRows<T, K> range) {
    long begun = System.nanoTime();
    List<T> read = range.rows();
    try {
      Loaded loaded =
          crossing
              .store(view.secondary())
              .load(
                  new Load<>(
                      crossing.name(),
                      view.epoch(),
                      operation.owner(),
                      range.pair().on(view.secondary()),
                      range.after(),
                      range.to(),
                      read,
                      limit(read.size())));
      breaker.passed(view.secondary(), System.nanoTime() - begun);
      rows += loaded.rows() + loaded.deleted();
      return true;
    } catch (CrossfadeException e) {
      if (isRefusal(e)) {
        breaker.passed(view.secondary(), System.nanoTime() - begun);
        return false;
      }
      if (isOneOfFewTimeouts(e)) {
        return false;
      }
      throw e;
    }
  }

  /** With how many rows at once the next delivery is to begin. */
  int atOnce() {
    return atOnce;
  }

  /** Reasons that say nothing against the row: it was not its turn in time. */
  Set<String> passing() {
    return passing;
  }

  /** Keys whose rows cannot even be read from the primary. */
  void refuse(Map<RowState<?, ?>, String> unreadable) {
    refused.putAll(unreadable);
  }

  /** States the secondary refused, with the reason. */
  Map<RowState<?, ?>, String> refused() {
    return refused;
  }

  /** Entries of rows that were brought along because others refer to them. */
  List<Entry> ancestors() {
    return ancestors;
  }

  /** How many states were brought over. */
  long rows() {
    return rows;
  }

  private void divide(List<RowState<?, ?>> states, int atOnce) {
    if (states.size() <= atOnce) {
      halve(states);
      return;
    }
    List<RowState<?, ?>> ordered = StateOrder.of(crossing, states);
    for (int from = 0; from < ordered.size(); from += atOnce) {
      halve(ordered.subList(from, Math.min(ordered.size(), from + atOnce)));
    }
  }

  private void halve(List<RowState<?, ?>> read) {
    List<RowState<?, ?>> states = read;
    CrossfadeException refusal = refusal(states);
    if (refusal instanceof ForeignKeyException) {
      states = orphansReadAgain(read);
      refusal = states.equals(read) ? refusal : refusal(states);
    }
    if (refusal == null
        || (refusal instanceof ForeignKeyException
            && states.size() <= MOST_WITH_ANCESTORS
            && deliverWithAncestors(states))) {
      return;
    }
    if (refusal instanceof StoreTimeoutException && states.size() > 1) {
      atOnce = Math.max(1, states.size() / PARTS_OF_TOO_MANY);
      divide(states, atOnce);
    } else if (states.size() > 1) {
      List<RowState<?, ?>> ordered = StateOrder.of(crossing, states);
      halve(ordered.subList(0, ordered.size() / 2));
      halve(ordered.subList(ordered.size() / 2, ordered.size()));
    } else {
      refused(states.get(0), refusal);
    }
  }

  private void refused(RowState<?, ?> state, CrossfadeException refusal) {
    String reason = state.entity().name() + ": " + refusal.getMessage();
    refused.put(state, reason);
    if (refusal instanceof StoreTimeoutException) {
      passing.add(reason);
    }
    if (refusal instanceof DuplicateKeyException) {
      inEachOthersWay.add(state);
    }
  }

  /** Null if the secondary took the states, else why it did not. */
  private @Nullable CrossfadeException refusal(List<RowState<?, ?>> states) {
    if (states.isEmpty()) {
      return null;
    }
    long begun = System.nanoTime();
    try {
      crossing
          .store(view.secondary())
          .apply(
              new Change(
                  crossing.name(),
                  view.epoch(),
                  operation.owner(),
                  StateOrder.of(crossing, states),
                  limit(states.size())));
      breaker.passed(view.secondary(), System.nanoTime() - begun);
      rows += states.size();
      timeouts = 0;
      return null;
    } catch (CrossfadeException e) {
      if (isRefusal(e)) {
        // It has looked at the rows. One of a circle of unique values never gets through alone.
        breaker.passed(view.secondary(), System.nanoTime() - begun);
        return e;
      }
      if (isOneOfFewTimeouts(e)) {
        return e;
      }
      throw e;
    }
  }

  private Duration limit(int rows) {
    return crossing
        .settings()
        .secondaryLimit()
        .multipliedBy(Math.min(MOST_LIMITS, 1 + rows / ROWS_PER_LIMIT));
  }

  private boolean isOneOfFewTimeouts(CrossfadeException e) {
    return e instanceof StoreTimeoutException
        && e.outcome() == Outcome.NOT_WRITTEN
        && !Thread.currentThread().isInterrupted()
        && ++timeouts <= MOST_TIMEOUTS;
  }

  /**
   * Whether the store has looked at the rows and does not want them; another row may well be
   * wanted.
   */
  private static boolean isRefusal(CrossfadeException e) {
    return e.outcome() == Outcome.NOT_WRITTEN
        && !(e instanceof StoreUnavailableException
            || e instanceof StoreTimeoutException
            || e instanceof ConflictException);
  }

  /**
   * Rows whose parents the primary does not have any more have been deleted with them, or have
   * changed, since they were read. Their marks are older than either reading.
   */
  private List<RowState<?, ?>> orphansReadAgain(List<RowState<?, ?>> states) {
    PrimaryRows rows = new PrimaryRows(crossing, view);
    Parents parents = new Parents(crossing, view);
    Set<Span> gone = new HashSet<>();
    for (RowState<?, ?> parent : rows.readPoints(parents.of(states))) {
      if (parent.row() == null) {
        gone.add(point(parent));
      }
    }
    List<RowState<?, ?>> orphans =
        states.stream().filter(state -> parents.isOrphan(state, gone)).toList();
    if (orphans.isEmpty()) {
      return states;
    }
    List<RowState<?, ?>> current = new ArrayList<>(states);
    current.removeAll(new HashSet<>(orphans));
    current.addAll(rows.readPoints(orphans.stream().map(Delivery::point).toList()));
    refused.putAll(rows.unreadable());
    return current;
  }

  private static Span point(RowState<?, ?> state) {
    return Span.point(state.entity().name(), state.canonicalKey());
  }

  /**
   * Rows they refer to may be missing because their own copy is still to come: they are marked,
   * read and brought along.
   */
  private boolean deliverWithAncestors(List<RowState<?, ?>> states) {
    Set<RowState<?, ?>> family = new LinkedHashSet<>();
    List<Entry> marked = new ArrayList<>();
    collectAncestors(states, family, marked);
    if (family.isEmpty()) {
      journal().withdraw(marked); // of rows that cannot be read
      return false;
    }
    family.addAll(states);
    ancestors.addAll(marked); // should the outcome be unknown, it is so for them too
    if (refusal(List.copyOf(family)) == null) {
      return true;
    }
    ancestors.removeAll(marked);
    journal().withdraw(marked);
    return false;
  }

  private void collectAncestors(
      Collection<RowState<?, ?>> states, Set<RowState<?, ?>> family, List<Entry> marked) {
    List<Span> parents = new Parents(crossing, view).of(states);
    if (parents.isEmpty()) {
      return;
    }
    List<Entry> entries =
        journal().markForRepair(operation.copyMark(crossing.name(), view), parents);
    marked.addAll(entries);
    List<RowState<?, ?>> fresh = new ArrayList<>();
    for (RowState<?, ?> parent : new PrimaryRows(crossing, view).read(entries)) {
      if (family.add(parent)) {
        fresh.add(parent);
      }
    }
    collectAncestors(fresh, family, marked);
  }

  private Journal journal() {
    return crossing.store(view.primary()).journal();
  }
}
