package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.ChildProcess.Answer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Which child was asked for which move, and what it answered: {@code moves.log} in the folder of
 * the run. Safe for use by many threads.
 */
final class MoveLog implements AutoCloseable {
  private final PrintStream out;
  private final long begun = System.nanoTime();

  MoveLog(Path folder) throws IOException {
    out =
        new PrintStream(
            Files.newOutputStream(folder.resolve("moves.log")), true, StandardCharsets.UTF_8);
  }

  /** It has answered just now, or is not waited for any more. */
  void asked(String child, String command, Answer answer) {
    out.printf(
        Locale.ROOT,
        "%9.3f s  %-10s %-16s %-8s %s%n",
        (System.nanoTime() - begun) / 1e9,
        child,
        command,
        answer.ok() ? "done" : answer.refused() ? "refused" : "failed",
        answer.text());
  }

  @Override
  public void close() {
    out.close();
  }
}
