package dev.crossfade.examples.benchmarks;

import dev.crossfade.Crossfade;
import dev.crossfade.GateSettings;
import dev.crossfade.Migration;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.time.Duration;

/** The library as an application has it, in one stage. */
final class Application implements AutoCloseable {
  /** Connections to PostgreSQL, the library's and the bare ones. */
  static final int POOL = 16;

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Crossfade crossfade;
  private final Items items;

  private Application(Crossfade crossfade) {
    this.crossfade = crossfade;
    this.items = crossfade.repository(Items.class);
  }

  /** With the stores and implementations that an application has. */
  static Application open(Databases databases) {
    return open(sqlite(databases.file()), postgres(databases.url()), Settings.defaults());
  }

  /** With these stores. */
  static Application open(Store legacy, Store target, Settings settings) {
    return open(legacy, target, settings, Items.OnSqlite::new, Items.OnPostgres::new);
  }

  /**
   * With these stores and implementations. The gates ask for no more than that nothing is lost:
   * what is measured is not how long they wait for reads and backups.
   */
  static Application open(
      Store legacy,
      Store target,
      Settings settings,
      RepositoryFactory<Item, Long> onLegacy,
      RepositoryFactory<Item, Long> onTarget) {
    return new Application(
        Crossfade.builder()
            .legacy(legacy)
            .target(target)
            .migration("items", m -> m.entity(Item.ENTITY, onLegacy, onTarget))
            .settings(settings.toBuilder().gates(any -> GateSettings.least()).build())
            .build());
  }

  static Store sqlite(Path file) {
    return SqliteStore.open(file);
  }

  static Store postgres(String url) {
    return PostgresStore.at(url).poolSize(POOL).open();
  }

  /** Goes there, through every stage between; stays where it is there already. */
  Application to(Stage stage) {
    Migration migration = migration();
    for (Stage next : Stage.values()) {
      if (next.compareTo(migration.stage()) > 0 && next.compareTo(stage) <= 0) {
        migration.moveTo(next);
        if (next == Stage.DUAL_WRITE) {
          migration.backfill();
          migration.verify();
        }
      }
    }
    return this;
  }

  Migration migration() {
    return crossfade.migration("items");
  }

  Items items() {
    return items;
  }

  /** As a contender that saves a row; it settles when the journal is empty. */
  Contender saves() {
    return new Contender() {
      @Override
      public void once(long key) {
        items.save(Item.next(key));
      }

      @Override
      public void settle() {
        if (!migration().awaitSettled(PATIENCE)) {
          throw new IllegalStateException(
              "the journal is not empty after " + PATIENCE.toSeconds() + " s");
        }
      }
    };
  }

  @Override
  public void close() {
    crossfade.close();
  }
}
