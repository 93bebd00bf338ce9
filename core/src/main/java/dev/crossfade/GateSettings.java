package dev.crossfade;

import java.time.Duration;

/**
 * What the gates ask for. Zero asks for nothing, but for the share. Immutable.
 *
 * @param verificationAge how old a verification without a difference may be before {@link
 *     Stage#LIVE}
 * @param comparedReads how many reads must have been compared since the migration is in {@link
 *     Stage#SHADOW}, over all instances
 * @param mismatchShare the share of them that may have differed, 0 to 1
 * @param shadowTime how long it must have been in {@link Stage#SHADOW}
 * @param rehearsedWrites how many writes must have been rehearsed since then; whatever is asked
 *     for, none may have come out differently
 * @param backupAge how old the last backup may be before {@link Stage#LIVE}
 */
public record GateSettings(
    Duration verificationAge,
    long comparedReads,
    double mismatchShare,
    Duration shadowTime,
    long rehearsedWrites,
    Duration backupAge) {

  /** Checks every value. */
  public GateSettings {
    notNegative("verificationAge", verificationAge);
    notNegative("comparedReads", comparedReads);
    notNegative("shadowTime", shadowTime);
    notNegative("rehearsedWrites", rehearsedWrites);
    notNegative("backupAge", backupAge);
    if (!(mismatchShare >= 0 && mismatchShare <= 1)) {
      throw new IllegalArgumentException("mismatchShare must be from 0 to 1, not " + mismatchShare);
    }
  }

  /**
   * A verification of the last day, and no read compared that differed. How much is to be compared
   * and rehearsed, for how long, and whether a backup is needed, only the application's people
   * know.
   */
  public static GateSettings defaults() {
    return new GateSettings(Duration.ofDays(1), 0, 0, Duration.ZERO, 0, Duration.ZERO);
  }

  /**
   * What every move asks for and no more: complete, drained, nothing parked, no difference found.
   * For tests, and for data that nobody would miss.
   */
  public static GateSettings least() {
    return new GateSettings(Duration.ZERO, 0, 1, Duration.ZERO, 0, Duration.ZERO);
  }

  /** With another {@link #verificationAge}. */
  public GateSettings withVerificationAge(Duration value) {
    return new GateSettings(
        value, comparedReads, mismatchShare, shadowTime, rehearsedWrites, backupAge);
  }

  /** With another {@link #comparedReads}. */
  public GateSettings withComparedReads(long value) {
    return new GateSettings(
        verificationAge, value, mismatchShare, shadowTime, rehearsedWrites, backupAge);
  }

  /** With another {@link #mismatchShare}. */
  public GateSettings withMismatchShare(double value) {
    return new GateSettings(
        verificationAge, comparedReads, value, shadowTime, rehearsedWrites, backupAge);
  }

  /** With another {@link #shadowTime}. */
  public GateSettings withShadowTime(Duration value) {
    return new GateSettings(
        verificationAge, comparedReads, mismatchShare, value, rehearsedWrites, backupAge);
  }

  /** With another {@link #rehearsedWrites}. */
  public GateSettings withRehearsedWrites(long value) {
    return new GateSettings(
        verificationAge, comparedReads, mismatchShare, shadowTime, value, backupAge);
  }

  /** With another {@link #backupAge}. */
  public GateSettings withBackupAge(Duration value) {
    return new GateSettings(
        verificationAge, comparedReads, mismatchShare, shadowTime, rehearsedWrites, value);
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + value);
    }
  }

  private static void notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + value);
    }
  }
}
