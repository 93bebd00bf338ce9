package dev.crossfade.cli;

import dev.crossfade.Stage.Side;
import dev.crossfade.cli.tables.PlannedTables;
import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.store.Store;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What would stop a backfill, all at once, and how much there is to copy. Looks at both stores and
 * changes neither: opens no {@link Workspace}. What cannot be known from here it says. Used once,
 * by one thread.
 */
final class DryRun implements AutoCloseable {
  private final Configuration configuration;
  private final Problems problems = new Problems();
  private final List<String> notes = new ArrayList<>();
  private final List<ShownTable> tables = new ArrayList<>();
  private final Store legacy;
  private final PostgresStore store;
  private @Nullable TargetLook target;
  private Side primary = Side.LEGACY;
  private Room room = new Room(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  /** A table as it is shown. */
  private record ShownTable(
      String migration,
      TablePlan plan,
      boolean fits,
      @Nullable Long legacyRows,
      @Nullable Long targetRows) {}

  /** How much there is to copy, and how much room for it; what is not known is empty. */
  private record Room(OptionalLong size, OptionalLong free, OptionalLong wanted) {}

  private DryRun(Configuration configuration) {
    this.configuration = configuration;
    this.legacy = configuration.legacy();
    this.store = configuration.target();
  }

  /** Looks. */
  static DryRun of(Configuration configuration) {
    DryRun run = new DryRun(configuration);
    run.look();
    return run;
  }

  private void look() {
    Optional<Schemas> schemas =
        Optional.ofNullable(problems.attempt(() -> Schemas.ofTarget(configuration)));
    if (schemas.isPresent()) {
      target = problems.attempt(() -> TargetLook.at(store));
    }
    Optional<Optional<SchemaDescription>> file =
        Optional.ofNullable(
            problems.attempt(() -> Optional.ofNullable(Schemas.legacy(configuration))));
    Map<String, PlannedTables> planned = null;
    if (schemas.isPresent() && file.isPresent()) {
      Schemas both = schemas.get().beside(file.get().orElse(null));
      planned = problems.attempt(() -> both.planned(configuration));
    }
    lookFor(planned, file.isPresent());
  }

  private void lookFor(@Nullable Map<String, PlannedTables> planned, boolean legacyAnswers) {
    choosePrimary();
    preflight(planned, legacyAnswers);
    if (legacyAnswers) {
      count(planned == null ? aloneOrNone() : planned, planned != null);
    }
    measure();
    note();
  }

  /** What can be shown where the two do not fit together: the legacy store's side. */
  private Map<String, PlannedTables> aloneOrNone() {
    try {
      return Schemas.ofLegacyAlone(configuration);
    } catch (Exception e) {
      return Map.of(); // why the tables are not known was found before
    }
  }

  private void choosePrimary() {
    TargetLook look = target;
    if (look == null) {
      return;
    }
    String migration = configuration.mapping().migrations().get(0).name();
    Boolean there = problems.attempt(() -> look.isPrimaryOf(migration));
    primary = Boolean.TRUE.equals(there) ? Side.TARGET : Side.LEGACY;
  }

  /** As the library looks before it starts; without the tables where these are not known. */
  private void preflight(@Nullable Map<String, PlannedTables> planned, boolean legacyAnswers) {
    for (Side side : Side.values()) {
      if (side == Side.LEGACY ? !legacyAnswers : target == null) {
        continue;
      }
      List<String> found =
          problems.attempt(() -> planned == null ? ofStore(side) : ofTables(planned, side));
      if (found != null) {
        found.forEach(sentence -> problems.add(Problem.of(sentence)));
      }
    }
  }

  private List<String> ofStore(Side side) {
    return (side == Side.LEGACY ? legacy : store).preflight(List.of(), false);
  }

  private List<String> ofTables(Map<String, PlannedTables> planned, Side side) {
    return Workspace.builder(configuration, planned, "crossfade-cli-dry-run")
        .preflight(side, side != primary);
  }

  private void count(Map<String, PlannedTables> planned, boolean fits) {
    planned.forEach(
        (migration, entities) -> {
          Map<String, TablePlan> plans = entities.plans();
          Map<String, Long> rows = problems.attempt(() -> LegacyCounts.of(legacy, plans));
          plans.forEach(
              (entity, plan) ->
                  tables.add(
                      new ShownTable(
                          migration,
                          plan,
                          fits,
                          rows == null ? null : rows.get(entity),
                          targetRows(plan))));
        });
  }

  private @Nullable Long targetRows(TablePlan plan) {
    TargetLook look = target;
    Optional<Long> rows =
        look == null
            ? null
            : problems.attempt(() -> Optional.ofNullable(look.count(plan.target())));
    return rows == null ? null : rows.orElse(null);
  }

  private void measure() {
    List<TablePlan> plans = tables.stream().map(ShownTable::plan).toList();
    TargetLook look = target;
    OptionalLong atLegacy =
        plans.isEmpty() ? OptionalLong.empty() : known(() -> LegacySize.of(legacy, plans));
    OptionalLong atTarget =
        look == null
            ? OptionalLong.empty()
            : known(
                () -> OptionalLong.of(look.bytes(plans.stream().map(TablePlan::target).toList())));
    boolean forward = primary == Side.LEGACY;
    OptionalLong free =
        forward
            ? look == null ? OptionalLong.empty() : look.free()
            : known(() -> LegacySize.free(legacy));
    room = room(forward ? atLegacy : atTarget, forward ? atTarget : atLegacy, free);
    checkRoom();
  }

  private OptionalLong known(Callable<OptionalLong> look) {
    OptionalLong found = problems.attempt(look);
    return found == null ? OptionalLong.empty() : found;
  }

  /** What is there already need not come. */
  private Room room(OptionalLong size, OptionalLong there, OptionalLong free) {
    double times = configuration.config().settings().backfillSpace();
    return new Room(
        size,
        free,
        size.isEmpty()
            ? size
            : OptionalLong.of(Math.max(0, (long) (times * size.getAsLong()) - there.orElse(0))));
  }

  private void checkRoom() {
    if (room.free().isEmpty()) {
      notes.add(
          "what is free on the disk of "
              + secondary().name()
              + " cannot be known from here; look yourself"
              + (room.wanted().isEmpty() ? "" : " for " + Words.bytes(room.wanted().getAsLong())));
    } else if (room.wanted().isPresent() && room.free().getAsLong() < room.wanted().getAsLong()) {
      problems.add(
          new Problem(
              ExitCode.UNAVAILABLE,
              secondary().name()
                  + " has "
                  + Words.bytes(room.free().getAsLong())
                  + " free on its disk, and "
                  + Words.bytes(room.wanted().getAsLong())
                  + " are wanted",
              "make room, or set backfill-space lower if you know better"));
    }
  }

  private void note() {
    TargetLook look = target;
    if (look != null
        && primary == Side.LEGACY
        && Boolean.FALSE.equals(problems.attempt(look::mayMakeTemporaryTables))) {
      notes.add(
          "the role may make no temporary tables in "
              + store.name()
              + ": rows that are there already are copied again one by one, which is slow; grant"
              + " temporary on the database to it");
    }
    if (legacy instanceof MongoStore && room.size().isEmpty() && !tables.isEmpty()) {
      notes.add("the size of the collections cannot be known: the user may not ask for it");
    }
  }

  private Store secondary() {
    return primary == Side.LEGACY ? store : legacy;
  }

  int exitCode() {
    return Problem.exitCode(problems.all());
  }

  Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("dryRun", true);
    document.put("from", (primary == Side.LEGACY ? legacy : store).name());
    document.put("to", secondary().name());
    document.put("tables", tables.stream().map(DryRun::document).toList());
    document.put("bytes", orNull(room.size()));
    document.put("freeBytes", orNull(room.free()));
    document.put("wantedBytes", orNull(room.wanted()));
    document.put("problems", problems.all().stream().map(Problem::document).toList());
    document.put("notes", notes);
    return document;
  }

  private static @Nullable Long orNull(OptionalLong value) {
    return value.isPresent() ? Long.valueOf(value.getAsLong()) : null;
  }

  private static Map<String, Object> document(ShownTable table) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", table.migration());
    document.put("legacy", table.plan().legacy().name());
    document.put("target", table.plan().target().toString());
    document.put("legacyRows", table.legacyRows());
    document.put("targetRows", table.targetRows());
    if (table.fits()) {
      Map<String, Object> forms = new LinkedHashMap<>();
      table
          .plan()
          .columns()
          .forEach(column -> forms.put(column.target(), column.form().conversion().label()));
      document.put("key", table.plan().key());
      document.put("columns", forms);
    }
    return document;
  }

  void text(PrintWriter out) {
    tables.forEach(table -> text(table, out));
    if (room.size().isPresent()) {
      out.println(
          "to copy: "
              + Words.bytes(room.size().getAsLong())
              + ", room wanted: "
              + Words.bytes(room.wanted().orElse(-1))
              + ", free: "
              + Words.bytes(room.free().orElse(-1)));
    }
    notes.forEach(note -> out.println("note: " + note));
    problems.all().forEach(problem -> problem.text(out));
    out.println(
        problems.all().isEmpty()
            ? "mapping, schemas and rights fit; nothing was written"
            : "a backfill would not begin; nothing was written");
  }

  private static void text(ShownTable table, PrintWriter out) {
    out.println(
        table.plan().legacy().name()
            + rows(table.legacyRows())
            + " → "
            + table.plan().target()
            + rows(table.targetRows())
            + (table.fits() ? ", key " + table.plan().key() : ""));
  }

  private static String rows(@Nullable Long rows) {
    return rows == null ? " (? rows)" : " (" + rows + " rows)";
  }

  @Override
  public void close() {
    TargetLook look = target;
    if (look != null) {
      problems.attempt(
          () -> {
            look.close();
            return true;
          });
    }
    legacy.close();
    store.close();
  }
}
