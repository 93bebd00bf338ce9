package dev.crossfade.cli;

import dev.crossfade.Migration;
import dev.crossfade.RepairReport;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code crossfade repair}. */
@Command(
    name = "repair",
    description =
        "Verifies, copies the rows that differ again from the primary store, and verifies once more."
            + " Safe while writes go on. Ends with 1 if a difference stays.",
    footer = "  crossfade repair --json")
final class RepairCommand extends MigrationCommand {
  @Override
  int run(Workspace workspace, Migration migration, Progress progress) throws SQLException {
    progress.begin("verify", workspace.rows(migration));
    RepairReport report = migration.verifyAndRepair();
    progress.close();
    write(report);
    return report.isClean() ? ExitCode.OK : ExitCode.REFUSED;
  }

  private void write(RepairReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("differing", report.found().differing());
    document.put("refused", report.refused());
    document.put("verification", Documents.of(report.after()));
    results()
        .write(
            document,
            out -> {
              if (report.found().differing() > 0) {
                out.println(
                    report.found().differing() + " differed, " + report.refused() + " refused");
              }
              VerifyCommand.text(report.after(), out);
            });
  }
}
