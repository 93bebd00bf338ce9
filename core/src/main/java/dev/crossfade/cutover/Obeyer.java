package dev.crossfade.cutover;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.WantedEvent;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.WantedStage;
import dev.crossfade.journal.Membership;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Obeys the wanted stage, once: when it is not among the settings last obeyed, and every live
 * instance that wants a stage wants this one. On a thread of its own, because a move may take half
 * a minute; there is none while nothing has ever been wanted.
 *
 * <p>What the gates refuse stays wanted: they are asked again every few seconds, and at once when
 * something here has changed. After an attempt that has kept writes waiting in vain it waits longer
 * and longer. Safe for use by many threads.
 */
public final class Obeyer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Obeyer.class);
  private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

  private final Crossing crossing;
  private final Stages stages;
  private final Membership membership;
  private final Moves moves;

  private final Wakeup wakeup = new Wakeup();

  /** Guards the thread; never held over I/O. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Thread thread;

  /** Only used by the thread. */
  private final Patience patience;

  /** What was refused last; only written by the thread. */
  private volatile @Nullable Refusal refusal;

  /** Why a stage that is wanted was not obeyed. */
  private record Refusal(Stage wanted, List<String> reasons) {
    /** Whether an operator has read it already: figures change with every look. */
    boolean saysNoMoreThan(@Nullable Refusal before) {
      return before != null && wanted == before.wanted && gist().equals(before.gist());
    }

    private List<String> gist() {
      return reasons.stream().map(reason -> reason.replaceAll("\\d+", "n")).toList();
    }
  }

  /** Made once per migration; {@link #signal} starts the thread. */
  public Obeyer(Crossing crossing, Stages stages, Membership membership, Moves moves) {
    this.crossing = crossing;
    this.stages = stages;
    this.membership = membership;
    this.moves = moves;
    this.patience = new Patience(System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
  }

  /** The settings, the stage, or what the gates ask for may have changed: look at once. */
  public void signal() {
    wakeup.signal();
    lock.lock();
    try {
      if (thread == null && !wakeup.isClosed() && crossing.wanted() != null) {
        thread = new Thread(this::run, "crossfade-wanted-" + crossing.name());
        thread.setDaemon(true);
        thread.start();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What is wanted now, and what has come of it; empty if nothing is. */
  public Optional<WantedStage> wanted() {
    Stage wanted = crossing.wanted();
    return wanted == null ? Optional.empty() : Optional.of(state(wanted));
  }

  private WantedStage state(Stage wanted) {
    if (isObeyed(wanted)) {
      return new WantedStage(wanted, true, List.of());
    }
    Refusal last = refusal;
    return new WantedStage(
        wanted, false, last == null || last.wanted() != wanted ? List.of() : last.reasons());
  }

  private boolean isObeyed(Stage wanted) {
    return stages.current().row().obeyed().contains(wanted);
  }

  private void run() {
    Duration wait = Duration.ZERO;
    while (wakeup.await(wait.toNanos())) {
      try {
        wait = look();
      } catch (RuntimeException | Error e) {
        log.error(
            "Obeying the wanted stage of migration '{}' failed unexpectedly; it is tried again.",
            crossing.name(),
            e);
        wait = ASK_AGAIN;
      }
    }
  }

  /** Does what can be done now, and says when to look again. */
  private Duration look() {
    Settings settings = crossing.settings();
    Stage wanted = crossing.wanted();
    if (wanted == null || isObeyed(wanted)) {
      settled(wanted);
      return aMoment();
    }
    StageView view = stages.current();
    Obeying attempt = new Obeying(wanted, () -> isWanted(wanted));
    try {
      return obey(view, attempt, patience.left(settings));
    } catch (CrossfadeException e) {
      boolean unused = refused(wanted, List.of("it could not be obeyed: " + e.getMessage()));
      return ASK_AGAIN;
    } finally {
      if (attempt.closedInVain(stages.current().epoch())) {
        patience.closedInVain(settings);
      }
    }
  }

  private Duration obey(StageView view, Obeying attempt, Duration leaveOpen) {
    Stage wanted = attempt.wanted();
    List<String> dissent = dissent(view, wanted);
    if (!dissent.isEmpty()) {
      boolean unused = refused(wanted, dissent);
      return aMoment();
    }
    if (!leaveOpen.isZero() || !view.row().isOpen()) {
      return aMoment();
    }
    try {
      moves.obey(attempt);
    } catch (MoveRefusedException e) {
      return refused(view, attempt, e);
    }
    if (isObeyed(wanted) && stages.current().stage() == wanted) {
      obeyed(wanted);
    }
    return aMoment();
  }

  private Duration refused(StageView before, Obeying attempt, MoveRefusedException e) {
    StageView now = stages.refresh();
    boolean onceMore = !now.row().equals(before.row()) && !attempt.closedInVain(now.epoch());
    if (onceMore || e.reasons().equals(List.of(Moves.SOMEBODY_ELSE))) {
      return aMoment(); // somebody else was faster, or some of the way back is gone
    }
    if (refused(attempt.wanted(), e.reasons())) {
      moves.noteRefusal(attempt.wanted(), Obeying.ACTOR, e);
    }
    return ASK_AGAIN;
  }

  private List<String> dissent(StageView view, Stage wanted) {
    List<String> others = new ArrayList<>();
    membership.wishesOfOthers(view).stream()
        .filter(wish -> wish.stage() != wanted)
        .forEach(wish -> others.add("'" + wish.instance() + "' wants " + wish.stage().id()));
    return others.isEmpty()
        ? List.of()
        : List.of(
            "live instances want different stages: "
                + String.join(", ", others)
                + "; a stage is obeyed once all of them want it");
  }

  /** As often as others say what they want; that is when something can have changed. */
  private Duration aMoment() {
    Duration heartbeat = crossing.settings().heartbeat();
    return heartbeat.compareTo(ASK_AGAIN) < 0 ? heartbeat : ASK_AGAIN;
  }

  private void obeyed(Stage wanted) {
    refusal = null;
    patience.end();
    log.info("Migration '{}' is in {}, as the settings want.", crossing.name(), wanted.id());
    tell(new WantedEvent(crossing.name(), wanted, true, List.of()));
  }

  /** Obeyed by somebody else, or superseded, or not wanted any more. */
  private void settled(@Nullable Stage wanted) {
    Refusal last = refusal;
    refusal = null;
    patience.end();
    if (last != null && last.wanted() == wanted) {
      tell(new WantedEvent(crossing.name(), wanted, true, List.of()));
    }
  }

  /** Returns whether it is news. */
  private boolean refused(Stage wanted, List<String> reasons) {
    if (!isWanted(wanted)) {
      return false; // not any more
    }
    Refusal now = new Refusal(wanted, List.copyOf(reasons));
    boolean known = now.saysNoMoreThan(refusal);
    refusal = now;
    if (!known) {
      log.warn(
          "The settings want migration '{}' in {}, it stays in {} for now: {}",
          crossing.name(),
          wanted.id(),
          stages.current().stage().id(),
          String.join("; ", reasons));
      tell(new WantedEvent(crossing.name(), wanted, false, now.reasons()));
    }
    return !known;
  }

  private void tell(WantedEvent event) {
    crossing.events().tell(listener -> listener.wanted(event));
  }

  /** Whether that is still so; nothing is from {@link #stop} on. */
  private boolean isWanted(Stage wanted) {
    return !wakeup.isClosed() && crossing.wanted() == wanted;
  }

  /**
   * Begins no move any more; {@link #close} waits for the one under way, which ends soon once
   * repair is closed; a way back ends with the step under way.
   */
  public void stop() {
    wakeup.close();
  }

  /** Ends the thread after the move under way. */
  @Override
  public void close() {
    stop();
    Thread ending = running();
    if (ending != null) {
      wakeup.close(ending);
    }
  }

  private @Nullable Thread running() {
    lock.lock();
    try {
      return thread;
    } finally {
      lock.unlock();
    }
  }
}
