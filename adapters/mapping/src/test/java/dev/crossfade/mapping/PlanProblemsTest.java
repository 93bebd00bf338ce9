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
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.ConfigurationException;
import dev.crossfade.OnDelete;
import dev.crossfade.mapping.ColumnDescription.Generation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that does not fit both schemas, word for word. */
class PlanProblemsTest {
  private static final TableName ARTIST = TableName.of("public", "artist");
  private static final SchemaDescription NO_TARGET = target();
  private static final SchemaDescription NO_LEGACY = legacy();

  @Test
  void tablesThatAreNotThere() {
    SchemaDescription target =
        target(table("artist", identity("id")), audit("event", identity("id")));
    SchemaDescription legacy = legacy(source("Artist", rowid("Id")), source("Old", rowid("Id")));
    check(
        "{artits: {}, artist: {from: Arist}, event: {from: Old}, audit.event: {}}",
        target,
        legacy,
        "there is no table artits in db/music; the nearest is artist",
        "there is no table Arist in legacy.sql; the nearest is Artist",
        "there is no table event in db/music; the nearest is audit.event",
        "there is no table for audit.event in legacy.sql; the nearest is Artist; name it with"
            + " from:");
  }

  @Test
  void tablesThatCannotBeMeant() {
    check(
        "{a: {}, v: {from: a}, w: {}, d: {}, e: {from: D}}",
        target(
            table("a", identity("id")),
            table("v", identity("id")).view(),
            table("w", identity("id")),
            table("d", identity("id")),
            table("e", identity("id"))),
        legacy(source("a", rowid("id")), source("w", rowid("id")).view(), source("d", rowid("id"))),
        "v is a view, which nothing is carried to; take it out of the mapping",
        "table w comes from w, which is a view and cannot be written; name a table with from:",
        "legacy table d feeds two tables, the other one at line 5");
  }

  @Test
  void whatCouldComeFromTwo() {
    check(
        "{artist_name: {}}",
        target(table("artist_name", identity("id"))),
        legacy(source("ArtistName", rowid("id")), source("artist_name", rowid("id"))),
        "table artist_name could come from ArtistName or artist_name; say which with from:");
    check(
        "{a: {ignore: ArtistId}}",
        target(table("a", identity("artist_id"))),
        legacy(source("a", rowid("ArtistId"), column("artist_id", "INTEGER"))),
        "column a.artist_id could come from ArtistId or artist_id; say which with from:",
        "legacy column a.artist_id is neither mapped nor ignored; name its target column in"
            + " columns:, or add it to ignore:; the nearest is artist_id");
  }

  @Test
  void recordsAndMigrationsThatAreTakenTwice() {
    check(
        "{a: {record: X}, b: {record: X}}",
        target(table("a", identity("id")), table("b", identity("id"))),
        legacy(source("a", rowid("id")), source("b", rowid("id"))),
        "tables a and b are both X; give one another record:");
    MappingFile file =
        MappingFile.parse(
            "crossfade.yaml",
            "crossfade: {migrations: {x: {tables: {a: {}}}, y: {tables: {a: {}}}, z: {tables:"
                + " {}}}}");
    assertThat(
            catchThrowableOfType(
                    ConfigurationException.class,
                    () ->
                        file.plans(
                            target(table("a", identity("id"))), legacy(source("a", rowid("id")))))
                .problems())
        .containsExactly(
            "crossfade.yaml:1: table a is mapped twice, first at line 1",
            "crossfade.yaml:1: migration z maps no table");
  }

  @Test
  void columnsWithoutTheirCounterpart() {
    check(
        "{a: {ignore: [Gone, name, Needed], columns: {nmae: Name, price: Prise, kind: {omit:"
            + " true}}}}",
        target(
            table(
                "a",
                identity("id"),
                column("name", "text"),
                column("price", "numeric"),
                column("kind", "text").notNull(),
                column("city", "text").notNull())),
        legacy(
            source(
                "a",
                rowid("id"),
                column("name", "TEXT"),
                column("Price", "REAL"),
                column("Needed", "TEXT").notNull(),
                column("Town", "TEXT"))),
        "table a has no column nmae; the nearest is name",
        "column a.price: legacy table a has no column Prise; the nearest is Price",
        "column a.kind is omitted, but it cannot be null and has no default; give it one, or map"
            + " it",
        "column a.city cannot be null, has no default, and no column of its name in legacy table a;"
            + " name one with from:, or give it a default; the nearest is id",
        "legacy table a has no column Gone to ignore; the nearest is Town",
        "legacy column a.name is ignored, but it is mapped",
        "legacy column a.Needed is ignored, but it cannot be null and has no default: no row could"
            + " be written there; give it a default, or map it",
        "legacy column a.Price is neither mapped nor ignored; name its target column in columns:,"
            + " or add it to ignore:; the nearest is price",
        "legacy column a.Town is neither mapped nor ignored; name its target column in columns:, or"
            + " add it to ignore:; the nearest is city");
  }

  @Test
  void oneColumnFeedsOne() {
    check(
        "{a: {columns: {x: V, y: v}}}",
        target(table("a", identity("id"), column("x", "text"), column("y", "text"))),
        legacy(source("a", rowid("id"), column("v", "TEXT"))),
        "legacy column a.v feeds both x and y; one column can be written from one only");
  }

  @Test
  void columnsThatStoresMakeThemselves() {
    check(
        "{a: {columns: {total: Total, stamp: {computed: true}}}}",
        target(
            table(
                "a",
                column("id", "bigint").notNull().generated(Generation.KEY_ALWAYS),
                column("total", "numeric").generated(Generation.COMPUTED),
                column("stamp", "timestamptz"),
                column("sum", "text"))),
        legacy(
            source(
                "a",
                rowid("id"),
                column("Total", "REAL"),
                column("sum", "TEXT").generated(Generation.COMPUTED))),
        "column a.id is generated always as identity: rows could not arrive with the keys they"
            + " have; make it generated by default",
        "column a.total is generated always: PostgreSQL refuses what is written to it; leave it out"
            + " of the mapping",
        "column a.stamp has no column of its name in legacy table a; name one with from:, or leave"
            + " it to the target with omit: true; the nearest is sum",
        "column a.sum: legacy column a.sum is computed by SQLite and cannot be written; omit it"
            + " here, or name another",
        "legacy column a.Total is neither mapped nor ignored; name its target column in columns:,"
            + " or add it to ignore:; the nearest is total");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "text | INTEGER | from: v | text does not fit legacy column v, which is INTEGER",
        "timestamptz | INTEGER | from: v | iso-timestamp does not fit legacy column v,"
            + " which is INTEGER; what fits is epoch-seconds, epoch-millis, epoch-real",
        "timestamptz | TEXT | convert: epoch-seconds | epoch-seconds does not fit legacy"
            + " column v, which is TEXT; what fits is iso-timestamp, timestamp-text,"
            + " date-and-time",
        "bigint | TEXT | from: v | integer does not fit legacy column v, which is TEXT",
        "integer[] | INTEGER | from: v | json-list does not fit legacy column v, which is INTEGER",
        "bytea | TEXT | from: v | blob does not fit legacy column v, which is TEXT; what"
            + " fits is base64-text",
        "uuid | BLOB | from: v | uuid-text does not fit legacy column v, which is BLOB;"
            + " what fits is uuid-blob",
        "numeric | NUMERIC | convert: decimal-text | decimal-text does not fit legacy"
            + " column v, which is NUMERIC; what fits is number, scaled-integer",
        "text | TEXT | convert: epoch-seconds | epoch-seconds makes no text; for that"
            + " there is text, loose-text",
        "boolean | TEXT | convert: uuid-text | uuid-text makes no boolean; for that there"
            + " is boolean-number, boolean-text",
        "date | TEXT | convert: timestamp-text, pattern: \"yyyy-MM-dd HH:mm:ss\" |"
            + " timestamp-text makes no date; for that there is iso-date, date-text",
      })
  void conversionsThatDoNotFit(String type, String declared, String rule, String problem) {
    check(
        "{a: {columns: {v: {" + rule + "}}}}",
        target(table("a", identity("id"), column("v", type))),
        legacy(source("a", rowid("id"), column("v", declared))),
        "column a.v: " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "time[] | TEXT | from: v | time[], which no column of SQLite holds; omit it",
        "text | TEXT | scale: 2 | text, which has no decimal places; no scale:",
        "text | TEXT | unit: seconds | text, which is no time; no unit:",
        "text | TEXT | json: tree | text, which is no JSON; no json:",
        "timestamp | TEXT | convert: timestamp-text, pattern: \"yyyy-MM-dd HH:mm\", zone:"
            + " Europe/Berlin | timestamp, which knows no zone, and the legacy column holds"
            + " moments; make the target timestamptz, or leave zone: out",
        "timestamp | INTEGER | convert: epoch-seconds | timestamp, which knows no zone,"
            + " and the legacy column holds moments; make the target timestamptz",
      })
  void whatDoesNotFitTheTargetsType(String type, String declared, String rule, String problem) {
    check(
        "{a: {columns: {v: {" + rule + "}}}}",
        target(table("a", identity("id"), column("v", type))),
        legacy(source("a", rowid("id"), column("v", declared))),
        "column a.v is " + problem);
  }

  private static final String PAIR = "at: {from: [day, clock], convert: date-and-time}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[day, clck] | timestamp | TEXT | : legacy table a has no column clck; the nearest is"
            + " clock",
        "[day, Day] | timestamp | TEXT | ` comes from legacy column a.day twice; name the column of"
            + " the date and that of the time of day`",
        "[day, clock] | timestamp | INTEGER | : date-and-time does not fit legacy column clock,"
            + " which is INTEGER; what fits is epoch-seconds, epoch-millis, epoch-real",
        "[day, clock] | date | TEXT | : date-and-time makes no date; for that there is iso-date,"
            + " date-text",
      })
  void twoColumnsThatMakeNoTimestamp(String from, String type, String clock, String problem) {
    assertThat(
            Mapped.problems(
                "{a: {columns: {at: {from: " + from + ", convert: date-and-time}}}}",
                target(table("a", identity("id"), column("at", type))),
                legacy(source("a", rowid("id"), column("day", "TEXT"), column("clock", clock)))))
        .contains("crossfade.yaml:5: column a.at" + problem);
  }

  @Test
  void twoColumnsThatMeanMomentsMakeNoPlainTimestamp() {
    check(
        "{a: {columns: {at: {from: [day, clock], convert: date-and-time, zone: Asia/Tokyo}}}}",
        target(table("a", identity("id"), column("at", "timestamp"))),
        legacy(source("a", rowid("id"), column("day", "TEXT"), column("clock", "TEXT"))),
        "column a.at is timestamp, which knows no zone, and the legacy column holds moments; make"
            + " the target timestamptz, or leave zone: out");
  }

  @Test
  void oneOfTwoColumnsFeedsAnotherAsWell() {
    check(
        "{a: {columns: {" + PAIR + ", clock: clock}}}",
        target(table("a", identity("id"), column("at", "timestamp"), column("clock", "time"))),
        legacy(source("a", rowid("id"), column("day", "TEXT"), column("clock", "TEXT"))),
        "legacy column a.clock feeds both at and clock; one column can be written from one only");
  }

  @Test
  void twoColumnsWhereOneValueIsNeeded() {
    Schemas.Table plain = table("a", identity("id"), column("at", "timestamp"));
    ColumnDescription day = column("day", "TEXT");
    ColumnDescription clock = column("clock", "TEXT");
    Schemas.Table legacy = source("a", rowid("id"), day, clock);
    String mapped = "{a: {columns: {" + PAIR + "}}}";
    String end = "; that takes one value in one column, map each to a column of its own";
    check(
        mapped,
        target(table("a", identity("id"), column("at", "timestamp")).unique("at")),
        legacy(legacy),
        "column a.at comes from two columns, and it belongs to what is unique in table a" + end);
    check(
        mapped,
        target(plain),
        legacy(source("a", rowid("id"), day, clock).unique("day", "clock")),
        "column a.at comes from two columns, and they belong to what is unique in legacy table a"
            + end);
    check(
        mapped,
        target(plain),
        legacy(
            source("a", rowid("id"), day, clock)
                .refers("day", TableName.of("days"), "day", OnDelete.REFUSE)),
        "column a.at comes from two columns, and they belong to a foreign key of legacy table a"
            + end);
    check(
        "{a: {key: id, columns: {" + PAIR + "}}}",
        target(
            table("a", identity("id"), column("at", "timestamp").notNull())
                .key("id", "at")
                .partitionedBy("at")),
        legacy(legacy),
        "column a.at comes from two columns, and rows of the partitioned table are found by it"
            + end);
    assertThat(
            Mapped.problems(
                "{a: {key: at, columns: {" + PAIR + "}}}", target(plain), legacy(legacy)))
        .contains(
            "crossfade.yaml:5: key column a.at: date-and-time does not order its keys: rows are"
                + " found by one value, not by two; give it a column of its own there");
  }

  @Test
  void aScaleBeyondTheTargets() {
    check(
        "{a: {columns: {v: {scale: 4}}}}",
        target(table("a", identity("id"), column("v", "numeric").limited(10, 2))),
        legacy(source("a", rowid("id"), column("v", "REAL"))),
        "column a.v: scale is 4, but the target holds 2 decimal places");
  }

  @Test
  void wordsForEnumsThatDoNotFit() {
    SchemaDescription target =
        target(
            table(
                "a",
                identity("id"),
                column("v", "status").withLiterals(List.of("active", "archived"))));
    SchemaDescription text = legacy(source("a", rowid("id"), column("v", "TEXT")));
    check(
        "{a: {columns: {v: {convert: enum-text, values: {actve: A}}}}}",
        target,
        text,
        "column a.v: status has no literal actve; the nearest is active");
    check(
        "{a: {columns: {v: {convert: enum-text, values: {active: archived}}}}}",
        target,
        text,
        "column a.v: 'archived' stands for two values, for it is a literal of its own; name what it"
            + " is there");
    check(
        "{a: {columns: {v: {convert: enum-number, values: {active: 1}}}}}",
        target,
        legacy(source("a", rowid("id"), column("v", "INTEGER"))),
        "column a.v: enum-number has no number for [archived]");
  }

  @Test
  void keysThatCannotBeOne() {
    check(
        "{a: {}, b: {key: [nme]}, c: {key: [note]}, d: {columns: {id: {omit: true}}}}",
        target(
            table("a", column("v", "text")).key(),
            table("b", identity("id"), column("name", "text")),
            table("c", identity("id"), column("note", "text")),
            table("d", identity("id"), column("v", "text"))),
        legacy(
            source("a", column("v", "TEXT")),
            source("b", rowid("id"), column("name", "TEXT")),
            source("c", rowid("id"), column("note", "TEXT")),
            source("d", column("v", "TEXT"))),
        "table a has no primary key; name one with key:",
        "table b has no column nme for its key; the nearest is name",
        "the key [note] is not unique in table c; it needs a unique index",
        "the key [note] is not unique in legacy table c, where it is [note]; it needs a unique"
            + " index there",
        "key column d.id is not mapped; rows are found by it");
    check(
        "{a: {columns: {id: {computed: true, redacted: true}}}}",
        target(table("a", identity("id"))),
        legacy(source("a", rowid("id"))),
        "key column a.id cannot be computed by the target",
        "key column a.id cannot be redacted: messages name rows by their key");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "citext | TEXT | from: k | text | the target tells no capitals from others; make it text",
        "bytea | TEXT | convert: base64-text | base64-text | one value has many spellings there",
        "inet | TEXT | from: k | text | inet has many spellings",
      })
  void keysThatAreNotOneToOne(
      String type, String declared, String rule, String conversion, String why) {
    check(
        "{a: {columns: {k: {" + rule + "}}}}",
        target(table("a", column("k", type).notNull())),
        legacy(source("a", column("k", declared).notNull())),
        "key column a.k: " + conversion + " is not one to one, as a key must be: " + why);
  }

  @Test
  void eightBytesAreNotCutToFour() {
    check(
        "{a: {columns: {w: {scale: 2}}}}",
        target(table("a", identity("id"), column("v", "real"), column("w", "real"))),
        legacy(source("a", rowid("id"), column("v", "REAL"), column("w", "REAL"))),
        "column a.v is real, 4 bytes, and SQLite's REAL has 8: digits would be lost; make it double"
            + " precision, or say with scale: how many decimal places count");
  }

  @ParameterizedTest
  @CsvSource({
    "time, TEXT",
    "numeric, REAL",
    "double precision, REAL",
    "boolean, INTEGER",
    "jsonb, TEXT"
  })
  void keysThatStoresDoNotOrderAlike(String type, String declared) {
    check(
        "{a: {}}",
        target(table("a", column("k", type).notNull())),
        legacy(source("a", column("k", declared).notNull())),
        "key column a.k is "
            + type
            + ", which the stores do not order alike; a key is made of whole numbers, text, UUIDs,"
            + " bytes, enums, timestamps or dates");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "timestamptz | from: k | iso-timestamp is not one to one, as a key must be: several texts"
            + " mean one moment, and their order is not that of time; take timestamp-text with a"
            + " pattern like yyyy-MM-dd HH:mm:ss",
        "timestamptz | convert: timestamp-text, pattern: 'dd.MM.yyyy HH:mm:ss' | timestamp-text does"
            + " not order its keys: texts of pattern 'dd.MM.yyyy HH:mm:ss' are not in the order of"
            + " time; take a pattern like yyyy-MM-dd HH:mm:ss, from the year down, each number with"
            + " all its digits",
        "timestamp | convert: timestamp-text, pattern: 'yyyy-M-d HH:mm:ss' | timestamp-text does not"
            + " order its keys: texts of pattern 'yyyy-M-d HH:mm:ss' are not in the order of time;"
            + " take a pattern like yyyy-MM-dd HH:mm:ss, from the year down, each number with all"
            + " its digits",
        "timestamptz | convert: timestamp-text, pattern: 'yyyy-MM-dd HH:mm:ss', zone: Europe/Berlin"
            + " | timestamp-text does not order its keys: in Europe/Berlin clocks may show one time"
            + " twice; leave zone: out",
        "date | convert: date-text, pattern: dd.MM.yyyy | date-text does not order its keys: texts of"
            + " pattern 'dd.MM.yyyy' are not in the order of time; take a pattern like yyyy-MM-dd,"
            + " from the year down, each number with all its digits",
      })
  void timesOfAKeyWhoseTextsAreNotInOrder(String type, String rule, String problem) {
    check(
        "{a: {columns: {k: {" + rule + "}}}}",
        target(table("a", column("k", type).notNull())),
        legacy(source("a", column("k", "TEXT").notNull())),
        "key column a.k: " + problem);
  }

  @Test
  void timesOfAKeyThatLoseAPart() {
    check(
        "{a: {columns: {k: {convert: epoch-real}}}}",
        target(table("a", column("k", "timestamptz").notNull())),
        legacy(source("a", column("k", "REAL").notNull())),
        "key column a.k: epoch-real is not one to one, as a key must be: a fraction has no exact"
            + " REAL; take epoch-millis");
    check(
        "{a: {columns: {k: {convert: epoch-millis}}}}",
        target(table("a", column("k", "timestamptz").limited(3, -1).notNull())),
        legacy(source("a", column("k", "INTEGER").notNull())),
        "key column a.k rounds to 3 digits of a second, so two keys could become one; make it"
            + " timestamptz without a precision");
    check(
        "{a: {columns: {k: {convert: date-text, pattern: yyyyMMdd}}}}",
        target(table("a", column("k", "date").notNull())),
        legacy(source("a", column("k", "DATE").notNull())),
        "key column a.k: date-text does not order its keys: texts of pattern 'yyyyMMdd' become"
            + " numbers in legacy column k, which is DATE; make it TEXT");
  }

  @Test
  void partitionColumnsMustBeMapped() {
    check(
        "{a: {key: id, columns: {at: {omit: true}}}}",
        target(
            table("a", identity("id"), column("at", "timestamptz").notNull().withDefault())
                .key("id", "at")
                .partitionedBy("at")),
        legacy(source("a", rowid("id"))),
        "table a is partitioned by at, without which no row is found; map it");
  }

  @Test
  void referencesThatCannotBeKept() {
    check(
        "{artist: {}, album: {}}",
        target(
            table("artist", identity("id"), column("code", "text").notNull()).unique("code"),
            table(
                    "album",
                    identity("id"),
                    column("artist_code", "text"),
                    column("genre_id", "bigint"),
                    column("artist_id", "bigint"))
                .refers("artist_code", ARTIST, "code", OnDelete.REFUSE)
                .refers("genre_id", TableName.of("public", "genre"), "id", OnDelete.REFUSE)
                .refers("artist_id", ARTIST, "id", null)),
        legacy(
            source("artist", rowid("id"), column("code", "TEXT").notNull()),
            source(
                "album",
                rowid("id"),
                column("artist_code", "TEXT"),
                column("genre_id", "INTEGER"),
                column("artist_id", "INTEGER"))),
        "column album.artist_code refers to public.artist by [code], whose key is [id]; refer to"
            + " the key, name that one with key:, or say with by: what the legacy store refers by",
        "column album.genre_id refers to public.genre, which migration music does not map; tables"
            + " that refer to each other cross together: map it, too",
        "column album.artist_id is set to its default on delete, which is not carried over; use set"
            + " null");
  }

  @Test
  void deletesThatWouldDoDifferentThings() {
    check(
        "{artist: {}, album: {}}",
        target(
            table("artist", identity("id")),
            table("album", identity("id"), column("artist_id", "bigint"), column("x_id", "bigint"))
                .refers("artist_id", ARTIST, "id", OnDelete.CASCADE)),
        legacy(
            source("Artist", rowid("Id")),
            source("Album", rowid("Id"), column("ArtistId", "INTEGER"), column("XId", "INTEGER"))
                .refers("ArtistId", TableName.of("Artist"), "Id", OnDelete.REFUSE)
                .refers("XId", TableName.of("Artist"), "Id", OnDelete.SET_NULL)),
        "legacy table Album refers to Artist by [ArtistId] with on delete no action, table album"
            + " with on delete cascade; a delete must do the same in both, make them equal",
        "legacy table Album refers to Artist by [XId] with on delete set null, table album not at"
            + " all; a delete must do the same in both, make them equal");
  }

  @Test
  void circles() {
    check(
        "{a: {}, b: {}}",
        target(
            table("a", identity("id"), column("b_id", "bigint"))
                .refers("b_id", TableName.of("public", "b"), "id", OnDelete.REFUSE),
            table("b", identity("id"), column("a_id", "bigint"))
                .refers("a_id", TableName.of("public", "a"), "id", OnDelete.REFUSE)),
        legacy(
            source("a", rowid("id"), column("b_id", "INTEGER")),
            source("b", rowid("id"), column("a_id", "INTEGER"))),
        "tables refer to each other in a circle: public.a → public.b → public.a; no order of"
            + " copying satisfies that, drop one of the foreign keys");
    TableName own = TableName.of("public", "a");
    check(
        "{a: {}}",
        target(
            table(
                    "a",
                    column("x", "bigint").notNull(),
                    column("y", "bigint").notNull(),
                    column("z", "bigint"))
                .key("x", "y")
                .refers(List.of("x", "z"), own, List.of("x", "y"))),
        legacy(
            source(
                    "a",
                    column("x", "INTEGER").notNull(),
                    column("y", "INTEGER").notNull(),
                    column("z", "INTEGER"))
                .key("x", "y")),
        "column a.x, z refer to their own table by a key of several columns, which is not"
            + " supported");
  }

  @Test
  void triggersThatNobodyKnows() {
    check(
        "{artist: {triggers: [stmp]}}",
        target(table("artist", identity("id")).triggers("stamp")),
        legacy(source("Artist", rowid("id")).triggers("old")),
        "neither table of artist has a trigger stmp; the nearest is stamp",
        "table Artist has the trigger old; drop it, or, if it changes no mapped row but the one"
            + " written, name it in triggers: and what it changes with computed: true",
        "table artist has the trigger stamp; drop it, or, if it changes no mapped row but the one"
            + " written, name it in triggers: and what it changes with computed: true");
  }

  @Test
  void nothingIsNearWhereThereIsNothing() {
    check("{a: {}}", NO_TARGET, NO_LEGACY, "there is no table a in db/music");
  }

  /** All on line 5, in the order they are found. */
  private static void check(
      String tables, SchemaDescription target, SchemaDescription legacy, String... problems) {
    assertThat(Mapped.problems(tables, target, legacy))
        .containsExactlyElementsOf(
            Arrays.stream(problems).map(problem -> "crossfade.yaml:5: " + problem).toList());
  }
}
