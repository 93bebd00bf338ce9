package dev.crossfade;

import dev.crossfade.Stage.Side;
import dev.crossfade.copy.ContinuousVerification;
import dev.crossfade.copy.Repair;
import dev.crossfade.cutover.Moves;
import dev.crossfade.cutover.Obeyer;
import dev.crossfade.journal.Membership;
import dev.crossfade.rehearsal.Rehearsals;
import dev.crossfade.shadow.ShadowReads;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.store.PoolUse;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is told of a migration from outside. Safe for use by many threads. */
final class StatusReport {
  private final Crossing crossing;
  private final Stages stages;
  private final Membership membership;
  private final Repair repair;
  private final ShadowReads shadows;
  private final Rehearsals rehearsals;
  private final Moves moves;
  private final Obeyer obeyer;
  private final ContinuousVerification continuous;

  StatusReport(
      Crossing crossing,
      Stages stages,
      Membership membership,
      Repair repair,
      ShadowReads shadows,
      Rehearsals rehearsals,
      Moves moves,
      Obeyer obeyer,
      ContinuousVerification continuous) {
    this.crossing = crossing;
    this.stages = stages;
    this.membership = membership;
    this.repair = repair;
    this.shadows = shadows;
    this.rehearsals = rehearsals;
    this.moves = moves;
    this.obeyer = obeyer;
    this.continuous = continuous;
  }

  /** All of it; asks the stores. */
  MigrationStatus status() {
    StageView view = stages.look();
    Stage next = view.stage().stepTowards(Stage.COMPLETE);
    boolean last = next == view.stage();
    return new MigrationStatus(
        crossing.name(),
        view.stage(),
        view.primary(),
        view.epoch(),
        !view.row().isOpen(),
        membership.members(view).stream().map(this::instance).toList(),
        repair.status(),
        secondaryAvailable(),
        shadows.counts(),
        rehearsals.counts(),
        obeyer.wanted(),
        last ? null : next,
        last ? List.of() : moves.plan(next).gates(),
        pools(),
        continuous.rounds(),
        guarantees());
  }

  private List<String> guarantees() {
    return Stream.of(Side.values())
        .map(crossing::store)
        .flatMap(store -> store.guarantees().stream().map(said -> store.name() + ": " + said))
        .toList();
  }

  private List<PoolUse> pools() {
    return Stream.of(Side.values()).flatMap(side -> crossing.store(side).pools().stream()).toList();
  }

  private MigrationStatus.Instance instance(Member member) {
    Duration lease = crossing.settings().lease();
    return new MigrationStatus.Instance(
        member.instance(),
        member.version(),
        member.lives(lease),
        member.epoch(),
        member.silentFor(),
        member.compared(),
        member.mismatched(),
        member.rehearsed(),
        member.differed());
  }

  /** Whether nothing is known against the other store; in off, where nobody asks it, nothing is. */
  boolean secondaryAvailable() {
    return stages.current().stage() == Stage.OFF || crossing.availability().isAvailable();
  }

  /** Why somebody should look; asks no store. One that is away matters only where it is written. */
  List<String> concerns() {
    List<String> concerns = new ArrayList<>();
    String about = "migration '" + crossing.name() + "': ";
    StageView view = stages.current();
    if (view.stage().writesBoth() && !crossing.availability().isAvailable()) {
      concerns.add(
          about
              + crossing.store(view.secondary()).name()
              + " does not follow; writes go on without it and their keys stay in the journal");
    }
    obeyer
        .wanted()
        .filter(wanted -> !wanted.obeyed() && !wanted.reasons().isEmpty())
        .ifPresent(
            wanted ->
                concerns.add(
                    about
                        + "the settings want "
                        + wanted.stage().id()
                        + ": "
                        + String.join("; ", wanted.reasons())));
    return concerns;
  }
}
