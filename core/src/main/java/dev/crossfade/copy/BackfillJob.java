package dev.crossfade.copy;

import dev.crossfade.BackfillReport;
import dev.crossfade.BackfillRun;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.BackfillEvent;
import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.Reference;
import dev.crossfade.Stage.Side;
import dev.crossfade.copy.BackfillPosition.Range;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a backfill: so many lanes, each a thread that takes one range of keys after the other
 * and loads its chunks, and as many threads that read ahead. They end with the run.
 *
 * <p>Safe for use by many threads.
 */
final class BackfillJob implements BackfillRun {
  private static final Logger log = LoggerFactory.getLogger(BackfillJob.class);

  /** A table that is cut has at least so many chunks per range. */
  private static final int CHUNKS_PER_RANGE = 4;

  /** So that lanes end together although ranges take unequally long. */
  private static final int RANGES_PER_LANE = 4;

  private final Backfill.Parts parts;
  private final Crossing crossing;
  private final StageView view;
  private final String runs;
  private final Map<String, Long> totals;
  private final BackfillPosition position;
  private final Runnable ended;
  private final Pace pace = new Pace();
  private final Schedule schedule;
  private final RangeCopy.Lanes lanes;
  private final ExecutorService loaders;
  private final ExecutorService readers;
  private final AtomicInteger running;
  private final int laneCount;
  private final long begun = System.nanoTime();
  private final Map<String, Tally> tallies = Collections.synchronizedMap(new LinkedHashMap<>());
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CompletableFuture<BackfillReport> outcome = new CompletableFuture<>();
  private final CountDownLatch over = new CountDownLatch(1);

  /**
   * @param runs which runs of both stores it copies between
   * @param totals how many rows each entity has in the primary
   * @param ended told once nothing of it runs any more
   */
  BackfillJob(
      Backfill.Parts parts,
      StageView view,
      String runs,
      Map<String, Long> totals,
      BackfillPosition position,
      Runnable ended) {
    this.parts = parts;
    this.crossing = parts.crossing();
    this.view = view;
    this.runs = runs;
    this.totals = totals;
    this.position = position;
    this.ended = ended;
    this.laneCount = crossing.settings().backfillLanes();
    this.running = new AtomicInteger(laneCount);
    this.loaders = Executors.newFixedThreadPool(laneCount, threads("load"));
    this.readers = Executors.newFixedThreadPool(laneCount, threads("read"));
    this.lanes =
        new RangeCopy.Lanes(
            crossing,
            parts.ownership(),
            parts.copier(),
            new Patience(crossing, parts.stages(), parts.repair(), pace::rest),
            pace,
            new Consideration(parts.ownership(), parts.repair()::status),
            position,
            readers,
            parts.repair()::signal);
    this.schedule = new Schedule(entries());
  }

  private java.util.concurrent.ThreadFactory threads(String what) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread =
          new Thread(
              work,
              "crossfade-backfill-"
                  + crossing.name()
                  + "-"
                  + what
                  + "-"
                  + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Starts the threads. */
  void start() {
    for (int i = 0; i < laneCount; i++) {
      loaders.execute(this::lane);
    }
  }

  // ---- what there is to do

  private List<Schedule.Entry> entries() {
    List<Schedule.Entry> entries = new ArrayList<>();
    Set<String> before = new HashSet<>();
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      String name = pair.entity().name();
      Set<String> parents = new HashSet<>();
      for (Reference reference : pair.entity().references()) {
        String parent = reference.parent(pair.entity()).name();
        if (before.contains(parent)) {
          parents.add(parent);
        }
      }
      entries.add(new Schedule.Entry(name, parents, () -> begin(pair)));
      before.add(name);
    }
    return entries;
  }

  private <T, K> List<Runnable> begin(EntityPair<T, K> pair) {
    String name = pair.entity().name();
    List<Range> open = position.open(name);
    if (open == null) {
      open = divide(pair);
      position.divided(name, open);
    }
    long total = totals.getOrDefault(name, 0L);
    Tally tally = new Tally(crossing.name(), name, total, position.count(name).rows());
    tallies.put(name, tally);
    ChunkSize size = new ChunkSize();
    List<Runnable> copies = new ArrayList<>();
    open.forEach(range -> copies.add(new RangeCopy<>(lanes, pair, range, size, tally)));
    return copies;
  }

  /** One that refers to itself stays whole: its rows come after those they refer to, mostly. */
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  private <T, K> List<Range> divide(EntityPair<T, K> pair) {
    long total = totals.getOrDefault(pair.entity().name(), 0L);
    long least = (long) CHUNKS_PER_RANGE * crossing.settings().backfillChunk();
    boolean whole =
        laneCount == 1
            || pair.entity().references().stream().anyMatch(reference -> reference.other() == null);
    long count = whole ? 1 : Math.min(total / least, (long) RANGES_PER_LANE * laneCount);
    List<Range> ranges = new ArrayList<>();
    byte[] after = null;
    K key = null;
    for (long i = 1; i < count; i++) {
      K previous = key;
      int rows = (int) Math.min(Integer.MAX_VALUE, total / count);
      key = lanes.patience().<@Nullable K>patiently(now -> boundary(pair, now, previous, rows));
      if (key == null) {
        break;
      }
      byte[] to = pair.entity().keys().encode(key);
      ranges.add(new Range(after, to));
      after = to;
    }
    ranges.add(new Range(after, null));
    return ranges;
  }

  private static <T, K> @Nullable K boundary(
      EntityPair<T, K> pair, StageView now, @Nullable K after, int rows) {
    return pair.on(now.primary()).boundary(after, rows);
  }

  // ---- the lanes

  private void lane() {
    try {
      for (Schedule.Task task = schedule.next(); task != null; task = schedule.next()) {
        task.work().run();
        schedule.done(task);
      }
    } catch (RuntimeException | Error e) {
      fail(e);
    } finally {
      if (running.decrementAndGet() == 0) {
        conclude();
      }
    }
  }

  private void fail(Throwable e) {
    if (!failure.compareAndSet(null, e)) {
      log.debug("another lane of the backfill of '{}' failed, too", crossing.name(), e);
    }
    end();
  }

  private void end() {
    pace.end();
    schedule.end();
  }

  /** By the last lane. */
  private void conclude() {
    readers.shutdown();
    BackfillReport report = null;
    Throwable failed = failure.get();
    try {
      rebuildIndexes(crossing.store(view.secondary()));
      if (failed == null && pace.isEnded()) {
        failed =
            new CancellationException(
                "the backfill of migration '"
                    + crossing.name()
                    + "' was cancelled; what was copied stays, and the next one goes on from there");
      } else if (failed == null) {
        report = finish();
      }
    } catch (RuntimeException | Error e) {
      failed = failed == null ? e : with(failed, e);
    }
    loaders.shutdown();
    ended.run();
    if (report != null) {
      outcome.complete(report);
    } else {
      outcome.completeExceptionally(failed);
    }
    over.countDown();
  }

  /**
   * As many at once as there are lanes, whose threads are free by now. What fails in another thread
   * is left for this one, which returns only when all are back.
   */
  private void rebuildIndexes(Store store) {
    if (store.droppedIndexes().isEmpty()) {
      return;
    }
    List<CompletableFuture<Boolean>> others = new ArrayList<>();
    for (int i = 1; i < laneCount; i++) {
      others.add(
          CompletableFuture.runAsync(store::rebuildIndexes, loaders)
              .handle((done, failed) -> failed == null));
    }
    try {
      store.rebuildIndexes();
    } finally {
      others.forEach(CompletableFuture::join);
    }
  }

  private static Throwable with(Throwable first, Throwable another) {
    first.addSuppressed(another);
    return first;
  }

  private BackfillReport finish() {
    Map<String, Long> rows = new LinkedHashMap<>();
    long refused = 0;
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      BackfillPosition.Count count = position.count(pair.entity().name());
      rows.put(pair.entity().name(), count.rows());
      refused += count.refused();
    }
    BackfillReport report =
        new BackfillReport(
            crossing.name(), rows, refused, Duration.ofNanos(System.nanoTime() - begun));
    tidy();
    boolean counts = isOfOneEpoch(report);
    if (refused > 0) {
      // what stood in their way may have come, or gone, with a later entity
      crossing.store(parts.stages().current().primary()).journal().retryParked(crossing.name());
      parts.repair().signal();
    }
    position.clear();
    log.info(
        "Backfill of migration '{}': {} rows in {} ms, {} refused.",
        crossing.name(),
        report.totalRows(),
        report.duration().toMillis(),
        refused);
    BackfillEvent event = new BackfillEvent(report, counts);
    crossing.events().tell(listener -> listener.backfilled(event));
    return report;
  }

  private boolean isOfOneEpoch(BackfillReport report) {
    if (parts.stages().refresh().epoch() == view.epoch()) {
      parts
          .findings()
          .record(
              parts.stages().current().primary(),
              Kind.BACKFILL,
              report.totalRows() + " rows copied, " + report.refused() + " refused",
              runs);
      return true;
    }
    log.warn(
        "The stage of migration '{}' changed during the backfill: what was copied stays, but run"
            + " it again before you rely on it.",
        crossing.name());
    return false;
  }

  // ---- afterwards

  /** Nothing that must be: a change of primary raises generators itself, and plans get better. */
  private void tidy() {
    StageView now = parts.stages().current();
    Side secondary = now.secondary();
    Store store = crossing.store(secondary);
    List<StoreRepository<?, ?>> repositories = new ArrayList<>();
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      repositories.add(pair.on(secondary));
      tried("raise the generator of " + pair.entity().name(), () -> raise(pair, now));
    }
    tried("bring the statistics up to date", () -> store.analyze(repositories));
  }

  private static void raise(EntityPair<?, ?> pair, StageView now) {
    OptionalLong highest = pair.on(now.primary()).highestGenerated();
    if (highest.isPresent() && highest.getAsLong() > 0) {
      pair.on(now.secondary()).raiseGenerator(highest.getAsLong());
    }
  }

  private void tried(String what, Runnable work) {
    try {
      work.run();
    } catch (CrossfadeException e) {
      log.warn(
          "The backfill of migration '{}' is complete, but could not {}: {}",
          crossing.name(),
          what,
          e.getMessage());
    }
  }

  // ---- whoever holds it

  @Override
  public State state() {
    if (!outcome.isDone()) {
      return pace.isPaused() ? State.PAUSED : State.RUNNING;
    } else if (!outcome.isCompletedExceptionally()) {
      return State.DONE;
    }
    return failure.get() == null && pace.isEnded() ? State.CANCELLED : State.FAILED;
  }

  @Override
  public List<CopyProgress> progress() {
    synchronized (tallies) {
      return tallies.values().stream().map(Tally::progress).toList();
    }
  }

  @Override
  public void pause() {
    pace.pause();
  }

  @Override
  public void resume() {
    pace.resume();
  }

  @Override
  public void cancel() {
    end();
  }

  @Override
  public BackfillReport await() throws InterruptedException {
    try {
      return outcome.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      } else if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    }
  }

  /** Ends it and waits until nothing of it runs any more, interrupted or not. */
  void stop() {
    end();
    boolean interrupted = false;
    while (over.getCount() > 0) {
      try {
        over.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
