package dev.crossfade.cli;

import dev.crossfade.AuditEntry;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.cli.tables.PlannedTables;
import dev.crossfade.mapping.MigrationMapping;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlRow.State;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.ParkedEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of migrations where a {@link Workspace} cannot be opened, because a store is out
 * of reach or something is missing in it: what the control rows, journals and audits of the stores
 * say that do answer. Reads only; gates are not asked.
 */
final class PartialView implements AutoCloseable {
  private static final int MOST_PARKED = 1_000;

  private final Configuration configuration;
  private final Problems problems = new Problems();
  private final List<StoreLook> stores = new ArrayList<>();

  /**
   * Where a migration is.
   *
   * @param stage null if nobody can say
   * @param primary null if nobody can say
   * @param epoch 0 where nothing has begun
   * @param begun whether a store has a row of it
   */
  record Known(
      String migration, @Nullable Stage stage, @Nullable Side primary, long epoch, boolean begun) {}

  private PartialView(Configuration configuration) {
    this.configuration = configuration;
  }

  /** Asks both stores. */
  static PartialView of(Configuration configuration, Exception because) {
    PartialView view = new PartialView(configuration);
    Problem.of(because).forEach(view.problems::add);
    view.stores.add(StoreLook.at(Side.LEGACY, configuration.legacy(), view.problems));
    view.stores.add(StoreLook.at(Side.TARGET, configuration.target(), view.problems));
    return view;
  }

  /** Whether a command may go on with what is known; else it ends with its failure. */
  static boolean helpsWith(Exception failure) {
    int exitCode = Failures.explained(failure).exitCode();
    return exitCode == ExitCode.CONFIGURATION || exitCode == ExitCode.UNAVAILABLE;
  }

  /** All migrations of the configuration, or the one of that name. */
  List<Known> known(@Nullable String name) {
    List<String> names =
        configuration.mapping().migrations().stream().map(MigrationMapping::name).toList();
    if (name != null && !names.contains(name)) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          "there is no migration " + name,
          "there are: " + String.join(", ", names));
    }
    return (name == null ? names : List.of(name)).stream().map(this::knownOf).toList();
  }

  /** The one of that name, or the only one. */
  Known only(@Nullable String name) {
    List<Known> known = known(name);
    if (known.size() > 1) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "there are several migrations: "
              + String.join(", ", known.stream().map(Known::migration).toList()),
          "name one with --migration");
    }
    return known.get(0);
  }

  /**
   * The row that is open counts; where none is to be seen, the one that has moved names the other.
   */
  private Known knownOf(String migration) {
    ControlRow legacy = row(Side.LEGACY, migration);
    ControlRow target = row(Side.TARGET, migration);
    ControlRow last =
        Stream.of(legacy, target)
            .filter(Objects::nonNull)
            .max(
                Comparator.comparingLong(ControlRow::epoch)
                    .thenComparing(row -> row.state() != State.MOVED))
            .orElse(null);
    if (last != null) {
      Side said = last.equals(legacy) ? Side.LEGACY : Side.TARGET;
      boolean moved = last.state() == State.MOVED;
      return new Known(migration, last.stage(), moved ? said.other() : said, last.epoch(), true);
    }
    return answers(Side.LEGACY)
        ? new Known(migration, Stage.OFF, Side.LEGACY, 0, false)
        : new Known(migration, null, null, 0, false);
  }

  private @Nullable ControlRow row(Side side, String migration) {
    return look(side).ask(store -> store.control().read(migration));
  }

  boolean answers(Side side) {
    return look(side).answers();
  }

  private StoreLook look(Side side) {
    return stores.get(side == Side.LEGACY ? 0 : 1);
  }

  /** The journal, which is the primary's; null if it cannot be asked. */
  @Nullable JournalStatus journal(Known known) {
    return known.primary() == null
        ? null
        : look(known.primary()).ask(store -> store.journal().status(known.migration()));
  }

  /** What is parked in it; null if it cannot be asked. */
  @Nullable List<ParkedEntry> parked(Known known) {
    if (known.primary() == null) {
      return null;
    } else if (!known.begun()) {
      return List.of();
    }
    return look(known.primary())
        .ask(store -> store.journal().parked(known.migration(), MOST_PARKED));
  }

  /** Who takes part, as the primary has heard. */
  List<Member> members(Known known) {
    List<Member> members =
        known.primary() == null
            ? null
            : look(known.primary()).ask(store -> store.instances().members(known.migration()));
    return members == null ? List.of() : members;
  }

  /** The latest first, from whichever store answers. */
  List<AuditEntry> audit(Known known, int most) {
    List<AuditEntry> entries = new ArrayList<>();
    for (StoreLook look : stores) {
      List<AuditEntry> own = look.ask(store -> store.control().audit(known.migration(), most));
      entries.addAll(own == null ? List.of() : own);
    }
    entries.sort(Comparator.comparing(AuditEntry::at).thenComparing(AuditEntry::epoch).reversed());
    Set<UUID> seen = new HashSet<>();
    return entries.stream().filter(entry -> seen.add(entry.id())).limit(most).toList();
  }

  /** The tables as far as the legacy store alone tells of them; none where it does not answer. */
  Map<String, PlannedTables> tables() {
    try {
      return Schemas.ofLegacyAlone(configuration);
    } catch (Exception e) {
      return Map.of(); // why is a problem already
    }
  }

  /** What is missing, each with its fix. */
  List<Problem> missing() {
    return problems.all();
  }

  int exitCode() {
    return Problem.exitCode(problems.all());
  }

  @Override
  public void close() {
    stores.forEach(StoreLook::close);
  }
}
