package dev.crossfade.shadow;

import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.CrossfadeListener.ShadowReadEvent;
import dev.crossfade.CrossfadeListener.ShadowReadEvent.Result;
import dev.crossfade.Difference;
import dev.crossfade.Entity;
import dev.crossfade.NotFoundException;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.copy.Backfill;
import dev.crossfade.copy.Settling;
import dev.crossfade.copy.Settling.Verdict;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Journal;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Pair;
import dev.crossfade.wiring.Pools;
import dev.crossfade.wiring.ViewPair;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats a sample of the reads on the secondary store and compares the results, off the caller's
 * thread. What does not fit into the queue is dropped and counted: a caller never waits for a
 * shadow.
 *
 * <p>Results that differ are settled before anybody is told: both stores are read again, and keys
 * that the journal knows to be under way are excused, and everything if the stage has changed: the
 * journal asked may be that of a store that is primary no more. Safe for use by many threads.
 */
public final class ShadowReads implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ShadowReads.class);
  private static final int LOOKS = 5;
  private static final long FIRST_PAUSE_MILLIS = 10;

  private final Crossing crossing;
  private final Stages stages;
  private final Settling settling;
  private final Backfill copies;
  private final ThreadPoolExecutor pool;
  private final Map<Result, LongAdder> counts = new ConcurrentHashMap<>();
  private final Set<String> failing = ConcurrentHashMap.newKeySet();

  /** Made once per migration; starts no thread before the first sample. */
  public ShadowReads(Crossing crossing, Stages stages, Settling settling, Backfill copies) {
    this.crossing = crossing;
    this.stages = stages;
    this.settling = settling;
    this.copies = copies;
    AtomicInteger number = new AtomicInteger();
    int threads = crossing.settings().shadowThreads();
    this.pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(crossing.settings().shadowQueue()),
            task -> {
              Thread thread =
                  new Thread(
                      task, "crossfade-shadow-" + crossing.name() + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            },
            (sample, full) ->
                ((Sample<?>) sample).tell(Result.DROPPED, null)); // costs no exception
    this.pool.allowCoreThreadTimeOut(true);
  }

  /** As many threads as the settings now say. */
  public void resize() {
    Pools.resize(pool, crossing.settings().shadowThreads());
  }

  /** How many samples came to which result. */
  public Map<Result, Long> counts() {
    Map<Result, Long> now = new EnumMap<>(Result.class);
    for (Result result : Result.values()) {
      LongAdder count = counts.get(result);
      now.put(result, count == null ? 0 : count.sum());
    }
    return now;
  }

  /** A read that can be repeated on either store. */
  public interface Read {
    /** Reads on the secondary, or, to settle, on the primary again. */
    @Nullable Object on(Side side) throws Throwable;
  }

  /** Whether the next read is to be compared. */
  public boolean sampled() {
    double share = crossing.settings().shadowSampling();
    return share > 0 && (share >= 1 || ThreadLocalRandom.current().nextDouble() < share);
  }

  /** Compares a read that gave {@code result} on the primary, soon. */
  public void compare(
      StageView view,
      Pair<?> pair,
      String method,
      boolean unordered,
      Read read,
      @Nullable Object result) {
    pool.execute(new Sample<>(view, pair, method, unordered, read, result));
  }

  /**
   * What a comparison has found that its caller waits for.
   *
   * @param result what came of it
   * @param mismatches where the stores differ
   */
  public record Compared(Result result, List<Mismatch> mismatches) {}

  /**
   * Compares a read on the caller's thread, as samples are, and tells nobody else.
   *
   * @throws IllegalStateException if the read fails on the secondary
   */
  public Compared compareNow(
      StageView view,
      Pair<?> pair,
      String method,
      boolean unordered,
      Read read,
      @Nullable Object result) {
    Sample<?> sample = new Sample<>(view, pair, method, unordered, read, result);
    try {
      return new Compared(sample.compared(), List.copyOf(sample.found));
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(
          pair.name()
              + "."
              + method
              + " fails on "
              + crossing.store(view.secondary()).name()
              + " and not on "
              + crossing.store(view.primary()).name()
              + "; correct that store's implementation",
          e);
    }
  }

  /** Ends the pool; samples that wait are dropped. */
  @Override
  public void close() {
    pool.shutdownNow();
    try {
      pool.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void nothing() {}

  private final class Sample<T> implements Runnable {
    private final StageView view;
    private final Pair<T> pair;
    private final String method;
    private final Read read;
    private final @Nullable Object first;
    private final ResultComparison<T> comparison;
    private final List<Mismatch> found = new ArrayList<>();
    private Runnable repair = ShadowReads::nothing;

    Sample(
        StageView view,
        Pair<T> pair,
        String method,
        boolean unordered,
        Read read,
        @Nullable Object first) {
      this.view = view;
      this.pair = pair;
      this.method = method;
      this.read = read;
      this.first = first;
      this.comparison = new ResultComparison<>(pair.rows(), unordered);
    }

    @Override
    public void run() {
      try {
        Result result = compared();
        found.forEach(this::tell);
        if (crossing.settings().repairMismatches()) {
          repair.run();
        }
        tell(result, null);
      } catch (Throwable e) {
        explain(e);
        tell(Result.FAILED, e);
        if (e instanceof VirtualMachineError error) {
          throw error;
        }
      }
    }

    /**
     * That the stage is the same is asked of the stores, and last: another process may have changed
     * it, and the primary's journal knows of no write since.
     */
    Result compared() throws Throwable {
      if (comparison.same(first, on(view.secondary()))) {
        return Result.MATCH;
      }
      Result result = settle();
      if (result == Result.MISMATCH && stages.refresh().epoch() != view.epoch()) {
        found.clear();
        repair = ShadowReads::nothing;
        return Result.EXCUSED;
      }
      return result;
    }

    /**
     * See {@link Settling}: primary, journal, secondary, primary again. Where the rows are the same
     * in both stores and the results are not, it is the query that means something else there; but
     * that can only be said if nothing was under way: the rows may have arrived in between.
     */
    private Result settle() throws Throwable {
      for (int look = 0; look < LOOKS; look++) {
        if (settling.pauseUnlessClosed(FIRST_PAUSE_MILLIS << look)) {
          break;
        }
        Object primary = on(view.primary());
        long underWay = journal().status(crossing.name()).entries();
        Object secondary = on(view.secondary());
        if (comparison.same(primary, secondary)) {
          return Result.SETTLED;
        }
        if (comparison.same(primary, on(view.primary()))) {
          Result result =
              pair instanceof EntityPair<T, ?> keyed
                  ? byKeys(keyed, primary, secondary, underWay)
                  : asAWhole(primary, secondary, underWay);
          if (result != null) {
            return result;
          }
        }
      }
      return Result.EXCUSED;
    }

    /** Null if nothing can be said yet. */
    private <K> @Nullable Result byKeys(
        EntityPair<T, K> keyed,
        @Nullable Object primary,
        @Nullable Object secondary,
        long underWay) {
      Set<K> keys = comparison.differingKeys(keyed.entity(), primary, secondary);
      if (keys.isEmpty()) {
        return asAWhole(primary, secondary, underWay);
      } else if (anyCovered(keyed.entity(), keys)) {
        return null;
      }
      Verdict<K> verdict = settling.settle(view, keyed, keys);
      if (!verdict.differing().isEmpty()) {
        return differing(keyed, verdict);
      }
      return verdict.unsettled().isEmpty() ? asAWhole(primary, secondary, underWay) : null;
    }

    private @Nullable Result asAWhole(
        @Nullable Object primary, @Nullable Object secondary, long underWay) {
      if (underWay > 0) {
        return null;
      }
      List<Difference> differences =
          pair instanceof ViewPair<T> ? comparison.firstDifferences(primary, secondary) : List.of();
      mismatch(
          null,
          differences.isEmpty()
              ? List.of(new Difference("(result)", shown(primary), shown(secondary)))
              : differences);
      return Result.MISMATCH;
    }

    /** A row that is not there is a result like any other, where the other store has it. */
    private @Nullable Object on(Side side) throws Throwable {
      try {
        return read.on(side);
      } catch (NotFoundException e) {
        return null;
      }
    }

    /** The rows that differ in the results do so in the stores. */
    private <K> Result differing(EntityPair<T, K> keyed, Verdict<K> verdict) {
      for (Map.Entry<K, List<Difference>> row : verdict.differing().entrySet()) {
        mismatch(keyed.entity().keys().show(row.getKey()), row.getValue());
      }
      List<K> keys = List.copyOf(verdict.differing().keySet());
      repair = () -> copies.copyKeys(keyed, keys);
      return Result.MISMATCH;
    }

    private <K> boolean anyCovered(Entity<T, K> entity, Set<K> keys) {
      return !journal()
          .covered(entity.name(), keys.stream().map(entity.keys()::encode).toList())
          .isEmpty();
    }

    private Journal journal() {
      return crossing.store(view.primary()).journal();
    }

    /** What can be said of a result as a whole without showing rows. */
    private String shown(@Nullable Object result) {
      if (result instanceof Collection<?> rows) {
        return rows.size()
            + " rows"
            + (pair instanceof EntityPair<T, ?> keyed
                ? ", keys " + comparison.keys(keyed.entity(), rows)
                : "");
      }
      return result instanceof Number || result instanceof Boolean
          ? result.toString()
          : "another result";
    }

    private void mismatch(@Nullable String key, List<Difference> differences) {
      found.add(new Mismatch(crossing.name(), pair.name(), method, key, differences));
    }

    private void tell(Mismatch mismatch) {
      log.warn(
          "Shadow read {}.{} of migration '{}' differs{}: {}",
          pair.name(),
          method,
          crossing.name(),
          mismatch.key() == null ? "" : " at key " + mismatch.key(),
          mismatch.differences());
      crossing.events().tell(listener -> listener.mismatch(mismatch));
    }

    /** The first failure of a method is news; the others are the same. */
    private void explain(Throwable e) {
      if (failing.add(pair.name() + "." + method)) {
        log.warn(
            "Shadow read {}.{} of migration '{}' fails on {}: correct that store's implementation"
                + " before the cutover.",
            pair.name(),
            method,
            crossing.name(),
            crossing.store(view.secondary()).name(),
            e);
      } else {
        log.debug("shadow read {}.{} failed again", pair.name(), method, e);
      }
    }

    void tell(Result result, @Nullable Throwable failure) {
      counts.computeIfAbsent(result, first -> new LongAdder()).increment();
      countInItsEpoch(result, failure);
      if (crossing.events().wanted()) {
        ShadowReadEvent event =
            new ShadowReadEvent(crossing.name(), pair.name(), method, result, failure);
        crossing.events().tell(listener -> listener.shadowRead(event));
      }
    }

    /** What was dropped or excused says nothing of the implementations. */
    private void countInItsEpoch(Result result, @Nullable Throwable failure) {
      switch (result) {
        case MATCH, SETTLED -> crossing.counts().compared(view.epoch(), true);
        case MISMATCH -> crossing.counts().compared(view.epoch(), false);
        case FAILED -> {
          if (!isForTheMoment(failure)) {
            crossing.counts().compared(view.epoch(), false);
          }
        }
        case EXCUSED, DROPPED -> {}
      }
    }
  }

  /** Whether the store is away or slow, or this process ends: the read itself may be right. */
  private boolean isForTheMoment(@Nullable Throwable failure) {
    return failure instanceof StoreUnavailableException
        || failure instanceof StoreTimeoutException
        || pool.isShutdown();
  }
}
