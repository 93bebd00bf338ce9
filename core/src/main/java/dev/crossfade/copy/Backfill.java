package dev.crossfade.copy;

import dev.crossfade.BackfillPlan;
import dev.crossfade.BackfillPlan.EntityPlan;
import dev.crossfade.BackfillReport;
import dev.crossfade.BackfillRun;
import dev.crossfade.ConfigurationException;
import dev.crossfade.Stage.Side;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Room;
import dev.crossfade.store.Span;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings;
import dev.crossfade.write.SecondaryBreaker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Copies everything from the primary to the secondary, while writes go on. Each chunk is an
 * operation like any other: its range is marked before it is read, so a write that gets in between
 * stays in the journal and is repaired.
 *
 * <p>Safe for use by many threads; one run at a time, on threads of its own.
 */
public final class Backfill implements AutoCloseable {
  private final Parts parts;
  private final Crossing crossing;
  private final Stages stages;
  private final Patience patience;
  private final Runnable ended;

  /** Guards what follows; held for nothing else. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable BackfillJob job;
  private boolean beginning;
  private boolean closed;

  /** What a run works with. */
  record Parts(
      Crossing crossing,
      Stages stages,
      Ownership ownership,
      Repair repair,
      Findings findings,
      Copier copier) {}

  /** What is known before anything is copied. */
  private record Survey(
      StageView view,
      String runs,
      BackfillPlan plan,
      Map<String, Long> totals,
      BackfillPosition position) {}

  /**
   * Made once per migration.
   *
   * @param ended told, on a thread of its own, when a run has come to its end
   */
  public Backfill(
      Crossing crossing,
      Stages stages,
      Ownership ownership,
      SecondaryBreaker breaker,
      Repair repair,
      Settling settling,
      Findings findings,
      Runnable ended) {
    this.crossing = crossing;
    this.ended = ended;
    this.stages = stages;
    this.parts =
        new Parts(
            crossing,
            stages,
            ownership,
            repair,
            findings,
            new Copier(crossing, ownership, breaker));
    this.patience =
        new Patience(
            crossing,
            stages,
            repair,
            nanos -> !settling.pauseUnlessClosed(TimeUnit.NANOSECONDS.toMillis(nanos)));
  }

  /** Copies everything; an interrupt ends it. */
  public BackfillReport run() {
    BackfillJob running = start(false);
    try {
      return running.await();
    } catch (InterruptedException e) {
      running.stop();
      Thread.currentThread().interrupt();
      throw new CancellationException(
          "the backfill of migration '"
              + crossing.name()
              + "' was interrupted; what was copied stays, and the next one goes on from there");
    }
  }

  /** Begins a run that goes on from where the last one was ended. */
  public BackfillRun start() {
    return start(false);
  }

  /** Begins a run from the beginning, whatever was copied before. */
  public BackfillRun restart() {
    return start(true);
  }

  /**
   * Begins a run.
   *
   * @param anew whether it begins from the beginning, whatever was copied before
   */
  private BackfillJob start(boolean anew) {
    claim();
    BackfillJob started = null;
    try {
      Survey survey = survey(false);
      if (!survey.plan.problems().isEmpty()) {
        throw new ConfigurationException(survey.plan.problems());
      }
      if (anew) {
        survey.position.clear();
      }
      if (crossing.settings().backfillIndexesLast()) {
        Side secondary = survey.view.secondary();
        crossing.store(secondary).dropIndexes(repositories(secondary));
      }
      started =
          new BackfillJob(
              parts, survey.view, survey.runs, survey.totals, survey.position, this::release);
      return started;
    } finally {
      began(started);
    }
  }

  private void claim() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("migration '" + crossing.name() + "' is closed");
      }
      if (beginning || job != null) {
        throw new IllegalStateException(
            "a backfill of migration '"
                + crossing.name()
                + "' is under way in this process; wait for it, or cancel it");
      }
      beginning = true;
    } finally {
      lock.unlock();
    }
  }

  private void began(@Nullable BackfillJob started) {
    lock.lock();
    try {
      beginning = false;
      job = started;
    } finally {
      lock.unlock();
    }
    if (started != null) {
      started.start();
      if (isClosed()) {
        started.cancel();
      }
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void release() {
    lock.lock();
    try {
      job = null;
    } finally {
      lock.unlock();
    }
    ended.run();
  }

  /** What a run would do; changes nothing. */
  public BackfillPlan plan() {
    return survey(true).plan;
  }

  private Survey survey(boolean both) {
    return patience.patiently(now -> survey(stages.refresh(), parts.findings().runs(), both));
  }

  /**
   * @param both whether the secondary's rows are counted, too
   */
  private Survey survey(StageView view, String runs, boolean both) {
    Side primary = view.primary();
    Side secondary = view.secondary();
    BackfillPosition position = BackfillPosition.saved(crossing, primary, view.epoch(), runs);
    Map<String, Long> totals = new LinkedHashMap<>();
    List<EntityPlan> entities = new ArrayList<>();
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      String name = pair.entity().name();
      long rows = pair.on(primary).count();
      totals.put(name, rows);
      long there = both ? pair.on(secondary).count() : 0;
      entities.add(new EntityPlan(name, rows, there, position.count(name).rows()));
    }
    Store from = crossing.store(primary);
    Store to = crossing.store(secondary);
    Room taken = from.room(repositories(primary));
    Room room = to.room(repositories(secondary));
    List<String> problems = new ArrayList<>(crossing.problems(secondary));
    problems.addAll(roomProblems(to.name(), taken.used(), room));
    BackfillPlan plan =
        new BackfillPlan(
            crossing.name(), from.name(), to.name(), entities, taken.used(), room.free(), problems);
    return new Survey(view, runs, plan, totals, position);
  }

  private List<StoreRepository<?, ?>> repositories(Side side) {
    List<StoreRepository<?, ?>> repositories = new ArrayList<>();
    crossing.pairs().forEach(pair -> repositories.add(pair.on(side)));
    return repositories;
  }

  /** What is there already need not come, so it does not count. */
  private List<String> roomProblems(String store, OptionalLong size, Room room) {
    double times = crossing.settings().backfillSpace();
    if (times == 0 || size.isEmpty() || room.free().isEmpty()) {
      return List.of();
    }
    long wanted = (long) (times * size.getAsLong()) - room.used().orElse(0);
    return room.free().getAsLong() >= wanted
        ? List.of()
        : List.of(
            store
                + " has "
                + megabytes(room.free().getAsLong())
                + " MB free on its disk, and the rows to copy take "
                + megabytes(size.getAsLong())
                + " MB where they are; make room for "
                + megabytes(wanted)
                + " MB, or set backfillSpace lower than "
                + times
                + " if you know better");
  }

  private static long megabytes(long bytes) {
    return (bytes + 999_999) / 1_000_000;
  }

  /** Copies rows with these keys of one entity again. Returns how many were refused. */
  public <T, K> int copyKeys(EntityPair<T, K> pair, Collection<K> keys) {
    List<Span> spans =
        keys.stream()
            .map(key -> Span.point(pair.entity().name(), pair.entity().keys().encode(key)))
            .distinct()
            .toList();
    return patience.patiently(view -> copy(view, spans)).refused();
  }

  private CopyResult copy(StageView view, List<Span> spans) {
    Operation operation = parts.ownership().begin();
    try {
      List<Entry> own =
          crossing
              .store(view.primary())
              .journal()
              .mark(operation.copyMark(crossing.name(), view), spans);
      return parts.copier().copy(view, operation, own, List.of());
    } finally {
      operation.end();
    }
  }

  /** Ends a run under way, and waits until nothing of it runs any more. */
  @Override
  public void close() {
    BackfillJob running;
    lock.lock();
    try {
      closed = true;
      running = job;
    } finally {
      lock.unlock();
    }
    if (running != null) {
      running.stop();
    }
  }
}
