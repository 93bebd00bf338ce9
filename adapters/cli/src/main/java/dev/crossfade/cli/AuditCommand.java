package dev.crossfade.cli;

import dev.crossfade.AuditEntry;
import dev.crossfade.Migration;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code crossfade audit}. */
@Command(
    name = "audit",
    description =
        "Shows what was done to a migration, the latest first: moves, refusals, forces, with who,"
            + " when, what the gates said and how long writes waited.",
    footer = "  crossfade audit --most 20")
final class AuditCommand extends LookingCommand {
  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many entries at most; ${DEFAULT-VALUE} without it.")
  private int most = 100;

  @Override
  int run(Workspace workspace, Migration migration, Progress progress) {
    List<AuditEntry> entries = migration.audit(most);
    results()
        .write(
            Map.of(
                "migration", migration.name(),
                "entries", entries.stream().map(Documents::of).toList()),
            out -> entries.forEach(entry -> text(entry, out)));
    return ExitCode.OK;
  }

  @Override
  int partly(PartialView view, PartialView.Known known) {
    List<AuditEntry> entries = view.audit(known, most);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", known.migration());
    document.put("entries", entries.stream().map(Documents::of).toList());
    return written(results(), view, document, out -> entries.forEach(entry -> text(entry, out)));
  }

  private static void text(AuditEntry entry, PrintWriter out) {
    out.println(
        entry.at()
            + " "
            + entry.action().name().toLowerCase(Locale.ROOT).replace('_', ' ')
            + " "
            + entry.from().id()
            + " → "
            + entry.to().id()
            + ", epoch "
            + entry.epoch()
            + ", by "
            + entry.actor()
            + " in "
            + entry.instance()
            + (entry.pause() == null ? "" : ", writes waited " + entry.pause().toMillis() + " ms")
            + (entry.reason() == null ? "" : ": " + entry.reason()));
    entry.gates().forEach(gate -> out.println("    " + gate));
  }
}
