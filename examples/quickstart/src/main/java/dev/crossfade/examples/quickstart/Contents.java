package dev.crossfade.examples.quickstart;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a store holds, read by its driver alone: nothing of the library comes between. */
interface Contents extends AutoCloseable {
  /** Of a store that holds nothing, or is not asked. */
  Contents NONE = new Nothing();

  Rows tokens() throws SQLException;

  Rows scores() throws SQLException;

  Rows settings() throws SQLException;

  /** How far the writers' counter has come; 0 if it is not there. */
  long counter() throws SQLException;

  @Override
  void close() throws SQLException;

  /** Rows in the order of their keys, in bounded memory. */
  interface Rows extends AutoCloseable {
    /** The next one; null if there is none. */
    @Nullable Canonical next() throws SQLException;

    @Override
    void close() throws SQLException;
  }

  /** Neither rows nor anything to close. */
  final class Nothing implements Contents, Rows {
    private Nothing() {}

    @Override
    public Rows tokens() {
      return this;
    }

    @Override
    public Rows scores() {
      return this;
    }

    @Override
    public Rows settings() {
      return this;
    }

    @Override
    public long counter() {
      return 0;
    }

    @Override
    public @Nullable Canonical next() {
      return null;
    }

    @Override
    public void close() {}
  }
}
