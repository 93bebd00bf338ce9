package dev.crossfade.it;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Settings;
import dev.crossfade.store.Store;
import java.time.Duration;

/** Another instance of a scenario's application, on the same two databases. */
final class Sibling implements AutoCloseable {
  private final Crossfade crossfade;

  Sibling(Scenario app) {
    this(
        app,
        Settings.builder()
            .instance("sibling")
            .heartbeat(Duration.ofMinutes(1))
            .lease(Duration.ofMinutes(5))
            .writeWait(Duration.ofSeconds(5))
            .build());
  }

  Sibling(Scenario app, Settings settings) {
    this(app, settings, app.newSqliteStore());
  }

  Sibling(Scenario app, Settings settings, Store legacy) {
    this(app, settings, legacy, app.newPostgresStore());
  }

  Sibling(Scenario app, Settings settings, Store legacy, Store target) {
    crossfade =
        Crossfade.builder()
            .legacy(legacy)
            .target(target)
            .migration(
                Scenario.MIGRATION,
                m ->
                    m.entity(
                            Domain.ACCOUNT,
                            Domain.SqliteAccounts::new,
                            Domain.PostgresAccounts::new)
                        .entity(
                            Domain.ENTRY, Domain.SqliteEntries::new, Domain.PostgresEntries::new))
            .settings(settings)
            .build();
  }

  Migration migration() {
    return crossfade.migration(Scenario.MIGRATION);
  }

  void apply(Settings settings) {
    crossfade.apply(settings);
  }

  Domain.Accounts accounts() {
    return crossfade.repository(Domain.Accounts.class);
  }

  @Override
  public void close() {
    crossfade.close();
  }
}
