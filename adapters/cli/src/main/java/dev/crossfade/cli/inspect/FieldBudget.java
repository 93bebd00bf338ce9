package dev.crossfade.cli.inspect;

/**
 * How many fields of a collection are looked at: some applications use values as names, and would
 * have one for each customer. Used by one thread.
 */
final class FieldBudget {
  private static final int MOST = 1_000;

  private int taken;
  private long refused;

  /** Whether one more is. */
  boolean takes() {
    if (taken < MOST) {
      taken++;
      return true;
    }
    refused++;
    return false;
  }

  /** How many values were not looked at because their fields are too many. */
  long refused() {
    return refused;
  }
}
