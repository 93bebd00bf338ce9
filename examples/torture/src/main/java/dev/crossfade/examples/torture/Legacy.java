package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.check.Contents;
import dev.crossfade.junit.TcpProxy;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The store that a run begins with, filled, and how the children reach it. */
interface Legacy extends AutoCloseable {
  /** The stores there are. */
  enum Kind {
    SQLITE("SQLite"),
    MONGODB("MongoDB");

    private final String shown;

    Kind(String shown) {
      this.shown = shown;
    }

    /** As it is called. */
    String shown() {
      return shown;
    }
  }

  static Legacy create(Options options, Path folder) throws SQLException {
    return switch (options.legacy()) {
      case SQLITE -> new SqliteLegacy(folder);
      case MONGODB -> MongoLegacy.create(options);
    };
  }

  /** What it is. */
  Kind kind();

  /** What a run on it does not do and does not prove; empty if there is nothing to say. */
  String notice();

  /** A file, or a URL of its own network. */
  String addressOf(int child);

  /** The network between a child and it; null if there is none. */
  @Nullable TcpProxy network(int child);

  /** What is waited for. */
  interface Wait {
    void run() throws InterruptedException;
  }

  /** Keeps everybody from writing meanwhile; false if that cannot be had. */
  boolean lock(Wait meanwhile) throws SQLException, InterruptedException;

  /** How many entries its journal has. */
  long entries() throws SQLException;

  /** What it holds, read beside the library. */
  Contents contents() throws SQLException;

  @Override
  void close();
}
