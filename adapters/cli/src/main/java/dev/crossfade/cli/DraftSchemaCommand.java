package dev.crossfade.cli;

import dev.crossfade.cli.draft.Draft;
import dev.crossfade.cli.inspect.FileProfile;
import dev.crossfade.mapping.Names;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code crossfade draft-schema}. */
@Command(
    name = "draft-schema",
    description =
        "Writes a Flyway migration for PostgreSQL and the mapping file of code generation and of"
            + " these commands, both from what a SQLite file holds. Types are chosen from the data;"
            + " a comment with \"look:\" stands wherever a person should look. Writes two files and"
            + " overwrites none.",
    footer = {
      "  crossfade draft-schema app.db",
      "  crossfade draft-schema app.db --target jdbc:postgresql://db/app --user app --name shop"
    })
final class DraftSchemaCommand extends BaseCommand {
  @Parameters(index = "0", paramLabel = "FILE", description = "The SQLite file.")
  private Path file = Path.of("");

  @Option(
      names = "--name",
      paramLabel = "MIGRATION",
      description = "The name of the migration; the file's name without it.")
  private @Nullable String name;

  @Option(
      names = "--target",
      paramLabel = "URL",
      description = "PostgreSQL; jdbc:postgresql://localhost:5432/MIGRATION without it.")
  private @Nullable String target;

  @Option(
      names = "--user",
      paramLabel = "ROLE",
      defaultValue = "postgres",
      description = "The role there; ${DEFAULT-VALUE} without it.")
  private String user = "postgres";

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "A file that holds its password; without it CROSSFADE_TARGET_PASSWORD does.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--migrations",
      paramLabel = "FOLDER",
      defaultValue = "db/migration",
      description = "Where the migration is written; ${DEFAULT-VALUE} without it.")
  private Path migrations = Path.of("db/migration");

  @Override
  public Integer call() throws IOException, SQLException {
    FileProfile profile = InspectCommand.profile(root(), file);
    String migration = name == null ? named(file) : name;
    Path script = migrations.resolve("V1__" + migration + ".sql");
    Path mapping = root().config();
    requireAbsent(script);
    requireAbsent(mapping);
    Draft draft =
        Draft.of(
            profile,
            new Draft.Places(
                file.toString(),
                target == null ? "jdbc:postgresql://localhost:5432/" + migration : target,
                user,
                passwordFile == null ? "" : passwordFile.toString(),
                migration));
    write(script, draft.migration());
    write(mapping, draft.mapping());
    results().write(json(draft, script, mapping), out -> text(draft, script, mapping, out));
    return ExitCode.OK;
  }

  private static String named(Path file) {
    String name = Names.snakeCase(String.valueOf(file.getFileName()).replaceFirst("[.][^.]*$", ""));
    String plain = name.replaceAll("[^a-z0-9]+", "_").replaceAll("^_+|_+$", "");
    return plain.isEmpty() || Character.isDigit(plain.charAt(0)) ? "legacy" : plain;
  }

  private static void requireAbsent(Path file) throws FileAlreadyExistsException {
    if (Files.exists(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
  }

  private static void write(Path file, String text) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static Map<String, Object> json(Draft draft, Path script, Path mapping) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", script.toString());
    document.put("mapping", mapping.toString());
    document.put("tables", draft.tables());
    document.put("leftOut", draft.leftOut());
    document.put("look", draft.notes());
    return document;
  }

  private static void text(Draft draft, Path script, Path mapping, PrintWriter out) {
    out.println(
        "wrote " + script + " and " + mapping + ", " + Words.count(draft.tables().size(), "table"));
    draft.leftOut().forEach((table, why) -> out.println("left out " + table + ": " + why));
    draft.notes().forEach(note -> out.println("look: " + note));
    out.println("next: crossfade backfill --create-schema");
  }
}
