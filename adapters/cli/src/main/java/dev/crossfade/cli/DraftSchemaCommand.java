package dev.crossfade.cli;

import dev.crossfade.cli.draft.Draft;
import dev.crossfade.mapping.Names;
import dev.crossfade.mongodb.MongoStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
            + " these commands, both from what a SQLite file or a database of MongoDB holds. Types"
            + " are chosen from the data;"
            + " a comment with \"look:\" stands wherever a person should look. Writes two files and"
            + " overwrites none.",
    footer = {
      "  crossfade draft-schema app.db",
      "  CROSSFADE_LEGACY_PASSWORD=… crossfade draft-schema mongodb://app@db/app",
      "  crossfade draft-schema app.db --target jdbc:postgresql://db/app --user app --name shop"
    })
final class DraftSchemaCommand extends BaseCommand {
  @Parameters(
      index = "0",
      paramLabel = "FILE|URL",
      description = "The SQLite file, or mongodb://… with the database.")
  private String source = "";

  @Option(
      names = "--name",
      paramLabel = "MIGRATION",
      description = "The name of the migration; that of the file or database without it.")
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
    MongoAddress mongo = MongoAddress.isOne(source) ? MongoAddress.parse(source) : null;
    String migration = name != null ? name : named(mongo == null ? fileName() : mongo.database());
    Path script = migrations.resolve("V1__" + migration + ".sql");
    Path mapping = root().config();
    requireAbsent(script);
    requireAbsent(mapping);
    Draft draft = mongo == null ? ofFile(migration) : ofDatabase(mongo, migration);
    write(script, draft.migration());
    write(mapping, draft.mapping());
    results().write(json(draft, script, mapping), out -> text(draft, script, mapping, out));
    return ExitCode.OK;
  }

  private Draft ofFile(String migration) throws IOException, SQLException {
    List<String> legacy = List.of("url: " + Draft.quoted("jdbc:sqlite:" + source));
    return Draft.of(InspectCommand.profile(root(), Path.of(source)), places(legacy, migration));
  }

  private Draft ofDatabase(MongoAddress mongo, String migration) {
    try (MongoStore store = mongo.store(root().surroundings().environment())) {
      return Draft.of(InspectCommand.profile(root(), store), places(section(mongo), migration));
    }
  }

  /** Without the password, even where it was in the URL. */
  private static List<String> section(MongoAddress mongo) {
    List<String> section = new ArrayList<>(List.of("url: " + Draft.quoted(mongo.url())));
    String login = mongo.user();
    if (login != null) {
      section.add("user: " + Draft.quoted(login));
      section.add("auth-source: " + Draft.quoted(mongo.authSource()));
      section.add("# Its password comes from the environment: " + MongoAddress.PASSWORD);
    }
    return section;
  }

  private Draft.Places places(List<String> legacy, String migration) {
    return new Draft.Places(
        legacy,
        target == null ? "jdbc:postgresql://localhost:5432/" + migration : target,
        user,
        passwordFile == null ? "" : passwordFile.toString(),
        migration);
  }

  private String fileName() {
    return String.valueOf(Path.of(source).getFileName()).replaceFirst("[.][^.]*$", "");
  }

  private static String named(String given) {
    String name = Names.snakeCase(given);
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
