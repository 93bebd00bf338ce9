package dev.crossfade.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code crossfade}. {@link #main} runs it as a process. */
@Command(
    name = "crossfade",
    mixinStandardHelpOptions = true,
    versionProvider = CrossfadeCommand.Version.class,
    sortOptions = false,
    description =
        "Carries a running application from SQLite or MongoDB to PostgreSQL, and back if it must.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nFrom a SQLite file to a checked copy:%n",
    footer = {
      "  crossfade inspect app.db",
      "  crossfade draft-schema app.db --target jdbc:postgresql://localhost:5432/app --user app",
      "  export CROSSFADE_TARGET_PASSWORD=…",
      "  crossfade backfill --create-schema",
      "  crossfade verify",
      "",
      "Exit codes: 0 done; 1 done, and the answer is no (differences, rows set aside, a gate refuses);",
      "2 usage; 3 configuration, schemas or rights; 4 a store is out of reach, locked or full;",
      "5 the outcome is not known; 70 a fault of the program."
    },
    subcommands = {
      InspectCommand.class,
      DraftSchemaCommand.class,
      BackfillCommand.class,
      VerifyCommand.class,
      RepairCommand.class,
      StatusCommand.class,
      PlanCommand.class,
      MoveCommand.class,
      RollbackCommand.class,
      ReconcileCommand.class,
      BackupCommand.class,
      ParkedCommand.class,
      AuditCommand.class,
      GenerateCompletion.class
    })
public final class CrossfadeCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      defaultValue = "crossfade.yaml",
      description = "Settings, stores and mapping; ${DEFAULT-VALUE} without it.")
  private Path config = Path.of("crossfade.yaml");

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Write the result as JSON, errors too.")
  private boolean json;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show where an error came from.")
  private boolean verbose;

  @Option(
      names = "--progress",
      scope = ScopeType.INHERIT,
      paramLabel = "HOW",
      defaultValue = "auto",
      description = "auto, bar, lines or none; auto is a bar on a terminal, lines elsewhere.")
  private Progress.Kind progress = Progress.Kind.AUTO;

  CrossfadeCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Runs it and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Surroundings surroundings = Surroundings.ofTheProcess();
    Interruption interruption = Interruption.ofThisThread(surroundings.err());
    int exitCode = run(surroundings, arguments);
    interruption.over();
    System.exit(exitCode);
  }

  /** Runs it in these surroundings and returns its exit code. */
  static int run(Surroundings surroundings, String... arguments) {
    return commandLine(surroundings).execute(arguments);
  }

  static CommandLine commandLine(Surroundings surroundings) {
    CrossfadeCommand root = new CrossfadeCommand(surroundings);
    CommandLine line = new CommandLine(root);
    line.setOut(surroundings.out());
    line.setErr(surroundings.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.registerConverter(dev.crossfade.Stage.class, Words::stage);
    line.registerConverter(dev.crossfade.Gate.class, Words::gate);
    line.setExecutionExceptionHandler((failure, command, parsed) -> root.results().failed(failure));
    CommandLine completion = line.getSubcommands().get("generate-completion");
    requireNonNull(completion).getCommandSpec().usageMessage().hidden(false);
    return line;
  }

  /** Without a command there is nothing to do. */
  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    throw new ParameterException(spec.commandLine(), "Name a command");
  }

  Surroundings surroundings() {
    return surroundings;
  }

  Path config() {
    return config;
  }

  Results results() {
    return new Results(surroundings, json, verbose);
  }

  Progress progress() {
    return Progress.of(progress, surroundings);
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = CrossfadeCommand.class.getPackage().getImplementationVersion();
      return new String[] {"crossfade " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
