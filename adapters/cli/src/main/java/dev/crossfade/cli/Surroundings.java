package dev.crossfade.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Map;

/**
 * What a command runs in. Immutable.
 *
 * @param environment variables
 * @param out what was asked for
 * @param err what happens meanwhile, and errors
 * @param terminal whether a person looks at {@code err}
 */
record Surroundings(
    Map<String, String> environment, PrintWriter out, PrintWriter err, boolean terminal) {
  Surroundings {
    environment = Map.copyOf(environment);
  }

  static Surroundings ofTheProcess() {
    Map<String, String> environment = System.getenv();
    return new Surroundings(
        environment,
        new PrintWriter(System.out, true, Charset.defaultCharset()),
        new PrintWriter(System.err, true, Charset.defaultCharset()),
        isTerminal() && !"dumb".equals(environment.getOrDefault("TERM", "dumb")));
  }

  /** Up to Java 21 there is a console where there is a terminal; later ones have to be asked. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
