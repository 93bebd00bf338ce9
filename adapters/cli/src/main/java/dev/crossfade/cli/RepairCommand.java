package dev.crossfade.cli;

import dev.crossfade.Migration;
import dev.crossfade.VerificationReport;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code crossfade repair}. */
@Command(
    name = "repair",
    description =
        "Copies the rows that differ again from the primary store, and verifies, until there is no"
            + " difference. Safe while writes go on.",
    footer = "  crossfade repair --rounds 10")
final class RepairCommand extends MigrationCommand {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "How often at most; each repairs up to 1,000 rows. ${DEFAULT-VALUE} without it.")
  private int rounds = 3;

  @Override
  int run(Workspace workspace, Migration migration, Progress progress) throws SQLException {
    List<Map<String, Object>> done = new ArrayList<>();
    progress.begin("verify", workspace.rows(migration));
    VerificationReport report = migration.verify();
    for (int round = 0; round < rounds && !report.isClean(); round++) {
      int refused = migration.repair(report.differences());
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("differing", report.differing());
      one.put("copied", report.differences().size() - refused);
      one.put("refused", refused);
      done.add(one);
      progress.begin("verify", workspace.rows(migration));
      report = migration.verify();
    }
    progress.close();
    write(done, report);
    return report.isClean() ? ExitCode.OK : ExitCode.REFUSED;
  }

  private void write(List<Map<String, Object>> done, VerificationReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("rounds", done);
    document.put("verification", Documents.of(report));
    results()
        .write(
            document,
            out -> {
              for (Map<String, Object> round : done) {
                out.println(
                    round.get("differing")
                        + " differed, "
                        + round.get("copied")
                        + " copied, "
                        + round.get("refused")
                        + " refused");
              }
              VerifyCommand.text(report, out);
            });
  }
}
