package dev.crossfade;

/**
 * A verification that copied what differed, and the one that looked again afterwards.
 *
 * @param found what differed at first
 * @param refused how many keys the other store has refused; they stay in the journal
 * @param after what still differed afterwards; the same as {@code found} if nothing had
 */
public record RepairReport(VerificationReport found, long refused, VerificationReport after) {
  /** Whether every row is the same in both stores now, or about to be. */
  public boolean isClean() {
    return after.isClean();
  }
}
