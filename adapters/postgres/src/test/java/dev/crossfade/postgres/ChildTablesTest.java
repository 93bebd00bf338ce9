package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CheckException;
import dev.crossfade.Entity;
import dev.crossfade.jooq.Columns;
import dev.crossfade.jooq.MappedTable;
import dev.crossfade.jooq.Session;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Lists of records as rows of a table of their own: each type, at its edges; what has no form. */
@ExtendWith(PostgresExtension.class)
class ChildTablesTest {
  enum Suit {
    HEARTS,
    SPADES
  }

  @SuppressWarnings("ArrayRecordComponent") // as a row of an application may have
  record Cell(
      @Nullable String text,
      @Nullable Long whole,
      int small,
      short tiny,
      @Nullable BigDecimal exact,
      double real,
      boolean flag,
      @Nullable UUID id,
      @Nullable Instant moment,
      @Nullable LocalDateTime clock,
      @Nullable LocalDate day,
      @Nullable LocalTime time,
      byte @Nullable [] bytes,
      @Nullable Suit suit,
      @Nullable Instant inUtc) {
    static Cell of(@Nullable String text) {
      return new Cell(
          text, null, 0, (short) 0, null, 0, false, null, null, null, null, null, null, null, null);
    }
  }

  record Sheet(String name, List<Cell> cells) {}

  private static final Entity<Sheet, String> SHEET =
      Entity.of(Sheet.class).key("name", String.class).build();

  private static final Table<?> SHEETS = DSL.table(DSL.name("sheet"));
  private static final Table<?> CELLS = DSL.table(DSL.name("cell"));

  private static final class Sheets<T, K> extends PostgresRepository<T, K> {
    Sheets(RepositoryContext<T, K> context, Consumer<? super Columns> columns) {
      super(context, SHEETS, columns);
    }

    MappedTable<T, K> table() {
      return mapped();
    }
  }

  private Fixture fixture;
  private Sheets<Sheet, String> sheets;

  @BeforeEach
  void open(TestDatabase database) {
    fixture = Fixture.on(database);
    Fixture.execute(
        database,
        """
        create type suit as enum ('HEARTS', 'SPADES');
        create table sheet (name text collate "C" primary key);
        create table cell (
          sheet text references sheet on delete cascade, place integer, text text, whole bigint,
          small integer, tiny smallint, exact numeric, real double precision, flag boolean, id uuid,
          moment timestamptz, clock timestamp, day date, time time, bytes bytea, suit suit,
          in_utc timestamp, primary key (sheet, place));
        """);
    sheets =
        new Sheets<>(
            new Fixture.Context<>(SHEET, fixture.store, List.of()),
            columns -> columns.children("cells", CELLS, "sheet", "place"));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void save(Sheet sheet) {
    Object unused = fixture.store.writeRow(fixture.mark(), sheets, new RowWrite.Save<>(sheet));
  }

  private List<Cell> cells(String name) {
    return sheets.find(name).orElseThrow().cells();
  }

  private static Cell cell(
      String text, String exact, double real, Instant moment, LocalDate day, byte[] bytes) {
    return new Cell(
        text,
        Long.MIN_VALUE,
        Integer.MAX_VALUE,
        Short.MIN_VALUE,
        new BigDecimal(exact),
        real,
        true,
        new UUID(-1, 1),
        moment,
        day.atTime(23, 59, 59, 999_999_000),
        day,
        LocalTime.of(0, 0, 0, 1_000),
        bytes,
        Suit.SPADES,
        moment);
  }

  @Test
  void everyTypeComesBackAsItWas() {
    assertThat(fixture.store.problems(List.of(sheets))).isEmpty();
    List<Cell> cells =
        List.of(
            cell(
                "a \"quoted\" {list}, with \\ and NULL",
                "12345678901234567890123456789.000000000000000000001",
                Double.MIN_VALUE,
                Instant.parse("2026-11-20T12:00:00.123456Z"),
                LocalDate.of(2026, 11, 20),
                new byte[] {0, -1, 127}),
            cell(
                "",
                "-0.10",
                Double.NEGATIVE_INFINITY,
                Instant.parse("-0043-03-15T11:00:00Z"),
                LocalDate.of(-43, 3, 15),
                new byte[0]),
            cell(
                "NULL",
                "1E+3",
                0.1 + 0.2,
                Instant.parse("+12345-06-07T08:09:10Z"),
                LocalDate.of(12_345, 6, 7),
                "'{}\\".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Cell.of(null),
            Cell.of("ü😀\n\t\r"));

    save(new Sheet("all", cells));

    List<Cell> found = cells("all");
    assertThat(found).hasSameSizeAs(cells);
    for (int i = 0; i < cells.size(); i++) {
      assertThat(found.get(i))
          .usingRecursiveComparison()
          .withEqualsForType((a, b) -> a.compareTo(b) == 0, BigDecimal.class)
          .isEqualTo(cells.get(i));
    }
    assertThat(fixture.query("select min(in_utc) from cell"))
        .containsExactly("0044-03-15 11:00:00 BC");
  }

  @Test
  void whatTheSessionSaysChangesNoValue() throws SQLException {
    Sheet sheet =
        new Sheet(
            "s",
            List.of(
                cell(
                    "a",
                    "-0.10",
                    0.1,
                    Instant.parse("1890-02-03T04:05:06.000007Z"),
                    LocalDate.of(2026, 2, 3),
                    new byte[] {92, 0})));
    try (Connection connection = fixture.database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "set timezone = 'Europe/Amsterdam'; set datestyle = 'ISO, DMY';"
              + " set bytea_output = 'escape'; set extra_float_digits = 1");
      Session session = new Session(connection);

      assertThat(sheets.table().save(session, sheet))
          .usingRecursiveComparison()
          .withEqualsForType((a, b) -> a.compareTo(b) == 0, BigDecimal.class)
          .isEqualTo(sheet);
    }
    assertThat(sheets.get("s"))
        .usingRecursiveComparison()
        .withEqualsForType((a, b) -> a.compareTo(b) == 0, BigDecimal.class)
        .isEqualTo(sheet);
  }

  @Test
  void ofManyRowsEachHasItsOwnList() {
    List<RowState<?, ?>> states = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      states.add(
          RowState.present(
              SHEET, new Sheet("s" + i, Collections.nCopies(i * 20, Cell.of("of " + i)))));
    }
    fixture.store.apply(fixture.change(states.toArray(RowState[]::new)));

    for (Sheet sheet : sheets.scan(null, 100)) {
      int i = Integer.parseInt(sheet.name().substring(1));
      assertThat(sheet.cells()).hasSize(i * 20).allMatch(cell -> ("of " + i).equals(cell.text()));
    }
    assertThat(fixture.query("select count(*) from cell")).containsExactly("24500");
    fixture.store.apply(
        fixture.change(
            RowState.present(SHEET, new Sheet("s49", List.of(Cell.of("left")))),
            RowState.absent(SHEET, "s48")));
    assertThat(cells("s49")).containsExactly(Cell.of("left"));
    assertThat(fixture.query("select count(*) from cell where sheet in ('s48', 's49')"))
        .containsExactly("1");
  }

  /** The list and the row are of one statement; a refused element leaves neither. */
  @Test
  void whatIsRefusedLeavesTheRowAndItsListAsTheyWere() {
    save(new Sheet("a", List.of(Cell.of("1"), Cell.of("2"))));

    for (List<Cell> refused :
        List.of(
            List.of(Cell.of("x"), Cell.of("with \0 in it")),
            Collections.singletonList((Cell) null))) {
      assertThatThrownBy(() -> save(new Sheet("a", refused))).isInstanceOf(CheckException.class);
    }
    Fixture.execute(fixture.database, "alter table cell add check (text <> 'no')");
    assertThatThrownBy(() -> save(new Sheet("b", List.of(Cell.of("yes"), Cell.of("no")))))
        .isInstanceOf(CheckException.class);

    assertThat(cells("a")).containsExactly(Cell.of("1"), Cell.of("2"));
    assertThat(sheets.find("b")).isEmpty();
  }

  record Odd(String name, List<Map<String, String>> cells) {}

  record Deep(String name, List<Row> cells) {
    record Row(float real) {}
  }

  private static final Entity<Odd, String> ODD =
      Entity.of(Odd.class).key("name", String.class).build();
  private static final Entity<Deep, String> DEEP =
      Entity.of(Deep.class).key("name", String.class).build();

  @Test
  void whatHasNoFormIsSaid() {
    Sheets<Odd, String> odd =
        new Sheets<>(
            new Fixture.Context<>(ODD, fixture.store, List.of()),
            columns -> columns.children("cells", CELLS, "sheet", "place"));
    Sheets<Deep, String> deep =
        new Sheets<>(
            new Fixture.Context<>(DEEP, fixture.store, List.of()),
            columns -> columns.children("cells", CELLS, "sheet", "place"));
    Sheets<Sheet, String> misnamed =
        new Sheets<>(
            new Fixture.Context<>(SHEET, fixture.store, List.of()),
            columns -> columns.children("cels", CELLS, "sheet", "place").column("cells", "text"));

    assertThat(fixture.store.problems(List.of(odd)))
        .singleElement()
        .asString()
        .contains("the component is no List of records; map it to a column");
    assertThat(fixture.store.problems(List.of(deep)))
        .singleElement()
        .asString()
        .contains("component real of an element is held as java.lang.Float");
    assertThat(fixture.store.problems(List.of(misnamed)))
        .anySatisfy(
            problem -> assertThat(problem).contains("children(\"cels\", …) names no component"));
  }
}
