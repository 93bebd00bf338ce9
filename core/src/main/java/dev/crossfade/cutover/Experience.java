package dev.crossfade.cutover;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Gate;
import dev.crossfade.GateAnswer;
import dev.crossfade.GateSettings;
import dev.crossfade.journal.Membership;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.ControlTable.Evidence;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all instances together have seen since the stage was reached: reads compared, writes
 * rehearsed, and whether everybody is there.
 *
 * <p>When the epoch began is evidence in the store that is the primary in it, noted once it has: by
 * one clock, never too early, and kept however much the audit has forgotten. Safe for use by many
 * threads.
 */
final class Experience {
  private static final Logger log = LoggerFactory.getLogger(Experience.class);

  /** So long an instance may need to see a move and say so, beside its heartbeat. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** Which epoch is, and since when. */
  private static final String BEGAN = "began";

  private final Crossing crossing;
  private final Membership membership;

  Experience(Crossing crossing, Membership membership) {
    this.crossing = crossing;
    this.membership = membership;
  }

  /** This epoch has begun. Noted as well as can be: who asks next notes it otherwise. */
  void began(StageView view) {
    try {
      control(view).recordEvidence(crossing.name(), BEGAN, String.valueOf(view.epoch()));
    } catch (CrossfadeException e) {
      log.debug("the beginning of an epoch of '{}' is not noted", crossing.name(), e);
    }
  }

  /**
   * How long the migration has been in this epoch, at least: where nobody has noted its beginning,
   * because whoever made the step has died, it counts from now.
   */
  Duration since(StageView view) {
    ControlTable control = control(view);
    Evidence noted = control.evidence(crossing.name()).get(BEGAN);
    if (noted == null || !noted.detail().equals(String.valueOf(view.epoch()))) {
      began(view);
      return Duration.ZERO;
    }
    Duration since = Duration.between(noted.recordedAt(), control.now());
    return since.isNegative() ? Duration.ZERO : since;
  }

  private ControlTable control(StageView view) {
    return crossing.store(view.primary()).control();
  }

  /**
   * The gates of what was compared and rehearsed in this epoch, as far as anything is asked.
   *
   * @param since as {@link #since} says
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
