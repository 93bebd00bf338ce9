package dev.crossfade.cli;

import dev.crossfade.Force;
import dev.crossfade.Gate;
import dev.crossfade.Migration;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code crossfade move}. */
@Command(
    name = "move",
    description =
        "Moves a migration to a stage: forward to the next one, back over as many as asked for."
            + " shadow to live is the cutover. A move that its gates refuse ends with 1 and changes"
            + " nothing.",
    footer = {
      "  crossfade move shadow",
      "  crossfade move live --force backup --reason \"taken by hand, ticket 4711\""
    })
final class MoveCommand extends MigrationCommand {
  @Parameters(
      index = "0",
      paramLabel = "STAGE",
      description = "off, dual_write, shadow, live, ramp_down or complete.")
  private Stage stage = Stage.OFF;

  @Option(
      names = "--force",
      split = ",",
      paramLabel = "GATE",
      description = "Gates that may refuse in vain, with commas between; the others stand.")
  private List<Gate> force = new ArrayList<>();

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit.")
  private @Nullable String reason;

  @Override
  int run(Workspace workspace, Migration migration, Progress progress) {
    return moved(
        results(),
        () ->
            force.isEmpty()
                ? migration.moveTo(stage)
                : migration.moveTo(stage, new Force(Set.copyOf(force), given(reason))));
  }

  private static String given(@Nullable String reason) {
    if (reason == null || reason.isBlank()) {
      throw new CommandFailure(
          ExitCode.USAGE, "--force asks for a reason", "give it with --reason \"…\"");
    }
    return reason;
  }

  /** Moves, and writes what came of it. */
  static int moved(Results results, Supplier<MoveReport> move) {
    try {
      MoveReport report = move.get();
      results.write(
          Documents.of(report),
          out ->
              out.println(
                  report.from() == report.to()
                      ? report.migration() + " is in " + report.to().id()
                      : report.migration()
                          + ": "
                          + report.from().id()
                          + " → "
                          + report.to().id()
                          + ", epoch "
                          + report.epoch()
                          + ", writes waited "
                          + report.pause().toMillis()
                          + " ms"));
      return ExitCode.OK;
    } catch (MoveRefusedException e) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("refused", e.reasons());
      document.put("gates", e.answers().stream().map(Documents::of).toList());
      results.write(
          document,
          out -> {
            out.println(e.getMessage());
            StatusCommand.gates(e.answers(), out);
          });
      return ExitCode.REFUSED;
    }
  }
}
