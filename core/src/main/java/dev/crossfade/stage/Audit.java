package dev.crossfade.stage;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.CrossfadeException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.store.ControlTable;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit of a migration. Each entry is in the store that was the primary; a change of primary
 * brings it along, as far as both can be reached. Safe for use by many threads.
 */
public final class Audit {
  private static final Logger log = LoggerFactory.getLogger(Audit.class);

  /** Of which a change of primary brings along. */
  private static final int MOST = 1_000;

  private final Crossing crossing;

  /** Made once per migration. */
  public Audit(Crossing crossing) {
    this.crossing = crossing;
  }

  /**
   * An entry of this process, not noted yet.
   *
   * @param at by the clock of the store that is, or was, the primary
   */
  public AuditEntry entry(
      Action action,
      Stage from,
      Stage to,
      long epoch,
      Instant at,
      String actor,
      List<String> gates,
      @Nullable String reason) {
    return new AuditEntry(
        UUID.randomUUID(),
        at.truncatedTo(ChronoUnit.MILLIS),
        crossing.name(),
        action,
        from,
        to,
        epoch,
        actor,
        crossing.settings().instance(),
        gates,
        reason,
        null);
  }

  /**
   * Notes an entry, or what has become known of it, in the primary; forgets what is older than the
   * settings want it kept. What the entry tells of is so whether it can be noted or not.
   */
  public void note(Side primary, AuditEntry entry) {
    try {
      ControlTable control = crossing.store(primary).control();
      control.note(entry);
      Duration retention = crossing.settings().auditRetention();
      if (!retention.isZero()) {
        int unused = control.forgetAudit(crossing.name(), retention);
      }
    } catch (CrossfadeException e) {
      log.debug("An entry of the audit of '{}' is not noted.", crossing.name(), e);
    }
  }

  /**
   * Notes an entry where the primary is now, and brings there what only the one before has, as far
   * as that can be reached.
   */
  public void carryOver(Side before, Side now, AuditEntry entry) {
    note(now, entry);
    if (before == now) {
      return;
    }
    try {
      ControlTable control = crossing.store(now).control();
      Set<UUID> there = new HashSet<>();
      control.audit(crossing.name(), MOST).forEach(known -> there.add(known.id()));
      crossing.store(before).control().audit(crossing.name(), MOST).stream()
          .filter(known -> !there.contains(known.id()))
          .forEach(control::note);
    } catch (CrossfadeException e) {
      log.debug("The audit of '{}' stays where it was in part.", crossing.name(), e);
    }
  }

  /**
   * The latest entries, the latest first, from both stores as far as they can be reached.
   *
   * @throws CrossfadeException if the primary cannot be
   */
  public List<AuditEntry> latest(Side primary, int most) {
    List<AuditEntry> entries =
        new ArrayList<>(crossing.store(primary).control().audit(crossing.name(), most));
    try {
      entries.addAll(crossing.store(primary.other()).control().audit(crossing.name(), most));
    } catch (CrossfadeException e) {
      log.debug("The audit of '{}' is that of {} alone.", crossing.name(), primary, e);
    }
    entries.sort(
        Comparator.comparing(AuditEntry::at)
            .thenComparing(AuditEntry::epoch)
            .reversed()
            .thenComparing(AuditEntry::pause, Comparator.nullsLast(Comparator.naturalOrder())));
    Set<UUID> seen = new HashSet<>();
    entries.removeIf(entry -> !seen.add(entry.id()));
    return List.copyOf(entries.subList(0, Math.min(most, entries.size())));
  }
}
