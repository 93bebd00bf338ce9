package dev.crossfade;

/**
 * A write in {@linkplain Writes#chunk chunks} failed after some of them were committed. These stay:
 * the primary store has them, and the other one gets them. What the chunk that failed left is as
 * its {@linkplain #getCause() cause} says, usually nothing; later ones have not begun.
 *
 * <p>Its outcome is {@code WRITTEN}, or {@code UNKNOWN} where that of the failed chunk is.
 *
 * <p>Calling the method again does the rest, where what it has changed does not meet its condition
 * any more; else it does the first rows again.
 */
public final class PartlyWrittenException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  private final long rows;

  /**
   * Thrown by the library.
   *
   * @param rows what the method's calls for the chunks before have returned, in all
   */
  public PartlyWrittenException(String message, Throwable cause, long rows) {
    super(message, cause, outcome(cause));
    this.rows = rows;
  }

  private static Outcome outcome(Throwable cause) {
    return cause instanceof CrossfadeException failure && failure.outcome() == Outcome.UNKNOWN
        ? Outcome.UNKNOWN
        : Outcome.WRITTEN;
  }

  /** How many rows the chunks before have changed; 0 if the method returns nothing. */
  public long rows() {
    return rows;
  }
}
