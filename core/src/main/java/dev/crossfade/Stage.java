package dev.crossfade;

import java.util.Locale;

/**
 * How far a migration has come: which store is the truth, and what the other one is used for.
 *
 * <p>Stages are ordered. A migration moves one stage forward at a time, and back over as many as
 * asked for.
 */
public enum Stage {
  /** Legacy store only; PostgreSQL need not exist. */
  OFF(Side.LEGACY, false, false),
  /** Writes go to the legacy store first, then to PostgreSQL; reads come from the legacy store. */
  DUAL_WRITE(Side.LEGACY, true, false),
  /**
   * As {@link #DUAL_WRITE}, and a sample of the reads is repeated on PostgreSQL and compared, and a
   * sample of the writes rehearsed there.
   */
  SHADOW(Side.LEGACY, true, true),
  /**
   * PostgreSQL is the truth; writes go on to the legacy store, a sample of the reads is compared
   * with it.
   */
  LIVE(Side.TARGET, true, true),
  /** As {@link #LIVE}, without the compared reads. */
  RAMP_DOWN(Side.TARGET, true, false),
  /** PostgreSQL only; changed keys are remembered so that the migration can still go back. */
  COMPLETE(Side.TARGET, false, false);

  /** The two ends of a migration. */
  public enum Side {
    /** The store the application comes from. */
    LEGACY,
    /** PostgreSQL, where it goes. */
    TARGET;

    /** The other end. */
    public Side other() {
      return this == LEGACY ? TARGET : LEGACY;
    }
  }

  private final Side primary;
  private final boolean dualWrite;
  private final boolean shadowReads;

  Stage(Side primary, boolean dualWrite, boolean shadowReads) {
    this.primary = primary;
    this.dualWrite = dualWrite;
    this.shadowReads = shadowReads;
  }

  /** The store that is the truth in this stage: writes are decided there, reads come from there. */
  public Side primary() {
    return primary;
  }

  /** Whether writes are carried on to the other store. */
  public boolean writesBoth() {
    return dualWrite;
  }

  /** Whether a sample of the reads is repeated on the other store and compared. */
  public boolean shadowReads() {
    return shadowReads;
  }

  /** Whether a sample of the writes is rehearsed on the other store's implementation. */
  public boolean rehearsesWrites() {
    return this == SHADOW;
  }

  /** Whether writes only remember the changed keys, for a late way back. */
  public boolean remembersKeys() {
    return this == COMPLETE;
  }

  /** The name used in settings, logs, metrics and the control row: {@code dual_write}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The stage of that name.
   *
   * @throws IllegalArgumentException if no stage has it; the message lists those that exist
   */
  public static Stage ofId(String id) {
    for (Stage stage : values()) {
      if (stage.id().equals(id)) {
        return stage;
      }
    }
    throw new IllegalArgumentException(
        "no stage is named '"
            + id
            + "'; stages are off, dual_write, shadow, live, ramp_down, complete");
  }

  /** The stage one step from this one towards {@code wanted}; this one if it is {@code wanted}. */
  @SuppressWarnings("EnumOrdinal") // the order of the stages is the way they are gone
  public Stage stepTowards(Stage wanted) {
    return values()[ordinal() + Integer.signum(wanted.ordinal() - ordinal())];
  }
}
