package dev.crossfade.cutover;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Gate;
import dev.crossfade.GateAnswer;
import dev.crossfade.GateAnswer.Verdict;
import dev.crossfade.GateSettings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.copy.Repair;
import dev.crossfade.journal.Membership;
import dev.crossfade.stage.Beginnings;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Store;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Findings;
import dev.crossfade.wiring.Findings.Finding;
import dev.crossfade.wiring.Findings.Found;
import dev.crossfade.wiring.Findings.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must hold before a migration may go one step. Each gate answers with what it has found and,
 * where it refuses, with what to do. Those that nothing is asked of are not asked. Safe for use by
 * many threads.
 */
final class Gates {
  private final Crossing crossing;
  private final Repair repair;
  private final Membership membership;
  private final Findings findings;
  private final Beginnings beginnings;
  private final Experience experience;

  Gates(
      Crossing crossing,
      Repair repair,
      Membership membership,
      Findings findings,
      Beginnings beginnings) {
    this.crossing = crossing;
    this.repair = repair;
    this.membership = membership;
    this.findings = findings;
    this.beginnings = beginnings;
    this.experience = new Experience(crossing, membership);
  }

  /**
   * What all gates say that are asked before this step, in the order of {@link Gate}. Joins the
   * stores that it writes.
   */
  List<GateAnswer> ask(StageView view, Stage next) {
    return answers(view, next, next.writesBoth() ? otherStore(view, next) : null);
  }

  /** The same for who only looks: nobody is joined for that, and nobody waited for who is away. */
  List<GateAnswer> preview(StageView view, Stage next) {
    return answers(view, next, next.writesBoth() ? asLastSeen(view, next) : null);
  }

  private List<GateAnswer> answers(StageView view, Stage next, @Nullable GateAnswer otherStore) {
    List<GateAnswer> answers = new ArrayList<>();
    boolean reachable = true;
    if (otherStore != null) {
      answers.add(otherStore);
      reachable = otherStore.verdict() == Verdict.HOLDS;
    }
    if (reachable && (view.stage() == Stage.OFF || next.primary() != view.primary())) {
      answers.add(history(view, next));
    }
    boolean forward = view.stage().compareTo(next) < 0;
    if (forward && (next == Stage.SHADOW || next == Stage.LIVE)) {
      copied(view, next, reachable, answers);
    }
    if (!forward && next.primary() != view.primary()) {
      copiedBack(view, answers);
    }
    if (next.primary() != view.primary() || next.remembersKeys()) {
      journal(answers);
    }
    Duration since = beginnings.since(view);
    if (forward && next == Stage.LIVE) {
      experience.ask(view, since, answers);
    }
    experience.instances(view, since, answers);
    answers.sort((one, two) -> one.gate().compareTo(two.gate()));
    return answers;
  }

  /** In off nobody asks the other store; from then on this process tries with every heartbeat. */
  private GateAnswer asLastSeen(StageView view, Stage next) {
    if (view.stage() == Stage.OFF) {
      return new GateAnswer(
          Gate.OTHER_STORE,
          Verdict.UNASKED,
          crossing.store(Side.TARGET).name() + " is not asked in off",
          null,
          "",
          "the move asks it");
    }
    return membership.isAway(view.secondary())
        ? Answers.refuses(
            Gate.OTHER_STORE,
            crossing.store(view.secondary()).name()
                + " cannot be used: it could not be reached when this process last tried",
            "the log says why; it is tried with every heartbeat")
        : otherStore(view, next);
  }

  /** What is known not to fit must not be joined: writes would go there from then on. */
  private GateAnswer otherStore(StageView view, Stage next) {
    List<String> reasons = new ArrayList<>();
    for (Side side : List.of(next.primary(), next.primary().other())) {
      try {
        if (view.stage() == Stage.OFF || side == view.primary()) {
          membership.join(side);
        } else {
          membership.joinIfFit(side);
        }
        refuseDropped(crossing.store(side), reasons);
      } catch (CrossfadeException e) {
        reasons.add(crossing.store(side).name() + " cannot be used: " + e.getMessage());
      }
    }
    if (view.stage() == Stage.OFF && reasons.isEmpty()) {
      reasons.addAll(crossing.problems(Side.TARGET));
    }
    return reasons.isEmpty()
        ? Answers.holds(Gate.OTHER_STORE, "both stores can be reached and fit")
        : Answers.refuses(Gate.OTHER_STORE, String.join("; ", reasons), "");
  }

  /** What a backfill was killed before it had brought it back. */
  private static void refuseDropped(Store store, List<String> reasons) {
    List<String> dropped = store.droppedIndexes();
    if (!dropped.isEmpty()) {
      reasons.add(
          store.name()
              + " lacks what a backfill has dropped and not yet brought back: "
              + String.join(", ", dropped)
              + "; run the backfill again");
    }
  }

  /**
   * A store that has seen later epochs would refuse everything, or be taken for the truth; one of
   * the two is not what it was. One that was given up has what nobody has written down.
   */
  private GateAnswer history(StageView view, Stage next) {
    Side side = view.stage() == Stage.OFF ? Side.TARGET : next.primary();
    ControlRow row = crossing.store(side).control().read(crossing.name());
    if (row != null && row.epoch() <= view.epoch() && row.state() != ControlRow.State.MOVED) {
      return Answers.refuses(
          Gate.HISTORY,
          crossing.store(side).name()
              + " takes itself for the primary of this migration at epoch "
              + row.epoch()
              + ": it was given up, or restored from a backup",
          "if it was given up, Migration.reconcile() writes down what only it has and takes it"
              + " back");
    }
    if (row == null || row.epoch() <= view.epoch()) {
      return Answers.holds(
          Gate.HISTORY,
          crossing.store(side).name()
              + (row == null ? " has not seen this migration" : " has seen epoch " + row.epoch())
              + ", the truth is at "
              + view.epoch());
    }
    String older = crossing.store(view.primary()).name();
    return Answers.refuses(
        Gate.HISTORY,
        crossing.store(side).name()
            + " has seen epoch "
            + row.epoch()
            + " of this migration, "
            + older
            + " only "
            + view.epoch()
            + ": one of them was restored from a backup or replaced",
        view.stage() == Stage.OFF
            ? "if "
                + older
                + " is the right one, delete the migration's row from"
                + " crossfade.control in PostgreSQL and begin anew"
            : "bring back the database that belongs here");
  }

  private void journal(List<GateAnswer> answers) {
    JournalStatus status = repair.status();
    answers.add(Answers.parked(status));
    answers.add(
        Answers.holds(
            Gate.JOURNAL,
            Answers.show(status),
            null,
            "drains within " + crossing.settings().switchLimit().toMillis() + " ms"));
  }

  private void copied(StageView view, Stage next, boolean reachable, List<GateAnswer> answers) {
    if (!reachable) {
      return; // which run of the stores the evidence is of cannot be told
    }
    Found found = findings.found(view.primary());
    answers.add(backfill(found));
    if (next == Stage.LIVE) {
      answers.add(verification(found));
      if (!limits().backupAge().isZero()) {
        answers.add(backup(found));
      }
    }
  }

  /**
   * Past the rollback window the journal does not know what has changed in complete. A backfill
   * copies it, but for what was deleted, which only a verification finds.
   */
  private void copiedBack(StageView view, List<GateAnswer> answers) {
    if (findings.lacksForgotten(view.primary())) {
      answers.add(
          Answers.refuses(
              Gate.BACKFILL,
              "keys that changed in complete were forgotten after the rollback window, and nothing"
                  + " has found both stores the same since",
              "run Migration.backfill(), then Migration.verify(), and Migration.repair() on what it"
                  + " reports, until it finds no difference"));
    }
  }

  /** A verification of the stores that are proves what a backfill of others does not. */
  private static GateAnswer backfill(Found found) {
    Finding backfill = found.of(Kind.BACKFILL);
    if (backfill == null) {
      return Answers.refuses(
          Gate.BACKFILL,
          "no backfill has come to its end since the migration left off",
          "run Migration.backfill()");
    }
    Finding same = found.of(Kind.SAME);
    if (!backfill.current() && !(same != null && same.current() && isSame(found))) {
      return Answers.refuses(
          Gate.BACKFILL,
          "since the last backfill a store was restarted, failed over, restored or made anew, and"
              + " no verification has found it whole",
          "run Migration.verify(), which is enough if it finds no difference; else"
              + " Migration.backfill()");
    }
    return Answers.holds(Gate.BACKFILL, backfill.numbers(), backfill.age(), "");
  }

  /** What was found last counts. */
  private static boolean isSame(Found found) {
    return found.isSince(Kind.SAME, Kind.BACKFILL) && !found.isSince(Kind.DIFFERENT, Kind.SAME);
  }

  private GateAnswer verification(Found found) {
    Finding same = found.of(Kind.SAME);
    String advice = "run Migration.verify(), and Migration.repair() on what it reports";
    if (same == null || !isSame(found)) {
      return Answers.refuses(
          Gate.VERIFICATION,
          "no verification since the last backfill has found both stores the same, or a later one"
              + " has found differences",
          advice);
    }
    if (!same.current()) {
      return Answers.refuses(
          Gate.VERIFICATION,
          "since the last verification a store was restarted after a crash, failed over or"
              + " restored: it may have lost what was acknowledged",
          advice);
    }
    return Answers.noOlderThan(
        Gate.VERIFICATION, same.numbers(), same.age(), limits().verificationAge(), advice);
  }

  private GateAnswer backup(Found found) {
    Finding backup = found.of(Kind.BACKUP);
    String advice =
        "make one with Migration.backUp(), or note one made elsewhere with"
            + " Migration.noteBackup()";
    Duration limit = limits().backupAge();
    return backup == null
        ? Answers.refuses(Gate.BACKUP, "no backup was made or noted", advice)
        : Answers.noOlderThan(Gate.BACKUP, backup.numbers(), backup.age(), limit, advice);
  }

  private GateSettings limits() {
    return crossing.settings().gates();
  }
}
