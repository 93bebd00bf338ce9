package dev.crossfade.copy;

import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.copy.VerificationPosition.Done;
import dev.crossfade.wiring.EntityPair;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a verification has come with an entity. Ranges are compared in any order; what counts for
 * a position is how far all of them are done. Safe for use by many threads.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
final class Standing<T, K> {
  private static final long TELL_NANOS = 200_000_000;

  private final String migration;
  private final String activity;
  private final EntityPair<T, K> pair;
  private final Found total;
  private final Deque<Pending<K>> pending = new ArrayDeque<>();
  private @Nullable K upTo;
  private boolean ended;
  private long expected = -1;
  private long seen;
  private long told;
  private boolean toldEnd;
  private long begun;
  private long toldAt;
  private long millisBefore;

  /** A range that was handed out; what was found in it, once it is done. */
  static final class Pending<K> {
    private final KeyRange<K> range;
    private @Nullable Found found;

    private Pending(KeyRange<K> range) {
      this.range = range;
    }

    KeyRange<K> range() {
      return range;
    }
  }

  Standing(String migration, String activity, EntityPair<T, K> pair) {
    this.migration = migration;
    this.activity = activity;
    this.pair = pair;
    this.total = new Found(pair.entity().name());
  }

  EntityPair<T, K> pair() {
    return pair;
  }

  /** Goes on from there; what differed then is to be looked at again, and added. */
  synchronized void resume(Done done) {
    upTo = done.upTo() == null ? null : pair.entity().keys().decode(done.upTo());
    ended = done.ended();
    total.rows = done.rows();
    total.known = done.known();
    total.unsettled = done.unsettled();
    total.differing = done.unlisted();
    seen = done.rows();
    told = done.rows();
    millisBefore = done.millis();
  }

  synchronized void add(Found more) {
    total.add(more);
  }

  synchronized void begin(long expectedRows) {
    begun = System.nanoTime();
    toldAt = begun;
    expected = expectedRows;
  }

  synchronized @Nullable K upTo() {
    return upTo;
  }

  synchronized boolean isEnded() {
    return ended;
  }

  /** A range is compared from now on; after the one given before. */
  synchronized Pending<K> handOut(KeyRange<K> range) {
    Pending<K> next = new Pending<>(range);
    pending.addLast(next);
    return next;
  }

  /** A range is done. Returns what is to be told of it, null if nothing is yet. */
  synchronized @Nullable CopyProgress done(Pending<K> range, Found found) {
    range.found = found;
    seen += found.rows;
    for (Pending<K> head = pending.peek();
        head != null && head.found != null;
        head = pending.peek()) {
      pending.remove();
      total.add(head.found);
      upTo = head.range.to();
      ended = upTo == null;
    }
    return progressOrNull();
  }

  private @Nullable CopyProgress progressOrNull() {
    long now = System.nanoTime();
    if (toldEnd || (now - toldAt < TELL_NANOS && !ended)) {
      return null;
    }
    toldEnd = ended;
    toldAt = now;
    CopyProgress progress =
        new CopyProgress(
            migration,
            activity,
            pair.entity().name(),
            seen,
            seen - told,
            ended ? seen : expected < 0 ? -1 : Math.max(expected, seen),
            Duration.ofMillis(millis()));
    told = seen;
    return progress;
  }

  private long millis() {
    return millisBefore + (begun == 0 ? 0 : (System.nanoTime() - begun) / 1_000_000);
  }

  /** What was found as far as all is done. */
  synchronized Found found() {
    Found copy = new Found(pair.entity().name());
    copy.add(total);
    return copy;
  }

  synchronized Done position() {
    List<byte[]> keys = new ArrayList<>();
    for (RowDifference difference : total.differences()) {
      keys.add(pair.entity().keys().encode(pair.entity().keys().type().cast(difference.key())));
    }
    return new Done(
        upTo == null ? null : pair.entity().keys().encode(upTo),
        ended,
        total.rows,
        total.known,
        total.unsettled,
        total.differing - keys.size(),
        millis(),
        keys);
  }
}
