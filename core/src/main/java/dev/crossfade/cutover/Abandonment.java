package dev.crossfade.cutover;

import dev.crossfade.AbandonReport;
import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Settings.Secondary;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.copy.Repair;
import dev.crossfade.journal.Membership;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.Audit;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.store.Store;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives PostgreSQL up for lost where it is the primary and does not come back: the legacy store is
 * opened without asking it. What was acknowledged and is not in the legacy store is lost, unless
 * the primary returns and is {@linkplain Reconciliation reconciled}.
 *
 * <p>Two things stand between that and a primary that others still write to: nobody answers there,
 * on a connection of its own either, and no other process lives that might know better.
 */
public final class Abandonment {
  /**
   * Past all epochs that the lost primary may have come to unseen: it must never look like the
   * newer one.
   */
  private static final long LEAP = 1_000;

  private final Crossing crossing;
  private final Stages stages;
  private final Membership membership;
  private final Audit audit;

  /** Knows what has reached the legacy store; null where no process has run to know it. */
  private final @Nullable Repair repair;

  /** Made once per migration. */
  public Abandonment(
      Crossing crossing,
      Stages stages,
      Membership membership,
      Audit audit,
      @Nullable Repair repair) {
    this.crossing = crossing;
    this.stages = stages;
    this.membership = membership;
    this.audit = audit;
    this.repair = repair;
  }

  /**
   * For a migration that does not run: no process starts while its primary is away.
   *
   * @throws IllegalStateException if the legacy store is the primary
   * @throws CrossfadeException if the legacy store cannot be read
   */
  public static Abandonment ofOneThatDoesNotRun(Crossing crossing) {
    Store legacy = crossing.store(Side.LEGACY);
    legacy.connect();
    ControlRow row = legacy.control().read(crossing.name());
    if (row == null || row.state() != ControlRow.State.MOVED) {
      throw legacyIsPrimary(crossing);
    }
    Audit audit = new Audit(crossing);
    Stages stages = new Stages(crossing, audit, new StageView(Side.TARGET, row.opened()));
    Membership membership = new Membership(crossing, stages, new Ownership());
    return new Abandonment(crossing, stages, membership, audit, null);
  }

  /**
   * Opens the legacy store in {@code dual_write}.
   *
   * @throws IllegalArgumentException if the reason is blank
   * @throws IllegalStateException if the legacy store is the primary
   * @throws MoveRefusedException if PostgreSQL can be reached, or may be; if other processes live,
   *     or somebody else was faster
   * @throws CrossfadeException if the legacy store does not fit or cannot be changed; nothing was,
   *     unless the outcome is unknown
   */
  public AbandonReport abandon(String reason) {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("a primary is given up for a reason");
    }
    StageView view = stages.current();
    if (view.primary() != Side.TARGET) {
      throw legacyIsPrimary(crossing);
    }
    refuseIfReachable(view);
    StageView moved = legacyAsItIs(view);
    refuseIfOthersLive(view, moved);
    return abandon(view, moved, reason);
  }

  private AbandonReport abandon(StageView view, StageView moved, String reason) {
    ControlTable legacy = crossing.store(Side.LEGACY).control();
    long epoch = Math.max(view.epoch(), moved.epoch()) + LEAP;
    ControlRow open =
        ControlRow.open(crossing.name(), epoch, Stage.DUAL_WRITE).obeying(wanted(moved));
    AuditEntry entry =
        audit.entry(
            Action.ABANDONED,
            view.stage(),
            open.stage(),
            open.epoch(),
            legacy.now(),
            crossing.settings().actor(),
            List.of(),
            reason);
    Instant provenUntil = repair == null ? null : repair.provenUntil();
    raiseGenerators();
    legacy.voidEvidence(crossing.name()); // before it is true: nothing that was found may count
    membership.leave(Side.TARGET); // should it come back, it is not what it was
    if (!legacy.replace(moved.row(), open, entry)) {
      throw refused(view, Moves.SOMEBODY_ELSE);
    }
    stages.publish(new StageView(Side.LEGACY, open));
    return new AbandonReport(
        crossing.name(),
        view.stage(),
        open.stage(),
        open.epoch(),
        provenUntil,
        crossing.settings().secondary() == Secondary.REQUIRED
            && view.stage().writesBoth()
            && repair != null
            && repair.isProvenIn(view.epoch()));
  }

  /** A pool that is full, an answer that is late and an interrupt say nothing. */
  private void refuseIfReachable(StageView view) {
    Store target = crossing.store(Side.TARGET);
    try {
      if (!isHeard(target)) {
        target.reach();
      }
    } catch (StoreUnavailableException e) {
      return; // as it should be
    } catch (CrossfadeException e) {
      throw refused(
          view,
          "whether "
              + target.name()
              + " is gone cannot be told, and nothing was changed: "
              + e.getMessage()
              + "; make sure that nobody can reach it any more, and try again");
    }
    throw refused(
        view,
        target.name()
            + " can be reached; move back to shadow, which loses nothing. Where what answers is"
            + " another server in its place, or a pooler before it, end that first");
  }

  /** Connections that were made before may work where no new one can be had. */
  private boolean isHeard(Store target) {
    try {
      ControlRow unused = target.control().read(crossing.name());
      return true;
    } catch (CrossfadeException e) {
      return false;
    }
  }

  /** The legacy store's row, which must say that the primary is the other store. */
  private StageView legacyAsItIs(StageView view) {
    Store legacy = crossing.store(Side.LEGACY);
    legacy.connect();
    List<String> problems = crossing.problems(Side.LEGACY);
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    ControlRow row = legacy.control().read(crossing.name());
    if (row == null || row.state() != ControlRow.State.MOVED) {
      throw refused(
          view,
          "the control row of "
              + legacy.name()
              + " does not say that it has moved: somebody else has given the primary up already,"
              + " or the file was restored from a backup; look at the stage");
    }
    return new StageView(Side.LEGACY, row);
  }

  /** Each says to both stores that it lives; one that cannot is the operator's to end. */
  private void refuseIfOthersLive(StageView view, StageView moved) {
    List<Member> others = membership.others(moved);
    if (!others.isEmpty()) {
      throw refused(
          view,
          "other processes live that may still reach "
              + crossing.store(Side.TARGET).name()
              + " and write there ("
              + others.stream().map(Member::instance).sorted().collect(Collectors.joining(", "))
              + "); end them, wait for their lease of "
              + crossing.settings().lease().toMillis()
              + " ms, and try again");
    }
  }

  /** Above what it has: which keys only the lost store has given, nobody knows. */
  private void raiseGenerators() {
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      pair.legacy().highestGenerated().ifPresent(pair.legacy()::raiseGenerator);
    }
  }

  /**
   * The settings that want something else count as obeyed, as after any move by hand; also those of
   * processes that have ended, which come back with them.
   */
  private Set<Stage> wanted(StageView moved) {
    Set<Stage> wanted = new HashSet<>();
    for (Member member : membership.members(moved)) {
      Stage stage = member.pulse().wanted();
      if (stage != null) {
        wanted.add(stage);
      }
    }
    return wanted;
  }

  private static IllegalStateException legacyIsPrimary(Crossing crossing) {
    return new IllegalStateException(
        "the legacy store is the primary of migration '" + crossing.name() + "' as it is");
  }

  private MoveRefusedException refused(StageView view, String reason) {
    return new MoveRefusedException(
        crossing.name(), view.stage(), Stage.DUAL_WRITE, List.of(reason));
  }
}
