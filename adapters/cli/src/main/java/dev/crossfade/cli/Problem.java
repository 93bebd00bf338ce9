package dev.crossfade.cli;

import dev.crossfade.ConfigurationException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that stands in the way of a command, one of several.
 *
 * @param exitCode what the command ends with if there is nothing worse
 * @param message what is wrong
 * @param fix what to do; empty if the message says it
 */
record Problem(int exitCode, String message, String fix) {
  /** What a failure comes to; a configuration may have several. */
  static List<Problem> of(Throwable failure) {
    if (failure instanceof ConfigurationException configuration) {
      return configuration.problems().stream().map(Problem::of).toList();
    }
    CommandFailure known = Failures.explained(failure);
    return List.of(new Problem(known.exitCode(), known.sentence(), known.fix()));
  }

  /** A sentence of the library's, whose fix stands behind its first semicolon. */
  static Problem of(String sentence) {
    int end = sentence.indexOf("; ");
    return end < 0
        ? new Problem(ExitCode.CONFIGURATION, sentence, "")
        : new Problem(
            ExitCode.CONFIGURATION, sentence.substring(0, end), sentence.substring(end + 2));
  }

  /** What has to be corrected counts for more than what may pass by itself. */
  static int exitCode(List<Problem> problems) {
    return problems.stream()
        .mapToInt(Problem::exitCode)
        .reduce(ExitCode.OK, (one, other) -> rank(other) > rank(one) ? other : one);
  }

  private static int rank(int exitCode) {
    return switch (exitCode) {
      case ExitCode.OK -> 0;
      case ExitCode.UNAVAILABLE -> 1;
      case ExitCode.CONFIGURATION -> 2;
      default -> 3;
    };
  }

  /** The same, in whatever words a driver has said it, which stand in brackets. */
  boolean isLike(Problem other) {
    return exitCode == other.exitCode && fix.equals(other.fix) && what().equals(other.what());
  }

  private String what() {
    int words = message.indexOf(" (");
    return words < 0 || fix.isEmpty() ? message : message.substring(0, words);
  }

  Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("exitCode", exitCode);
    document.put("message", message);
    document.put("fix", fix);
    return document;
  }

  void text(PrintWriter out) {
    out.println("problem: " + message);
    if (!fix.isEmpty()) {
      out.println("  fix: " + fix);
    }
  }
}
