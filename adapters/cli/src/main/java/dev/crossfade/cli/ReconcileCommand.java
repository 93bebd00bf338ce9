package dev.crossfade.cli;

import dev.crossfade.Migration;
import dev.crossfade.ReconcileReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code crossfade reconcile}. */
@Command(
    name = "reconcile",
    description =
        "Takes a PostgreSQL back that was given up for lost and has come back: writes each row that"
            + " only it has, or has otherwise, into a file, and makes it the secondary. The rows of"
            + " the legacy store win. Ends with 1 if there are such rows.",
    footer = "  crossfade reconcile lost-rows.jsonl")
final class ReconcileCommand extends MigrationCommand {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "Must not exist; gets the rows with their contents, redacted ones too.")
  private Path file = Path.of("");

  @Override
  int run(Workspace workspace, Migration migration, Progress progress) {
    ReconcileReport report = migration.reconcile(file);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", report.migration());
    document.put("keys", report.keys());
    document.put("lost", report.lost());
    document.put("file", report.file().toString());
    results()
        .write(
            document,
            out -> {
              out.println(
                  Words.count(report.keys(), "key")
                      + " looked at, "
                      + Words.count(report.lost(), "row")
                      + " written to "
                      + report.file());
              out.println("next: crossfade backfill");
            });
    return report.lost() == 0 ? ExitCode.OK : ExitCode.REFUSED;
  }
}
