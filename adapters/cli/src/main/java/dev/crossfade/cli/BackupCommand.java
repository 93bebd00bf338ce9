package dev.crossfade.cli;

import dev.crossfade.Migration;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code crossfade backup}. */
@Command(
    name = "backup",
    description =
        "Makes a backup of the legacy file into a new one, while the application goes on, and notes"
            + " it for the gate that asks for one; or notes one that was made elsewhere.",
    footer = {
      "  crossfade backup /backups/app-before-cutover.db",
      "  crossfade backup --note \"volume snapshot snap-0a1b\""
    })
final class BackupCommand extends MigrationCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "Where it is written; must not exist.")
  private @Nullable Path file;

  @Option(names = "--note", paramLabel = "TEXT", description = "Where a backup of your own is.")
  private @Nullable String note;

  @Override
  public Integer call() throws Exception {
    if ((file == null) == (note == null) && spec != null) {
      throw new ParameterException(spec.commandLine(), "Name a FILE, or a --note, and not both");
    }
    return super.call();
  }

  @Override
  int run(Workspace workspace, Migration migration, Progress progress) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", migration.name());
    if (file != null) {
      Path made = file;
      migration.backUp(made);
      document.put("file", made.toString());
      results().write(document, out -> out.println("backed up to " + made));
    } else if (note != null) {
      migration.noteBackup(note);
      document.put("note", note);
      results().write(document, out -> out.println("noted"));
    }
    return ExitCode.OK;
  }
}
