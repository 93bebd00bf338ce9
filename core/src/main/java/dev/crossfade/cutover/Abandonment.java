package dev.crossfade.cutover;

import dev.crossfade.AbandonReport;
import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.CrossfadeException;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Settings.Secondary;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.copy.Repair;
import dev.crossfade.journal.Membership;
import dev.crossfade.stage.Audit;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.wiring.Crossing;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Gives PostgreSQL up for lost where it is the primary and does not come back: the legacy store is
 * opened without asking it. What was acknowledged and is not in the legacy store is lost, unless
 * the primary returns and is {@linkplain Reconciliation reconciled}.
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
  private final Repair repair;
  private final Audit audit;

  /** Made once per migration. */
  public Abandonment(
      Crossing crossing, Stages stages, Membership membership, Repair repair, Audit audit) {
    this.crossing = crossing;
    this.stages = stages;
    this.membership = membership;
    this.repair = repair;
    this.audit = audit;
  }

  /**
   * Opens the legacy store in {@code dual_write}.
   *
   * @throws IllegalStateException if the legacy store is the primary
   * @throws MoveRefusedException if PostgreSQL can be reached, or somebody else was faster
   * @throws CrossfadeException if the legacy store cannot be changed; nothing was
   */
  public AbandonReport abandon(String reason) {
    StageView view = stages.current();
    if (view.primary() != Side.TARGET) {
      throw new IllegalStateException(
          "the legacy store is the primary of migration '" + crossing.name() + "' as it is");
    }
    refuseIfReachable(view);
    ControlTable legacy = crossing.store(Side.LEGACY).control();
    ControlRow open =
        ControlRow.open(crossing.name(), view.epoch() + LEAP, Stage.DUAL_WRITE).obeying(wanted());
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
    Instant provenUntil = repair.provenUntil();
    legacy.voidEvidence(crossing.name());
    if (!legacy.openIfOlder(open)) {
      throw refused(view, "somebody else has moved it; look at its stage");
    }
    audit.note(Side.LEGACY, entry);
    stages.publish(new StageView(Side.LEGACY, open));
    return new AbandonReport(
        crossing.name(),
        view.stage(),
        open.stage(),
        open.epoch(),
        provenUntil,
        crossing.settings().secondary() == Secondary.REQUIRED && view.stage().writesBoth());
  }

  private void refuseIfReachable(StageView view) {
    try {
      ControlRow unused = crossing.store(Side.TARGET).control().read(crossing.name());
    } catch (CrossfadeException e) {
      return; // as it should be
    }
    throw refused(
        view,
        crossing.store(Side.TARGET).name()
            + " can be reached; move back to shadow, which loses nothing");
  }

  /** The settings that want something else count as obeyed, as after any move by hand. */
  private Set<Stage> wanted() {
    Set<Stage> wanted = new HashSet<>();
    StageView legacy =
        new StageView(Side.LEGACY, ControlRow.open(crossing.name(), 1, Stage.DUAL_WRITE));
    membership.wishesOfOthers(legacy).forEach(wish -> wanted.add(wish.stage()));
    Stage own = crossing.wanted();
    if (own != null) {
      wanted.add(own);
    }
    return wanted;
  }

  private MoveRefusedException refused(StageView view, String reason) {
    return new MoveRefusedException(
        crossing.name(), view.stage(), Stage.DUAL_WRITE, List.of(reason));
  }
}
