package dev.crossfade.copy;

import dev.crossfade.BackfillReport;
import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.BackfillEvent;
import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings;
import dev.crossfade.wiring.Findings.Kind;
import dev.crossfade.write.SecondaryBreaker;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies everything from the primary to the secondary, entity by entity in foreign-key order, in
 * chunks in key order, while writes go on. Each chunk is an operation like any other: its range is
 * marked before it is read, so a write that gets in between stays in the journal and is repaired.
 *
 * <p>Runs on the caller's thread. Safe to repeat.
 */
public final class Backfill {
  private static final Logger log = LoggerFactory.getLogger(Backfill.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final Crossing crossing;
  private final Stages stages;
  private final Ownership ownership;
  private final Repair repair;
  private final Settling settling;
  private final Findings findings;
  private final Copier copier;

  /** Made once per migration. */
  public Backfill(
      Crossing crossing,
      Stages stages,
      Ownership ownership,
      SecondaryBreaker breaker,
      Repair repair,
      Settling settling,
      Findings findings) {
    this.crossing = crossing;
    this.stages = stages;
    this.ownership = ownership;
    this.repair = repair;
    this.settling = settling;
    this.findings = findings;
    this.copier = new Copier(crossing, ownership, breaker);
  }

  /** Copies everything. */
  public BackfillReport run() {
    long begun = System.nanoTime();
    long epoch = stages.refresh().epoch();
    String runs = findings.runs();
    Map<String, Long> rows = new LinkedHashMap<>();
    long refused = 0;
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      CopyResult result = new OneEntity<>(pair).copy();
      rows.put(pair.entity().name(), result.rows());
      refused += result.refused();
    }
    BackfillReport report =
        new BackfillReport(
            crossing.name(), rows, refused, Duration.ofNanos(System.nanoTime() - begun));
    boolean counts = stages.refresh().epoch() == epoch;
    if (counts) {
      findings.record(
          stages.current().primary(),
          Kind.BACKFILL,
          report.totalRows() + " rows copied, " + refused + " refused",
          runs);
    } else {
      log.warn(
          "The stage of migration '{}' changed during the backfill: what was copied stays, but run"
              + " it again before you rely on it.",
          crossing.name());
    }
    if (refused > 0) {
      // what stood in their way may have come, or gone, with a later entity
      crossing.store(stages.current().primary()).journal().retryParked(crossing.name());
      repair.signal();
    }
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

  /** Copies rows with these keys of one entity again. Returns how many were refused. */
  public <T, K> int copyKeys(EntityPair<T, K> pair, Collection<K> keys) {
    List<Span> spans =
        keys.stream()
            .map(key -> Span.point(pair.entity().name(), pair.entity().keys().encode(key)))
            .distinct()
            .toList();
    return patiently(view -> copy(view, spans)).refused();
  }

  private CopyResult copy(StageView view, List<Span> spans) {
    Operation operation = ownership.begin();
    try {
      Journal journal = crossing.store(view.primary()).journal();
      List<Entry> own = journal.mark(operation.copyMark(crossing.name(), view), spans);
      return copier.copy(view, operation, own, List.of());
    } finally {
      operation.end();
    }
  }

  private final class OneEntity<T, K> {
    private final EntityPair<T, K> pair;
    private long rows;
    private int refused;

    OneEntity(EntityPair<T, K> pair) {
      this.pair = pair;
    }

    CopyResult copy() {
      K after = null;
      do {
        long before = rows;
        after = copyChunk(after);
        CopyProgress progress =
            new CopyProgress(
                crossing.name(), "backfill", pair.entity().name(), rows, rows - before);
        crossing.events().tell(listener -> listener.progressed(progress));
      } while (after != null);
      return new CopyResult(rows, refused, 0, 0);
    }

    /** Copies the rows behind {@code after}; the last of them, null if these were all. */
    private @Nullable K copyChunk(@Nullable K after) {
      K to =
          patiently(
                  view ->
                      new End<>(
                          pair.on(view.primary())
                              .boundary(after, crossing.settings().backfillChunk())))
              .key();
      Span span = Span.behind(pair.entity().name(), canonical(after), canonical(to));
      CopyResult result = patiently(view -> Backfill.this.copy(view, List.of(span)));
      rows += result.rows();
      refused += result.refused();
      if (result.refused() > 0) {
        repair.signal();
      }
      return to;
    }

    private byte @Nullable [] canonical(@Nullable K key) {
      return key == null ? null : pair.entity().keys().encode(key);
    }
  }

  /** The end of a chunk; none for the last one. */
  private record End<K>(@Nullable K key) {}

  private interface Step<R> {
    R in(StageView view);
  }

  /** Does a step again while a store is out of reach or the stage changes, for a minute at most. */
  private <R> R patiently(Step<R> step) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2)) {
      try {
        return step.in(copyingView());
      } catch (StoreUnavailableException | StoreTimeoutException | OutcomeUnknownException e) {
        goOnOrThrow(e, deadline, pause);
      } catch (FencedException | StaleEpochException e) {
        goOnOrThrow(
            new StoreUnavailableException("the stage kept changing; run it again", e),
            deadline,
            pause);
      }
    }
  }

  private void goOnOrThrow(CrossfadeException e, long deadline, long pause) {
    repair.signal();
    if (System.nanoTime() > deadline || settling.pauseUnlessClosed(pause)) {
      throw e;
    }
    stages.refresh();
    log.debug("copying of migration '{}' goes on after", crossing.name(), e);
  }

  /** Not to a store that has just come back and has not been looked at: what it has counts, too. */
  private StageView copyingView() {
    StageView view = stages.current();
    if (!view.stage().writesBoth()) {
      throw new IllegalStateException(
          "migration '"
              + crossing.name()
              + "' is in "
              + view.stage().id()
              + ", where the other store does not follow; move it to dual_write or ramp_down before"
              + " copying");
    }
    stages.lookAtSecondary(view);
    ConfigurationException doubt = stages.doubt();
    if (doubt != null) {
      throw doubt;
    }
    return view;
  }
}
