package dev.crossfade.cli;

import dev.crossfade.AbandonReport;
import dev.crossfade.Stage;
import dev.crossfade.cli.tables.PlannedTables;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code crossfade rollback}. */
@Command(
    name = "rollback",
    description =
        "Makes the legacy store the primary again: from live, ramp_down or complete back to shadow."
            + " Nothing acknowledged is lost. With --abandon-primary it gives PostgreSQL up for lost,"
            + " where it does not come back; what had not reached the legacy store is missing then.",
    footer = {
      "  crossfade rollback",
      "  crossfade rollback --abandon-primary --reason \"the volume is gone, ticket 4711\""
    })
final class RollbackCommand extends BaseCommand {
  @Option(
      names = {"-m", "--migration"},
      paramLabel = "NAME",
      description = "The migration; needed where the configuration has several.")
  private @Nullable String migrationName;

  @Option(
      names = "--abandon-primary",
      description =
          "PostgreSQL is gone for good. Make sure that nobody can reach it, and end all other"
              + " processes first.")
  private boolean abandonPrimary;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit.")
  private @Nullable String reason;

  @Override
  public Integer call() throws SQLException {
    return abandonPrimary ? abandon() : back();
  }

  private int back() throws SQLException {
    try (Workspace workspace =
        Workspace.open(root(), Progress.of(Progress.Kind.NONE, root().surroundings()))) {
      var migration = workspace.migration(migrationName);
      if (migration.primary() == Stage.Side.LEGACY) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            "migration "
                + migration.name()
                + " is in "
                + migration.stage().id()
                + ", where the legacy store is the primary already",
            "to go further back name the stage: crossfade move dual_write");
      }
      return MoveCommand.moved(results(), () -> migration.moveTo(Stage.SHADOW));
    }
  }

  private int abandon() throws SQLException {
    if (reason == null || reason.isBlank()) {
      throw new CommandFailure(
          ExitCode.USAGE, "--abandon-primary asks for a reason", "give it with --reason \"…\"");
    }
    Configuration configuration =
        Configuration.read(root().config(), root().surroundings().environment());
    Map<String, PlannedTables> tables = Schemas.ofLegacyAlone(configuration);
    String name = migrationName == null ? only(tables) : migrationName;
    String instance = "crossfade-cli-" + ProcessHandle.current().pid();
    AbandonReport report =
        Workspace.builder(configuration, tables, instance).abandonPrimary(name, reason);
    results().write(json(report), out -> text(report, out));
    return ExitCode.OK;
  }

  private static String only(Map<String, PlannedTables> tables) {
    if (tables.size() > 1) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "there are several migrations: " + String.join(", ", tables.keySet()),
          "name one with --migration");
    }
    return tables.keySet().iterator().next();
  }

  private static Map<String, Object> json(AbandonReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", report.migration());
    document.put("from", report.from().id());
    document.put("to", report.to().id());
    document.put("epoch", report.epoch());
    document.put(
        "provenUntil", report.provenUntil() == null ? null : report.provenUntil().toString());
    document.put("nothingMissing", report.nothingMissing());
    return document;
  }

  private static void text(AbandonReport report, PrintWriter out) {
    out.println(
        report.migration()
            + ": "
            + report.from().id()
            + " → "
            + report.to().id()
            + ", epoch "
            + report.epoch()
            + "; the legacy store is the primary");
    out.println(
        "acknowledged writes that had not reached it are missing, and cannot be named; should the"
            + " lost server come back: crossfade reconcile FILE");
  }
}
