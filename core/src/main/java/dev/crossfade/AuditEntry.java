package dev.crossfade;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was done to a migration, by whom and on what grounds. Immutable.
 *
 * <p>The entry of a move is written in the transaction that makes it true; an entry without a pause
 * is one whose process ended before it could tell. What did not come about is noted as well as can
 * be: a store that is away takes no note.
 *
 * @param id tells it from others; both stores keep it under this id
 * @param at when, by the clock of the store that was the primary
 * @param migration the migration
 * @param action what was done
 * @param from the stage before
 * @param to the stage that it went to, or should have
 * @param epoch the epoch since; that of before where nothing was moved
 * @param actor who: {@link Settings.Builder#actor}, or the settings
 * @param instance the process that did it
 * @param gates what the gates said, or which keys were given up, a line each; a line break within
 *     one shows as {@code \n}
 * @param reason why a gate was forced, a key given up or a primary abandoned; why a move was
 *     refused; else null
 * @param pause how long writes waited; null where they did not, or it is not known
 */
public record AuditEntry(
    UUID id,
    Instant at,
    String migration,
    Action action,
    Stage from,
    Stage to,
    long epoch,
    String actor,
    String instance,
    List<String> gates,
    @Nullable String reason,
    @Nullable Duration pause) {
  /** Copies what is given. */
  public AuditEntry {
    gates = gates.stream().map(AuditEntry::line).toList();
  }

  /** A database may have said several in one, and a key may hold anything. */
  private static String line(String text) {
    return text.replace("\0", "\\0").replace("\r", "\\r").replace("\n", "\\n");
  }

  /** What was done. */
  public enum Action {
    /** A step to another stage. */
    MOVED,
    /** A step that a gate, or the journal, refused. */
    REFUSED,
    /** An attempt past its deadline that somebody undid. */
    UNDONE,
    /** Parked keys that were given up. */
    GAVE_UP,
    /** A primary that was given up for lost. */
    ABANDONED,
    /** Such a primary that came back, as the secondary. */
    RECONCILED
  }

  /** The same, with the pause that is known now. */
  public AuditEntry withPause(Duration known) {
    return new AuditEntry(
        id, at, migration, action, from, to, epoch, actor, instance, gates, reason, known);
  }
}
