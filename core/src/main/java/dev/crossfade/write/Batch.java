package dev.crossfade.write;

import dev.crossfade.stage.StageView;
import dev.crossfade.store.RowState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Operations that go to the secondary in one transaction, all of one stage and one incarnation: one
 * that is waited for or rehearsed, alone, or as many of the others as there are.
 *
 * <p>It does what they would do one after the other in the order of the queue. That is no order of
 * the protocol's: operations of one batch that have a key in common contest each other at their
 * finish, whichever of them came last, and repair copies that key.
 *
 * <p>Belongs to one thread.
 */
final class Batch {
  /** Enough for a transaction's own cost to vanish, few enough for locks to be short. */
  static final int ROWS = 500;

  private static final Comparator<RowState<?, ?>> BY_KEY =
      (a, b) -> Arrays.compareUnsigned(a.canonicalKey(), b.canonicalKey());

  private final List<Carried> operations;
  private int rows;

  /** With this one in it, however many rows it has. */
  Batch(Carried first) {
    this(List.of(first));
  }

  private Batch(List<Carried> operations) {
    this.operations = new ArrayList<>(operations);
    operations.forEach(each -> rows += each.rows());
  }

  /** Adds it, unless it does not belong here, or has no room. */
  boolean add(Carried next) {
    boolean fits =
        first().isBatched()
            && next.isBatched()
            && next.owner().equals(owner())
            && next.view().epoch() == view().epoch()
            && next.view().primary() == view().primary()
            && rows + next.rows() <= ROWS;
    if (fits) {
      operations.add(next);
      rows += next.rows();
    }
    return fits;
  }

  Carried first() {
    return operations.get(0);
  }

  List<Carried> operations() {
    return operations;
  }

  StageView view() {
    return first().view();
  }

  UUID owner() {
    return first().owner();
  }

  /**
   * What is to be brought about, each key once: the last state of those that have one. Of many in
   * the order of their keys, so that two batches do not wait for each other's rows.
   */
  List<RowState<?, ?>> states() {
    if (operations.size() == 1) {
      return first().states();
    }
    Map<RowState<?, ?>, RowState<?, ?>> last = new LinkedHashMap<>();
    operations.forEach(each -> each.states().forEach(state -> last.put(state, state)));
    List<RowState<?, ?>> states = new ArrayList<>(last.values());
    states.sort(BY_KEY);
    return states;
  }

  /** Two of half as many operations, in the same order; of at least two. */
  List<Batch> halves() {
    int half = operations.size() / 2;
    return List.of(
        new Batch(operations.subList(0, half)),
        new Batch(operations.subList(half, operations.size())));
  }
}
