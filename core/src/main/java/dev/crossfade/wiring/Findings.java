package dev.crossfade.wiring;

import static java.time.Duration.ZERO;

import dev.crossfade.Stage.Side;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.ControlTable.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found about a migration, kept in its primary as evidence for later decisions. It names
 * the runs of both stores it was found on ({@link dev.crossfade.store.Store#identity}), because
 * what a store has forgotten in a crash or a restore disproves it. Safe for use by many threads.
 */
public final class Findings {
  private static final String RUNS = "\n";
  private static final String POSITION = "verification position ";

  private final Crossing crossing;

  /** What can be found. */
  public enum Kind {
    /** A backfill has come to its end. */
    BACKFILL("backfill"),
    /** A verification has found both stores the same. */
    SAME("verification"),
    /** A verification has found differences. */
    DIFFERENT("verification with differences"),
    /** A backup was made, or noted. */
    BACKUP("backup"),
    /** Keys that were remembered in complete were forgotten, or were about to be. */
    FORGOTTEN("forgotten keys");

    private final String id;

    Kind(String id) {
      this.id = id;
    }
  }

  /**
   * One of them.
   *
   * @param numbers what was found
   * @param age how long ago, by the store's clock
   * @param current whether both stores still are the ones it was found on
   */
  public record Finding(String numbers, Duration age, boolean current) {}

  /** Made once per migration. */
  public Findings(Crossing crossing) {
    this.crossing = crossing;
  }

  /** Which runs of both stores are looked at from here on; asks both. */
  public String runs() {
    return crossing.store(Side.LEGACY).identity() + RUNS + crossing.store(Side.TARGET).identity();
  }

  /**
   * Records what was found just now, in place of what was found before.
   *
   * @param runs which runs of both stores it was found on, as of when the looking began
   * @throws dev.crossfade.CrossfadeException if a store cannot be asked; nothing is recorded then,
   *     or it is not known whether it is
   */
  public void record(Side primary, Kind kind, String numbers, String runs) {
    control(primary).recordEvidence(crossing.name(), kind.id, numbers + RUNS + runs);
  }

  /**
   * As {@link #record(Side, Kind, String, String)}, of what was looked at for a while.
   *
   * @param age how long ago the looking began: the finding is as old as that
   */
  public void record(Side primary, Kind kind, String numbers, String runs, Duration age) {
    record(primary, kind, numbers, runs + RUNS + age.toMillis());
  }

  /**
   * Keeps how far a verification has come, in place of what was kept before.
   *
   * @param mode what it is kept under
   * @param position empty for one that has come to its end
   */
  public void keep(Side primary, String mode, String position) {
    control(primary).recordEvidence(crossing.name(), POSITION + mode, position);
  }

  /** How far a verification had come; null if none was cut short. */
  public @Nullable Kept kept(Side primary, String mode) {
    Map<String, Evidence> evidence = control(primary).evidence(crossing.name());
    Evidence position = evidence.get(POSITION + mode);
    if (position == null || position.detail().isEmpty()) {
      return null;
    }
    Instant latest = Instant.MIN;
    for (Kind kind : Kind.values()) {
      Evidence found = evidence.get(kind.id);
      if (found != null && kind != Kind.BACKUP && found.recordedAt().isAfter(latest)) {
        latest = found.recordedAt();
      }
    }
    return new Kept(position.detail(), latest);
  }

  /**
   * How far a verification had come.
   *
   * @param latest when anything was found last that says more, or else, of the rows
   */
  public record Kept(String position, Instant latest) {
    /** Whether nothing was found since. */
    public boolean isNewerThanAll(Instant began) {
      return latest.isBefore(began);
    }
  }

  /** All that was found last, by kind. */
  public Found found(Side primary) {
    ControlTable control = control(primary);
    return new Found(control.evidence(crossing.name()), control, runs());
  }

  /**
   * Whether the other store lacks what was forgotten in complete; not once it was found the same
   * since. Asks the primary alone.
   */
  public boolean lacksForgotten(Side primary) {
    return lacksForgotten(control(primary).evidence(crossing.name()));
  }

  private static boolean lacksForgotten(Map<String, Evidence> evidence) {
    return evidence.containsKey(Kind.FORGOTTEN.id) && !isSince(evidence, Kind.SAME, Kind.FORGOTTEN);
  }

  private static boolean isSince(Map<String, Evidence> evidence, Kind kind, Kind other) {
    Evidence one = evidence.get(kind.id);
    Evidence two = evidence.get(other.id);
    return one != null && (two == null || !one.recordedAt().isBefore(two.recordedAt()));
  }

  private ControlTable control(Side side) {
    return crossing.store(side).control();
  }

  /** All that was found last, as of one moment. */
  public static final class Found {
    private final Map<String, Evidence> evidence;
    private final ControlTable control;
    private final String runs;

    private Found(Map<String, Evidence> evidence, ControlTable control, String runs) {
      this.evidence = evidence;
      this.control = control;
      this.runs = runs;
    }

    /** What was found last of a kind; null if nothing was. */
    public @Nullable Finding of(Kind kind) {
      Evidence found = evidence.get(kind.id);
      if (found == null) {
        return null;
      }
      String[] lines = found.detail().split(RUNS, -1);
      boolean current = lines.length > 2 && (lines[1] + RUNS + lines[2]).equals(runs);
      Duration before = lines.length > 3 ? Duration.ofMillis(Long.parseLong(lines[3])) : ZERO;
      Duration age = Duration.between(found.recordedAt(), control.now());
      return new Finding(lines[0], before.plus(age.isNegative() ? ZERO : age), current);
    }

    /** Whether one was found no earlier than the other; true if the other never was. */
    public boolean isSince(Kind kind, Kind other) {
      return Findings.isSince(evidence, kind, other);
    }
  }
}
