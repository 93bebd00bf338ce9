package dev.crossfade.copy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.VerificationEvent;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerifyOptions;
import dev.crossfade.copy.VerificationPosition.Done;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings;
import dev.crossfade.wiring.Findings.Kept;
import dev.crossfade.wiring.Findings.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the rows of both stores, in key order and bounded memory, while writes go on. What
 * differs is read again before it is reported. Rows that only one store has are found on either
 * side. What was cut short is gone on with, as long as what it had found still holds.
 *
 * <p>The caller's thread cuts ranges of keys, a few others compare them. Safe for use by many
 * threads.
 */
public final class Verification implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Verification.class);

  /** What was compared longer ago is compared again, where the gates set no limit. */
  private static final Duration OLDEST = Duration.ofDays(1);

  private final Crossing crossing;
  private final Stages stages;
  private final Settling settling;
  private final Findings findings;
  private final Set<VerificationRun> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Made once per migration. */
  public Verification(Crossing crossing, Stages stages, Settling settling, Findings findings) {
    this.crossing = crossing;
    this.stages = stages;
    this.settling = settling;
    this.findings = findings;
  }

  /** Compares what the options say. */
  public VerificationReport run(VerifyOptions options) {
    return run(options, Repairer.NONE);
  }

  /** As {@link #run(VerifyOptions)}; what differs is handed over as soon as that is certain. */
  public VerificationReport run(VerifyOptions options, Repairer repairer) {
    StageView view = comparingView();
    One one = new One(view, options, pairs(options));
    VerificationReport report = one.run(repairer);
    boolean counts = options.isWhole() && stages.refresh().epoch() == view.epoch();
    if (counts) {
      record(report, one.runs, one.age());
    }
    one.forget();
    tell(report, options, counts);
    return report;
  }

  private void tell(VerificationReport report, VerifyOptions options, boolean counts) {
    if (!counts && options.isWhole()) {
      log.warn(
          "The stage of migration '{}' changed during the verification; it proves nothing of the"
              + " stage that is. Run it again.",
          crossing.name());
    }
    log.info(
        "{} of migration '{}': {} rows, {} differ, {} under way, in {} ms.{}",
        report.mode() == VerificationReport.Mode.QUICK ? "Quick verification" : "Verification",
        crossing.name(),
        report.totalRows(),
        report.differing(),
        report.unsettled(),
        report.duration().toMillis(),
        options.isWhole() ? "" : " It is no evidence for a gate.");
    VerificationEvent event = new VerificationEvent(report, counts);
    crossing.events().tell(listener -> listener.verified(event));
  }

  /** In both stores: it is as true of one that becomes the primary later. */
  private void record(VerificationReport report, String runs, Duration age) {
    for (Side side : Side.values()) {
      findings.record(
          side,
          report.isClean() ? Kind.SAME : Kind.DIFFERENT,
          report.totalRows() + " rows compared, " + report.differing() + " differ",
          runs,
          age);
    }
  }

  private StageView comparingView() {
    if (closed) {
      throw new IllegalStateException("migration '" + crossing.name() + "' is closed");
    }
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

  private List<EntityPair<?, ?>> pairs(VerifyOptions options) {
    List<EntityPair<?, ?>> wanted = new ArrayList<>();
    Set<String> unknown = new TreeSet<>(options.entities());
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      String name = pair.entity().name();
      unknown.remove(name);
      if (options.entities().isEmpty() || options.entities().contains(name)) {
        wanted.add(pair);
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "migration '"
              + crossing.name()
              + "' has no entity "
              + unknown
              + "; it has "
              + crossing.pairs().stream().map(pair -> pair.entity().name()).toList());
    }
    return wanted;
  }

  /** Ends what is under way; whoever called it gets an {@link IllegalStateException}. */
  @Override
  public void close() {
    closed = true;
    running.forEach(VerificationRun::end);
  }

  /** One verification, from where it begins to its report. */
  private final class One {
    private final StageView view;
    private final VerifyOptions options;
    private final List<Standing<?, ?>> standings = new ArrayList<>();
    private final long begun = System.nanoTime();
    private final String runs = findings.runs();
    private VerificationPosition position;
    private long resumed;

    One(StageView view, VerifyOptions options, List<EntityPair<?, ?>> pairs) {
      this.view = view;
      this.options = options;
      pairs.forEach(pair -> standings.add(new Standing<>(crossing.name(), "verify", pair)));
      this.position =
          new VerificationPosition(
              view.epoch(),
              options.mode().name(),
              VerificationPosition.mapping(crossing),
              runs,
              crossing.store(view.primary()).control().now(),
              Map.of());
    }

    VerificationReport run(Repairer repairer) {
      VerificationRun run =
          new VerificationRun(crossing, settling, view, options.mode(), repairer, this::save);
      running.add(run);
      try {
        resume(repairer);
        if (closed) {
          run.end();
        }
        run.run(standings);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreTimeoutException(
            "the verification of migration '"
                + crossing.name()
                + "' was interrupted; nothing was recorded, and its position is kept: verify it"
                + " again to go on",
            e);
      } finally {
        running.remove(run);
      }
      return report();
    }

    /** How old the oldest of what was compared is. */
    Duration age() {
      Duration age =
          Duration.between(position.began(), crossing.store(view.primary()).control().now());
      return age.isNegative() ? Duration.ZERO : age;
    }

    private void resume(Repairer repairer) {
      VerificationPosition kept = keptOrNull();
      if (kept == null) {
        return;
      }
      for (Standing<?, ?> standing : standings) {
        Done done = kept.entities().get(standing.pair().entity().name());
        if (done != null) {
          resume(standing, done, repairer);
          resumed += done.rows();
        }
      }
      position = kept;
      log.info(
          "The verification of migration '{}' goes on behind {} rows.", crossing.name(), resumed);
    }

    /** What differed is read again; all else stands. */
    private <T, K> void resume(Standing<T, K> standing, Done done, Repairer repairer) {
      EntityPair<T, K> pair = standing.pair();
      standing.resume(done);
      List<K> keys = done.keys().stream().map(pair.entity().keys()::decode).toList();
      Found found = new Found(pair.entity().name());
      new Suspects<>(view, pair, settling, (List<K> differing) -> repairer.repair(pair, differing))
          .look(keys, found);
      standing.add(found);
    }

    private @Nullable VerificationPosition keptOrNull() {
      if (options.afresh() || !options.entities().isEmpty()) {
        return null;
      }
      Kept kept = findings.kept(view.primary(), position.mode());
      if (kept == null) {
        return null;
      }
      VerificationPosition found = VerificationPosition.parse(kept.position());
      return found != null
              && found.isOf(position)
              && kept.isNewerThanAll(found.began())
              && Duration.between(found.began(), position.began()).compareTo(oldest()) <= 0
          ? found
          : null;
    }

    private Duration oldest() {
      Duration limit = crossing.settings().gates().verificationAge();
      return limit.isZero() ? OLDEST : limit;
    }

    private void save() {
      if (options.entities().isEmpty()) {
        Map<String, Done> entities = new LinkedHashMap<>();
        for (Standing<?, ?> standing : standings) {
          entities.put(standing.pair().entity().name(), standing.position());
        }
        VerificationPosition now =
            new VerificationPosition(
                position.epoch(),
                position.mode(),
                position.mapping(),
                runs,
                position.began(),
                entities);
        findings.keep(view.primary(), position.mode(), now.text());
      }
    }

    /** It has come to its end: the next one begins anew, also where this cannot be kept. */
    void forget() {
      if (options.entities().isEmpty()) {
        try {
          findings.keep(view.primary(), position.mode(), "");
        } catch (CrossfadeException e) {
          log.debug("the position of migration '{}' stays", crossing.name(), e);
        }
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
          options.mode(),
          rows,
          all.differences(),
          all.differing,
          all.unsettled,
          all.known,
          resumed,
          Duration.ofNanos(System.nanoTime() - begun));
    }
  }
}
