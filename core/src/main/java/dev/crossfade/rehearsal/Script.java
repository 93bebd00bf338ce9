package dev.crossfade.rehearsal;

import dev.crossfade.Stage.Side;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Store;
import dev.crossfade.store.Written;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one sampled write, kept while the primary does them: what is rehearsed, and what it
 * must come to. For one thread at a time.
 */
public final class Script {
  private static final int MOST_CALLS = 100;
  private static final int MOST_ROWS = 1_000;

  private final long before;
  private final List<Call> calls = new ArrayList<>();
  private @Nullable Call only;
  private boolean inside;
  private boolean tooLarge;

  /** A call, and what came of it on the primary. */
  static final class Call {
    final WriteMethod method;
    final Object @Nullable [] arguments;

    // What came of it.
    @Nullable Object result;
    @Nullable Throwable thrown;
    List<RowState<?, ?>> delta = List.of();

    Call(WriteMethod method, Object @Nullable [] arguments) {
      this.method = method;
      this.arguments = method.arguments().kept(arguments);
    }
  }

  /**
   * Of a write that is about to begin.
   *
   * @param before how many ids of entries this process has given so far
   */
  Script(long before) {
    this.before = before;
  }

  /** Makes a call of a unit of work on the primary, and keeps it. */
  public Object call(WriteMethod method, Object @Nullable [] arguments, Store store, Side side)
      throws Exception {
    if (inside || tooLarge) {
      return method.call(side, arguments); // a call within a call is repeated with that
    }
    Call call = begin(method, arguments);
    List<RowState<?, ?>> known = store.recorded();
    inside = true;
    try {
      Object result = method.call(side, arguments);
      call.result = Arguments.result(result);
      return result;
    } catch (Exception | Error e) {
      call.thrown = e;
      throw e;
    } finally {
      inside = false;
      call.delta = since(known, store.recorded());
    }
  }

  /** Keeps the only call of a write, before it is made. */
  public void only(WriteMethod method, Object @Nullable [] arguments) {
    only = begin(method, arguments);
  }

  /** The write is done; if it was one call only, this is what came of that. */
  public void came(Written<?> written) {
    Call call = only;
    if (call != null) {
      call.result = Arguments.result(written.result());
      call.delta = written.states();
    }
  }

  private Call begin(WriteMethod method, Object @Nullable [] arguments) {
    Call call = new Call(method, arguments);
    tooLarge = calls.size() == MOST_CALLS;
    if (!tooLarge) {
      calls.add(call);
    }
    return call;
  }

  /** A row that the write itself has made may be gone without a trace. */
  private List<RowState<?, ?>> since(List<RowState<?, ?>> known, List<RowState<?, ?>> now) {
    tooLarge |= now.size() > MOST_ROWS;
    Set<RowState<?, ?>> earlier = Collections.newSetFromMap(new IdentityHashMap<>());
    earlier.addAll(known);
    List<RowState<?, ?>> fresh = new ArrayList<>(now);
    fresh.removeIf(earlier::contains);
    Set<RowState<?, ?>> recorded = new HashSet<>(now); // by entity and key
    for (RowState<?, ?> state : known) {
      if (!recorded.contains(state)) {
        fresh.add(absent(state));
      }
    }
    return fresh;
  }

  private static <T, K> RowState<T, K> absent(RowState<T, K> state) {
    return RowState.absent(state.entity(), state.key());
  }

  /** How many ids of entries this process had given when the write began. */
  long before() {
    return before;
  }

  List<Call> calls() {
    return calls;
  }

  /** Whether it has more calls or rows than are rehearsed. */
  boolean isTooLarge() {
    return tooLarge || calls.stream().mapToInt(call -> call.delta.size()).sum() > MOST_ROWS;
  }
}
