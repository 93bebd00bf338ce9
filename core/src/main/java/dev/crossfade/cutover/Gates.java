package dev.crossfade.cutover;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.copy.Backfill;
import dev.crossfade.copy.Repair;
import dev.crossfade.copy.Verification;
import dev.crossfade.journal.Membership;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable.Evidence;
import dev.crossfade.wiring.Crossing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What must hold before a migration may move on. Each reason says what to do. */
final class Gates {
  private final Crossing crossing;
  private final Repair repair;
  private final Membership membership;

  Gates(Crossing crossing, Repair repair, Membership membership) {
    this.crossing = crossing;
    this.repair = repair;
    this.membership = membership;
  }

  /** Why the migration may not go one step from where it is; empty if it may. */
  List<String> reasonsAgainst(StageView view, Stage next) {
    List<String> reasons = new ArrayList<>();
    if (next.primary() != view.primary() || next.remembersKeys()) {
      nothingParked(reasons);
    }
    if (next.writesBoth()) {
      usable(view, next, reasons);
    }
    if (view.stage() == Stage.OFF && reasons.isEmpty()) {
      reasons.addAll(crossing.problems(Side.TARGET));
      noNewerHistory(view, Side.TARGET, reasons);
    } else if (next.primary() != view.primary() && reasons.isEmpty()) {
      noNewerHistory(view, next.primary(), reasons);
    }
    if (view.stage().compareTo(next) < 0 && (next == Stage.SHADOW || next == Stage.LIVE)) {
      copied(view, next, reasons);
    }
    return reasons;
  }

  private void nothingParked(List<String> reasons) {
    long parked = repair.status().parked();
    if (parked > 0) {
      reasons.add(
          parked
              + " keys are parked because the other store refuses them; look at Migration.parked(), correct the rows,"
              + " then Migration.retryParked()");
    }
  }

  /** What is known not to fit must not be joined: writes would go there from then on. */
  private void usable(StageView view, Stage next, List<String> reasons) {
    Side other = next.primary().other();
    for (Side side : List.of(next.primary(), other)) {
      try {
        if (view.stage() == Stage.OFF || side == view.primary()) {
          membership.join(side);
        } else {
          membership.joinIfFit(side);
        }
      } catch (CrossfadeException e) {
        reasons.add(crossing.store(side).name() + " cannot be used: " + e.getMessage());
      }
    }
  }

  /**
   * A store that has seen later epochs would refuse everything, or be taken for the truth; one of
   * the two is not what it was.
   */
  private void noNewerHistory(StageView view, Side side, List<String> reasons) {
    ControlRow row = crossing.store(side).control().read(crossing.name());
    if (row != null && row.epoch() > view.epoch()) {
      String older = crossing.store(view.primary()).name();
      reasons.add(
          crossing.store(side).name()
              + " has seen epoch "
              + row.epoch()
              + " of this migration, "
              + older
              + " only "
              + view.epoch()
              + ": one of them was restored from a backup or replaced. "
              + (view.stage() == Stage.OFF
                  ? "If "
                      + older
                      + " is the right one, delete the migration's row from"
                      + " crossfade.control in PostgreSQL and begin anew"
                  : "Bring back the database that belongs here"));
    }
  }

  private void copied(StageView view, Stage next, List<String> reasons) {
    Map<String, Evidence> evidence =
        crossing.store(view.primary()).control().evidence(crossing.name());
    Evidence backfill = evidence.get(Backfill.EVIDENCE);
    if (backfill == null) {
      reasons.add(
          "no backfill has come to its end since the migration left off; run Migration.backfill()");
      return;
    }
    if (next == Stage.LIVE && !verified(evidence, backfill)) {
      reasons.add(
          "no verification since the last backfill has found both stores the same, or a later one has found"
              + " differences; run Migration.verify(), and Migration.repair() on what it reports");
    }
  }

  /** What was found last counts. */
  private static boolean verified(Map<String, Evidence> evidence, Evidence backfill) {
    Evidence same = evidence.get(Verification.EVIDENCE);
    Evidence different = evidence.get(Verification.COUNTER_EVIDENCE);
    return same != null
        && !same.recordedAt().isBefore(backfill.recordedAt())
        && (different == null || same.recordedAt().isAfter(different.recordedAt()));
  }
}
