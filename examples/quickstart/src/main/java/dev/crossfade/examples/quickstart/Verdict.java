package dev.crossfade.examples.quickstart;

import java.io.PrintStream;
import java.util.List;

/**
 * What the run has proved.
 *
 * @param acknowledged writes that the writers were told are done
 * @param lost of them, or of what was there before, is not as it was told
 * @param losses the first of them
 * @param compared rows that were compared between the stores
 * @param different of them
 * @param differences the first of them
 * @param pauseMillis the longest time a write took across a move
 */
record Verdict(
    long acknowledged,
    long lost,
    List<String> losses,
    long compared,
    long different,
    List<String> differences,
    long pauseMillis) {
  /** How many losses and differences are listed. */
  static final int SHOWN = 10;

  boolean isGood() {
    return lost == 0 && different == 0;
  }

  void print(PrintStream out) {
    losses.forEach(loss -> out.println("LOST       " + loss));
    differences.forEach(difference -> out.println("DIFFERENCE " + difference));
    out.println(this);
  }

  /** The line that scripts may look for. */
  @Override
  public String toString() {
    return "acknowledged writes "
        + acknowledged
        + ", lost "
        + lost
        + "; rows compared "
        + compared
        + ", differences "
        + different
        + "; longest write pause "
        + pauseMillis
        + " ms";
  }
}
