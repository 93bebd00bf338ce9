package dev.crossfade.cli;

import dev.crossfade.Migration;
import dev.crossfade.MovePlan;
import dev.crossfade.Stage;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code crossfade plan}. */
@Command(
    name = "plan",
    description =
        "Asks the gates what a move to a stage would meet now, and moves nothing. Ends with 1 if it"
            + " would be refused.",
    footer = "  crossfade plan live")
final class PlanCommand extends LookingCommand {
  @Parameters(
      index = "0",
      paramLabel = "STAGE",
      description = "off, dual_write, shadow, live, ramp_down or complete.")
  private Stage stage = Stage.OFF;

  @Override
  int run(Workspace workspace, Migration migration, Progress progress) {
    MovePlan plan = migration.plan(stage);
    results().write(Documents.of(plan), out -> text(plan, out));
    return plan.holds() ? ExitCode.OK : ExitCode.REFUSED;
  }

  /** Without gates no move begins. */
  @Override
  int partly(PartialView view, PartialView.Known known) {
    Stage from = known.stage();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", known.migration());
    document.put("from", from == null ? null : from.id());
    document.put("to", stage.id());
    document.put("epoch", known.epoch());
    document.put("holds", false);
    return written(
        results(),
        view,
        document,
        out ->
            out.println(
                known.migration()
                    + ": "
                    + (from == null ? "in a stage that is not known" : from.id())
                    + " → "
                    + stage.id()
                    + "; the gates cannot be asked, so the move would be refused"));
  }

  private static void text(MovePlan plan, PrintWriter out) {
    if (plan.path().isEmpty()) {
      out.println(plan.migration() + " is in " + plan.to().id());
      return;
    }
    out.println(
        plan.migration()
            + ": "
            + plan.from().id()
            + " → "
            + String.join(" → ", plan.path().stream().map(Stage::id).toList())
            + (plan.allowed() ? "" : "; forward one stage at a time"));
    StatusCommand.gates(plan.gates(), out);
    out.println(plan.holds() ? "the move would begin now" : "the move would be refused");
  }
}
