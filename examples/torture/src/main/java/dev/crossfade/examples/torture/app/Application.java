package dev.crossfade.examples.torture.app;

import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.GateSettings;
import dev.crossfade.Migration;
import dev.crossfade.MoveReport;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.examples.torture.history.HistoryWriter;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.time.Duration;

/** The library as the child uses it: short leases and limits, so that much happens in a minute. */
final class Application implements AutoCloseable {
  final Crossfade crossfade;
  final Migration migration;
  final Tables.Registers registers;
  final Tables.Elements elements;
  final Tables.Parents parents;
  final Tables.Children children;
  final Tables.Accounts accounts;
  final Tables.Transfers transfers;

  Application(ChildOptions options, HistoryWriter history) {
    StoreWrapper wrapper = wrapper(options.wrapper());
    crossfade =
        Crossfade.builder()
            .legacy(wrapper.wrap(Side.LEGACY, legacy(options)))
            .target(wrapper.wrap(Side.TARGET, target(options)))
            .migration(
                Tables.MIGRATION, options.onMongo() ? Tables::declareMongo : Tables::declareSqlite)
            .settings(settings(options))
            .listener(new Moves(history))
            .build();
    migration = crossfade.migration(Tables.MIGRATION);
    noteStage(migration, history);
    registers = crossfade.repository(Tables.Registers.class);
    elements = crossfade.repository(Tables.Elements.class);
    parents = crossfade.repository(Tables.Parents.class);
    children = crossfade.repository(Tables.Children.class);
    accounts = crossfade.repository(Tables.Accounts.class);
    transfers = crossfade.repository(Tables.Transfers.class);
  }

  /** Epoch and stage of one moment. */
  private static void noteStage(Migration migration, HistoryWriter history) {
    long epoch;
    Stage stage;
    do {
      epoch = migration.epoch();
      stage = migration.stage();
    } while (epoch != migration.epoch());
    history.moved(epoch, stage.id());
  }

  private static Store legacy(ChildOptions options) {
    return options.onMongo() ? mongo(options) : sqlite(options);
  }

  private static Store mongo(ChildOptions options) {
    MongoStore.Builder store = MongoStore.at(options.legacy());
    if (options.fullSpeed()) {
      return store.open();
    }
    return store
        .operationLimit(Duration.ofMillis(1_300))
        .lease(Duration.ofSeconds(2))
        .exclusionLimit(
            Duration.ofSeconds(4)) // longer than a lease: somebody is dead most of the time
        .open();
  }

  private static Store sqlite(ChildOptions options) {
    Path file = Path.of(options.legacy());
    if (options.fullSpeed()) {
      return SqliteStore.open(file);
    }
    return SqliteStore.at(file)
        .busyTimeout(Duration.ofSeconds(2))
        .unitTimeLimit(Duration.ofSeconds(2))
        .turnWait(Duration.ofSeconds(4))
        .open();
  }

  private static Store target(ChildOptions options) {
    PostgresStore.Builder store =
        PostgresStore.at(options.postgres())
            .credentials(options.user(), "")
            .applicationName(options.name());
    return options.fullSpeed() ? store.open() : inAHurry(store);
  }

  private static Store inAHurry(PostgresStore.Builder store) {
    return store
        .connectionWait(Duration.ofSeconds(3))
        .statementTimeout(Duration.ofSeconds(2))
        .lockWait(Duration.ofSeconds(1))
        .idleInTransaction(Duration.ofSeconds(2))
        .controlWait(Duration.ofSeconds(2))
        .open();
  }

  /** Gates ask only that nothing is lost: nobody waits for a thousand compared reads here. */
  private static Settings settings(ChildOptions options) {
    Settings.Builder settings =
        Settings.builder().instance(options.name()).gates(any -> GateSettings.least());
    if (options.fullSpeed()) {
      return settings.build(); // as an operator would run it
    }
    Settings.Builder hurried =
        settings
            .heartbeat(Duration.ofMillis(250))
            .lease(Duration.ofSeconds(2))
            .secondaryWait(Duration.ofMillis(200))
            .shadowSampling(0.2)
            .rehearsalSampling(0.2)
            .backfillChunk(100);
    return differently(options.child(), hurried).build();
  }

  /** Processes of one application need not all do it in the same way. */
  private static Settings.Builder differently(int child, Settings.Builder settings) {
    return switch (child % 4) {
      case 1 -> settings.secondaryWait(Duration.ZERO);
      case 2 -> settings.secondary(Settings.Secondary.REQUIRED);
      case 3 -> settings.secondaryThreads(2).secondaryQueue(4);
      default -> settings;
    };
  }

  private static StoreWrapper wrapper(String className) {
    if (className.isEmpty()) {
      return (side, store) -> store;
    }
    try {
      return Class.forName(className)
          .asSubclass(StoreWrapper.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("torture.wrapper cannot be made: " + className, e);
    }
  }

  @Override
  public void close() {
    crossfade.close();
  }

  private record Moves(HistoryWriter history) implements CrossfadeListener {
    @Override
    public void moved(MoveReport move) {
      history.moved(move.epoch(), move.to().id());
    }
  }
}
