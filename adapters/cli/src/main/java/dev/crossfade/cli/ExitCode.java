package dev.crossfade.cli;

/** What the process ends with; scripts rely on it. */
final class ExitCode {
  /** Done, and nothing to complain of. */
  static final int OK = 0;

  /** Done, and the answer is no: differences, rows set aside, a gate that refuses. */
  static final int REFUSED = 1;

  /** The command line is not understood. */
  static final int USAGE = 2;

  /** Configuration, mapping or schemas do not fit, or a right is missing: correct something. */
  static final int CONFIGURATION = 3;

  /** A store is out of reach, locked, full or too slow: the same command may do later. */
  static final int UNAVAILABLE = 4;

  /** Whether a change was made is not known: look before doing it again. */
  static final int UNKNOWN = 5;

  /** A fault of the program. */
  static final int FAULT = 70;

  private ExitCode() {}
}
