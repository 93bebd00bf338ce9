package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CheckException;
import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.store.RepositoryContext;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Times in keys: forms whose order is that of time, one of each value, and nothing is cut. */
class TimeKeysTest {
  private static final Instant NOON = Instant.parse("2024-05-01T12:00:00Z");
  private static final String SECONDS = "yyyy-MM-dd HH:mm:ss";

  record Sample(Instant at, String name) {}

  record Appointment(LocalDateTime at, String name) {}

  record Holiday(LocalDate at, String name) {}

  private static final Entity<Sample, Instant> SAMPLE =
      Entity.of(Sample.class).key("at", Instant.class).build();
  private static final Entity<Appointment, LocalDateTime> APPOINTMENT =
      Entity.of(Appointment.class).key("at", LocalDateTime.class).build();
  private static final Entity<Holiday, LocalDate> HOLIDAY =
      Entity.of(Holiday.class).key("at", LocalDate.class).build();

  @TempDir Path directory;
  private App app;

  @BeforeEach
  void open() {
    Path path = directory.resolve("app.db");
    App.create(path);
    App.sql(
        path,
        "create table sample (at primary key, name text not null)",
        "create table appointment (at primary key, name text not null)",
        "create table holiday (at primary key, name text not null)");
    app = new App(path);
  }

  @AfterEach
  void close() {
    app.close();
  }

  private <T, K> Rows<T, K> rows(Entity<T, K> entity, @Nullable Conversion<?, ?> conversion) {
    return new Rows<>(app.new Context<>(entity), conversion);
  }

  private List<String> problems(Rows<?, ?> rows) {
    return app.store.problems(List.of(rows));
  }

  private <T, K> void save(Rows<T, K> rows, T row) {
    app.store.write(app.mark(), () -> rows.save(row));
  }

  static Stream<Conversion<Instant, ?>> ordered() {
    return Stream.of(
        SqliteConversions.instantAsEpochSeconds(),
        SqliteConversions.instantAsEpochMillis(),
        SqliteConversions.instantAsText(SECONDS),
        SqliteConversions.instantAsText("yyyyMMddHHmm"),
        SqliteConversions.instantAsText("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"));
  }

  @ParameterizedTest
  @MethodSource("ordered")
  void formsInTheOrderOfTimeFit(Conversion<Instant, ?> conversion) {
    assertThat(problems(rows(SAMPLE, conversion))).isEmpty();
  }

  static Stream<Conversion<Instant, ?>> unordered() {
    return Stream.of(
        SqliteConversions.instantAsText("dd.MM.yyyy HH:mm:ss"),
        SqliteConversions.instantAsText("yyyy-M-d HH:mm:ss"),
        SqliteConversions.instantAsText("yyyy-MM-dd H:mm"),
        // the last hour of 9999 is one of the year 10000 there
        SqliteConversions.instantAsText(SECONDS, ZoneId.of("Europe/Berlin")),
        Conversion.of(
            Instant.class,
            Long.class,
            time -> -time.getEpochSecond(),
            seconds -> Instant.ofEpochSecond(-seconds)));
  }

  @ParameterizedTest
  @MethodSource("unordered")
  void formsInAnotherOrderAreRefused(Conversion<Instant, ?> conversion) {
    assertThat(problems(rows(SAMPLE, conversion)))
        .singleElement()
        .asString()
        .contains("component at belongs to the key", "which is not the order of time");
  }

  /** 10:00:00Z and 10:00:00.5Z are in the other order, and 10:00 and 10:00:00 are one. */
  @Test
  void timesWithoutAConversionHaveSeveralForms() {
    for (Rows<?, ?> rows : List.of(rows(SAMPLE, null), rows(APPOINTMENT, null))) {
      assertThat(problems(rows))
          .singleElement()
          .asString()
          .contains("is held in several forms", "convert(\"at\", …)", SECONDS);
    }
    assertThat(problems(rows(HOLIDAY, null))).isEmpty();
  }

  @Test
  void aTimeFinerThanItsColumnIsRefusedNotCut() {
    for (Conversion<?, ?> conversion :
        List.of(
            SqliteConversions.instantAsEpochSeconds(), SqliteConversions.instantAsText(SECONDS))) {
      Rows<Sample, Instant> rows = rows(SAMPLE, conversion);
      save(rows, new Sample(NOON, "noon"));
      assertThatThrownBy(() -> save(rows, new Sample(NOON.plusMillis(1), "later")))
          .isInstanceOf(CheckException.class)
          .hasMessageContaining("2024-05-01T12:00:00.001Z")
          .hasMessageContaining("would hold 2024-05-01T12:00:00Z, which is another key");
      assertThat(rows.find(NOON)).contains(new Sample(NOON, "noon"));
      assertThat(rows.find(NOON.plusMillis(1))).isEmpty();
      assertThat(delete(rows, NOON.plusMillis(1))).isFalse();
      assertThat(delete(rows, NOON)).isTrue();
    }
  }

  private boolean delete(Rows<Sample, Instant> rows, Instant key) {
    return app.store.write(app.mark(), () -> rows.delete(key)).result();
  }

  /** Bounds are the other store's keys, which may be finer. */
  @Test
  void aTimeFinerThanItsColumnIsABound() {
    Rows<Sample, Instant> rows = rows(SAMPLE, SqliteConversions.instantAsText(SECONDS));
    for (int second = 0; second < 3; second++) {
      save(rows, new Sample(NOON.plusSeconds(second), "" + second));
    }
    assertThat(rows.between(NOON.minusMillis(1), NOON.plusMillis(1500)))
        .extracting(Sample::name)
        .containsExactly("0", "1");
    assertThat(rows.keysBetween(NOON.plusMillis(1), null)).hasSize(2);
    assertThat(rows.boundary(NOON.plusMillis(999), 2)).isEqualTo(NOON.plusSeconds(2));
    assertThat(rows.scan(NOON.plusSeconds(2).plusNanos(1), 5)).isEmpty();
  }

  @Test
  void theHourThatAZoneHasTwiceIsRefusedTheSecondTime() {
    Rows<Sample, Instant> rows =
        rows(SAMPLE, SqliteConversions.instantAsText(SECONDS, ZoneId.of("America/New_York")));
    save(rows, new Sample(Instant.parse("2024-11-03T05:30:00Z"), "first"));
    assertThatThrownBy(() -> save(rows, new Sample(Instant.parse("2024-11-03T06:30:00Z"), "2nd")))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("another key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'2024-05-01 12:00'",
        "'2024-05-01 12:00:00.0'",
        "'2024-05-01T12:00:00'",
        "' 2024-05-01 12:00:00'",
        "'2024-02-30 12:00:00'",
        "'02024-05-01 12:00:00'",
        "1714564800",
        "x'00'"
      })
  void whatIsNotInTheFormOfAKeyIsUnreadable(String literal) {
    App.sql(app.path, "insert into sample (at, name) values (" + literal + ", 'x')");
    Rows<Sample, Instant> rows = rows(SAMPLE, SqliteConversions.instantAsText(SECONDS));
    assertThatThrownBy(() -> rows.scan(null, 5))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("column at of entity sample");
    assertThatThrownBy(() -> rows.keysBetween(null, null))
        .isInstanceOf(UnreadableValueException.class);
  }

  /** Two texts would be two rows of one key. */
  @Test
  void whatIsWrittenOtherwiseThanItIsReadIsUnreadable() {
    App.sql(app.path, "insert into sample (at, name) values ('2024-05-01 12:00:00 ', 'x')");
    Conversion<Instant, String> lenient =
        Conversion.of(
            Instant.class,
            String.class,
            SqliteConversions.instantAsText(SECONDS)::store,
            text -> SqliteConversions.instantAsText(SECONDS).load(text.strip()));
    assertThatThrownBy(() -> rows(SAMPLE, lenient).scan(null, 5))
        .isInstanceOf(UnreadableValueException.class)
        .cause()
        .hasMessage("a key has one form, and of this time it is 2024-05-01 12:00:00");
  }

  @ParameterizedTest
  @CsvSource({"253402300800", "-62135596801"})
  void aMomentBeyondTheYearsOfAKeyIsUnreadable(long seconds) {
    App.sql(app.path, "insert into sample (at, name) values (" + seconds + ", 'x')");
    assertThatThrownBy(() -> rows(SAMPLE, SqliteConversions.instantAsEpochSeconds()).scan(null, 5))
        .isInstanceOf(UnreadableValueException.class)
        .cause()
        .hasMessageContaining("years 1 to 9999");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024-5-1",
        "+2024-05-01",
        "02024-05-01",
        "0000-05-01",
        "-0001-05-01",
        "+10000-01-01"
      })
  void aDateHasOneForm(String text) {
    App.sql(app.path, "insert into holiday (at, name) values ('" + text + "', 'x')");
    assertThatThrownBy(() -> rows(HOLIDAY, null).scan(null, 5))
        .isInstanceOf(UnreadableValueException.class);
  }

  @Test
  void aDateInAPatternIsReadAndWritten() {
    Rows<Holiday, LocalDate> rows =
        rows(HOLIDAY, SqliteConversions.dateAsText("yyyy-MM-dd '00:00:00'"));
    assertThat(problems(rows)).isEmpty();
    App.sql(app.path, "insert into holiday (at, name) values ('2024-05-01 00:00:00', 'x')");
    LocalDate day = LocalDate.of(2024, 5, 1);
    save(rows, new Holiday(day, "y"));
    assertThat(rows.scan(null, 5)).containsExactly(new Holiday(day, "y"));
  }

  @Test
  void aTimeThatIsNoKeyStaysAsItWas() {
    record Note(String name, Instant at) {}
    App.sql(app.path, "create table note (name text primary key, at text)");
    Rows<Note, String> notes =
        rows(
            Entity.of(Note.class).key("name", String.class).build(),
            SqliteConversions.instantAsText(SECONDS));
    save(notes, new Note("n", NOON.plusNanos(1)));
    assertThat(notes.find("n")).contains(new Note("n", NOON));
  }

  private static final class Rows<T, K> extends SqliteRepository<T, K> {
    Rows(RepositoryContext<T, K> context, @Nullable Conversion<?, ?> conversion) {
      super(
          context,
          DSL.table(DSL.name(context.entity().name())),
          columns -> {
            if (conversion != null) {
              columns.convert("at", conversion);
            }
          });
    }
  }
}
