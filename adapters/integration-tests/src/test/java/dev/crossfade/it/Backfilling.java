package dev.crossfade.it;

import dev.crossfade.Crossfade;
import dev.crossfade.Settings;
import dev.crossfade.postgres.PostgresStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process that backfills a scenario's databases, slowly, until it is killed. */
final class Backfilling implements AutoCloseable {
  private final Process process;
  private final Path printed;

  Backfilling(Scenario app, int chunk, int rate) throws IOException {
    printed = app.file().resolveSibling("printed.txt");
    process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    Backfilling.class.getName(),
                    app.file().toString(),
                    app.database().jdbcUrl(),
                    app.database().user(),
                    app.database().password(),
                    String.valueOf(chunk),
                    String.valueOf(rate)))
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
  }

  /** The process. */
  public static void main(String[] arguments) {
    Settings settings =
        Settings.builder()
            .instance("killed")
            .lease(Duration.ofSeconds(5))
            .backfillChunk(Integer.parseInt(arguments[4]))
            .backfillRate(Integer.parseInt(arguments[5]))
            .build();
    try (Crossfade crossfade =
        Crossfade.builder()
            .legacy(Scenario.sqliteAt(Path.of(arguments[0])).open())
            .target(
                PostgresStore.at(arguments[1])
                    .credentials(arguments[2], arguments[3])
                    .poolSize(Scenario.POOL)
                    .open())
            .migration(Scenario.MIGRATION, Bank::declare)
            .settings(settings)
            .build()) {
      crossfade.migration(Scenario.MIGRATION).backfill();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  Path printed() {
    return printed;
  }

  /** As by {@code kill -9}; returns when it is gone. */
  void kill() {
    process.destroyForcibly();
    process.onExit().orTimeout(Scenario.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    kill();
    File file = printed.toFile();
    if (!file.delete()) {
      file.deleteOnExit();
    }
  }
}
