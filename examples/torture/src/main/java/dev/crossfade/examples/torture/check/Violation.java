package dev.crossfade.examples.torture.check;

/**
 * Something that must not be.
 *
 * @param kind what it counts as
 * @param key table and key; empty if it concerns no single row
 * @param text what was found
 * @param around a moment to look at in the key's history
 */
record Violation(Kind kind, String key, String text, long around) {
  /** What a violation counts as in the result. */
  enum Kind {
    /**
     * An acknowledged write is gone, undone or was not seen; something was there that cannot be.
     */
    LOST,
    /** The stores differ. */
    DIFFERENCE,
    /** A write was accepted by the store that was not the primary any more. */
    STALE_WRITE,
    /** An application saw an exception that it never should. */
    UNEXPECTED
  }
}
