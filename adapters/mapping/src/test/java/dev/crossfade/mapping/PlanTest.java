package dev.crossfade.mapping;

import static dev.crossfade.mapping.Schemas.audit;
import static dev.crossfade.mapping.Schemas.column;
import static dev.crossfade.mapping.Schemas.identity;
import static dev.crossfade.mapping.Schemas.legacy;
import static dev.crossfade.mapping.Schemas.rowid;
import static dev.crossfade.mapping.Schemas.source;
import static dev.crossfade.mapping.Schemas.table;
import static dev.crossfade.mapping.Schemas.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.OnDelete;
import dev.crossfade.mapping.ColumnDescription.Generation;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from a file and two schemas that fit, every default filled in. */
class PlanTest {
  private static final TableName ARTIST = TableName.of("public", "artist");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "timestamptz | INTEGER | convert: epoch-seconds",
        "timestamptz | INTEGER | convert: epoch-millis",
        "timestamptz | DATETIME | convert: timestamp-text, pattern: yyyy-MM-dd HH:mm",
        "timestamptz | TEXT | convert: timestamp-text, pattern: 'yyyy-MM-dd HH:mm:ss', zone: UTC",
        "timestamptz | TEXT | convert: timestamp-text, pattern: \"uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'\"",
        "timestamp | TEXT | convert: timestamp-text, pattern: yyyyMMddHHmmss",
        "timestamp | TEXT | convert: timestamp-text, pattern: 'yyyy/MM/dd HH:mm:ss.SSS'",
        "date | TEXT | from: k",
        "date | DATE | convert: iso-date",
        "date | DATETIME | convert: date-text, pattern: \"yyyy-MM-dd '00:00:00'\"",
        "date | TEXT | convert: date-text, pattern: yyyyMMdd",
      })
  void timesOfAKeyWhoseFormsAreInOrder(String type, String declared, String rule) {
    TablePlan plan =
        Mapped.plan(
                "{a: {columns: {k: {" + rule + "}}}}",
                target(table("a", column("k", type).notNull().withDefault())),
                legacy(source("a", column("k", declared).notNull().withDefault())))
            .tables()
            .get(0);
    assertThat(plan.key()).containsExactly("k");
    assertThat(plan.generatedKey()).as("no two stores generate a time alike").isFalse();
  }

  @Test
  void aPartitionColumnWithoutWhichLegacyRowsAreNotUniqueIsAKeyColumn() {
    TablePlan plan =
        Mapped.plan(
                "{ohlcv_data: {columns: {datetime: {convert: epoch-seconds}}}}",
                target(
                    table(
                            "ohlcv_data",
                            column("pool_id", "text").notNull(),
                            column("timeframe", "text").notNull(),
                            column("datetime", "timestamptz").notNull())
                        .key("pool_id", "timeframe", "datetime")
                        .partitionedBy("datetime")),
                legacy(
                    source(
                            "ohlcv_data",
                            column("pool_id", "TEXT").notNull(),
                            column("timeframe", "TEXT").notNull(),
                            column("datetime", "INTEGER").notNull())
                        .key("pool_id", "timeframe", "datetime")))
            .tables()
            .get(0);
    assertThat(plan.key()).containsExactly("pool_id", "timeframe", "datetime");
    assertThat(plan.locators()).isEmpty();
  }

  @Test
  void whatHasTheSameNameNeedsNoRule() {
    TablePlan plan =
        Mapped.plan(
                "artist:",
                target(
                    table(
                        "artist",
                        identity("artist_id"),
                        column("name", "text").notNull(),
                        column("html_text", "text"),
                        column("created_at", "timestamp with time zone").notNull().withDefault(),
                        column("search", "tsvector").generated(Generation.COMPUTED),
                        column("note", "text"))),
                legacy(
                    source(
                        "Artist",
                        rowid("ArtistId"),
                        column("Name", "NVARCHAR(120)").notNull(),
                        column("HTMLText", "TEXT").notNull(),
                        column("createdAt", "DATETIME").notNull().withDefault())))
            .tables()
            .get(0);
    assertThat(plan.target()).isEqualTo(ARTIST);
    assertThat(plan.legacy()).isEqualTo(TableName.of("Artist"));
    assertThat(plan.key()).containsExactly("artist_id");
    assertThat(plan.generatedKey()).isTrue();
    assertThat(plan.locators()).isEmpty();
    assertThat(plan.columns())
        .extracting(ColumnPlan::target)
        .containsExactly("artist_id", "name", "html_text", "created_at");
    assertThat(plan.columns())
        .extracting(ColumnPlan::legacy)
        .containsExactly("ArtistId", "Name", "HTMLText", "createdAt");
    assertThat(plan.columns())
        .extracting(ColumnPlan::nullable)
        .containsExactly(true, false, true, true);
    assertThat(plan.columns())
        .extracting(ColumnPlan::defaulted)
        .containsExactly(true, false, false, true);
    assertThat(plan.columns()).allMatch(ColumnPlan::usual);
  }

  @ParameterizedTest
  @CsvSource({
    "bigint, INTEGER, integer",
    "double precision, REAL, real",
    "numeric, 'NUMERIC(10,2)', number",
    "character varying, TEXT, text",
    "boolean, BOOLEAN, boolean-number",
    "timestamp with time zone, DATETIME, iso-timestamp",
    "timestamp without time zone, TEXT, iso-timestamp",
    "date, DATE, iso-date",
    "time without time zone, TEXT, iso-time",
    "jsonb, TEXT, json-text",
    "uuid, TEXT, uuid-text",
    "bytea, BLOB, blob",
    "inet, TEXT, text",
    "int4range, TEXT, text",
    "int8, BIGINT, integer",
    "timestamptz, '', iso-timestamp",
  })
  void everyTypeHasItsUsualForm(String type, String declared, String form) {
    ColumnPlan plan = second("a:", column("v", type), column("v", declared));
    assertThat(plan.form().conversion().label()).isEqualTo(form);
    assertThat(plan.usual()).isTrue();
  }

  @Test
  void enumsAreHeldByTheirLiterals() {
    ColumnDescription status =
        column("v", "public.status").withLiterals(List.of("active", "on hold"));
    ColumnPlan plan = second("a:", status, column("v", "TEXT"));
    assertThat(plan.form().conversion()).isEqualTo(NamedConversion.ENUM_TEXT);
    assertThat(plan.usual()).isTrue();
    ColumnPlan words =
        second(
            "a: {columns: {v: {convert: enum-text, values: {on hold: H}}}}",
            status,
            column("v", "TEXT"));
    assertThat(words.usual()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "timestamptz | INTEGER | convert: epoch-seconds | SECONDS",
        "timestamptz | INTEGER | convert: epoch-millis | MILLIS",
        "timestamptz | REAL | convert: epoch-real | MILLIS",
        "timestamptz | TEXT | convert: timestamp-text, pattern: \"yyyy-MM-dd HH:mm:ss\" |"
            + " SECONDS",
        "timestamptz | TEXT | convert: timestamp-text, pattern: \"yyyy-MM-dd HH:mm\" |"
            + " MINUTES",
        "timestamptz | TEXT | convert: timestamp-text, pattern: \"yyyy-MM-dd"
            + " HH:mm:ss.SSS\" | MILLIS",
        "timestamptz | TEXT | convert: timestamp-text, pattern: \"yyyy-MM-dd"
            + " HH:mm:ss.SSSSSS\" |",
        "timestamptz | TEXT | unit: seconds | SECONDS",
        "timestamptz | INTEGER | convert: epoch-millis, unit: hours | HOURS",
        "timestamptz | TEXT | from: v |",
        "text | TEXT | from: v |",
      })
  void timesAreComparedAsTheCoarserStoreHoldsThem(
      String type, String declared, String rule, ChronoUnit unit) {
    assertThat(
            second("a: {columns: {v: {" + rule + "}}}", column("v", type), column("v", declared))
                .unit())
        .isEqualTo(unit);
  }

  @Test
  void theTargetsPrecisionCountsToo() {
    ColumnDescription seconds = column("v", "timestamptz").limited(0, -1);
    ColumnDescription millis = column("v", "timestamptz").limited(3, -1);
    assertThat(second("a:", seconds, column("v", "TEXT")).unit()).isEqualTo(ChronoUnit.SECONDS);
    assertThat(second("a:", millis, column("v", "TEXT")).unit()).isEqualTo(ChronoUnit.MILLIS);
  }

  @Test
  void twoColumnsMakeOne() {
    TablePlan plan =
        Mapped.plan(
                "a: {columns: {at: {from: [day, Clock], convert: date-and-time, time-pattern:"
                    + " \"HH:mm\"}}}",
                target(table("a", identity("id"), column("at", "timestamptz").notNull())),
                legacy(
                    source(
                        "a",
                        rowid("id"),
                        column("Day", "TEXT").notNull(),
                        column("clock", "DATETIME"))))
            .tables()
            .get(0);
    ColumnPlan at = plan.columns().get(1);
    assertThat(at.legacy()).isEqualTo("Day");
    assertThat(at.second()).isEqualTo("clock");
    assertThat(at.usual()).isFalse();
    assertThat(at.unit()).isEqualTo(ChronoUnit.MINUTES);
    assertThat(at.nullable()).as("both are null or neither").isFalse();
  }

  @Test
  void decimalsAreComparedAtTheTargetsScale() {
    ColumnDescription price = column("v", "numeric").limited(10, 2);
    assertThat(second("a:", price, column("v", "REAL")).scale()).isEqualTo(2);
    assertThat(second("a:", column("v", "numeric"), column("v", "REAL")).scale()).isNull();
    assertThat(second("a: {columns: {v: {scale: 1}}}", price, column("v", "REAL")).scale())
        .isEqualTo(1);
    ColumnPlan cents =
        second(
            "a: {columns: {v: {convert: scaled-integer, scale: 2}}}",
            price,
            column("v", "INTEGER"));
    assertThat(cents.scale()).isEqualTo(2);
    assertThat(cents.form().scale()).isEqualTo(2);
  }

  @Test
  void jsonIsTextUnlessSaidOtherwise() {
    assertThat(second("a:", column("v", "jsonb"), column("v", "TEXT")).json()).isEqualTo("text");
    assertThat(
            second("a: {columns: {v: {json: tree}}}", column("v", "json"), column("v", "TEXT"))
                .json())
        .isEqualTo("tree");
    assertThat(second("a:", column("v", "text"), column("v", "TEXT")).json()).isNull();
  }

  @Test
  void aColumnThatIsComputedOrRedactedSaysSo() {
    ColumnPlan plan =
        second(
            "a: {columns: {v: {computed: true, redacted: true}}}",
            column("v", "text"),
            column("v", "TEXT"));
    assertThat(plan.computed()).isTrue();
    assertThat(plan.redacted()).isTrue();
  }

  @Test
  void partitionColumnsAreLocatorsWhereLegacyRowsAreOneWithoutThem() {
    Schemas.Table scores =
        table(
                "scores",
                identity("id"),
                column("created_at", "timestamptz").notNull(),
                column("v", "text"))
            .key("id", "created_at")
            .partitionedBy("created_at");
    TablePlan plan =
        Mapped.plan(
                "scores:",
                target(scores),
                legacy(
                    source(
                        "scores",
                        rowid("id"),
                        column("created_at", "TEXT").notNull(),
                        column("v", "TEXT"))))
            .tables()
            .get(0);
    assertThat(plan.key()).containsExactly("id");
    assertThat(plan.locators()).containsExactly("created_at");
    assertThat(plan.generatedKey()).isTrue();
  }

  @Test
  void aPartitionColumnThatTellsLegacyRowsApartIsOfTheKey() {
    Schemas.Table candles =
        table(
                "candles",
                column("pool_id", "bigint").notNull(),
                column("timeframe", "text").notNull())
            .key("pool_id", "timeframe")
            .partitionedBy("timeframe");
    TablePlan plan =
        Mapped.plan(
                "candles:",
                target(candles),
                legacy(
                    source(
                            "candles",
                            column("pool_id", "INTEGER").notNull(),
                            column("timeframe", "TEXT").notNull())
                        .key("pool_id", "timeframe")))
            .tables()
            .get(0);
    assertThat(plan.key()).containsExactly("pool_id", "timeframe");
    assertThat(plan.locators()).isEmpty();
    assertThat(plan.generatedKey()).isFalse();
  }

  @Test
  void anotherUniqueKeyCanBeTheKey() {
    TablePlan plan =
        Mapped.plan(
                "users: {key: email, ignore: id, columns: {id: {omit: true}}}",
                target(
                    table("users", identity("id"), column("email", "text").notNull())
                        .unique("email")),
                legacy(
                    source("users", rowid("id"), column("email", "TEXT").notNull())
                        .unique("email")))
            .tables()
            .get(0);
    assertThat(plan.key()).containsExactly("email");
    assertThat(plan.generatedKey()).isFalse();
    assertThat(plan.columns()).extracting(ColumnPlan::target).containsExactly("email");
  }

  @Test
  void aTableOfAnotherSchemaIsNamedWithIt() {
    TablePlan plan =
        Mapped.plan(
                "audit.events: {from: AuditEvents}",
                target(audit("events", identity("id"))),
                legacy(source("auditevents", rowid("id"))))
            .tables()
            .get(0);
    assertThat(plan.target()).hasToString("audit.events");
    assertThat(plan.legacy()).hasToString("auditevents");
  }

  @Test
  void parentsComeBeforeTheirChildren() {
    MigrationPlan plan =
        Mapped.plan(
            "{track: {}, artist: {}, album: {}}",
            target(
                table("track", identity("id"), column("album_id", "bigint"))
                    .refers("album_id", TableName.of("public", "album"), "id", OnDelete.SET_NULL),
                table("artist", identity("id"), column("boss_id", "bigint"))
                    .refers("boss_id", ARTIST, "id", OnDelete.REFUSE),
                table("album", identity("id"), column("artist_id", "bigint").notNull())
                    .refers("artist_id", ARTIST, "id", OnDelete.CASCADE)),
            legacy(
                source("Track", rowid("Id"), column("AlbumId", "INTEGER"))
                    .refers("AlbumId", TableName.of("Album"), "Id", OnDelete.SET_NULL),
                source("Artist", rowid("Id"), column("BossId", "INTEGER")),
                source("Album", rowid("Id"), column("ArtistId", "INTEGER").notNull())
                    .refers("ArtistId", TableName.of("Artist"), "Id", OnDelete.CASCADE)));
    assertThat(plan.tables())
        .extracting(table -> table.target().name())
        .containsExactly("artist", "album", "track");
    assertThat(plan.tables())
        .flatExtracting(TablePlan::references)
        .containsExactly(
            TablePlan.Reference.toKey(List.of("boss_id"), ARTIST, OnDelete.REFUSE),
            TablePlan.Reference.toKey(List.of("artist_id"), ARTIST, OnDelete.CASCADE),
            TablePlan.Reference.toKey(
                List.of("album_id"), TableName.of("public", "album"), OnDelete.SET_NULL));
  }

  @Test
  void aReferenceIsInTheOrderOfTheParentsKey() {
    TableName pair = TableName.of("public", "pair");
    MigrationPlan plan =
        Mapped.plan(
            "{pair: {}, line: {}}",
            target(
                table("pair", column("a", "bigint").notNull(), column("b", "bigint").notNull())
                    .key("a", "b"),
                table("line", identity("id"), column("x", "bigint"), column("y", "bigint"))
                    .refers(List.of("x", "y"), pair, List.of("b", "a"))),
            legacy(
                source("pair", column("a", "INTEGER").notNull(), column("b", "INTEGER").notNull())
                    .key("a", "b"),
                source("line", rowid("id"), column("x", "INTEGER"), column("y", "INTEGER"))));
    assertThat(plan.tables().get(1).references())
        .containsExactly(TablePlan.Reference.toKey(List.of("y", "x"), pair, OnDelete.REFUSE));
  }

  @Test
  void aReferenceToASurrogateKeyIsLookedUpByWhatTheLegacyTableHas() {
    MigrationPlan plan =
        Mapped.plan(
            "{artist: {key: code, columns: {id: {omit: true}}},"
                + " album: {columns: {artist_id: {from: Artist, by: code}}}}",
            target(
                table("artist", identity("id"), column("code", "text").notNull()).unique("code"),
                table("album", identity("id"), column("artist_id", "bigint"))
                    .refers("artist_id", ARTIST, "id", OnDelete.CASCADE)),
            legacy(
                source("Artist", column("Code", "TEXT").notNull()).key("Code"),
                source("Album", rowid("Id"), column("Artist", "TEXT"))
                    .refers("Artist", TableName.of("Artist"), "Code", OnDelete.CASCADE)));

    TablePlan album = plan.tables().get(1);
    assertThat(album.references())
        .containsExactly(TablePlan.Reference.toKey(List.of("artist_id"), ARTIST, OnDelete.CASCADE));
    ColumnPlan artist = album.columns().get(1);
    assertThat(artist.form()).isEqualTo(LegacyForm.of(NamedConversion.TEXT));
    assertThat(artist.lookup()).isNotNull();
    assertThat(artist.lookup().by()).isEqualTo("code");
  }

  @Test
  void triggersThatAreKnownAreHandedOn() {
    TablePlan plan =
        Mapped.plan(
                "artist: {triggers: [stamp, old_stamp]}",
                target(table("artist", identity("id")).triggers("stamp")),
                legacy(source("artist", rowid("id")).triggers("old_stamp")))
            .tables()
            .get(0);
    assertThat(plan.triggers()).containsExactly("stamp", "old_stamp");
  }

  /** The plan of a column beside a key. */
  private static ColumnPlan second(
      String tables, ColumnDescription target, ColumnDescription legacy) {
    return Mapped.plan(
            tables,
            target(table("a", identity("id"), target)),
            legacy(source("a", rowid("id"), legacy)))
        .tables()
        .get(0)
        .columns()
        .get(1);
  }
}
