package dev.crossfade.cli;

import dev.crossfade.BackfillReport;
import dev.crossfade.Migration;
import dev.crossfade.MigrationStatus.Instance;
import dev.crossfade.ParkedKey;
import dev.crossfade.Stage;
import dev.crossfade.postgres.PostgresStore;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code crossfade backfill}. */
@Command(
    name = "backfill",
    description =
        "Copies everything from the primary store to the other one, while writes go on. Safe to"
            + " repeat. In stage off, where no application runs on Crossfade, it moves the migration"
            + " to dual_write first.",
    footer = {
      "  crossfade backfill --dry-run",
      "  crossfade backfill --create-schema",
      "  crossfade backfill --json | jq .refused"
    })
final class BackfillCommand extends MigrationCommand {
  private static final Duration SETTLED_WITHIN = Duration.ofMinutes(2);

  @Option(
      names = "--dry-run",
      description =
          "Only show what would be copied, and all that would stop it, each with its fix; write"
              + " nothing.")
  private boolean dryRun;

  @Option(
      names = "--create-schema",
      description = "Run the migrations in PostgreSQL first, by Flyway, those that have not run.")
  private boolean createSchema;

  @Option(
      names = "--migrations",
      paramLabel = "FOLDER",
      defaultValue = "db/migration",
      description = "Where they are; ${DEFAULT-VALUE} without it.")
  private Path migrations = Path.of("db/migration");

  @Override
  public Integer call() throws Exception {
    if (dryRun) {
      return dryRun();
    }
    if (createSchema) {
      createSchema();
    }
    return super.call();
  }

  private void createSchema() {
    try (PostgresStore target =
        Configuration.read(root().config(), root().surroundings().environment()).target()) {
      int run = TargetSchemaRun.migrate(target, migrations);
      results().say(Words.count(run, "migration") + " run in " + target.name());
    }
  }

  private int dryRun() {
    Configuration configuration =
        Configuration.read(root().config(), root().surroundings().environment());
    try (DryRun run = DryRun.of(configuration)) {
      results().write(run.document(), run::text);
      return run.exitCode();
    }
  }

  @Override
  int run(Workspace workspace, Migration migration, Progress progress) throws SQLException {
    leaveOff(workspace, migration);
    progress.begin("backfill", workspace.rows(migration));
    BackfillReport report = migration.backfill();
    progress.close();
    List<ParkedKey> parked = parked(migration, report);
    results().write(Documents.of(report, parked), out -> text(report, parked, out));
    return report.refused() == 0 && parked.isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
  }

  /** There is no other way in for somebody who has no application on Crossfade yet. */
  private void leaveOff(Workspace workspace, Migration migration) {
    if (migration.stage() != Stage.OFF) {
      return;
    }
    List<String> others =
        migration.status().instances().stream()
            .filter(Instance::live)
            .map(Instance::name)
            .filter(name -> !name.equals(workspace.instance()))
            .toList();
    if (!others.isEmpty()) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          "migration "
              + migration.name()
              + " is in off, and an application runs on it: "
              + String.join(", ", others),
          "move it first: crossfade move dual_write; its writes go to both stores from then on");
    }
    migration.moveTo(Stage.DUAL_WRITE);
    results().say("migration " + migration.name() + " was in off, and is in dual_write now");
  }

  /** What is refused is tried a few times more before it is parked with its reason. */
  private static List<ParkedKey> parked(Migration migration, BackfillReport report) {
    if (report.refused() > 0) {
      migration.awaitSettled(SETTLED_WITHIN);
    }
    return migration.parked();
  }

  private static void text(BackfillReport report, List<ParkedKey> parked, PrintWriter out) {
    Map<String, Long> rows = new LinkedHashMap<>();
    report.rows().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> rows.put(entry.getKey(), entry.getValue()));
    rows.forEach((entity, count) -> out.println(entity + ": " + Words.count(count, "row")));
    out.println(
        "copied "
            + Words.count(report.totalRows(), "row")
            + " in "
            + Words.duration(report.duration())
            + ", "
            + report.refused()
            + " refused");
    ParkedCommand.text(parked, out);
    if (report.refused() == 0 && parked.isEmpty()) {
      out.println("next: crossfade verify");
    }
  }
}
