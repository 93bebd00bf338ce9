package dev.crossfade.copy;

import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.CrossfadeListener.VerificationEvent;
import dev.crossfade.Difference;
import dev.crossfade.Entity;
import dev.crossfade.Stage.Side;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.copy.RowsInOrder.Item;
import dev.crossfade.copy.Settling.Verdict;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings;
import dev.crossfade.wiring.Findings.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares every field of every row of both stores, in key order and bounded memory, while writes
 * go on. What differs is read again before it is reported. Rows that only one store has are found
 * on either side.
 *
 * <p>Runs on the caller's thread.
 */
public final class Verification {
  private static final Logger log = LoggerFactory.getLogger(Verification.class);
  private static final int ROWS_PER_EVENT = 2_000;
  private static final int SUSPECTS = 500;

  private final Crossing crossing;
  private final Stages stages;
  private final Settling settling;
  private final Findings findings;

  /** Made once per migration. */
  public Verification(Crossing crossing, Stages stages, Settling settling, Findings findings) {
    this.crossing = crossing;
    this.stages = stages;
    this.settling = settling;
    this.findings = findings;
  }

  /** Compares everything. */
  public VerificationReport run() {
    long begun = System.nanoTime();
    StageView view = comparingView();
    String runs = findings.runs();
    Tally tally = new Tally();
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      new OneEntity<>(view, pair, tally).compare();
    }
    VerificationReport report = tally.report(Duration.ofNanos(System.nanoTime() - begun));
    boolean counts = stages.refresh().epoch() == view.epoch();
    if (counts) {
      record(report, runs);
    } else {
      log.warn(
          "The stage of migration '{}' changed during the verification; it proves nothing of the"
              + " stage that is. Run it again.",
          crossing.name());
    }
    log.info(
        "Verification of migration '{}': {} rows, {} differ, {} under way, in {} ms.",
        crossing.name(),
        report.totalRows(),
        report.differing(),
        report.unsettled(),
        report.duration().toMillis());
    VerificationEvent event = new VerificationEvent(report, counts);
    crossing.events().tell(listener -> listener.verified(event));
    return report;
  }

  /** In both stores: it is as true of one that becomes the primary later. */
  private void record(VerificationReport report, String runs) {
    for (Side side : Side.values()) {
      findings.record(
          side,
          report.isClean() ? Kind.SAME : Kind.DIFFERENT,
          report.totalRows() + " rows compared, " + report.differing() + " differ",
          runs);
    }
  }

  private StageView comparingView() {
    StageView view = stages.refresh();
    if (!view.stage().writesBoth()) {
      throw new IllegalStateException(
          "migration '"
              + crossing.name()
              + "' is in "
              + view.stage().id()
              + ", where the stores differ by design; verify it between dual_write and ramp_down");
    }
    return view;
  }

  /** What was found so far. */
  private final class Tally {
    private final Map<String, Long> rows = new LinkedHashMap<>();
    private final List<RowDifference> differences = new ArrayList<>();
    private long differing;
    private long unsettled;
    private long known;

    <K> void add(String entity, Verdict<K> verdict) {
      unsettled += verdict.unsettled().size();
      verdict.differing().forEach((key, found) -> add(entity, key, found));
    }

    private void add(String entity, Object key, List<Difference> found) {
      differing++;
      if (differences.size() < VerificationReport.MOST_DIFFERENCES) {
        differences.add(new RowDifference(entity, key, found));
      }
    }

    VerificationReport report(Duration duration) {
      return new VerificationReport(
          crossing.name(), rows, differences, differing, unsettled, known, duration);
    }
  }

  /** A merge of the two stores' rows in their common order. */
  private final class OneEntity<T, K> {
    private final StageView view;
    private final EntityPair<T, K> pair;
    private final Entity<T, K> entity;
    private final Tally tally;
    private final List<K> suspects = new ArrayList<>();
    private long rows;
    private long told;

    OneEntity(StageView view, EntityPair<T, K> pair, Tally tally) {
      this.view = view;
      this.pair = pair;
      this.entity = pair.entity();
      this.tally = tally;
    }

    void compare() {
      RowsInOrder<T, K> primary = new RowsInOrder<>(pair.on(view.primary()));
      RowsInOrder<T, K> secondary = new RowsInOrder<>(pair.on(view.secondary()));
      Item<T, K> a = primary.nextOrNull();
      Item<T, K> b = secondary.nextOrNull();
      while (a != null || b != null) {
        int order =
            a == null ? 1 : b == null ? -1 : Arrays.compareUnsigned(a.canonical(), b.canonical());
        compare(order <= 0 ? a : null, order >= 0 ? b : null);
        a = order <= 0 ? primary.nextOrNull() : a;
        b = order >= 0 ? secondary.nextOrNull() : b;
      }
      settle();
      count();
    }

    private void compare(@Nullable Item<T, K> a, @Nullable Item<T, K> b) {
      rows++;
      if (rows % ROWS_PER_EVENT == 0) {
        count();
      }
      T primary = a == null ? null : a.row();
      T secondary = b == null ? null : b.row();
      if (isUnreadable(a) || isUnreadable(b)) {
        tally.add(entity.name(), key(a, b), List.of(new Difference("(row)", shown(a), shown(b))));
      } else if (primary != null && secondary != null && entity.same(primary, secondary)) {
        tally.known += entity.knownDifferences(primary, secondary);
      } else {
        suspect(key(a, b));
      }
    }

    private boolean isUnreadable(@Nullable Item<T, K> item) {
      return item != null && item.unreadable() != null;
    }

    private String shown(@Nullable Item<T, K> item) {
      return item == null ? "absent" : item.unreadable() == null ? "present" : item.unreadable();
    }

    private K key(@Nullable Item<T, K> a, @Nullable Item<T, K> b) {
      Item<T, K> one = a == null ? b : a;
      if (one == null) {
        throw new IllegalStateException("a row of one of the stores was expected");
      }
      return one.key();
    }

    private void suspect(K key) {
      suspects.add(key);
      if (suspects.size() == SUSPECTS) {
        settle();
      }
    }

    private void settle() {
      tally.add(entity.name(), settling.settle(view, pair, suspects));
      suspects.clear();
    }

    private void count() {
      tally.rows.put(entity.name(), rows);
      CopyProgress progress =
          new CopyProgress(crossing.name(), "verify", entity.name(), rows, rows - told);
      told = rows;
      crossing.events().tell(listener -> listener.progressed(progress));
    }
  }
}
