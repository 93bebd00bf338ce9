package dev.crossfade.cli;

import dev.crossfade.GateAnswer;
import dev.crossfade.Migration;
import dev.crossfade.MigrationStatus;
import dev.crossfade.store.JournalStatus;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code crossfade status}. */
@Command(
    name = "status",
    description =
        "Shows stage, journal, live processes and what the gates say of the next stage, of all"
            + " migrations or one.",
    footer = {"  crossfade status", "  crossfade status --json | jq '.migrations[].stage'"})
final class StatusCommand extends BaseCommand {
  @Option(
      names = {"-m", "--migration"},
      paramLabel = "NAME",
      description = "Only this one.")
  private @Nullable String migrationName;

  @Override
  public Integer call() throws Exception {
    try {
      return whole();
    } catch (Exception e) {
      Configuration configuration =
          Configuration.read(root().config(), root().surroundings().environment());
      if (!PartialView.helpsWith(e)) {
        throw e;
      }
      try (PartialView view = PartialView.of(configuration, e)) {
        return partly(view);
      }
    }
  }

  private int whole() throws SQLException {
    try (Workspace workspace =
        Workspace.open(root(), Progress.of(Progress.Kind.NONE, root().surroundings()))) {
      List<MigrationStatus> all =
          workspace.migrations(migrationName).stream().map(Migration::status).toList();
      results()
          .write(
              Map.of("migrations", all.stream().map(Documents::of).toList()),
              out -> all.forEach(status -> text(status, workspace.instance(), out)));
      return ExitCode.OK;
    }
  }

  private int partly(PartialView view) {
    List<PartialStatus> all =
        view.known(migrationName).stream().map(known -> PartialStatus.of(view, known)).toList();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migrations", all.stream().map(PartialStatus::document).toList());
    return LookingCommand.written(
        results(), view, document, out -> all.forEach(status -> status.text(out)));
  }

  private static void text(MigrationStatus status, String self, PrintWriter out) {
    out.println(
        status.migration()
            + ": "
            + status.stage().id()
            + ", epoch "
            + status.epoch()
            + ", primary "
            + status.primary().name().toLowerCase(java.util.Locale.ROOT)
            + (status.changing() ? ", its primary is being changed" : "")
            + (status.secondaryAvailable() ? "" : ", THE OTHER STORE IS OUT OF REACH"));
    journal(status.journal(), out);
    for (MigrationStatus.Instance instance : status.instances()) {
      if (instance.live() && !instance.name().equals(self)) {
        out.println(
            "  process "
                + instance.name()
                + " lives, epoch "
                + instance.epoch()
                + ", heard of "
                + Words.duration(instance.silentFor())
                + " ago");
      }
    }
    if (status.next() != null) {
      out.println("  next: " + status.next().id());
      gates(status.gates(), out);
    }
  }

  static void journal(JournalStatus journal, PrintWriter out) {
    out.println(
        "  journal: "
            + journal.entries()
            + " entries, "
            + journal.left()
            + " left to repair, "
            + journal.parked()
            + " parked, the oldest "
            + Words.duration(journal.oldest()));
  }

  static void gates(List<GateAnswer> gates, PrintWriter out) {
    gates.forEach(answer -> out.println("    " + answer));
  }
}
