package dev.crossfade.cutover;

import dev.crossfade.Gate;
import dev.crossfade.GateAnswer;
import dev.crossfade.GateSettings;
import dev.crossfade.journal.Membership;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What all instances together have seen since the stage was reached: reads compared, writes
 * rehearsed, and whether everybody is there. Safe for use by many threads.
 */
final class Experience {
  /** So long an instance may need to see a move and say so, beside its heartbeat. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Crossing crossing;
  private final Membership membership;

  Experience(Crossing crossing, Membership membership) {
    this.crossing = crossing;
    this.membership = membership;
  }

  /**
   * The gates of what was compared and rehearsed in this epoch, as far as anything is asked.
   *
   * @param since how long the epoch has been
   */
  void ask(StageView view, Duration since, List<GateAnswer> answers) {
    GateSettings limits = crossing.settings().gates();
    List<Member> members =
        membership.members(view).stream().filter(m -> m.epoch() == view.epoch()).toList();
    if (limits.comparedReads() > 0 || limits.mismatchShare() < 1 || !limits.shadowTime().isZero()) {
      answers.add(
          mismatches(
              members.stream().mapToLong(Member::compared).sum(),
              members.stream().mapToLong(Member::mismatched).sum(),
              since,
              limits));
    }
    answers.add(
        rehearsals(
            members.stream().mapToLong(Member::rehearsed).sum(),
            members.stream().mapToLong(Member::differed).sum(),
            limits));
  }

  private static GateAnswer mismatches(
      long compared, long differed, Duration since, GateSettings limits) {
    String found =
        number(compared)
            + " reads compared in "
            + since.toSeconds()
            + " s of this stage, "
            + number(differed)
            + " differed";
    String threshold =
        "at least "
            + number(limits.comparedReads())
            + " reads and "
            + limits.shadowTime().toSeconds()
            + " s, a share of "
            + limits.mismatchShare()
            + " may differ";
    if (compared < limits.comparedReads() || since.compareTo(limits.shadowTime()) < 0) {
      return Answers.refuses(
          Gate.MISMATCHES,
          found,
          null,
          threshold,
          "let the application read for longer, or raise shadowSampling");
    }
    if (differed > compared * limits.mismatchShare()) {
      return Answers.refuses(
          Gate.MISMATCHES,
          found,
          null,
          threshold,
          "look at the mismatches in the log, correct what causes them, then count anew: back to"
              + " dual_write and to shadow again");
    }
    return Answers.holds(Gate.MISMATCHES, found, null, threshold);
  }

  private static GateAnswer rehearsals(long rehearsed, long differed, GateSettings limits) {
    String found =
        number(rehearsed)
            + " writes rehearsed in this stage, "
            + number(differed)
            + " came out differently";
    String threshold = "at least " + number(limits.rehearsedWrites()) + ", none different";
    if (differed > 0) {
      return Answers.refuses(
          Gate.REHEARSALS,
          found,
          null,
          threshold,
          "correct PostgreSQL's implementations of the methods that the log names, then count anew:"
              + " back to dual_write and to shadow again");
    }
    if (rehearsed < limits.rehearsedWrites()) {
      return Answers.refuses(
          Gate.REHEARSALS,
          found,
          null,
          threshold,
          "let the application write for longer, or raise rehearsalSampling");
    }
    return Answers.holds(Gate.REHEARSALS, found, null, threshold);
  }

  /** Everybody alive has seen this epoch, in a version that works with this one. */
  void instances(StageView view, Duration since, List<GateAnswer> answers) {
    List<Member> live = membership.live(view);
    List<String> reasons = new ArrayList<>();
    for (Member member : live) {
      if (!membership.isCompatible(member)) {
        reasons.add("'" + member.instance() + "' runs version " + member.version());
      } else if (member.epoch() < view.epoch() && hadTime(member, since)) {
        reasons.add("'" + member.instance() + "' has seen epoch " + member.epoch() + " only");
      }
    }
    String found = live.size() + " live instances, this one included; the epoch is " + view.epoch();
    answers.add(
        reasons.isEmpty()
            ? Answers.holds(Gate.INSTANCES, found)
            : Answers.refuses(
                Gate.INSTANCES,
                found + ": " + String.join(", ", reasons),
                "wait for it, end it, or bring it to the same version"));
  }

  /** Whether it has said something since it should have known. */
  private boolean hadTime(Member member, Duration since) {
    Duration needed = crossing.settings().heartbeat().multipliedBy(2).plus(GRACE);
    return since.minus(member.silentFor()).compareTo(needed) > 0;
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
