package dev.crossfade.cli;

import java.io.PrintWriter;
import java.time.Duration;

/**
 * What happens where a command is ended from outside, with Ctrl-C or by a signal: its thread is
 * interrupted, and the process ends when the stores are closed, or after a while. Safe for use by
 * many threads.
 */
final class Interruption {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Thread command;
  private final PrintWriter err;
  private volatile boolean over;

  private Interruption(Thread command, PrintWriter err) {
    this.command = command;
    this.err = err;
  }

  /** Watches the thread that runs the command. */
  static Interruption ofThisThread(PrintWriter err) {
    Interruption interruption = new Interruption(Thread.currentThread(), err);
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::end, "crossfade-interruption"));
    return interruption;
  }

  /** The command has ended by itself. */
  void over() {
    over = true;
  }

  private void end() {
    if (over) {
      return;
    }
    err.println(
        "crossfade: ended from outside; what was done stays, nothing is half done: the journal knows"
            + " what the other store has not got, and the same command may be run again");
    err.flush();
    command.interrupt();
    try {
      command.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
