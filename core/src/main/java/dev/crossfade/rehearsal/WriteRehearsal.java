package dev.crossfade.rehearsal;

import dev.crossfade.Component;
import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.RehearsalEvent.Result;
import dev.crossfade.Difference;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.rehearsal.DeltaComparison.RowDifference;
import dev.crossfade.rehearsal.Script.Call;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Rehearsal;
import dev.crossfade.store.RowState;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.StateOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rehearsal of one write. For one thread. */
public final class WriteRehearsal implements Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(WriteRehearsal.class);
  private static final int LOOKS = 6;
  private static final long FIRST_PAUSE_NANOS = 1_000_000;
  private static final int COLLISIONS = 2;

  private final Rehearsals rehearsals;
  private final Crossing crossing;
  private final StageView view;
  private final Script script;
  private final List<Entry> own;
  private final Result[] results;

  /** What came of an attempt: a result that stands, or a finding to be judged. */
  private record Attempt(@Nullable Result result, Finding finding) {
    static Attempt over(Result result) {
      return new Attempt(result, Finding.NOTHING);
    }

    static Attempt found(Finding finding) {
      return new Attempt(null, finding);
    }
  }

  /** What an implementation returned or threw. */
  private static final class Played {
    @Nullable Object result;
    @Nullable Throwable thrown;
  }

  WriteRehearsal(
      Rehearsals rehearsals, Crossing crossing, StageView view, Script script, List<Entry> own) {
    this.rehearsals = rehearsals;
    this.crossing = crossing;
    this.view = view;
    this.script = script;
    this.own = own;
    this.results = new Result[script.calls().size()];
    Arrays.fill(results, Result.SKIPPED);
  }

  /** Whether there is anything to try, and nothing in the journal that speaks against it. */
  public boolean isPossible() {
    if (script.isTooLarge() || script.calls().stream().noneMatch(this::isTried)) {
      return false;
    }
    try {
      if (isUndisputed()) {
        return true;
      }
      Arrays.fill(results, Result.EXCUSED);
    } catch (RuntimeException e) {
      log.debug("the journal could not be asked before a rehearsal", e);
    }
    return false;
  }

  private boolean isTried(Call call) {
    return call.method.isRehearsed() && !rehearsals.isResting(call.method);
  }

  /** Tells what has come of each call. */
  public void tell() {
    for (int i = 0; i < results.length; i++) {
      rehearsals.tell(view, script.calls().get(i).method, results[i]);
    }
  }

  @Override
  public Duration limit() {
    return crossing.settings().rehearsalLimit();
  }

  @Override
  public void run(Trial trial) {
    Lane.rehearsing(
        () -> {
          try {
            play(trial);
          } catch (CrossfadeException e) {
            log.debug("a rehearsal ended early", e);
          } catch (RuntimeException | Error e) {
            log.warn("A rehearsal of migration '{}' ended early.", crossing.name(), survived(e));
          }
        });
  }

  private void play(Trial trial) {
    List<Call> calls = script.calls();
    for (int i = 0; i < calls.size(); i++) {
      Call call = calls.get(i);
      if (isTried(call)) {
        results[i] = judged(trial, call);
      }
      if (i + 1 < calls.size()) {
        trial.bring(StateOrder.of(crossing, call.delta));
      }
    }
  }

  /**
   * A difference in what the call does not own counts only if the write was alone; where it is not
   * yet, because what was before it is being finished, the call is looked at again.
   */
  private Result judged(Trial trial, Call call) {
    if (trial.left().isZero()) {
      return Result.SKIPPED;
    }
    Finding last = Finding.NOTHING;
    for (int look = 0; look < LOOKS && !trial.left().isZero(); look++) {
      boolean alone = look > 0 && isAloneAfter(FIRST_PAUSE_NANOS << look, trial);
      Duration left = trial.left();
      Attempt attempt = attempt(trial, call);
      if (attempt.result == Result.TIMED_OUT && look > 0) {
        break; // it is the looks that have taken so long
      } else if (attempt.result != null) {
        restIfSlow(call, attempt.result, left.minus(trial.left()));
        return attempt.result;
      }
      last = attempt.finding;
      boolean latest = rehearsals.isLatest(script, own);
      if (last.isOfOwnKeys(call) || (alone && latest)) {
        return isUndisputed() ? reported(call, last) : Result.EXCUSED;
      } else if (!latest) {
        break;
      }
    }
    rehearsals.explainInconclusive(call.method, last);
    return Result.EXCUSED;
  }

  /** Not the fault of a call to which others have left no time. */
  private void restIfSlow(Call call, Result result, Duration taken) {
    if (result == Result.TIMED_OUT && taken.multipliedBy(2).compareTo(limit()) > 0) {
      rehearsals.rest(call.method);
    }
  }

  private Result reported(Call call, Finding finding) {
    rehearsals.report(call.method, finding, crossing.store(secondary()).name());
    return finding.failure() == null ? Result.MISMATCH : Result.FAILED;
  }

  private boolean isUndisputed() {
    return own.isEmpty() || journal().disputed(own).isEmpty();
  }

  private boolean isAloneAfter(long nanos, Trial trial) {
    LockSupport.parkNanos(Math.min(nanos, trial.left().toNanos()));
    return journal().status(crossing.name()).entries() == own.size();
  }

  private Journal journal() {
    return crossing.store(view.primary()).journal();
  }

  private Side secondary() {
    return view.secondary();
  }

  private Attempt attempt(Trial trial, Call call) {
    for (int collisions = 0; ; collisions++) {
      try {
        Finding finding = played(trial, call);
        if (finding.isNothing()) {
          return Attempt.over(Result.MATCH);
        } else if (!mayHaveCollided(finding)
            || collisions == COLLISIONS
            || !hasRaisedGenerators(trial, call)) {
          return Attempt.found(finding);
        }
      } catch (StoreTimeoutException e) {
        log.debug("rehearsed write {} took too long", call.method, e);
        return Attempt.over(Result.TIMED_OUT);
      } catch (ConflictException e) {
        return Attempt.over(Result.EXCUSED);
      } catch (StoreUnavailableException | OutcomeUnknownException e) {
        log.debug("the other store was lost during rehearsed write {}", call.method, e);
        return Attempt.over(Result.EXCUSED);
      } catch (DuplicateKeyException e) {
        if (collisions == COLLISIONS || !hasRaisedGenerators(trial, call)) {
          return Attempt.found(Finding.failed(e));
        }
      } catch (CrossfadeException e) {
        return Attempt.found(Finding.failed(e));
      }
    }
  }

  /**
   * Where the database does not hold the key unique, because it partitions by another column, a row
   * may get the key of one that was copied, and looks like a change of that.
   */
  private static boolean mayHaveCollided(Finding finding) {
    return finding.rows().stream()
        .map(row -> row.state().entity().components())
        .anyMatch(
            components ->
                components.stream().anyMatch(Component::isGenerated)
                    && components.stream().anyMatch(Component::isLocator));
  }

  /** Keys were copied past a generator that has never been used. */
  private boolean hasRaisedGenerators(Trial trial, Call call) {
    Set<EntityPair<?, ?>> generated = new LinkedHashSet<>();
    call.delta.forEach(state -> generated.add(crossing.pair(state.entity())));
    generated.removeIf(pair -> !pair.entity().keyComponents().get(0).isGenerated());
    try {
      generated.forEach(pair -> trial.raiseGenerator(pair.on(secondary())));
    } catch (CrossfadeException e) {
      log.debug("a generator could not be raised for a rehearsal", e);
      return false;
    }
    return !generated.isEmpty();
  }

  private Finding played(Trial trial, Call call) {
    Played played = new Played();
    List<RowState<?, ?>> states =
        trial.attempt(
            () ->
                rehearsals
                    .units()
                    .within(Units.Open.on(secondary(), null), () -> play(call, played)),
            isLast(call));
    throwIfLost(played.thrown);
    if (call.thrown == null && played.thrown != null) {
      return Finding.failed(played.thrown);
    }
    KeyPairs keys = new KeyPairs();
    RowRules rules = new RowRules(call.method, keys);
    List<RowDifference> rows =
        new DeltaComparison(crossing, rowsBefore(trial), keys, rules)
            .differences(call.delta, states);
    ResultRules results = new ResultRules(call.method.entity(), keys, rules);
    return new Finding(rows, rows.isEmpty() ? resultDifference(call, played, results) : null, null);
  }

  /** That the store was lost says nothing of the implementation. */
  private static void throwIfLost(@Nullable Throwable thrown) {
    if (thrown instanceof StoreUnavailableException lost) {
      throw lost;
    } else if (thrown instanceof OutcomeUnknownException unknown) {
      throw unknown;
    }
  }

  private boolean isLast(Call call) {
    return call == script.calls().get(script.calls().size() - 1);
  }

  private Played play(Call call, Played played) {
    try {
      played.result = call.method.call(secondary(), call.method.arguments().kept(call.arguments));
    } catch (Exception | Error e) {
      played.thrown = survived(e);
    }
    return played;
  }

  /** What an application throws is its own; what the virtual machine throws is everybody's. */
  private static Throwable survived(Throwable e) {
    if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
      throw error;
    }
    return e;
  }

  private static @Nullable Difference resultDifference(
      Call call, Played played, ResultRules rules) {
    if (call.thrown != null) {
      return played.thrown != null && played.thrown.getClass() == call.thrown.getClass()
          ? null
          : new Difference("(result)", shown(call.thrown), shown(played.thrown));
    }
    return rules.same(call.result, played.result)
        ? null
        : new Difference(
            "(result)", ResultRules.shown(call.result), ResultRules.shown(played.result));
  }

  private static String shown(@Nullable Throwable thrown) {
    return thrown == null ? "no exception" : thrown.getClass().getSimpleName();
  }

  private DeltaComparison.Before rowsBefore(Trial trial) {
    return new DeltaComparison.Before() {
      @Override
      public <T, K> List<T> rows(EntityPair<T, K> pair, Collection<K> keys) {
        List<T> rows = new ArrayList<>();
        List<RowState<?, ?>> unused =
            trial.attempt(() -> rows.addAll(pair.on(secondary()).findAll(keys)), false);
        return rows;
      }
    };
  }
}
