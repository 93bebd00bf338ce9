package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.sqlite.App.Score;
import dev.crossfade.sqlite.App.Token;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Written;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that others wrote, and the methods that applications write. */
class MappingTest {
  record Event(
      long id,
      @Nullable Instant at,
      @Nullable OffsetDateTime offset,
      @Nullable LocalDateTime local,
      @Nullable LocalTime time,
      @Nullable Boolean flag,
      @Nullable BigDecimal amount,
      @Nullable UUID token,
      @Nullable Integer number,
      @Nullable Short small,
      @Nullable Float ratio,
      @Nullable Instant millis,
      @Nullable Instant pattern) {}

  private static final Entity<Event, Long> EVENT =
      Entity.of(Event.class).key("id", Long.class).decimal("amount", 4).build();

  @TempDir Path directory;
  private App app;
  private Events events;

  @BeforeEach
  void open() {
    Path path = directory.resolve("app.db");
    App.create(path);
    App.sql(
        path,
        "create table event (id integer primary key, at, \"offset\", local, time, flag, amount,"
            + " token, number, small, ratio, millis, pattern)");
    app = new App(path);
    events = new Events(app.new Context<>(EVENT));
  }

  @AfterEach
  void close() {
    app.close();
  }

  @ParameterizedTest
  @CsvSource({
    "2024-05-01T10:00:00Z, 2024-05-01T10:00:00Z",
    "2024-05-01 10:00:00, 2024-05-01T10:00:00Z",
    "2024-05-01 10:00, 2024-05-01T10:00:00Z",
    "2024-05-01T10:00:00.123456, 2024-05-01T10:00:00.123456Z",
    "2024-05-01 10:00:00.5+02:00, 2024-05-01T08:00:00.5Z",
    "2024-05-01 10:00:00+0200, 2024-05-01T08:00:00Z",
    "2024-05-01 10:00:00 -05, 2024-05-01T15:00:00Z",
    "2024-05-01t10:00:00z, 2024-05-01T10:00:00Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
  })
  void timesAreReadInManyForms(String stored, Instant expected) {
    App.sql(
        app.path,
        "insert into event (id, at, \"offset\") values (1, '" + stored + "', '" + stored + "')");
    assertThat(event().at()).isEqualTo(expected);
    assertThat(event().offset()).isEqualTo(expected.atOffset(ZoneOffset.UTC));
  }

  @Test
  void timesAreWrittenInOneForm() {
    save(
        new Event(
            1,
            Instant.parse("2024-05-01T10:00:00.120Z"),
            OffsetDateTime.parse("2024-05-01T10:00:00+02:00"),
            LocalDateTime.parse("2024-05-01T10:00"),
            LocalTime.parse("10:00"),
            true,
            null,
            UUID.fromString("ABCDEF00-0000-0000-0000-000000000001"),
            null,
            null,
            null,
            Instant.ofEpochMilli(1),
            Instant.parse("2024-05-01T10:00:00Z")));
    assertThat(stored("at")).isEqualTo("2024-05-01T10:00:00.12Z");
    assertThat(stored("\"offset\"")).isEqualTo("2024-05-01T08:00:00Z");
    assertThat(stored("local")).isEqualTo("2024-05-01T10:00:00");
    assertThat(stored("time")).isEqualTo("10:00:00");
    assertThat(stored("flag")).isEqualTo("1");
    assertThat(stored("token")).isEqualTo("abcdef00-0000-0000-0000-000000000001");
    assertThat(stored("millis")).isEqualTo("1");
    assertThat(stored("pattern")).isEqualTo("2024-05-01 10:00:00");
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1000",
    "12345678.12345, 12345678.1235",
    "3, 3.0000",
    "'1e2', 100.0000",
    "'12345678901234567890.12345', 12345678901234567890.1235",
    "-0.00005, -0.0001",
  })
  void decimalsAreReadFromWhateverTheyAreStoredAs(String literal, BigDecimal expected) {
    String value = literal.length() > 17 || literal.contains("e") ? "'" + literal + "'" : literal;
    App.sql(app.path, "insert into event (id, amount) values (1, " + value + ")");
    assertThat(event().amount()).isEqualTo(expected);
  }

  @Test
  void decimalsThatARealCannotHoldAreKeptAsText() {
    BigDecimal long1 = new BigDecimal("12345678901234567890.1234");
    assertThat(save(amount(long1)).amount()).isEqualTo(long1);
    assertThat(storedType("amount")).isEqualTo("text");
    save(amount(new BigDecimal("0.1000")));
    assertThat(storedType("amount")).isEqualTo("real");
    save(amount(new BigDecimal("1E+3")));
    assertThat(storedType("amount")).isEqualTo("integer");
    assertThat(event().amount()).isEqualTo(new BigDecimal("1000.0000"));
  }

  @ParameterizedTest
  @CsvSource({"1, true", "0, false", "'true', true", "'FALSE', false", "'1', true"})
  void truthHasManyForms(String literal, boolean expected) {
    String value = literal.length() > 1 ? "'" + literal + "'" : literal;
    App.sql(app.path, "insert into event (id, flag) values (1, " + value + ")");
    assertThat(event().flag()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "at|'yesterday'",
        "at|1714557600",
        "local|'2024-05-01T10:00:00Z'",
        "flag|2",
        "flag|'yes'",
        "amount|'secret'",
        "token|'1-1-1-1-1'",
        "number|3000000000",
        "number|1.5",
        "small|40000",
        "ratio|'1.5'",
        "millis|'secret'",
        "pattern|'2024-05-01'"
      })
  void whatDoesNotFitIsNamedAndNotShown(String columnAndValue) {
    String[] parts = columnAndValue.split("\\|", -1);
    App.sql(app.path, "insert into event (id, " + parts[0] + ") values (1, " + parts[1] + ")");
    assertThatThrownBy(this::event)
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("column " + parts[0])
        .hasMessageContaining("entity event")
        .hasMessageNotContaining("secret");
  }

  @Test
  void finders() {
    Token a = app.saved("a");
    app.saved("b");
    assertThat(app.tokens.byMint("a")).contains(a);
    assertThat(app.tokens.byMint("none")).isEmpty();
    assertThat(app.tokens.mints()).containsExactly("a", "b");
    assertThat(app.tokens.createdSince(Instant.parse("2024-05-01T10:00:00Z"))).hasSize(2);
    assertThat(app.tokens.createdSince(Instant.parse("2024-05-01T10:00:01Z"))).isEmpty();
  }

  @Test
  void manyValuesAreBoundLikeFew() {
    App.sql(app.path, "insert into event (id, millis) values (1, 5)");
    List<Instant> many = IntStream.rangeClosed(1, 2_000).mapToObj(Instant::ofEpochMilli).toList();
    assertThat(events.at(many)).extracting(Event::id).containsExactly(1L);
  }

  @Test
  void valuesAreNeverInlined() {
    assertThatThrownBy(() -> events.atInlined(Instant.ofEpochMilli(5)))
        .hasStackTraceContaining("event.millis (millis) is bound")
        .hasStackTraceContaining("use DSL.val");
  }

  @Test
  void conditionalWritesAreRecordedIfTheyDidSomething() {
    long id = app.saved("a").id();
    Written<Boolean> first = app.store.write(app.mark(), () -> app.tokens.activate(id));
    assertThat(first.result()).isTrue();
    assertThat(first.states()).containsExactly(RowState.absent(App.TOKEN, id));
    assertThat(((Token) first.states().get(0).row()).status()).isEqualTo("active");
    assertThat(first.entries()).hasSize(1);

    Written<Boolean> second = app.store.write(app.mark(), () -> app.tokens.activate(id));
    assertThat(second.result()).isFalse();
    assertThat(second.states()).isEmpty();
    assertThat(app.tokens.countActive()).isEqualTo(1);
  }

  @Test
  void insertsAreRecordedWithWhatTheStoreMade() {
    long id = app.saved("a").id();
    Written<List<Token>> copied = app.store.write(app.mark(), () -> app.tokens.copyOf(id, "b"));
    assertThat(copied.result().get(0).id()).isEqualTo(id + 1);
    assertThat(copied.states().get(0).row()).isEqualTo(copied.result().get(0));
  }

  @Test
  void deletesByConditionTakeDeclaredDependentsAlong() {
    Token archived = app.saved("a");
    app.store.write(
        app.mark(),
        () -> {
          app.tokens.save(new Token(archived.id(), "a", "archived", null, archived.createdAt()));
          return app.scores.saveAll(
              List.of(new Score(1, archived.id(), 1), new Score(2, archived.id(), 2)));
        });
    Written<Integer> deleted = app.store.write(app.mark(), () -> app.tokens.archiveAll());
    assertThat(deleted.result()).isEqualTo(1);
    assertThat(deleted.states())
        .hasSize(3)
        .allMatch(state -> state.row() == null)
        .containsExactlyInAnyOrder(
            RowState.absent(App.SCORE, 1L),
            RowState.absent(App.SCORE, 2L),
            RowState.absent(App.TOKEN, archived.id()));
    assertThat(app.scores.count()).isZero();
  }

  @Test
  void aKeyIsNotAssignedAndOtherTablesAreNotWritten() {
    long id = app.saved("a").id();
    assertThatThrownBy(
            () ->
                app.store.write(
                    app.mark(),
                    () -> {
                      app.tokens.moveKey(id, 77);
                      return true;
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("belongs to its key");
    assertThatThrownBy(
            () ->
                app.store.write(
                    app.mark(),
                    () -> {
                      app.tokens.writeElsewhere();
                      return true;
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot record a change of scores");
  }

  @Test
  void aGeneratedKeyIsAboveWhatTheOtherStoreHasGiven() {
    assertThat(app.tokens.highestGenerated()).hasValue(0);
    app.tokens.raiseGenerator(1_000);
    app.tokens.raiseGenerator(10);
    assertThat(app.tokens.highestGenerated()).hasValue(1_000);
    assertThat(app.saved("a").id()).isEqualTo(1_001);
  }

  @Test
  void whatIsInheritedAndWhatIsOverridden() {
    assertThat(app.tokens.inherits("save", Object.class)).isTrue();
    assertThat(app.tokens.inherits("delete", Object.class)).isTrue();
    assertThat(events.inherits("save", Object.class)).isFalse();
  }

  private Event save(Event event) {
    return app.store.write(app.mark(), () -> events.save(event)).result();
  }

  private Event event() {
    return events.find(1L).orElseThrow();
  }

  private static Event amount(BigDecimal amount) {
    return new Event(1, null, null, null, null, null, amount, null, null, null, null, null, null);
  }

  private String stored(String column) {
    return events.raw("cast(" + column + " as text)");
  }

  private String storedType(String column) {
    return events.raw("typeof(" + column + ")");
  }

  private static final class Events extends SqliteRepository<Event, Long> {
    Events(RepositoryContext<Event, Long> context) {
      super(
          context,
          DSL.table(DSL.name("event")),
          columns ->
              columns
                  .convert("millis", SqliteConversions.instantAsEpochMillis())
                  .convert("pattern", pattern()));
    }

    private static Conversion<Instant, String> pattern() {
      return SqliteConversions.instantAsText("yyyy-MM-dd HH:mm:ss");
    }

    @Override
    public Event save(Event row) {
      return super.save(row);
    }

    List<Event> at(List<Instant> moments) {
      return where(millis().in(moments));
    }

    List<Event> atInlined(Instant moment) {
      return where(millis().eq(DSL.inline(moment, millis())));
    }

    private List<Event> where(Condition condition) {
      return fetch(dsl().select(columns()).from(jooqTable()).where(condition));
    }

    private Field<Instant> millis() {
      return column("millis", Instant.class);
    }

    String raw(String expression) {
      return fetchValue(DSL.select(DSL.field(expression, String.class)).from(jooqTable()));
    }
  }
}
