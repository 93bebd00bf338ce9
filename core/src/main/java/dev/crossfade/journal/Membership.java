package dev.crossfade.journal;

import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.AvailabilityEvent.Reason;
import dev.crossfade.CrossfadeListener.FencingEvent;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Instances;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.store.Instances.Origin;
import dev.crossfade.store.Instances.Pulse;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process among those that share the stores: registers its incarnation in both, says that it
 * lives, fences those that must not act any more.
 *
 * <p>Fencing goes through the secondary first and the primary second: an incarnation that the
 * primary calls fenced cannot change the secondary any more, so its entries may be taken. {@link
 * #ready}, and who takes part, may be asked by many threads, and each store's heartbeats come from
 * a thread of their own; the rest belongs to the repair thread and to a move, which take turns.
 */
public final class Membership {
  private static final Logger log = LoggerFactory.getLogger(Membership.class);
  private static final Duration FORGET_AFTER = Duration.ofDays(1);

  private final Crossing crossing;
  private final Stages stages;
  private final Ownership ownership;
  private final Version version = Version.ours();

  /** What all incarnations of this process have in common. */
  private final UUID process = UUID.randomUUID();

  private final Map<Side, UUID> registered = new ConcurrentHashMap<>();
  private final Map<Side, Boolean> reachable = new ConcurrentHashMap<>();

  /** Sides whose catalogue was found to fit since they were last unreachable. */
  private final Set<Side> fitting = ConcurrentHashMap.newKeySet();

  /** The epoch in which the secondary's control row was looked at last. */
  private long lookedAt;

  /** What was last told against the secondary; null while it fits. */
  private @Nullable String unfit;

  // Of whose turn it is: the primary this process saw last, and since when.
  private @Nullable Side primary;
  private long judgesFrom;

  /** When a heartbeat last got through to a store, by {@link System#nanoTime}. */
  private final Map<Side, Long> beats = new ConcurrentHashMap<>();

  /** Since when they get through without a gap; only where there was one. */
  private final Map<Side, Long> regular = new ConcurrentHashMap<>();

  /**
   * What the settings of another process want.
   *
   * @param instance its name
   * @param stage the stage
   */
  public record Wish(String instance, Stage stage) {}

  /** Made once per migration. */
  public Membership(Crossing crossing, Stages stages, Ownership ownership) {
    this.crossing = crossing;
    this.stages = stages;
    this.ownership = ownership;
  }

  /** The catalogue of that side was checked, and fits. */
  public void fits(Side side) {
    fitting.add(side);
  }

  /** Whether the store of a side could not be reached when this process last tried. */
  public boolean isAway(Side side) {
    return Boolean.FALSE.equals(reachable.get(side));
  }

  /** Whether an operation of this incarnation may change the store of a side. */
  public boolean ready(Side side, UUID incarnation) {
    return incarnation.equals(registered.get(side));
  }

  /**
   * Registers an incarnation with a store before its first mark there, unless it is known: nobody
   * could take over from one that the primary has never heard of.
   */
  public void ensureKnown(Side side, UUID incarnation) {
    if (!ready(side, incarnation)) {
      register(side, incarnation);
      if (incarnation.equals(ownership.current())) {
        registered.put(side, incarnation);
      }
    }
  }

  /**
   * Registers with a store, so that it knows the owner of what is marked there; nothing of an
   * operation goes there for that.
   */
  public void introduce(Side side) {
    register(side, ownership.current());
  }

  /**
   * Nothing of an operation goes to a side any more, until it was looked at and joined anew: what
   * comes back there need not be what it was.
   */
  public void leave(Side side) {
    registered.remove(side);
    fitting.remove(side);
  }

  /** Registers with a store, which must be reachable. */
  public void join(Side side) {
    crossing.store(side).connect();
    if (!ready(side, ownership.current())) {
      register(side, ownership.current());
      registered.put(side, ownership.current());
    }
    noteReachable(side);
  }

  /**
   * Registers with the secondary, or what is to be it, if it fits; it must be reachable.
   *
   * @throws ConfigurationException if it does not; it is not written to
   */
  public void joinIfFit(Side side) {
    crossing.store(side).connect();
    stages.lookAtSecondary(stages.current()); // it may have come back a moment ago
    ConfigurationException unfitNow = unfit(side);
    if (unfitNow != null) {
      throw unfitNow;
    }
    join(side);
  }

  /**
   * Says to a store it is registered with that this process lives, and how things are with it.
   *
   * @return false if it has been fenced there: it is to go on as a new incarnation
   */
  boolean beat(Side side) {
    UUID incarnation = ownership.current();
    if (!ready(side, incarnation)
        || got(side, instances(side).heartbeat(incarnation, pulse()))
        || ownership.suspects().contains(incarnation)
        || !incarnation.equals(ownership.current())) {
      return true; // alive, or it has gone on as a new one already
    }
    log.warn(
        "Incarnation {} of migration '{}' was fenced by another process, which took it for dead;"
            + " going on as a new one.",
        incarnation,
        crossing.name());
    tell(incarnation, FencingEvent.Cause.BY_ANOTHER_PROCESS);
    ownership.suspect(incarnation);
    return false;
  }

  /** Where this process was not heard, others were not either: nobody is dead for that. */
  private boolean got(Side side, boolean lives) {
    long now = System.nanoTime();
    Long before = beats.get(side);
    if (before != null && now - before > longestGap()) {
      regular.put(side, now);
    }
    beats.put(side, now);
    return lives;
  }

  private boolean isHeardRegularly(Side side) {
    long now = System.nanoTime();
    Long last = beats.get(side);
    Long since = regular.get(side);
    return (last == null || now - last <= longestGap())
        && (since == null || now - since >= crossing.settings().lease().toNanos());
  }

  /** Longer than from one heartbeat to the next, also where a lease is but two of them. */
  private long longestGap() {
    return crossing.settings().lease().toNanos() / 4 * 3;
  }

  private Pulse pulse() {
    long epoch = stages.current().epoch();
    return new Pulse(crossing.wanted(), epoch, crossing.counts().in(epoch));
  }

  private Origin origin() {
    return new Origin(process, crossing.settings().instance(), version.text(), crossing.name());
  }

  /**
   * All processes that are remembered, live or not, as the truth's store knows them; this one
   * first, as it is now. Each of them once, whatever number of incarnations it has had: what it has
   * counted is not to be counted twice.
   */
  public List<Member> members(StageView view) {
    Map<UUID, Member> latest = new LinkedHashMap<>();
    latest.put(process, new Member(ownership.current(), origin(), false, pulse(), Duration.ZERO));
    for (Member member : instances(view.primary()).members(crossing.name())) {
      if (!isThisProcess(member)) {
        latest.merge(member.origin().process(), member, Membership::later);
      }
    }
    return new ArrayList<>(latest.values());
  }

  /** The fenced one of two incarnations of a process was before the other. */
  private static Member later(Member one, Member other) {
    if (one.fenced() != other.fenced()) {
      return one.fenced() ? other : one;
    }
    return one.silentFor().compareTo(other.silentFor()) <= 0 ? one : other;
  }

  private boolean isThisProcess(Member member) {
    return member.origin().process().equals(process);
  }

  /** Those that live, this one included. */
  public List<Member> live(StageView view) {
    Duration lease = crossing.settings().lease();
    return members(view).stream().filter(member -> member.lives(lease)).toList();
  }

  /** The other processes that live. */
  public List<Member> others(StageView view) {
    return live(view).stream().filter(member -> !isThisProcess(member)).toList();
  }

  /** What the other live processes want, as the truth's store knows it. */
  public List<Wish> wishesOfOthers(StageView view) {
    List<Wish> wishes = new ArrayList<>();
    for (Member member : others(view)) {
      Stage wanted = member.pulse().wanted();
      if (wanted != null) {
        wishes.add(new Wish(member.instance(), wanted));
      }
    }
    return wishes;
  }

  /**
   * Whether a process runs a version of the library that may live together with this one's: the
   * same major and minor number.
   */
  public boolean isCompatible(Member member) {
    return version.goesWith(Version.of(member.version()));
  }

  /**
   * Registers where that is still missing, and fences whom it must. That this process lives says
   * {@link Heartbeat}, which nothing here may hold up.
   */
  public void keepUp(StageView view) {
    join(view.primary());
    if (view.stage() == Stage.OFF) {
      return;
    }
    boolean secondaryReachable = joinIfReachable(view);
    renewIfSuspected(view, secondaryReachable);
    if (secondaryReachable) {
      fenceSuspects(view);
      fenceTheDead(view);
      fenceStrangers(view);
      instances(view.primary()).forget(FORGET_AFTER);
    }
  }

  private boolean joinIfReachable(StageView view) {
    Side side = view.secondary();
    try {
      crossing.store(side).connect();
      if (!fitting.contains(side) || lookedAt != view.epoch() || stages.doubt() != null) {
        stages.lookAtSecondary(view);
        lookedAt = view.epoch();
      }
      ConfigurationException unfitNow = unfit(side);
      if (unfitNow != null) {
        registered.remove(side);
        noteUnfit(side, unfitNow);
        return false;
      }
      noteFits(side);
      join(side);
      if (!instances(side).heartbeat(ownership.current(), pulse())) {
        ownership.suspect(ownership.current());
      }
      return true;
    } catch (CrossfadeException e) {
      registered.remove(side);
      fitting.remove(side);
      noteUnreachable(side, e);
      return false;
    }
  }

  /** It may have been away while its tables were changed, and come back as another database. */
  private @Nullable ConfigurationException unfit(Side side) {
    ConfigurationException doubt = stages.doubt();
    if (doubt != null) {
      return doubt;
    }
    if (fitting.contains(side)) {
      return null;
    }
    List<String> problems = crossing.problems(side);
    if (!problems.isEmpty()) {
      return new ConfigurationException(problems);
    }
    fitting.add(side);
    return null;
  }

  private void noteUnfit(Side side, ConfigurationException why) {
    String problems = String.join("; ", why.problems());
    if (!problems.equals(unfit)) {
      unfit = problems;
      log.error(
          "{} can be reached, but nothing is written to it; writes of migration '{}' go on without"
              + " it and their keys stay in the journal: {}",
          crossing.store(side).name(),
          crossing.name(),
          unfit);
    }
    note(Reason.UNFIT, side, false, why);
  }

  private void noteFits(Side side) {
    if (unfit != null) {
      unfit = null;
      log.info("{} fits again.", crossing.store(side).name());
      note(Reason.UNFIT, side, true, null);
    }
  }

  /** A suspect goes on under a new incarnation, known to the primary before its first mark. */
  private void renewIfSuspected(StageView view, boolean secondaryReachable) {
    if (!ownership.suspects().contains(ownership.current())) {
      return;
    }
    UUID next = UUID.randomUUID();
    register(view.primary(), next);
    if (secondaryReachable) {
      register(view.secondary(), next);
      registered.put(view.secondary(), next);
    }
    registered.put(view.primary(), next);
    ownership.goOnAs(next);
  }

  private void fenceSuspects(StageView view) {
    for (UUID suspect : List.copyOf(ownership.suspects())) {
      fence(view, suspect);
      ownership.fenced(suspect);
      tell(suspect, FencingEvent.Cause.OUTCOME_UNKNOWN);
    }
  }

  /**
   * What a store knows of who lives may be old when it becomes the primary: who could not reach it
   * before has a lease's time to say so. The same after an outage of the primary: to begin with
   * everybody is silent.
   */
  private boolean mayJudge(StageView view) {
    if (view.primary() != primary) {
      boolean changed = primary != null;
      primary = view.primary();
      judgesFrom = System.nanoTime() + (changed ? crossing.settings().lease().toNanos() : 0);
    }
    return System.nanoTime() - judgesFrom >= 0 && isHeardRegularly(view.primary());
  }

  private void fenceTheDead(StageView view) {
    if (!mayJudge(view)) {
      return;
    }
    Instances known = instances(view.primary());
    for (UUID dead : known.expired(crossing.name(), crossing.settings().lease())) {
      if (!dead.equals(ownership.current())) {
        log.info(
            "Taking over from incarnation {} of migration '{}', which is silent.",
            dead,
            crossing.name());
        fence(view, dead);
        tell(dead, FencingEvent.Cause.SILENT);
      }
    }
  }

  /** Nobody can hear of them, whether they live or not; who does goes on as a new incarnation. */
  private void fenceStrangers(StageView view) {
    for (UUID stranger : instances(view.primary()).strangers(crossing.name())) {
      log.warn(
          "Taking over from incarnation {} of migration '{}', which owns keys in the journal and is"
              + " not registered: has {} been restored?",
          stranger,
          crossing.name(),
          crossing.store(view.primary()).name());
      if (stranger.equals(ownership.current())) {
        ownership.suspect(stranger); // this process itself
      } else {
        fence(view, stranger);
        tell(stranger, FencingEvent.Cause.SILENT);
      }
    }
  }

  private void fence(StageView view, UUID incarnation) {
    instances(view.secondary()).fence(incarnation);
    instances(view.primary()).fence(incarnation);
  }

  private void tell(UUID incarnation, FencingEvent.Cause cause) {
    FencingEvent event = new FencingEvent(crossing.name(), incarnation, cause);
    crossing.events().tell(listener -> listener.fenced(event));
  }

  private void noteReachable(Side side) {
    if (Boolean.FALSE.equals(reachable.put(side, true))) {
      log.info("{} can be reached again.", crossing.store(side).name());
      note(Reason.CONNECTION, side, true, null);
    }
  }

  private void note(Reason reason, Side side, boolean holds, @Nullable CrossfadeException failure) {
    crossing.availability().note(reason, () -> holds, crossing.store(side).name(), failure);
  }

  private void noteUnreachable(Side side, CrossfadeException e) {
    if (!Boolean.FALSE.equals(reachable.put(side, false))) {
      log.warn(
          "{} cannot be reached; writes of migration '{}' go on without it and their keys stay in"
              + " the journal: {}",
          crossing.store(side).name(),
          crossing.name(),
          e.getMessage());
      note(Reason.CONNECTION, side, false, e);
    }
  }

  private void register(Side side, UUID incarnation) {
    instances(side).register(incarnation, origin(), pulse());
    boolean unused = got(side, true);
  }

  private Instances instances(Side side) {
    return crossing.store(side).instances();
  }
}
