package dev.crossfade.copy;

import dev.crossfade.store.Entry;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the states that the secondary refused stay in the journal: in the entries that were taken
 * for their key, else in the copy's own entry for it, else, when the copy had marked a range, in a
 * fresh entry. Immutable once made.
 */
final class Refusals {
  private final List<Entry> own;
  private final List<Entry> taken;
  private final Map<Span, Entry> ownPoints = new HashMap<>();
  private final Map<Span, List<Entry>> takenPoints = new HashMap<>();
  private final Set<Entry> takenKept = new HashSet<>();
  private final List<Entry> ownKept = new ArrayList<>();
  private final List<Entry> withdrawn = new ArrayList<>();
  private final List<Span> fresh = new ArrayList<>();
  private final List<String> freshReasons = new ArrayList<>();
  private final Map<String, List<Entry>> byReason = new LinkedHashMap<>();

  Refusals(List<Entry> own, List<Entry> taken, Map<RowState<?, ?>, String> refused) {
    this.own = own;
    this.taken = taken;
    if (!refused.isEmpty()) {
      own.forEach(entry -> ownPoints.put(entry.span(), entry));
      taken.forEach(
          entry -> takenPoints.computeIfAbsent(entry.span(), s -> new ArrayList<>()).add(entry));
      refused.forEach(this::place);
    }
  }

  private void place(RowState<?, ?> state, String reason) {
    Span point = Span.point(state.entity().name(), state.canonicalKey());
    Entry mine = ownPoints.get(point);
    List<Entry> theirs = takenPoints.get(point);
    if (theirs != null) {
      takenKept.addAll(theirs);
      counted(reason).addAll(theirs);
      if (mine != null) {
        withdrawn.add(mine);
      }
    } else if (mine != null) {
      ownKept.add(mine);
      counted(reason).add(mine);
    } else {
      fresh.add(point);
      freshReasons.add(reason);
    }
  }

  private List<Entry> counted(String reason) {
    return byReason.computeIfAbsent(reason, r -> new ArrayList<>());
  }

  /** Own entries whose keys are right now. */
  List<Entry> ownDone() {
    List<Entry> done = new ArrayList<>(own);
    done.removeAll(ownKept);
    done.removeAll(withdrawn);
    return done;
  }

  /** Own entries that stay. */
  List<Entry> ownKept() {
    return ownKept;
  }

  /** Own entries that go because taken ones stay for the same key. */
  List<Entry> withdrawn() {
    return withdrawn;
  }

  /** Taken entries whose keys are right now. */
  List<Entry> takenDone() {
    return taken.stream().filter(entry -> !takenKept.contains(entry)).toList();
  }

  /** Keys of a range that need an entry of their own. */
  List<Span> fresh() {
    return fresh;
  }

  /**
   * The entries that stay, by the reason; {@code freshEntries} are those of {@link #fresh}, in its
   * order.
   */
  Map<String, List<Entry>> byReason(List<Entry> freshEntries) {
    for (int i = 0; i < freshEntries.size(); i++) {
      counted(freshReasons.get(i)).add(freshEntries.get(i));
    }
    return byReason;
  }
}
