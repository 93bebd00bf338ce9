package dev.crossfade.copy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.copy.BackfillPosition.Range;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies a range of keys of one entity, chunk by chunk, the next one read while the last one is
 * loaded. Each chunk is an operation of its own: its range is marked before it is read.
 *
 * <p>Run once, by one thread; reads on one other.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
final class RangeCopy<T, K> implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(RangeCopy.class);

  /** Rows that came into a range while it was read; beyond that the chunk ends early. */
  private static final int TIMES_TOO_MANY = 2;

  /** A rate is kept by chunks that take no more than a quarter of a second of it. */
  private static final int CHUNKS_PER_SECOND = 4;

  private final Lanes lanes;
  private final EntityPair<T, K> pair;
  private final Range range;
  private final ChunkSize size;
  private final RowBytes<T> bytes;
  private final Tally tally;

  /**
   * What the ranges of a backfill share.
   *
   * @param readers read, one thread per lane
   */
  record Lanes(
      Crossing crossing,
      Ownership ownership,
      Copier copier,
      Patience patience,
      Pace pace,
      Consideration consideration,
      BackfillPosition position,
      ExecutorService readers,
      Runnable refused) {}

  /**
   * A chunk that was marked and read.
   *
   * @param to its last key; null if it ends with the range, and the range has no end
   * @param rows null if one of them cannot be read
   * @param last whether it ends with the range
   */
  private record Chunk<T, K>(
      StageView view,
      Operation operation,
      List<Entry> own,
      @Nullable K after,
      @Nullable K to,
      @Nullable List<T> rows,
      long bytes,
      boolean last,
      long markNanos) {}

  RangeCopy(Lanes lanes, EntityPair<T, K> pair, Range range, ChunkSize size, Tally tally) {
    this.lanes = lanes;
    this.pair = pair;
    this.range = range;
    this.size = size;
    this.tally = tally;
    this.bytes = new RowBytes<>(pair.entity());
  }

  @Override
  public void run() {
    Future<@Nullable Chunk<T, K>> ahead = readAhead(key(range.at()));
    try {
      for (Chunk<T, K> chunk = get(ahead); chunk != null; chunk = get(ahead)) {
        ahead = null;
        if (lanes.pace.isEnded()) {
          abandon(chunk.view, chunk.operation, chunk.own);
          return;
        }
        ahead = readAhead(chunk);
        copy(chunk);
      }
    } finally {
      abandon(ahead);
    }
  }

  // ---- reading

  private Future<@Nullable Chunk<T, K>> readAhead(@Nullable K after) {
    return lanes.readers.submit(() -> readInTurn(after));
  }

  private @Nullable Future<@Nullable Chunk<T, K>> readAhead(Chunk<T, K> before) {
    return before.last ? null : readAhead(before.to);
  }

  private @Nullable Chunk<T, K> get(@Nullable Future<@Nullable Chunk<T, K>> ahead) {
    if (ahead == null) {
      return null;
    }
    try {
      return ahead.get();
    } catch (InterruptedException e) {
      throw new CancellationException("interrupted while a chunk was read");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      } else if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(e);
    }
  }

  /** Null once the backfill has ended. */
  private @Nullable Chunk<T, K> readInTurn(@Nullable K after) {
    if (!lanes.pace.awaitTurn()) {
      return null;
    }
    Chunk<T, K> chunk = lanes.patience.patiently(view -> readNext(view, after));
    if (chunk.rows != null) {
      lanes.pace.took(chunk.rows.size(), rate());
    }
    return chunk;
  }

  private int rate() {
    return lanes.crossing.settings().backfillRate();
  }

  private Chunk<T, K> readNext(StageView view, @Nullable K after) {
    int most = lanes.crossing.settings().backfillChunk();
    int rate = rate();
    int wanted = size.rows(rate == 0 ? most : Math.min(most, 1 + rate / CHUNKS_PER_SECOND));
    K end = key(range.to());
    K to = pair.on(view.primary()).boundary(after, wanted);
    boolean last = to == null || (end != null && !isBefore(to, end));
    return read(view, after, last ? end : to, last, wanted * TIMES_TOO_MANY);
  }

  private boolean isBefore(K one, K other) {
    return Arrays.compareUnsigned(canonical(one), canonical(other)) < 0;
  }

  /** Marks, then reads. */
  private Chunk<T, K> read(
      StageView view, @Nullable K after, @Nullable K to, boolean last, int mostRows) {
    Operation operation = lanes.ownership.begin();
    List<Entry> own = List.of();
    boolean done = false;
    try {
      long begun = System.nanoTime();
      Span span = Span.behind(pair.entity().name(), canonicalOrNull(after), canonicalOrNull(to));
      own = journal(view).mark(operation.copyMark(lanes.crossing.name(), view), List.of(span));
      long marked = System.nanoTime() - begun;
      Chunk<T, K> chunk = read(view, operation, own, after, to, last, mostRows, marked);
      done = true;
      return chunk;
    } finally {
      if (!done) {
        abandon(view, operation, own);
      }
    }
  }

  private Chunk<T, K> read(
      StageView view,
      Operation operation,
      List<Entry> own,
      @Nullable K after,
      @Nullable K to,
      boolean last,
      int mostRows,
      long markNanos) {
    StoreRepository<T, K> primary = pair.on(view.primary());
    Reading reading = new Reading(mostRows);
    try {
      primary.forEachBetween(after, to, reading::take);
    } catch (UnreadableValueException e) {
      return new Chunk<>(view, operation, own, after, to, null, 0, last, markNanos);
    }
    List<T> rows = reading.rows;
    return reading.full
        ? new Chunk<>(
            view,
            operation,
            own,
            after,
            pair.entity().keyOf(rows.get(rows.size() - 1)),
            rows,
            reading.bytes,
            false,
            markNanos)
        : new Chunk<>(view, operation, own, after, to, rows, reading.bytes, last, markNanos);
  }

  /** Takes rows until they are too many, or too large; the last one is among them. */
  private final class Reading {
    final List<T> rows = new ArrayList<>();
    private final int mostRows;
    private long bytes;
    private boolean full;

    Reading(int mostRows) {
      this.mostRows = mostRows;
    }

    boolean take(T row) {
      rows.add(row);
      bytes += RangeCopy.this.bytes.of(row);
      full = rows.size() >= mostRows || bytes >= ChunkSize.MOST_BYTES;
      return !full;
    }
  }

  // ---- loading

  private void copy(Chunk<T, K> chunk) {
    long begun = System.nanoTime();
    CopyResult result = load(chunk);
    long nanos = System.nanoTime() - begun;
    boolean amongWrites = lanes.consideration.isAmongWrites();
    if (chunk.rows != null) {
      size.copied(chunk.rows.size(), chunk.bytes, nanos, amongWrites);
    }
    lanes.position.copied(
        pair.entity().name(), range, chunk.last ? null : canonicalOrNull(chunk.to), result);
    var progress = tally.add(result.rows());
    lanes.crossing.events().tell(listener -> listener.progressed(progress));
    if (result.refused() > 0) {
      lanes.refused.run();
    }
    long rest = lanes.consideration.rest(chunk.markNanos, nanos, amongWrites);
    if (rest > 0 && !chunk.last) {
      lanes.pace.rest(rest);
    }
  }

  /** As it was read; if that fails for a while, as it is then. */
  private CopyResult load(Chunk<T, K> chunk) {
    AtomicBoolean taken = new AtomicBoolean();
    try {
      return lanes.patience.patiently(
          view ->
              loadOnce(
                  taken.getAndSet(true)
                      ? read(view, chunk.after, chunk.to, chunk.last, Integer.MAX_VALUE)
                      : chunk));
    } finally {
      if (!taken.get()) {
        abandon(chunk.view, chunk.operation, chunk.own);
      }
    }
  }

  private CopyResult loadOnce(Chunk<T, K> chunk) {
    try {
      return chunk.rows == null
          ? lanes.copier.copy(chunk.view, chunk.operation, chunk.own, List.of())
          : lanes.copier.load(
              chunk.view,
              chunk.operation,
              chunk.own,
              new RangeRows<>(pair, chunk.after, chunk.to, chunk.rows));
    } finally {
      chunk.operation.end();
    }
  }

  // ---- giving up

  private void abandon(@Nullable Future<@Nullable Chunk<T, K>> ahead) {
    if (ahead == null) {
      return;
    }
    try {
      Chunk<T, K> chunk = get(ahead);
      if (chunk != null) {
        abandon(chunk.view, chunk.operation, chunk.own);
      }
    } catch (RuntimeException e) {
      log.debug("what was read ahead of migration '{}' failed", lanes.crossing.name(), e);
    }
  }

  /** Nothing was changed. What cannot be taken back now is found to be forgotten by upkeep. */
  private void abandon(StageView view, Operation operation, List<Entry> own) {
    try {
      if (!own.isEmpty()) {
        journal(view).withdraw(own);
      }
    } catch (CrossfadeException | FencedException | StaleEpochException e) {
      log.debug("a mark of migration '{}' is left to upkeep", lanes.crossing.name(), e);
    } finally {
      operation.end();
    }
  }

  private Journal journal(StageView view) {
    return lanes.crossing.store(view.primary()).journal();
  }

  private byte[] canonical(K key) {
    return pair.entity().keys().encode(key);
  }

  private byte @Nullable [] canonicalOrNull(@Nullable K key) {
    return key == null ? null : canonical(key);
  }

  private @Nullable K key(byte @Nullable [] canonical) {
    return canonical == null ? null : pair.entity().keys().decode(canonical);
  }
}
