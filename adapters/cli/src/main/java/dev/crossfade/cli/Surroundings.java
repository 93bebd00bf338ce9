package dev.crossfade.cli;

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
        System.console() != null && !"dumb".equals(environment.getOrDefault("TERM", "dumb")));
  }
}
