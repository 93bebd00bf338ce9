package dev.crossfade.junit.app;

import dev.crossfade.Crossfade;
import dev.crossfade.GateSettings;
import dev.crossfade.Migration;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The application of one test, for what a test does beside calling it. A parameter of tests of a
 * {@link CrossfadeTest}.
 *
 * <p>Safe for use by many threads.
 */
public final class CrossfadeKit {
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private final TestApplication application;

  CrossfadeKit(TestApplication application) {
    this.application = application;
  }

  /**
   * Settings for tests: writes wait for the other store, so that what a test finds after a write is
   * in both; faults are noticed and repaired soon; a row that the other store refuses is given up
   * after three tries; no read is compared by chance.
   */
  public static Settings.Builder settings() {
    return Settings.builder()
        .instance("test")
        .secondaryWait(Duration.ofSeconds(5))
        .writeWait(Duration.ofSeconds(20))
        .switchLimit(Duration.ofSeconds(15))
        .heartbeat(Duration.ofMillis(200))
        .lease(Duration.ofSeconds(5))
        .shadowSampling(0)
        .rehearsalSampling(0)
        .gates(gates -> GateSettings.least())
        .parkAfter(3);
  }

  /** The application's. */
  public Crossfade crossfade() {
    return application.crossfade();
  }

  /** Faults of the secondary. */
  public Faults faults() {
    return application.faults();
  }

  /** The SQLite file. */
  public Path legacyFile() {
    return application.legacyFile();
  }

  /** The PostgreSQL database. */
  public TestDatabase database() {
    return application.database();
  }

  /**
   * Takes all migrations to a stage as an operator does: one stage at a time, with a backfill
   * before {@code shadow} and a verification before {@code live}.
   *
   * @throws AssertionError if that verification finds differences, or the journal does not settle
   * @throws dev.crossfade.MoveRefusedException if a gate refuses
   */
  public void moveTo(Stage stage) {
    for (Migration migration : crossfade().migrations()) {
      while (migration.stage() != stage) {
        Stage next = migration.stage().stepTowards(stage);
        if (next == Stage.SHADOW && migration.stage().primary() == Side.LEGACY) {
          migration.backfill();
          Parity.assertSettled(migration, PATIENCE);
        } else if (next == Stage.LIVE && migration.stage() == Stage.SHADOW) {
          Parity.assertRows(migration);
        }
        migration.moveTo(next);
      }
    }
  }

  /**
   * Changes rows around the library on purpose, such as rows of before its time. What is changed in
   * either store meanwhile need not be recorded.
   *
   * @throws X what the changes throw
   */
  public <X extends Exception> void unrecorded(Changes<X> changes) throws X {
    application.unrecorded(changes);
  }

  /** What changes rows around the library. */
  @FunctionalInterface
  public interface Changes<X extends Exception> {
    /** Changes them. */
    void make() throws X;
  }

  /**
   * This test leaves the stores apart on purpose: neither journal nor rows are looked at when it is
   * over.
   */
  public void endsApart() {
    application.endsApart();
  }
}
