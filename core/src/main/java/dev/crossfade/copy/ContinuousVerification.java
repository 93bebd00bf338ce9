package dev.crossfade.copy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.CrossfadeListener.VerificationEvent;
import dev.crossfade.MigrationStatus.Rounds;
import dev.crossfade.Stage.Side;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.Mode;
import dev.crossfade.copy.Standing.Pending;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings;
import dev.crossfade.wiring.Findings.Kind;
import dev.crossfade.wiring.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes round and round through all entities at the rate of the settings, on a thread of its own,
 * while both stores are written: every field of every row, as a verification does. It waits while
 * the secondary is unavailable, and begins a new round when the stage changes.
 *
 * <p>A round that comes to its end is evidence as any verification is, as old as its beginning.
 * Safe for use by many threads; what is only of the round under way belongs to its thread.
 */
public final class ContinuousVerification implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ContinuousVerification.class);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Crossing crossing;
  private final Stages stages;
  private final Settling settling;
  private final Findings findings;
  private final Repairer repairer;
  private final Wakeup wakeup = new Wakeup();
  private final Thread thread;
  private volatile @Nullable Round current;
  private volatile Past past = new Past(0, null, 0);

  /** The rounds that have come to their end, and the last of them. */
  private record Past(long rounds, @Nullable VerificationReport last, long endedAt) {}

  /** The round under way is over: the stage has changed, it is not wanted any more, or closed. */
  private static final class OverException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OverException() {
      super("over", null, false, false);
    }
  }

  /**
   * Made once per migration; {@link #start} starts the thread.
   *
   * @param repairer copies what differs, where the settings say that mismatches are repaired
   */
  public ContinuousVerification(
      Crossing crossing, Stages stages, Settling settling, Findings findings, Repairer repairer) {
    this.crossing = crossing;
    this.stages = stages;
    this.settling = settling;
    this.findings = findings;
    this.repairer = repairer;
    this.thread = new Thread(this::run, "crossfade-rounds-" + crossing.name());
    this.thread.setDaemon(true);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** The settings have changed: look soon. */
  public void signal() {
    wakeup.signal();
  }

  /** How it goes. */
  public Rounds rounds() {
    Round now = current;
    Past before = past;
    VerificationReport last = before.last;
    return new Rounds(
        now != null,
        now == null ? 0 : now.rows(),
        before.rounds,
        last == null ? 0 : last.totalRows(),
        last == null ? 0 : last.differing(),
        last == null ? 0 : last.unsettled(),
        last == null ? null : last.duration(),
        last == null ? null : Duration.ofNanos(System.nanoTime() - before.endedAt));
  }

  private void run() {
    while (!wakeup.isClosed()) {
      if (rate() == 0 || !stages.current().stage().writesBoth() || !isAvailable()) {
        wakeup.await(LOOK_NANOS);
      } else {
        round();
      }
    }
  }

  private void round() {
    try {
      Round round = new Round(stages.current());
      current = round;
      round.go();
      wakeup.await(LOOK_NANOS); // small tables are not gone through again at once
    } catch (OverException e) {
      log.debug("a round through migration '{}' is over before its end", crossing.name());
    } catch (CrossfadeException e) {
      log.debug("a round through migration '{}' begins again after", crossing.name(), e);
      wakeup.await(LOOK_NANOS);
    } catch (RuntimeException | Error e) {
      log.error(
          "The continuous verification of migration '{}' failed unexpectedly; it begins again.",
          crossing.name(),
          e);
      wakeup.await(LOOK_NANOS);
    } finally {
      current = null;
    }
  }

  private int rate() {
    return crossing.settings().verificationRate();
  }

  private boolean isAvailable() {
    return crossing.availability().isAvailable();
  }

  /** Once through everything. */
  private final class Round {
    private final StageView view;
    private final String runs = findings.runs();
    private final long begun = System.nanoTime();
    private final List<Standing<?, ?>> standings = new ArrayList<>();

    Round(StageView view) {
      this.view = view;
      for (EntityPair<?, ?> pair : crossing.pairs()) {
        standings.add(new Standing<>(crossing.name(), "continuous", pair));
      }
    }

    void go() {
      for (Standing<?, ?> standing : standings) {
        go(standing);
      }
      end();
    }

    private <T, K> void go(Standing<T, K> standing) {
      EntityPair<T, K> pair = standing.pair();
      RangeComparison<T, K> comparison =
          new RangeComparison<>(view, pair, settling, new Following<>(pair));
      standing.begin(pair.on(view.primary()).estimatedRows());
      while (!standing.isEnded()) {
        checkOrWait();
        long before = System.nanoTime();
        long rows;
        try {
          rows = compareNext(standing, comparison);
        } catch (CrossfadeException e) {
          log.debug("a range of migration '{}' is compared again after", crossing.name(), e);
          pause(LOOK_NANOS);
          continue;
        }
        pause(rows * LOOK_NANOS / Math.max(1, rate()) - (System.nanoTime() - before));
      }
    }

    /** About as many rows as may be compared in a second. */
    private <T, K> long compareNext(Standing<T, K> standing, RangeComparison<T, K> comparison) {
      int most = Math.max(1, Math.min(RangeComparison.PAGE_ROWS, rate()));
      K after = standing.upTo();
      KeyRange<K> range =
          new KeyRange<>(after, standing.pair().on(view.primary()).boundary(after, most));
      Found found = comparison.compare(range);
      Pending<K> pending = standing.handOut(range);
      CopyProgress progress = standing.done(pending, found);
      if (progress != null) {
        crossing.events().tell(listener -> listener.progressed(progress));
      }
      return found.rows;
    }

    private void pause(long nanos) {
      try {
        if (nanos > 0 && !wakeup.pause(nanos)) {
          throw new OverException();
        }
      } catch (InterruptedException e) {
        throw new OverException();
      }
    }

    private void checkOrWait() {
      check();
      while (!isAvailable()) {
        wakeup.await(LOOK_NANOS);
        check();
      }
    }

    void check() {
      if (wakeup.isClosed() || rate() == 0 || stages.current().epoch() != view.epoch()) {
        throw new OverException();
      }
    }

    private void end() {
      VerificationReport report = report();
      boolean counts = stages.refresh().epoch() == view.epoch();
      if (counts) {
        record(report);
      }
      VerificationReport last = past.last;
      boolean news = last == null || last.differing() != report.differing();
      past = new Past(past.rounds + 1, report, System.nanoTime());
      if (report.isClean() || !news) {
        log.debug(
            "A round through migration '{}': {} rows, {} differ.",
            crossing.name(),
            report.totalRows(),
            report.differing());
      } else {
        log.warn(
            "A round through migration '{}' has found {} of {} rows different. Repair them:"
                + " Migration.verifyAndRepair().",
            crossing.name(),
            report.differing(),
            report.totalRows());
      }
      VerificationEvent event = new VerificationEvent(report, counts);
      crossing.events().tell(listener -> listener.roundVerified(event));
    }

    private void record(VerificationReport report) {
      for (Side side : Side.values()) {
        findings.record(
            side,
            report.isClean() ? Kind.SAME : Kind.DIFFERENT,
            report.totalRows() + " rows compared in a round, " + report.differing() + " differ",
            runs,
            report.duration());
      }
    }

    private VerificationReport report() {
      Map<String, Long> rows = new LinkedHashMap<>();
      Found all = new Found("");
      for (Standing<?, ?> standing : standings) {
        Found found = standing.found();
        rows.put(found.entity(), found.rows);
        all.add(found);
      }
      return new VerificationReport(
          crossing.name(),
          Mode.FULL,
          rows,
          all.differences(),
          all.differing,
          all.unsettled,
          all.known,
          0,
          Duration.ofNanos(System.nanoTime() - begun));
    }

    long rows() {
      return standings.stream().mapToLong(standing -> standing.found().rows).sum();
    }

    /** Ends with the round, and repairs where that is wanted. */
    private final class Following<T, K> implements RangeComparison.Watch<K> {
      private final EntityPair<T, K> pair;

      Following(EntityPair<T, K> pair) {
        this.pair = pair;
      }

      @Override
      public void check() {
        if (wakeup.isClosed()) {
          throw new OverException();
        }
      }

      @Override
      public void differ(List<K> keys) {
        if (crossing.settings().repairMismatches()) {
          repairer.repair(pair, keys);
        }
      }
    }
  }

  /** Ends the thread after the rows it reads at this moment. */
  @Override
  public void close() {
    wakeup.close(thread);
  }
}
