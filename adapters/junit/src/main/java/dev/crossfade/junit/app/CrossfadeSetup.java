package dev.crossfade.junit.app;

import dev.crossfade.Crossfade;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.store.Store;
import java.nio.file.Path;

/**
 * How an application is wired, for its tests. Named in {@link CrossfadeTest}; has a constructor
 * without parameters.
 *
 * <p>The two {@code create} methods run once for all tests of a run, which then get copies of what
 * they made; the others run for each test. An instance may serve tests in parallel.
 */
public interface CrossfadeSetup {
  /**
   * Creates the legacy database with the application's tables: by its schema script or initialiser.
   * No connection to it may stay open.
   *
   * @param file does not exist yet
   */
  void createLegacy(Path file) throws Exception;

  /**
   * Creates the application's tables in PostgreSQL: by its Flyway migrations, for example. No
   * connection to it may stay open.
   *
   * @param database is empty
   */
  void createTarget(TestDatabase database) throws Exception;

  /** The store on a legacy file, as the application opens it. */
  Store legacy(Path file);

  /** The store on a PostgreSQL database, as the application opens it. */
  Store target(TestDatabase database);

  /**
   * Adds the application's migrations, and its listeners and settings if it wants others than
   * {@link CrossfadeKit#settings}.
   *
   * @param builder has its stores and the settings for tests
   */
  void wire(Crossfade.Builder builder);
}
