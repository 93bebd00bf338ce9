package dev.crossfade.junit.app;

import dev.crossfade.Entity;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StoreRepository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the library says it has changed in a store, beside what the store says.
 *
 * <p>A call of the library lies between two lines of the store's log: whatever it changed stands
 * between them. A line is explained if it lies within a call that names its row. Where calls
 * overlap, in tests with several threads, one may explain another's line: this finds what escapes
 * the record when it is looked at, not what escapes it in a race. Safe for use by many threads.
 */
final class Recording {
  private final ChangeLog log;

  // Guarded by this.
  private final Map<String, StoreRepository<?, ?>> repositories = new LinkedHashMap<>();
  private final List<Call> calls = new ArrayList<>();
  private final Map<Row, List<RowState<?, ?>>> states = new LinkedHashMap<>();
  private final Map<Row, List<RowState<?, ?>>> possible = new LinkedHashMap<>();

  /** A row by its key, as the log has it. */
  private record Row(String entity, @Nullable String key) {}

  /**
   * @param rows null for all
   */
  private record Call(long after, long to, @Nullable Set<Row> rows) {
    boolean explains(ChangeLog.Line line) {
      return line.number() > after && line.number() <= to && isAbout(line);
    }

    private boolean isAbout(ChangeLog.Line line) {
      return rows == null || rows.contains(new Row(line.entity(), line.key()));
    }
  }

  Recording(ChangeLog log) {
    this.log = log;
  }

  /** The store's catalogue fits these; from now on their tables are watched. */
  synchronized void watch(Collection<? extends StoreRepository<?, ?>> found) {
    for (StoreRepository<?, ?> repository : found) {
      String entity = repository.entity().name();
      if (repositories.put(entity, repository) == null) {
        log.keep(entity, repository.place(), repository.parts());
      }
    }
  }

  /** Where the log ends now; a call begins. */
  long begin() {
    return log.last();
  }

  /** A call has changed these rows, each to that state. */
  void end(long begun, Collection<? extends RowState<?, ?>> changed) {
    if (begun >= 0) {
      end(begun, changed, states);
    }
  }

  /** Nobody knows whether a call has changed these rows, each to that state; others it has not. */
  void endUnknown(long begun, Collection<? extends RowState<?, ?>> meant) {
    end(begun, meant, possible);
  }

  private void end(
      long begun,
      Collection<? extends RowState<?, ?>> changed,
      Map<Row, List<RowState<?, ?>>> known) {
    if (changed.isEmpty()) {
      return;
    }
    end(begun, log.last(), changed, known);
  }

  /** These rows are changed, each to that state, when the application commits, or never. */
  void perhapsLater(long begun, Collection<? extends RowState<?, ?>> meant) {
    if (begun >= 0 && !meant.isEmpty()) {
      end(begun, Long.MAX_VALUE, meant, possible);
    }
  }

  private void end(
      long begun,
      long to,
      Collection<? extends RowState<?, ?>> changed,
      Map<Row, List<RowState<?, ?>>> known) {
    synchronized (this) {
      Set<Row> rows = new LinkedHashSet<>();
      for (RowState<?, ?> state : changed) {
        Row row = row(state);
        rows.add(row);
        known.computeIfAbsent(row, r -> new ArrayList<>()).add(state);
      }
      calls.add(new Call(begun, to, rows));
    }
  }

  /** What was changed since may be anything: it was meant to be, or its rows are not known. */
  void excuse(long begun) {
    long to = log.last();
    synchronized (this) {
      calls.add(new Call(begun, to, null));
    }
  }

  private Row row(RowState<?, ?> state) {
    return new Row(state.entity().name(), key(state));
  }

  private <T, K> String key(RowState<T, K> state) {
    return ChangeLog.text(repository(state.entity()).storedKey(state.key()));
  }

  @SuppressWarnings("unchecked") // kept under its own entity
  private <T, K> StoreRepository<T, K> repository(Entity<T, K> entity) {
    StoreRepository<?, ?> repository = repositories.get(entity.name());
    if (repository == null) {
      throw new IllegalStateException("no repository of " + entity + " was watched");
    }
    return (StoreRepository<T, K>) repository;
  }

  /** The changes that no call explains, a line each; empty if there are none. */
  synchronized List<String> unexplained() {
    Map<Row, Set<String>> found = new LinkedHashMap<>();
    for (ChangeLog.Line line : log.lines()) {
      if (calls.stream().noneMatch(call -> call.explains(line))) {
        found
            .computeIfAbsent(new Row(line.entity(), line.key()), r -> new LinkedHashSet<>())
            .add(line.operation());
      }
    }
    return found.entrySet().stream()
        .map(each -> String.join(", ", each.getValue()) + " of " + shown(each.getKey()))
        .toList();
  }

  /** Rows that the store holds otherwise than any of their records says, a line each. */
  synchronized List<String> contradicted() {
    Set<Row> excused = new LinkedHashSet<>();
    for (ChangeLog.Line line : log.lines()) {
      if (calls.stream().anyMatch(call -> call.rows() == null && call.explains(line))) {
        excused.add(new Row(line.entity(), line.key()));
      }
    }
    return states.entrySet().stream()
        .filter(each -> !excused.contains(each.getKey()))
        .filter(each -> each.getValue().stream().noneMatch(this::isStored))
        .filter(
            each ->
                possible.getOrDefault(each.getKey(), List.of()).stream().noneMatch(this::isStored))
        .map(each -> shown(each.getKey()) + " is not what was recorded of it")
        .toList();
  }

  private <T, K> boolean isStored(RowState<T, K> state) {
    T stored = repository(state.entity()).find(state.key()).orElse(null);
    T recorded = state.row();
    return (stored == null || recorded == null)
        ? stored == recorded
        : state.entity().same(stored, recorded);
  }

  private String shown(Row row) {
    String where = row.entity() + " (table " + log.tableOf(row.entity()) + ")";
    return row.key() == null
        ? "all rows of " + where
        : where + ", key " + row.key().replace(ChangeLog.SEPARATOR, '/');
  }

  /** Its keys that were recorded, for messages. */
  @Override
  public synchronized String toString() {
    return states.keySet().stream().map(this::shown).collect(Collectors.joining(", "));
  }
}
