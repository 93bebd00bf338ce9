package dev.crossfade.junit.app;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import java.time.Duration;
import java.util.List;

/**
 * What can happen to the secondary: the one that is not primary when a switch is set, so PostgreSQL
 * up to {@code shadow} and the legacy store from {@code live} on. One at a time; each replaces the
 * one before, and all end with the test.
 *
 * <p>A fault befalls the calls by which the library changes the store and asks for its own tables.
 * Reads by an application's repositories do not pass there: compared reads go on.
 *
 * <p>Safe for use by many threads.
 */
public final class Faults {
  private final Crossfade crossfade;
  private final FaultyStore legacy;
  private final FaultyStore target;

  Faults(Crossfade crossfade, FaultyStore legacy, FaultyStore target) {
    this.crossfade = crossfade;
    this.legacy = legacy;
    this.target = target;
  }

  /** The secondary cannot be reached. */
  public void secondaryDown() {
    secondary().plan(Fault.DOWN, 1);
  }

  /**
   * Each call takes so much longer. Where that is longer than {@code secondaryWait}, writes no
   * longer wait for the secondary.
   */
  public void secondarySlow(Duration each) {
    secondary().slow(each);
  }

  /** The secondary does what it is told, and nobody learns of it. */
  public void secondaryLosesReplies() {
    secondary().plan(Fault.REPLIES_LOST, 1);
  }

  /** All is well again. */
  public void none() {
    legacy.heal();
    target.heal();
  }

  private FaultyStore secondary() {
    List<Side> primaries =
        crossfade.migrations().stream()
            .map(Migration::stage)
            .map(s -> s.primary())
            .distinct()
            .toList();
    if (primaries.size() > 1) {
      throw new IllegalStateException(
          "each store is primary of a migration, so none is the secondary; move the migrations to"
              + " stages with the same primary");
    }
    none();
    return primaries.get(0) == Side.LEGACY ? target : legacy;
  }
}
