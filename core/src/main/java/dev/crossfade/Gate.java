package dev.crossfade;

import java.util.Locale;

/** What is asked before a migration moves on; {@link Migration#plan} shows the answers. */
public enum Gate {
  /** The other store can be reached, and its tables, rights and durability fit. */
  OTHER_STORE(false),
  /** The store that is joined has seen no later epoch than the one that is the truth. */
  HISTORY(false),
  /**
   * A backfill has come to its end since the migration left {@link Stage#OFF}, on the stores that
   * are. On the way back, where keys were forgotten after {@link Settings#rollbackWindow}: the
   * legacy store was found whole since.
   */
  BACKFILL(false),
  /** No key is parked. Named keys can be {@linkplain Migration#giveUp given up}. */
  PARKED(false),
  /** Nothing is left in the journal but what drains within the pause. */
  JOURNAL(false),
  /** A verification after that backfill has found no difference, not too long ago. */
  VERIFICATION(true),
  /** Enough reads were compared in this epoch, and few enough differed. */
  MISMATCHES(true),
  /** Enough writes were rehearsed in this epoch, and none came out differently. */
  REHEARSALS(true),
  /** Every live instance has seen the epoch, in a version that works with this one. */
  INSTANCES(true),
  /** A backup was made or noted, not too long ago. */
  BACKUP(true);

  private final boolean forcible;

  Gate(boolean forcible) {
    this.forcible = forcible;
  }

  /**
   * Whether {@link Force} may name it. What stands for "complete, drained, nothing parked" may not
   * be forced: behind it acknowledged writes would be missing.
   */
  public boolean isForcible() {
    return forcible;
  }

  /** The name used in settings, logs and messages: {@code other-store}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
