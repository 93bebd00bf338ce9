package dev.crossfade.examples.torture.history;

/** What the process that did it knows of an operation. */
public enum Outcome {
  /** Done. */
  OK,
  /** Done, but what it found was not said: only what came afterwards failed. */
  WRITTEN,
  /** Known to have changed nothing. */
  FAILED,
  /** Done wholly or not at all. */
  UNKNOWN
}
