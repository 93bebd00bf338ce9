package dev.crossfade.jooq.codegen;

import java.util.Locale;
import java.util.TimeZone;

/**
 * The JVM without its language and time zone.
 *
 * <p>jOOQ makes names in the language of the JVM, whatever its own setting says: in Turkish a table
 * TITLE becomes a class with a dotless i, and {@code uuid} a type that jOOQ does not know. The
 * driver makes the JVM's time zone the session's, and PostgreSQL reads and prints literals of
 * defaults and checks in it. Both libraries ask the JVM and nobody else, so it is the JVM that must
 * answer the same everywhere, for as long as a generation takes and for one at a time.
 */
final class NeutralJvm {
  private NeutralJvm() {}

  static synchronized void run(Runnable action) {
    Locale language = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    Locale.setDefault(Locale.ROOT);
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    try {
      action.run();
    } finally {
      TimeZone.setDefault(zone);
      Locale.setDefault(language);
    }
  }
}
