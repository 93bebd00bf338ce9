package dev.crossfade.rehearsal;

import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.CrossfadeListener.RehearsalEvent;
import dev.crossfade.CrossfadeListener.RehearsalEvent.Result;
import dev.crossfade.Difference;
import dev.crossfade.journal.Ownership;
import dev.crossfade.rehearsal.DeltaComparison.RowDifference;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Entry;
import dev.crossfade.wiring.Crossing;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which writes of a migration are rehearsed, and what has come of it: see "Rehearsing a write" in
 * {@code docs/engine.md}. Safe for use by many threads.
 */
public final class Rehearsals {
  private static final Logger log = LoggerFactory.getLogger(Rehearsals.class);
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_ROWS_TOLD = 10;

  private final Crossing crossing;
  private final Ownership ownership;
  private final Units units;
  private final Map<Result, LongAdder> counts = new ConcurrentHashMap<>();

  // By operation: any number of routed repositories may be made.
  private final Map<String, Long> restingUntil = new ConcurrentHashMap<>();
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final Set<String> inconclusive = ConcurrentHashMap.newKeySet();

  /** Made once per migration. */
  public Rehearsals(Crossing crossing, Ownership ownership, Units units) {
    this.crossing = crossing;
    this.ownership = ownership;
    this.units = units;
  }

  /** A script for a write that begins now, if it is to be rehearsed; null if not. */
  public @Nullable Script script(StageView view) {
    return view.stage().rehearsesWrites() && sampled() ? new Script(ownership.given()) : null;
  }

  private boolean sampled() {
    double share = crossing.settings().rehearsalSampling();
    return share > 0 && (share >= 1 || ThreadLocalRandom.current().nextDouble() < share);
  }

  /**
   * The rehearsal of a write.
   *
   * @param own its entries in the journal
   */
  public WriteRehearsal of(StageView view, Script script, List<Entry> own) {
    return new WriteRehearsal(this, crossing, view, script, own);
  }

  /** How many rehearsed calls came to which result. */
  public Map<Result, Long> counts() {
    Map<Result, Long> now = new EnumMap<>(Result.class);
    for (Result result : Result.values()) {
      LongAdder count = counts.get(result);
      now.put(result, count == null ? 0 : count.sum());
    }
    return now;
  }

  Units units() {
    return units;
  }

  /** Whether this process has marked nothing but this write since before it began. */
  boolean isLatest(Script script, List<Entry> own) {
    return ownership.given() - script.before() == own.size();
  }

  /** Whether a method that timed out is left in peace. */
  boolean isResting(WriteMethod method) {
    Long until = restingUntil.get(method.operation());
    return until != null && System.nanoTime() - until < 0;
  }

  void rest(WriteMethod method) {
    restingUntil.put(method.operation(), System.nanoTime() + REST_NANOS);
  }

  /** What has come of a call of a write that was made in that view. */
  void tell(StageView view, WriteMethod method, Result result) {
    counts.computeIfAbsent(result, first -> new LongAdder()).increment();
    countInItsEpoch(view, result);
    if (crossing.events().wanted()) {
      RehearsalEvent event =
          new RehearsalEvent(crossing.name(), method.entity().name(), method.name(), result);
      crossing.events().tell(listener -> listener.rehearsed(event));
    }
  }

  /** What was skipped, excused or too slow says nothing of the implementations. */
  private void countInItsEpoch(StageView view, Result result) {
    switch (result) {
      case MATCH -> crossing.counts().rehearsed(view.epoch(), true);
      case MISMATCH, FAILED -> crossing.counts().rehearsed(view.epoch(), false);
      case TIMED_OUT, EXCUSED, SKIPPED -> {}
    }
  }

  /** Tells all of a finding that stands. */
  void report(WriteMethod method, Finding finding, String store) {
    if (finding.failure() != null) {
      explain(method, finding.failure(), store);
    }
    finding.rows().stream().limit(MOST_ROWS_TOLD).forEach(row -> mismatch(method, row));
    if (finding.result() != null) {
      mismatch(method, method.entity().name(), null, List.of(finding.result()));
    }
  }

  private void mismatch(WriteMethod method, RowDifference row) {
    mismatch(method, row.state().entity().name(), shownKey(row), row.differences());
  }

  private static String shownKey(RowDifference row) {
    String shown = row.state().toString(); // entity and key; the key alone is wanted
    String key = shown.substring(row.state().entity().name().length() + 1);
    return row.state().row() == null ? key.substring(0, key.length() - " (absent)".length()) : key;
  }

  private void mismatch(
      WriteMethod method, String entity, @Nullable String key, List<Difference> differences) {
    log.warn(
        "Rehearsed write {} of migration '{}' differs{}: {}",
        method,
        crossing.name(),
        key == null ? "" : " at " + entity + " " + key,
        differences);
    Mismatch mismatch = new Mismatch(crossing.name(), entity, method.name(), key, differences);
    crossing.events().tell(listener -> listener.mismatch(mismatch));
  }

  /** The first failure of a method is news; the others are the same. */
  private void explain(WriteMethod method, Throwable e, String store) {
    if (failing.add(method.operation())) {
      log.warn(
          "Rehearsed write {} of migration '{}' fails on {}: correct that store's implementation"
              + " before the cutover. The write itself is done, on both stores.",
          method,
          crossing.name(),
          store,
          e);
    } else {
      log.debug("rehearsed write {} failed again", method, e);
    }
  }

  /** Not an accusation, but worth a look. */
  void explainInconclusive(WriteMethod method, Finding finding) {
    if (inconclusive.add(method.operation())) {
      log.info(
          "Rehearsed write {} of migration '{}' came out otherwise ({}) while other writes were"
              + " under way, which may be the reason; it is reported if it does so alone.",
          method,
          crossing.name(),
          finding.inShort());
    }
  }
}
