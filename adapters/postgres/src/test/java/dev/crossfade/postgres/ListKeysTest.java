package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.Entity;
import dev.crossfade.jooq.Columns;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.store.Load;
import dev.crossfade.store.Place;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of rows whose key has several components, and which tables hold none. */
@ExtendWith(PostgresExtension.class)
class ListKeysTest {
  record Key(String customer, LocalDate day, int number) {}

  record Line(String text, @Nullable String extra) {
    static Line of(String text) {
      return new Line(text, null);
    }
  }

  record Bill(String customer, LocalDate day, int number, List<Line> lines) {
    List<String> texts() {
      return lines.stream().map(Line::text).toList();
    }
  }

  record Other(long id, List<Line> lines) {}

  private static final Entity<Bill, Key> BILL =
      Entity.of(Bill.class).key(Key.class).json("lines.extra").build();
  private static final Entity<Other, Long> OTHER =
      Entity.of(Other.class).key("id", Long.class).build();

  private static final LocalDate DAY = LocalDate.of(2026, 11, 20);
  private static final Table<?> BILLS = DSL.table(DSL.name("bill"));
  private static final Table<?> LINES = DSL.table(DSL.name("line"));
  private static final List<Field<?>> KEY =
      List.of(named("client"), named("day"), named("bill_number"));

  private static final String OTHERS_WRITTEN_BY =
      "select distinct xmin::text from line where bill_number <> 3";

  private static final class Rows<T, K> extends PostgresRepository<T, K> {
    Rows(RepositoryContext<T, K> context, Table<?> table, Consumer<? super Columns> columns) {
      super(context, table, columns);
    }
  }

  private Fixture fixture;
  private Rows<Bill, Key> bills;

  private static Field<?> named(String column) {
    return DSL.field(DSL.name(column));
  }

  private Rows<Bill, Key> bills(Table<?> lines, List<Field<?>> key) {
    return new Rows<>(
        new Fixture.Context<>(BILL, fixture.store, List.of()),
        BILLS,
        columns -> columns.children("lines", lines, key, named("place")));
  }

  @BeforeEach
  void open(TestDatabase database) {
    fixture = Fixture.on(database);
    Fixture.execute(
        database,
        """
        create table bill (
          customer text collate "C", day date, number integer, id bigint unique,
          primary key (customer, day, number));
        create table line (
          client text, day date, bill_number integer, place integer, text text not null,
          extra jsonb, primary key (client, day, bill_number, place),
          constraint bill foreign key (day, client, bill_number)
            references bill (day, customer, number) on delete cascade);
        create table other (id bigint primary key);
        """);
    bills = bills(LINES, KEY);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static Bill bill(String customer, int number, String... texts) {
    return new Bill(customer, DAY, number, Stream.of(texts).map(Line::of).toList());
  }

  private Bill save(Bill bill) {
    return (Bill) fixture.store.writeRow(fixture.mark(), bills, new RowWrite.Save<>(bill)).result();
  }

  @Test
  void eachRowHasTheListOfItsWholeKey() {
    assertThat(fixture.store.problems(List.of(bills))).isEmpty();
    assertThat(bills.parts())
        .containsExactly(new Place("\"line\"", List.of("client", "day", "bill_number")));
    save(bill("a", 1, "x", "y"));
    save(bill("a", 2, "z"));
    save(bill("b", 1));

    assertThat(save(bill("a", 1, "y", "w", "x")).texts()).containsExactly("y", "w", "x");
    assertThat(save(bill("a", 1, "w")).texts()).containsExactly("w");
    assertThat(bills.scan(null, 9))
        .extracting(Bill::texts)
        .containsExactly(List.of("w"), List.of("z"), List.of());

    fixture.store.apply(
        fixture.change(
            RowState.present(BILL, bill("b", 1, "1", "2")),
            RowState.present(BILL, bill("b", 2, "3")),
            RowState.absent(BILL, new Key("a", DAY, 2))));
    assertThat(fixture.query("select client || bill_number || text from line order by 1"))
        .containsExactly("a1w", "b11", "b12", "b23");
  }

  @Test
  void jsonOfAnElementIsJson() {
    String extra = "{\"big\": 12345678901234567890.10, \"text\": \"\\\"ü\\\"\", \"none\": null}";
    Bill bill = new Bill("a", DAY, 1, List.of(new Line("x", extra), new Line("y", "[]")));

    Bill stored = save(bill);

    assertThat(BILL.same(stored, bill)).isTrue();
    assertThat(BILL.same(bills.get(new Key("a", DAY, 1)), bill)).isTrue();
    assertThat(fixture.query("select extra ->> 'big' from line where place = 0"))
        .containsExactly("12345678901234567890.10");
  }

  @Test
  void aRangeIsLoadedWithItsLists() {
    load(IntStream.range(0, 500).mapToObj(i -> bill("c" + i % 7, i, texts(i % 4))));
    assertThat(fixture.query("select count(*) from line")).containsExactly("750");
    List<String> before = fixture.query(OTHERS_WRITTEN_BY);
    Fixture.execute(
        fixture.database, "update line set text = 'other' where bill_number = 3 and place = 1");

    load(IntStream.range(0, 499).mapToObj(i -> bill("c" + i % 7, i, texts(i % 4))));

    assertThat(bills.get(new Key("c3", DAY, 3)).texts()).containsExactly("0", "1", "2");
    assertThat(fixture.query("select count(*) from line")).containsExactly("747");
    assertThat(fixture.query(OTHERS_WRITTEN_BY)).hasSize(1).isEqualTo(before);
  }

  private static String[] texts(int number) {
    return IntStream.range(0, number).mapToObj(Integer::toString).toArray(String[]::new);
  }

  private void load(Stream<Bill> rows) {
    List<Bill> sorted =
        rows.sorted((a, b) -> BILL.keys().compare(BILL.keyOf(a), BILL.keyOf(b))).toList();
    fixture.store.load(
        new Load<>(
            Fixture.MIGRATION,
            1,
            fixture.incarnation,
            bills,
            null,
            null,
            sorted,
            Duration.ofSeconds(25)));
  }

  @Test
  void eachComponentOfTheKeyHasItsColumn() {
    assertThat(fixture.store.problems(List.of(bills(LINES, KEY.subList(0, 2)))))
        .singleElement()
        .asString()
        .contains("is [customer, day, number], and 2 columns are to refer to it");
    assertThat(
            fixture.store.problems(
                List.of(bills(LINES, List.of(KEY.get(0), KEY.get(1), named("extra"))))))
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .contains("component extra of an element is held by column extra"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "alter table line drop constraint bill | has no foreign key from [client, day, bill_number]",
        "alter table line drop constraint bill, add foreign key (bill_number) references bill (id)"
            + " on delete cascade | to [customer, day, number] of",
        "alter table line drop column text, add text text generated always as ('x') stored"
            + " | is always generated and cannot be written",
        "alter table line alter place type text | which has the place of an element, is text",
      })
  void whatHoldsNoListIsRefused(String change, String problem) {
    Fixture.execute(fixture.database, change);

    assertThat(fixture.store.problems(List.of(bills)))
        .anySatisfy(found -> assertThat(found).contains(problem));
  }

  /** Whoever writes what another writes would not have it in the other's record. */
  @Test
  void aTableHoldsOneList() {
    Rows<Other, Long> others =
        new Rows<>(
            new Fixture.Context<>(OTHER, fixture.store, List.of()),
            DSL.table(DSL.name("other")),
            columns -> columns.children("lines", LINES, "bill_number", "place"));

    assertThat(fixture.store.problems(List.of(bills)))
        .singleElement()
        .asString()
        .contains("holds lines of entity other as well; give each list a table of its own");
    assertThat(fixture.store.problems(List.of(others)))
        .anySatisfy(problem -> assertThat(problem).contains("holds lines of entity bill as well"));
  }

  @Test
  void aTableOfElementsHoldsNoEntity() {
    Rows<Bill, Key> wrong = bills(DSL.table(DSL.name("note")), KEY);

    assertThat(fixture.store.problems(List.of(wrong)))
        .anySatisfy(
            problem -> assertThat(problem).contains("holds the rows of entity note as well"));
  }
}
