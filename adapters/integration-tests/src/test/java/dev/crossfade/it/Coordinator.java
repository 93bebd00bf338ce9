package dev.crossfade.it;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.store.Store;
import java.util.concurrent.CompletableFuture;

/** Another process on a scenario's two databases, which moves stages and meets its {@link Fate}. */
final class Coordinator implements AutoCloseable {
  private static final String THREAD = "coordinator";

  private final Fate fate;
  private final Crossfade crossfade;

  Coordinator(Scenario app, Settings settings, Fate fate) {
    this(app.newSqliteStore(), app.newPostgresStore(), settings, fate);
  }

  Coordinator(Store legacy, Store target, Settings settings, Fate fate) {
    this.fate = fate;
    crossfade =
        Crossfade.builder()
            .legacy(fate.store(legacy))
            .target(fate.store(target))
            .migration(
                Scenario.MIGRATION,
                m ->
                    m.entity(
                            Domain.ACCOUNT,
                            fate.repository(Domain.SqliteAccounts::new),
                            fate.repository(Domain.PostgresAccounts::new))
                        .entity(
                            Domain.ENTRY,
                            fate.repository(Domain.SqliteEntries::new),
                            fate.repository(Domain.PostgresEntries::new))
                        .entity(
                            Domain.PREFERENCE,
                            fate.repository(Domain.SqlitePreferences::new),
                            fate.repository(Domain.PostgresPreferences::new))
                        .entity(
                            Domain.READING,
                            fate.repository(Domain.SqliteReadings::new),
                            fate.repository(Domain.PostgresReadings::new)))
            .settings(settings)
            .build();
  }

  Migration migration() {
    return crossfade.migration(Scenario.MIGRATION);
  }

  /**
   * Moves on a thread of its own, and again when it is refused before its fate has come: because
   * the machine was slow, or somebody has not yet seen the last move.
   */
  CompletableFuture<MoveReport> move(Stage goal) {
    CompletableFuture<MoveReport> moved = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                moved.complete(moveUntilDone(goal));
              } catch (RuntimeException | Error e) {
                moved.completeExceptionally(e);
              }
            },
            THREAD);
    thread.start();
    return moved;
  }

  private MoveReport moveUntilDone(Stage goal) {
    long deadline = System.nanoTime() + Scenario.PATIENCE.toNanos();
    while (true) {
      fate.rewind();
      try {
        return migration().moveTo(goal);
      } catch (MoveRefusedException e) {
        if (fate.hasCome() || System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
    }
  }

  /** Whether this is the thread that moves, of whichever coordinator. */
  static boolean isMoving() {
    return Thread.currentThread().getName().equals(THREAD);
  }

  /** Ends it before its time: its connections end with it. */
  void end() {
    close();
  }

  @Override
  public void close() {
    crossfade.close();
  }
}
