package dev.crossfade.cli;

import dev.crossfade.Migration;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A command on a migration, with both stores open for as long as it takes. */
@Command
abstract class MigrationCommand extends BaseCommand {
  @Option(
      names = {"-m", "--migration"},
      paramLabel = "NAME",
      description = "The migration; needed where the configuration has several.")
  @Nullable String migrationName;

  @Override
  public Integer call() throws Exception {
    try (Progress progress = root().progress();
        Workspace workspace = Workspace.open(root(), progress)) {
      return run(workspace, workspace.migration(migrationName), progress);
    }
  }

  /** Does it. Returns the exit code. */
  abstract int run(Workspace workspace, Migration migration, Progress progress) throws SQLException;
}
