package dev.crossfade.cli;

import dev.crossfade.Migration;
import dev.crossfade.ParkedKey;
import dev.crossfade.cli.tables.PlannedTables;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.Span;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code crossfade parked}. */
@Command(
    name = "parked",
    description =
        "Keys that the other store refuses, with the reason: list (without a command), retry, accept."
            + " They block a change of primary.",
    footer = {
      "  crossfade parked",
      "  crossfade parked retry",
      "  crossfade parked accept --entity orders 4711 4712 --reason \"test orders\""
    },
    subcommands = {
      ParkedCommand.ListKeys.class,
      ParkedCommand.Retry.class,
      ParkedCommand.Accept.class
    })
final class ParkedCommand extends LookingCommand {
  @Override
  int run(Workspace workspace, Migration migration, Progress progress) {
    return list(results(), migration);
  }

  private static int list(Results results, Migration migration) {
    List<ParkedKey> parked = migration.parked();
    results.write(
        Map.of(
            "migration", migration.name(), "parked", parked.stream().map(Documents::of).toList()),
        out -> {
          text(parked, out);
          if (parked.isEmpty()) {
            out.println("nothing is parked");
          }
        });
    return parked.isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
  }

  @Override
  int partly(PartialView view, PartialView.Known known) {
    return list(results(), view, known);
  }

  private static int list(Results results, PartialView view, PartialView.Known known) {
    List<ParkedEntry> entries = view.parked(known);
    PlannedTables tables = view.tables().get(known.migration());
    List<ParkedKey> parked =
        entries == null ? null : entries.stream().map(entry -> shown(entry, tables)).toList();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", known.migration());
    document.put("parked", parked == null ? null : parked.stream().map(Documents::of).toList());
    return LookingCommand.written(
        results,
        view,
        document,
        out -> {
          if (parked == null) {
            out.println("what is parked is not known: the primary's journal has it");
          } else if (parked.isEmpty()) {
            out.println("nothing is parked");
          } else {
            text(parked, out);
          }
        });
  }

  private static ParkedKey shown(ParkedEntry parked, @Nullable PlannedTables tables) {
    Span span = parked.entry().span();
    byte[] to = span.to();
    String from = shown(tables, span.entity(), span.from());
    return new ParkedKey(
        span.entity(),
        !span.isRange()
            ? from
            : "from "
                + from
                + " up to "
                + (to == null ? "the last" : shown(tables, span.entity(), to)),
        parked.attempts(),
        parked.reason(),
        parked.since());
  }

  private static String shown(@Nullable PlannedTables tables, String entity, byte[] canonical) {
    return tables == null
        ? "0x" + HexFormat.of().formatHex(canonical)
        : tables.shownKey(entity, canonical);
  }

  /** A line each, and what to do. */
  static void text(List<ParkedKey> parked, PrintWriter out) {
    for (ParkedKey key : parked) {
      out.println(
          "parked: "
              + key.entity()
              + " "
              + key.key()
              + ", tried "
              + Words.count(key.attempts(), "time")
              + ": "
              + key.reason());
    }
    if (!parked.isEmpty()) {
      out.println(
          "correct these rows in the primary, then crossfade parked retry; or leave them behind with"
              + " crossfade parked accept");
    }
  }

  /** {@code crossfade parked list}. */
  @Command(
      name = "list",
      description = "Lists them; ends with 1 if there is any.",
      footer = "  crossfade parked list --json")
  static final class ListKeys extends LookingCommand {
    @Override
    int run(Workspace workspace, Migration migration, Progress progress) {
      return list(results(), migration);
    }

    @Override
    int partly(PartialView view, PartialView.Known known) {
      return list(results(), view, known);
    }
  }

  /** {@code crossfade parked retry}. */
  @Command(
      name = "retry",
      description = "Tries them again, after their cause was removed, and lists what stays.",
      footer = "  crossfade parked retry")
  static final class Retry extends MigrationCommand {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Override
    int run(Workspace workspace, Migration migration, Progress progress) {
      int tried = migration.retryParked();
      boolean settled = migration.awaitSettled(LIMIT);
      List<ParkedKey> left = migration.parked();
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("migration", migration.name());
      document.put("tried", tried);
      document.put("settled", settled);
      document.put("parked", left.stream().map(Documents::of).toList());
      results()
          .write(
              document,
              out -> {
                out.println(Words.count(tried, "key") + " tried, " + left.size() + " parked");
                text(left, out);
              });
      return settled && left.isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
    }
  }

  /** {@code crossfade parked accept}. */
  @Command(
      name = "accept",
      description =
          "Gives keys up by name: the other store stays without their latest state, and no gate asks"
              + " for them any more. No row is changed; a verification goes on reporting them.",
      footer = "  crossfade parked accept --entity orders 4711 --reason \"a test order\"")
  static final class Accept extends MigrationCommand {
    @Option(names = "--entity", required = true, paramLabel = "NAME", description = "The entity.")
    private String entity = "";

    @Option(
        names = "--reason",
        required = true,
        paramLabel = "TEXT",
        description = "Why, for the audit.")
    private String reason = "";

    @Parameters(
        arity = "1..*",
        paramLabel = "KEY",
        description = "Keys, as crossfade parked shows them.")
    private List<String> keys = new ArrayList<>();

    @Override
    int run(Workspace workspace, Migration migration, Progress progress) {
      List<ParkedKey> named =
          migration.parked().stream()
              .filter(parked -> parked.entity().equals(entity) && keys.contains(parked.key()))
              .toList();
      List<String> unknown = new ArrayList<>(keys);
      named.forEach(parked -> unknown.remove(parked.key()));
      if (!unknown.isEmpty()) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            "not parked in "
                + entity
                + ": "
                + String.join(", ", unknown)
                + "; nothing was given up",
            "crossfade parked lists those that are");
      }
      int given = migration.giveUp(named, reason);
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("migration", migration.name());
      document.put("givenUp", given);
      results().write(document, out -> out.println(Words.count(given, "key") + " given up"));
      return ExitCode.OK;
    }
  }
}
