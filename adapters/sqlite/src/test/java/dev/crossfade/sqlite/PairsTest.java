package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.jooq.Columns;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Consumer;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A component that two columns hold: a timestamp by a date and a time of day. */
class PairsTest {
  private static final Instant NOON = Instant.parse("2024-05-01T10:00:00Z");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final String SCHEMA =
      "create table trade (id integer primary key, TradeTime text, note text, local_day text,"
          + " TradeDay text, local_time text)";

  record Trade(
      long id, @Nullable Instant at, @Nullable String note, @Nullable LocalDateTime local) {
    Trade at(@Nullable Instant moment) {
      return new Trade(id, moment, note, local);
    }
  }

  private static final Entity<Trade, Long> TRADE =
      Entity.of(Trade.class).key("id", Long.class).build();

  @TempDir Path directory;
  private Path path;
  private App app;
  private Trades trades;

  @BeforeEach
  void open() {
    path = directory.resolve("app.db");
    App.create(path);
    App.sql(path, SCHEMA);
    app = new App(path);
    trades = new Trades(app.new Context<>(TRADE), PairsTest::both);
  }

  @AfterEach
  void close() {
    app.close();
  }

  private static void both(Columns columns) {
    columns
        .pair(
            "at",
            "tradeday",
            "TRADETIME",
            SqliteConversions.instantAsDateAndTime(
                SqliteConversions.dateAsText("dd.MM.yyyy"),
                SqliteConversions.timeAsText("HH:mm"),
                BERLIN))
        .pair(
            "local",
            "local_day",
            "local_time",
            SqliteConversions.localDateTimeAsDateAndTime(
                SqliteConversions.isoDate(), SqliteConversions.isoTime()));
  }

  @Test
  void bothColumnsAreWrittenAndReadByEveryStatement() {
    Trade first = new Trade(1, NOON, "a", LocalDateTime.parse("2024-05-01T00:00:00.5"));
    assertThat(write(() -> trades.insert(first)).result()).isEqualTo(first);
    assertThat(stored(1)).isEqualTo("01.05.2024|12:00|2024-05-01|00:00:00.5");
    Trade later = first.at(NOON.plusSeconds(86_400));
    assertThat(write(() -> trades.save(later)).states())
        .containsExactly(RowState.present(TRADE, later));
    assertThat(stored(1)).startsWith("02.05.2024|12:00");
    write(() -> trades.save(first.at(null)));
    assertThat(stored(1)).startsWith("||2024-05-01");
    assertThat(trades.get(1L)).isEqualTo(first.at(null));
    write(() -> trades.saveAll(List.of(later, new Trade(2, NOON, null, null))));
    assertThat(trades.findAll(List.of(1L, 2L)))
        .isEqualTo(trades.scan(null, 10))
        .containsExactly(later, new Trade(2, NOON, null, null));
    assertThat(trades.everything()).as("columns in the table's order").hasSize(2).contains(later);
    assertThat(trades.selected()).as("columns of the repository").hasSize(2).contains(later);
  }

  @Test
  void whatThePatternsDoNotShowIsCutOff() {
    write(() -> trades.insert(new Trade(1, NOON.plusSeconds(59), null, null)));
    assertThat(trades.get(1L).at()).isEqualTo(NOON);
  }

  @Test
  void conditionsAndAssignmentsTakeBoth() {
    write(() -> trades.insert(new Trade(1, NOON, null, null)));
    write(() -> trades.insert(new Trade(2, NOON.plusSeconds(60), null, null)));
    assertThat(trades.at(NOON)).extracting(Trade::id).containsExactly(1L);
    assertThat(trades.at(NOON.plusSeconds(86_400))).isEmpty();
    Written<Long> moved = write(() -> trades.postpone(NOON, NOON.plusSeconds(120)));
    assertThat(moved.result()).isEqualTo(1);
    assertThat(moved.states())
        .containsExactly(RowState.present(TRADE, new Trade(1, NOON.plusSeconds(120), null, null)));
    assertThat(stored(1)).startsWith("01.05.2024|12:02");
    write(() -> trades.postpone(NOON.plusSeconds(60), null));
    assertThat(trades.get(2L).at()).isNull();
  }

  @Test
  void noColumnStandsForBoth() {
    assertThatThrownBy(() -> trades.single())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tradeday and TRADETIME")
        .hasMessageContaining("equal(\"at\"")
        .hasMessageContaining("set(\"at\"");
    assertThatThrownBy(() -> trades.wrongType())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.time.Instant, not a java.lang.String");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {
        "'01.05.2024', null",
        "null, '12:00'",
        "'2024-05-01', '12:00'",
        "'30.02.2024', '12:00'",
        "'01.05.2024', '12:00:00'",
        "'01.05.2024', '24:00'",
        "'31.03.2024', '02:30'",
      })
  void whatIsNoTimestampNamesBothColumns(@Nullable String day, @Nullable String time) {
    App.sql(
        path,
        "insert into trade (id, TradeDay, TradeTime) values (1, "
            + quoted(day)
            + ", "
            + quoted(time)
            + ")");
    assertThatThrownBy(() -> trades.find(1L))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("columns tradeday and TRADETIME of entity trade")
        .hasMessageContaining(
            "no Instant; expected is a TEXT and a TEXT that its conversion can load, or null in"
                + " both");
    assertThatThrownBy(() -> trades.everything()).isInstanceOf(UnreadableValueException.class);
    assertThatThrownBy(() -> write(() -> trades.annotate(1L)))
        .isInstanceOf(UnreadableValueException.class);
  }

  @Test
  void ofTheHourThatIsThereTwiceTheFirstIsRead() {
    Instant second = Instant.parse("2024-10-27T01:30:00Z");
    write(() -> trades.insert(new Trade(1, second, null, null)));
    assertThat(stored(1)).startsWith("27.10.2024|02:30");
    assertThat(trades.get(1L).at()).isEqualTo(second.minusSeconds(3_600));
  }

  @Test
  void theCatalogueMustHaveBothAndMakeNeitherUnique() {
    assertThat(app.store.problems(List.of(trades))).isEmpty();
    App.sql(path, "create unique index at_once on trade (note, TradeTime)");
    assertThat(app.store.problems(List.of(trades)))
        .singleElement()
        .asString()
        .contains("column TRADETIME", "component at", "at_once");
    App.sql(
        path,
        "drop table trade",
        "create table trade (id integer primary key, TradeDay text, note text, local_day text"
            + " references days, local_time text)");
    assertThat(app.store.problems(List.of(trades)))
        .hasSize(2)
        .anySatisfy(p -> assertThat(p).contains("no column TRADETIME", "pair(\"at\""))
        .anySatisfy(p -> assertThat(p).contains("column local_day", "foreign key to days"));
  }

  @Test
  void pairsThatCannotBe() {
    Conversion<LocalDate, LocalDate> date = SqliteConversions.isoDate();
    Conversion<LocalTime, LocalTime> time = SqliteConversions.isoTime();
    assertProblem(
        columns ->
            columns.pair(
                "at",
                "TradeDay",
                "tradeday",
                SqliteConversions.instantAsDateAndTime(date, time, BERLIN)),
        "column TradeDay is named twice");
    assertProblem(
        columns ->
            columns.pair(
                "at",
                "TradeDay",
                "TradeTime",
                SqliteConversions.localDateTimeAsDateAndTime(date, time)),
        "its conversion is for java.time.LocalDateTime");
    assertProblem(
        columns -> {
          both(columns);
          columns.column("at", "TradeDay");
        },
        "leave them out");
    assertProblem(
        columns -> {
          both(columns);
          columns.pair("id", "a", "b", SqliteConversions.localDateTimeAsDateAndTime(date, time));
        },
        "rows are found by id");
    assertProblem(
        columns -> {
          both(columns);
          columns.pair("att", "a", "b", SqliteConversions.localDateTimeAsDateAndTime(date, time));
        },
        "pair(\"att\", …) names no component");
  }

  /** What one column has, or two have, no other table does. */
  @Test
  void thereAreNoChildTables() {
    assertProblem(
        columns -> columns.children("note", DSL.table(DSL.name("notes")), "trade", "position"),
        "children(\"note\", …): this store has no lists in tables of their own; hold it in one"
            + " column with convert");
  }

  private void assertProblem(Consumer<Columns> columns, String problem) {
    Trades wrong =
        new Trades(
            app.new Context<>(TRADE),
            given -> {
              given.column("local", "note");
              columns.accept(given);
            });
    assertThat(app.store.problems(List.of(wrong)))
        .anySatisfy(each -> assertThat(each).contains(problem));
  }

  private <R extends @Nullable Object> Written<R> write(UnitBody<R, RuntimeException> body) {
    return app.store.write(app.mark(), body);
  }

  private static String quoted(@Nullable String text) {
    return text == null ? "null" : "'" + text + "'";
  }

  private String stored(long id) {
    return trades.raw(id);
  }

  private static final class Trades extends SqliteRepository<Trade, Long> {
    private static final Table<?> TRADES = DSL.table(DSL.name("trade"));
    private static final Field<Long> ID = DSL.field(DSL.name("id"), Long.class);
    private static final Field<String> NOTE = DSL.field(DSL.name("note"), String.class);

    Trades(RepositoryContext<Trade, Long> context, Consumer<? super Columns> columns) {
      super(context, TRADES, columns);
    }

    List<Trade> at(Instant moment) {
      return fetchAll(equal("at", moment));
    }

    long postpone(Instant from, @Nullable Instant to) {
      return updateWhere(equal("at", from), set("at", to));
    }

    List<Trade> annotate(long id) {
      return write(DSL.update(TRADES).set(NOTE, "x").where(ID.eq(id)));
    }

    List<Trade> everything() {
      return fetch(DSL.selectFrom(TRADES));
    }

    List<Trade> selected() {
      return fetch(dsl().select(columns()).from(TRADES).orderBy(ID));
    }

    Field<Instant> single() {
      return column("at", Instant.class);
    }

    Object wrongType() {
      return equal("at", "noon");
    }

    String raw(long id) {
      String parts =
          "ifnull(TradeDay, '') || '|' || ifnull(TradeTime, '') || '|' || ifnull(local_day, '')"
              + " || '|' || ifnull(local_time, '')";
      return String.valueOf(
          fetchValue(DSL.select(DSL.field(parts, String.class)).from(TRADES).where(ID.eq(id))));
    }
  }
}
