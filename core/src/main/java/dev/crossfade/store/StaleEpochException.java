package dev.crossfade.store;

/**
 * The control row is not open at the epoch of the mark, or, on the secondary, is at a newer one:
 * the writer has not seen a change of stage. Nothing was changed. The library looks again and goes
 * on under the new stage.
 */
public final class StaleEpochException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Made by stores. */
  public StaleEpochException(String migration, long epoch) {
    super("migration '" + migration + "' is not open at epoch " + epoch, null, false, false);
  }
}
