package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.crossfade.Conversion;
import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.Writes;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.app.CrossfadeSetup;
import dev.crossfade.junit.app.CrossfadeTest;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/**
 * The kit takes a change of a child table for one of the row that has the list: what the library
 * does there is recorded, and what an application does there by itself escapes. SQLite holds the
 * list in one column.
 */
class ListsInTheLogTest {
  record Place(String shelf, int number) {}

  record Thing(String name) {}

  record Box(String shelf, int number, String label, List<Thing> things) {
    Box with(String... names) {
      return new Box(shelf, number, label, Stream.of(names).map(Thing::new).toList());
    }
  }

  static final Entity<Box, Place> BOX = Entity.of(Box.class).key(Place.class).build();

  private static final Table<?> BOXES = DSL.table(DSL.name("box"));
  private static final Table<?> THINGS = DSL.table(DSL.name("thing"));

  @SuppressWarnings({"rawtypes", "unchecked"}) // a list has no other class
  private static final Conversion<List, String> LINES =
      Conversion.of(
          List.class,
          String.class,
          list -> ((List<Thing>) list).stream().map(Thing::name).collect(Collectors.joining("\n")),
          text -> text.lines().map(Thing::new).toList());

  interface Boxes extends Repository<Box, Place> {
    @Writes
    boolean label(Place place, String label);

    /** Wrong: changes elements around the record. */
    @Writes
    void empty(Place place);
  }

  static final class SqliteBoxes extends SqliteRepository<Box, Place> implements Boxes {
    SqliteBoxes(RepositoryContext<Box, Place> context) {
      super(context, BOXES, columns -> columns.convert("things", LINES));
    }

    @Override
    public boolean label(Place place, String label) {
      return !write(
              DSL.update(BOXES)
                  .set(column("label", String.class), label)
                  .where(equal("shelf", place.shelf()))
                  .and(equal("number", place.number())))
          .isEmpty();
    }

    @Override
    public void empty(Place place) {
      throw new UnsupportedOperationException("SQLite changes nothing in a select");
    }
  }

  static final class PostgresBoxes extends PostgresRepository<Box, Place> implements Boxes {
    PostgresBoxes(RepositoryContext<Box, Place> context) {
      super(
          context,
          BOXES,
          columns ->
              columns.children(
                  "things",
                  THINGS,
                  List.of(DSL.field(DSL.name("shelf")), DSL.field(DSL.name("box"))),
                  DSL.field(DSL.name("place"))));
    }

    @Override
    public boolean label(Place place, String label) {
      return !write(
              DSL.update(BOXES)
                  .set(column("label", String.class), label)
                  .where(equal("shelf", place.shelf()))
                  .and(equal("number", place.number())))
          .isEmpty();
    }

    @Override
    public void empty(Place place) {
      String gone = "delete from thing where shelf = {0} and box = {1} returning place";
      fetch(
          DSL.with("gone")
              .as(DSL.resultQuery(gone, DSL.val(place.shelf()), DSL.val(place.number())))
              .select(DSL.count())
              .from(DSL.name("gone")),
          row -> row.value1());
    }
  }

  static final class Setup implements CrossfadeSetup {
    private static volatile TestDatabase target;

    @Override
    public void createLegacy(Path file) {
      new RowReader(file, null)
          .execute(
              Side.LEGACY,
              List.of(
                  "create table box (shelf text, number integer, label text not null,"
                      + " things text not null, primary key (shelf, number))"));
    }

    @Override
    public void createTarget(TestDatabase database) {
      new RowReader(null, database)
          .execute(
              Side.TARGET,
              List.of(
                  "create table box (shelf text, number integer, label text not null,"
                      + " primary key (shelf, number))",
                  "create table thing (shelf text, box integer, place integer, name text not null,"
                      + " primary key (shelf, box, place),"
                      + " foreign key (shelf, box) references box on delete cascade)"));
    }

    @Override
    public Store legacy(Path file) {
      return Scenario.sqliteAt(file).open();
    }

    @Override
    public Store target(TestDatabase database) {
      target = database;
      return PostgresStore.at(database.jdbcUrl())
          .credentials(database.user(), database.password())
          .poolSize(Scenario.POOL)
          .connectionWait(Duration.ofSeconds(30))
          .open();
    }

    @Override
    public void wire(Crossfade.Builder builder) {
      builder.migration("boxes", m -> m.entity(BOX, SqliteBoxes::new, PostgresBoxes::new));
    }
  }

  @Test
  void whatTheApplicationDoesByItselfEscapes() {
    Map<String, String> failures = new LinkedHashMap<>();
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(InEachStage.class), selectClass(InPostgres.class))
        .execute()
        .allEvents()
        .failed()
        .stream()
        .forEach(event -> failures.put(event.getTestDescriptor().getDisplayName(), message(event)));

    assertThat(failures).containsOnlyKeys("aroundTheRecord(Boxes)", "byTheTest(Boxes)");
    assertThat(failures.get("aroundTheRecord(Boxes)"))
        .contains("box (table box), key a/1 is not what was recorded of it")
        .contains("postgres: delete in thing of box (table box), key a/1");
    assertThat(failures.get("byTheTest(Boxes)"))
        .contains("postgres: insert in thing of box (table box), key a/1");
  }

  private static String message(Event event) {
    return event
        .getRequiredPayload(TestExecutionResult.class)
        .getThrowable()
        .map(Throwable::getMessage)
        .orElse("");
  }

  @CrossfadeTest(
      value = Setup.class,
      stages = {Stage.DUAL_WRITE, Stage.SHADOW, Stage.LIVE, Stage.COMPLETE})
  static class InEachStage {
    @Test
    void listsAreRecorded(Boxes boxes, Crossfade crossfade) {
      Box box = new Box("a", 1, "first", List.of());
      boxes.insert(box.with("x", "y", "z"));
      boxes.save(box.with("z", "x"));
      assertThat(boxes.label(new Place("a", 1), "second")).isTrue();
      crossfade.unit(
          "boxes",
          () -> {
            boxes.saveAll(List.of(new Box("a", 2, "b", List.of()), box.with("1", "2", "3", "4")));
            boxes.delete(new Place("a", 2));
            boxes.insert(new Box("b", 1, "c", List.of(new Thing("in a unit"))));
          });

      assertThat(boxes.get(new Place("a", 1))).isEqualTo(box.with("1", "2", "3", "4"));
      assertThat(boxes.delete(new Place("b", 1))).isTrue();
    }
  }

  /** In complete nothing is compared, so nothing but the record can tell. */
  @CrossfadeTest(value = Setup.class, stages = Stage.COMPLETE)
  static class InPostgres {
    private static final Box BOX_OF_ONE = new Box("a", 1, "first", List.of(new Thing("x")));

    @Test
    void aroundTheRecord(Boxes boxes) {
      boxes.insert(BOX_OF_ONE);
      boxes.empty(new Place("a", 1));
    }

    @Test
    void byTheTest(Boxes boxes) {
      boxes.insert(BOX_OF_ONE);
      new RowReader(null, Setup.target)
          .execute(Side.TARGET, List.of("insert into thing values ('a', 1, 1, 'by hand')"));
    }
  }
}
