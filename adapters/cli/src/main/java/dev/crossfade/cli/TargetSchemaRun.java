package dev.crossfade.cli;

import dev.crossfade.postgres.PostgresStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;

/** Runs the application's migrations, as its own Flyway would. */
final class TargetSchemaRun {
  private TargetSchemaRun() {}

  /**
   * Runs what of them has not been run. Its history is Flyway's usual one, which the application
   * goes on with.
   *
   * @return how many were run
   */
  static int migrate(PostgresStore target, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          "there is no folder of migrations " + folder,
          "name it with --migrations, or write one with crossfade draft-schema");
    }
    MigrateResult result =
        Flyway.configure(TargetSchemaRun.class.getClassLoader())
            .dataSource(target.ownerConnections())
            .locations("filesystem:" + folder.toAbsolutePath())
            .baselineOnMigrate(
                true) // a schema need not be empty; what is there already shows by itself
            .baselineVersion("0")
            .load()
            .migrate();
    return result.migrationsExecuted;
  }
}
