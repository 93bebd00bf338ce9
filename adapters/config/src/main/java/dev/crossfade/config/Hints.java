package dev.crossfade.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names that people bring from other libraries, and what they are called here: SQLAlchemy's,
 * HikariCP's, the driver's.
 */
final class Hints {
  private static final String NO_OVERFLOW =
      "; there is no overflow, pool.size is the most there ever is: give it pool_size and"
          + " max_overflow together";
  private static final String ALWAYS_CHECKED =
      "; a connection that was idle for more than 500 ms is always checked before it is used, and"
          + " idle ones are checked so often";
  private static final String ALWAYS_FULL =
      "; the pool has no less: it keeps all its connections until max-lifetime";

  /** What is meant, and what to know about it. */
  record Hint(String option, String note) {}

  /** By their letters. */
  private static final Map<String, Hint> HINTS =
      Map.ofEntries(
          hint("poolsize", "pool.size"),
          hint("maxpoolsize", "pool.size"),
          hint("maximumpoolsize", "pool.size"),
          hint("maxconnections", "pool.size"),
          hint("maxoverflow", "pool.size", NO_OVERFLOW),
          hint("minimumidle", "pool.size", ALWAYS_FULL),
          hint("idletimeout", "pool.max-lifetime", ALWAYS_FULL),
          hint("pooltimeout", "pool.connection-wait"),
          hint("connectiontimeout", "pool.connection-wait"),
          hint("poolrecycle", "pool.max-lifetime"),
          hint("recycle", "pool.max-lifetime"),
          hint("poolpreping", "pool.keep-alive", ALWAYS_CHECKED),
          hint("preping", "pool.keep-alive", ALWAYS_CHECKED),
          hint("connectiontestquery", "pool.keep-alive", ALWAYS_CHECKED),
          hint("keepalivetime", "pool.keep-alive"),
          hint("sslmode", "tls.mode"),
          hint("sslrootcert", "tls.root-certificate"),
          hint("sslcert", "tls.certificate"),
          hint("sslkey", "tls.key"),
          hint("username", "user"),
          hint("passwd", "password"),
          hint("jdbcurl", "url"),
          hint("path", "url"),
          hint("file", "url"));

  private Hints() {}

  private static Map.Entry<String, Hint> hint(String letters, String option) {
    return hint(letters, option, "");
  }

  private static Map.Entry<String, Hint> hint(String letters, String option, String note) {
    return Map.entry(letters, new Hint(option, note));
  }

  /** What the last segment of a path below a store means. */
  static Optional<Hint> of(List<String> segments) {
    String last = segments.get(segments.size() - 1);
    return Optional.ofNullable(HINTS.get(Nearest.letters(last)));
  }
}
