package dev.crossfade.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Command;

/**
 * A command that changes nothing, and so has something to say where only one of the two stores
 * answers: what is known, and what is missing, with its exit code.
 */
@Command
abstract class LookingCommand extends MigrationCommand {
  @Override
  public Integer call() throws Exception {
    try {
      return super.call();
    } catch (Exception e) {
      Configuration configuration =
          Configuration.read(root().config(), root().surroundings().environment());
      if (!PartialView.helpsWith(e)) {
        throw e;
      }
      try (PartialView view = PartialView.of(configuration, e)) {
        return partly(view, view.only(migrationName));
      }
    }
  }

  /** Does what can be done. Returns the exit code. */
  abstract int partly(PartialView view, PartialView.Known known);

  /** Writes what is known, and says what is missing. Returns the exit code. */
  static int written(
      Results results, PartialView view, Map<String, Object> document, Consumer<PrintWriter> text) {
    document.put("missing", view.missing().stream().map(Problem::document).toList());
    results.write(document, text);
    if (!results.isJson()) {
      view.missing().forEach(results::say);
    }
    return view.exitCode();
  }
}
