package dev.crossfade.jooq.codegen.maven;

import java.util.List;

/**
 * Keeps what Flyway and jOOQ tell of each step out of a build's output, unless somebody has asked
 * for it: Maven's logging takes a level from a system property when a logger is first used.
 */
final class QuietLibraries {
  private static final String LEVEL_OF = "org.slf4j.simpleLogger.log.";
  private static final List<String> LOGGERS =
      List.of("org.flywaydb", "org.jooq", "io.zonky", "org.postgresql");

  private QuietLibraries() {}

  static void hush() {
    for (String logger : LOGGERS) {
      if (System.getProperty(LEVEL_OF + logger) == null) {
        System.setProperty(LEVEL_OF + logger, "warn");
      }
    }
  }
}
