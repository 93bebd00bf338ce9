package dev.crossfade.it;

import dev.crossfade.Crossfade;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.app.CrossfadeSetup;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.time.Duration;

/** How the application of {@link Domain} is wired. */
final class Bank implements CrossfadeSetup {
  static final String MIGRATION = "bank";

  /** What the application built last has told; tests run one at a time. */
  private static volatile Recorder events = new Recorder();

  static Recorder events() {
    return events;
  }

  static void declare(MigrationBuilder migration) {
    declare(migration, Domain.PostgresAccounts::new);
  }

  /** With another implementation of the accounts on PostgreSQL. */
  static void declare(
      MigrationBuilder migration, RepositoryFactory<Domain.Account, Long> postgresAccounts) {
    migration
        .entity(Domain.ACCOUNT, Domain.SqliteAccounts::new, postgresAccounts)
        .entity(Domain.ENTRY, Domain.SqliteEntries::new, Domain.PostgresEntries::new)
        .entity(Domain.PREFERENCE, Domain.SqlitePreferences::new, Domain.PostgresPreferences::new)
        .entity(Domain.READING, Domain.SqliteReadings::new, Domain.PostgresReadings::new);
  }

  @Override
  public void createLegacy(Path file) {
    new RowReader(file, null).execute(Side.LEGACY, Domain.SQLITE_TABLES);
  }

  @Override
  public void createTarget(TestDatabase database) {
    new RowReader(null, database).execute(Side.TARGET, Domain.POSTGRES_TABLES);
  }

  @Override
  public Store legacy(Path file) {
    return Scenario.sqliteAt(file).open();
  }

  @Override
  public Store target(TestDatabase database) {
    return PostgresStore.at(database.jdbcUrl())
        .credentials(database.user(), database.password())
        .poolSize(Scenario.POOL)
        .connectionWait(Duration.ofSeconds(60))
        .open();
  }

  @Override
  public void wire(Crossfade.Builder builder) {
    events = new Recorder();
    builder.migration(MIGRATION, Bank::declare).listener(events);
  }
}
