package dev.crossfade.cli;

/** A command that ends, with a sentence on what happened and one on what to do. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;
  private final String fix;

  /**
   * One.
   *
   * @param fix what to do; empty if the message says it
   */
  CommandFailure(int exitCode, String message, String fix) {
    super(message);
    this.exitCode = exitCode;
    this.fix = fix;
  }

  int exitCode() {
    return exitCode;
  }

  String fix() {
    return fix;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
