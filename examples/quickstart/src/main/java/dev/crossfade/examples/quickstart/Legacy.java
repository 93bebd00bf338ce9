package dev.crossfade.examples.quickstart;

import dev.crossfade.CrossfadeListener;
import dev.crossfade.examples.quickstart.tokens.TokenMonitor;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Where the application comes from: the store that a run creates, fills and leaves. */
interface Legacy extends AutoCloseable {
  /** The stores there are. */
  enum Kind {
    SQLITE("SQLite", ChronoUnit.MICROS),
    MONGODB("MongoDB", ChronoUnit.MILLIS);

    private final String shown;
    private final ChronoUnit tick;

    Kind(String shown, ChronoUnit tick) {
      this.shown = shown;
      this.tick = tick;
    }

    /** As it is called. */
    String shown() {
      return shown;
    }

    /** How finely both it and PostgreSQL hold times. */
    ChronoUnit tick() {
      return tick;
    }
  }

  /**
   * Opens what was given, or else what goes with the run.
   *
   * @throws IllegalArgumentException if what is given has been used
   */
  static Legacy open(Options options) {
    return switch (options.legacy()) {
      case SQLITE -> SqliteLegacy.open(options.sqlite());
      case MONGODB -> MongoLegacy.open(options.mongodb());
    };
  }

  /** What it is. */
  Kind kind();

  /** As the application has it before anybody thinks of PostgreSQL; the log is told. */
  void fill(Options options, WriteLog log) throws SQLException;

  /** The application on it, ready to cross to that database, which need not exist yet. */
  TokenMonitor application(String postgresUrl, CrossfadeListener listener);

  /** For those who check: what it holds, beside the library. */
  Contents contents() throws SQLException;

  /** What a run on it does not prove; null if there is nothing to say. */
  @Nullable String notice();

  /** Where it stays after the run; null if it goes. */
  @Nullable String kept();

  @Override
  void close();
}
