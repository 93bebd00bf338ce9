package dev.crossfade.copy;

import dev.crossfade.RowEncoding;
import dev.crossfade.Stage.Side;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.stage.StageView;
import dev.crossfade.wiring.EntityPair;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Compares count and SHA-256 of the rows of both stores in a range of keys; what is not the same is
 * compared row by row. For one thread.
 */
final class RangeChecksums<T, K> {
  private final StageView view;
  private final EntityPair<T, K> pair;
  private final RowEncoding<T> encoding;
  private final RangeComparison<T, K> comparison;
  private final RangeComparison.Watch<K> watch;

  private record Sum(long rows, MessageDigest digest) {}

  RangeChecksums(
      StageView view,
      EntityPair<T, K> pair,
      RowEncoding<T> encoding,
      RangeComparison<T, K> comparison,
      RangeComparison.Watch<K> watch) {
    this.view = view;
    this.pair = pair;
    this.encoding = encoding;
    this.comparison = comparison;
    this.watch = watch;
  }

  /** What is found in a range. */
  Found compare(KeyRange<K> range) {
    Long rows = sameRowsOrNull(range);
    if (rows == null) {
      return comparison.compare(range);
    }
    Found found = new Found(pair.entity().name());
    found.rows = rows;
    return found;
  }

  private @Nullable Long sameRowsOrNull(KeyRange<K> range) {
    try {
      Sum primary = sum(view.primary(), range);
      Sum secondary = sum(view.secondary(), range);
      return primary.rows == secondary.rows
              && MessageDigest.isEqual(primary.digest.digest(), secondary.digest.digest())
          ? primary.rows
          : null;
    } catch (UnreadableValueException e) {
      return null;
    }
  }

  private Sum sum(Side side, KeyRange<K> range) {
    MessageDigest digest = RowEncoding.digest();
    long[] rows = new long[1];
    pair.on(side)
        .forEachBetween(
            range.after(),
            range.to(),
            row -> {
              watch.check();
              encoding.hash(row, digest);
              rows[0]++;
              return true;
            });
    return new Sum(rows[0], digest);
  }
}
