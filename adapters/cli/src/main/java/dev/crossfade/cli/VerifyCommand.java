package dev.crossfade.cli;

import dev.crossfade.Migration;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.Mode;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.VerifyOptions;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code crossfade verify}. */
@Command(
    name = "verify",
    description =
        "Compares every field of every row of both stores, both ways, while writes go on. Differences"
            + " are read again before they are reported. Goes on where one was cut short. Ends with 1"
            + " if there is any difference.",
    footer = {
      "  crossfade verify",
      "  crossfade verify --quick --only tokens,token_scores",
      "  crossfade verify --json > report.json"
    })
final class VerifyCommand extends MigrationCommand {
  @Option(
      names = "--quick",
      description =
          "Compare counts and checksums of ranges of keys, and rows only where those differ. No"
              + " evidence for a move.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "ENTITY",
      split = ",",
      description = "Compare these alone, as the reports name them. No evidence for a move.")
  private List<String> only = List.of();

  @Option(
      names = "--afresh",
      description = "Begin anew, also where an earlier verification was cut short.")
  private boolean afresh;

  @Override
  int run(Workspace workspace, Migration migration, Progress progress) throws SQLException {
    progress.begin("verify", workspace.rows(migration));
    VerificationReport report = migration.verify(options());
    progress.close();
    results().write(Documents.of(report), out -> text(report, out));
    return report.isClean() ? ExitCode.OK : ExitCode.REFUSED;
  }

  private VerifyOptions options() {
    VerifyOptions options = quick ? VerifyOptions.quick() : VerifyOptions.full();
    VerifyOptions some = options.only(only.toArray(String[]::new));
    return afresh ? some.fromTheBeginning() : some;
  }

  static void text(VerificationReport report, PrintWriter out) {
    new TreeMap<>(report.rows())
        .forEach((entity, rows) -> out.println(entity + ": " + Words.count(rows, "row")));
    for (RowDifference row : report.differences()) {
      out.println(row.entity() + " " + Documents.shown(row.key()) + ": " + row.differences());
    }
    out.println(
        (report.mode() == Mode.QUICK ? "quickly compared " : "compared ")
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
