package dev.crossfade.cli;

import dev.crossfade.Migration;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.RowDifference;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.TreeMap;
import picocli.CommandLine.Command;

/** {@code crossfade verify}. */
@Command(
    name = "verify",
    description =
        "Compares every field of every row of both stores, both ways, while writes go on. Differences"
            + " are read again before they are reported. Ends with 1 if there is any.",
    footer = {"  crossfade verify", "  crossfade verify --json > report.json"})
final class VerifyCommand extends MigrationCommand {
  @Override
  int run(Workspace workspace, Migration migration, Progress progress) throws SQLException {
    progress.begin("verify", workspace.rows(migration));
    VerificationReport report = migration.verify();
    progress.close();
    results().write(Documents.of(report), out -> text(report, out));
    return report.isClean() ? ExitCode.OK : ExitCode.REFUSED;
  }

  static void text(VerificationReport report, PrintWriter out) {
    new TreeMap<>(report.rows())
        .forEach((entity, rows) -> out.println(entity + ": " + Words.count(rows, "row")));
    for (RowDifference row : report.differences()) {
      out.println(row.entity() + " " + Documents.shown(row.key()) + ": " + row.differences());
    }
    out.println(
        "compared "
            + Words.count(report.totalRows(), "row")
            + " in "
            + Words.duration(report.duration())
            + ": "
            + (report.isClean() ? "no difference" : report.differing() + " differ")
            + (report.unsettled() == 0 ? "" : ", " + report.unsettled() + " on their way")
            + (report.known() == 0 ? "" : ", " + report.known() + " known differences"));
    if (!report.isClean()) {
      out.println("next: crossfade repair");
    }
  }
}
