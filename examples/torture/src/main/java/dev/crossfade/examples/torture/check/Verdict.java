package dev.crossfade.examples.torture.check;

import java.util.List;

/**
 * What was found.
 *
 * @param acknowledged writes whose callers were told that they are done
 * @param unknown writes of which nobody was told what became of them
 * @param lost violations of the histories
 * @param differences rows and columns in which the stores differ
 * @param staleWrites writes that were accepted by a store that was not the primary any more
 * @param unexpected exceptions that an application should never see
 * @param apart what a process explains that stood still past its lease, where only that keeps it
 *     out
 * @param details for people: each violation, and the histories of the first keys
 * @param tooLittle what did not happen often enough to prove anything
 * @param summary what happened, in a line
 */
public record Verdict(
    long acknowledged,
    long unknown,
    long lost,
    long differences,
    long staleWrites,
    long unexpected,
    List<String> apart,
    List<String> details,
    List<String> tooLittle,
    String summary) {
  /** Whether nothing was found. */
  public boolean isClean() {
    return lost == 0 && differences == 0 && staleWrites == 0 && unexpected == 0;
  }
}
