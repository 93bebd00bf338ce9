package dev.crossfade.copy;

import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.Beginnings;
import dev.crossfade.stage.StageView;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Findings;
import dev.crossfade.wiring.Findings.Kind;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets the keys that are remembered in complete once the rollback window is over: they would be
 * ever more. That they are is evidence, recorded before the first of them is gone; from then on the
 * way back asks for more than they could tell.
 *
 * <p>For one thread at a time.
 */
final class RollbackWindow {
  private static final Logger log = LoggerFactory.getLogger(RollbackWindow.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
  private static final int AT_ONCE = 10_000;

  private final Crossing crossing;
  private final Ownership ownership;
  private final Beginnings beginnings;
  private final Findings findings;
  private long lookedAt = System.nanoTime() - LOOK_EVERY.toNanos();

  /** The latest epoch in which this process has recorded that keys are forgotten. */
  private long recorded;

  RollbackWindow(Crossing crossing, Ownership ownership, Findings findings) {
    this.crossing = crossing;
    this.ownership = ownership;
    this.beginnings = new Beginnings(crossing);
    this.findings = findings;
  }

  /** Forgets some of them, if it is time. */
  void keepUp(StageView view) {
    long now = System.nanoTime();
    if (view.stage().remembersKeys() && now - lookedAt >= LOOK_EVERY.toNanos()) {
      boolean more = isOver(view) && forgetSome(view);
      lookedAt = more ? lookedAt : now;
    }
  }

  private boolean isOver(StageView view) {
    Duration window = crossing.settings().rollbackWindow();
    return !window.isZero() && beginnings.since(view).compareTo(window) >= 0;
  }

  /** Whether there may be more. */
  private boolean forgetSome(StageView view) {
    recordIt(view);
    Operation operation = ownership.begin();
    try {
      int forgotten =
          crossing
              .store(view.primary())
              .journal()
              .forgetRemembered(operation.copyMark(crossing.name(), view), AT_ONCE);
      return forgotten == AT_ONCE;
    } finally {
      operation.end();
    }
  }

  private void recordIt(StageView view) {
    if (recorded == view.epoch()) {
      return;
    }
    findings.record(view.primary(), Kind.FORGOTTEN, "keys were forgotten", "");
    recorded = view.epoch();
    log.info(
        "The rollback window of migration '{}' is over: keys that change in complete are not"
            + " remembered any more. A way back takes a backfill and a verification.",
        crossing.name());
  }
}
