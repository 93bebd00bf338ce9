package dev.crossfade.jooq;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A prepared statement of a {@link Session}, and how a query is run with it. For adapters, whose
 * driver may have a shorter way for a statement that is run again.
 *
 * <p>For one thread at a time.
 */
public class Prepared {
  private final PreparedStatement statement;
  private boolean kept;
  private boolean used = true;

  /** A new one, used by the call that it was prepared for. */
  public Prepared(PreparedStatement statement) {
    this.statement = statement;
  }

  /** The statement, whose parameters are set here. */
  protected final PreparedStatement statement() {
    return statement;
  }

  /**
   * Runs it with the parameters that are set. The rows are closed before it is run again; one that
   * has failed is not run again.
   */
  protected ResultSet query() throws SQLException {
    return statement.executeQuery();
  }

  /** Whether the session keeps it; so it does from the first {@link #giveBack} on. */
  final boolean isKept() {
    return kept;
  }

  final boolean isUsed() {
    return used;
  }

  /** For one more call; false while another uses it. */
  final boolean take() {
    boolean free = !used;
    used = true;
    return free;
  }

  final void giveBack() {
    kept = true;
    used = false;
  }
}
