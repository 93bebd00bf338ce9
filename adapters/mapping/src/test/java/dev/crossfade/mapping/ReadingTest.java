package dev.crossfade.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file says, and every way to write it that is refused. */
class ReadingTest {
  @Test
  void everythingThatCanBeSaid() {
    TableRule artist =
        Mapped.file(
                """
                artist:
                  from: Artist
                  record: Musician
                  key: [artist_id]
                  ignore: [LegacyOnly, Other]
                  triggers: stamp
                  columns:
                    artist_id: ArtistId
                    price: {from: UnitPrice, scale: 2}
                    since: {convert: timestamp-text, pattern: "yyyy-MM-dd HH:mm:ss", zone: Asia/Tokyo}
                    seen: {convert: epoch-millis, unit: seconds}
                    metrics: {json: com.example.Metrics, redacted: true}
                    updated_at: {computed: yes}
                    internal: {omit: true}
                    active: {convert: boolean-text, true: t, false: f}
                    status: {convert: enum-text, values: {on hold: HOLD}}
                    tags: {convert: separated-list, separator: ";"}
                    cents: {convert: scaled-integer, scale: 2}
                    met_at: {from: [Day, Clock], convert: date-and-time, date-pattern: "dd.MM.yyyy", zone: Asia/Tokyo}
                """)
            .migrations()
            .get(0)
            .tables()
            .get(0);
    assertThat(artist.target()).isEqualTo("artist");
    assertThat(artist.from()).isEqualTo("Artist");
    assertThat(artist.record()).isEqualTo("Musician");
    assertThat(artist.key()).extracting(TableRule.Named::name).containsExactly("artist_id");
    assertThat(artist.ignore())
        .extracting(TableRule.Named::name)
        .containsExactly("LegacyOnly", "Other");
    assertThat(artist.triggers()).extracting(TableRule.Named::name).containsExactly("stamp");
    assertThat(artist.place()).hasToString("crossfade.yaml:5");
    assertThat(artist.columns()).hasSize(12);
    assertThat(column(artist, "artist_id").from()).isEqualTo("ArtistId");
    assertThat(column(artist, "artist_id").place().line()).isEqualTo(12);
    assertThat(column(artist, "price").scale()).isEqualTo(2);
    assertThat(column(artist, "since").form())
        .isEqualTo(
            new LegacyForm(
                NamedConversion.TIMESTAMP_TEXT,
                "yyyy-MM-dd HH:mm:ss",
                null,
                ZoneId.of("Asia/Tokyo"),
                Map.of(),
                ",",
                0));
    assertThat(column(artist, "seen").unit()).isEqualTo(ChronoUnit.SECONDS);
    assertThat(column(artist, "seen").form()).isEqualTo(form(NamedConversion.EPOCH_MILLIS));
    assertThat(column(artist, "metrics").json()).isEqualTo("com.example.Metrics");
    assertThat(column(artist, "metrics").redacted()).isTrue();
    assertThat(column(artist, "updated_at").computed()).isTrue();
    assertThat(column(artist, "internal").omit()).isTrue();
    assertThat(column(artist, "active").form().values())
        .containsEntry("true", "t")
        .containsEntry("false", "f");
    assertThat(column(artist, "status").form().values()).containsEntry("on hold", "HOLD");
    assertThat(column(artist, "tags").form().separator()).isEqualTo(";");
    assertThat(column(artist, "cents").form().scale()).isEqualTo(2);
    assertThat(column(artist, "met_at").from()).isEqualTo("Day");
    assertThat(column(artist, "met_at").second()).isEqualTo("Clock");
    assertThat(column(artist, "met_at").form())
        .isEqualTo(
            new LegacyForm(
                NamedConversion.DATE_AND_TIME,
                "dd.MM.yyyy",
                null,
                ZoneId.of("Asia/Tokyo"),
                Map.of(),
                ",",
                0));
  }

  @Test
  void theRestOfTheFileIsForOthers() {
    MappingFile file =
        MappingFile.parse(
            "crossfade.yaml",
            """
            server: {port: 8080}
            crossfade:
              legacy: {url: "jdbc:sqlite:app.db"}
              park-after: 3
              migrations:
                books: {stage: off}
                music.stage: off
                films:
                  stage: dual_write
                  tables:
                    film:
            crossfade.migrations:
              plays: {tables: {act: {from: Act}}}
            "%prod":
              crossfade: {park-after: 5}
            """);
    assertThat(file.migrations())
        .extracting(MigrationMapping::name)
        .containsExactly("films", "plays");
    assertThat(file.migrations().get(0).tables().get(0))
        .isEqualTo(
            new TableRule(
                "film",
                null,
                null,
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new Place("crossfade.yaml", 11)));
  }

  @Test
  void aSectionCanBeBroughtInAndSaidOtherwise() {
    TableRule table =
        Mapped.file(
                """
                a: &a
                  from: A
                  columns: {x: {convert: epoch-seconds}}
                b:
                  <<: *a
                  from: B
                """)
            .migrations()
            .get(0)
            .tables()
            .get(1);
    assertThat(table.from()).isEqualTo("B");
    assertThat(column(table, "x").form()).isEqualTo(form(NamedConversion.EPOCH_SECONDS));
  }

  @Test
  void aFileWithoutMigrationsHasNone(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("crossfade.yaml"), "crossfade: {park-after: 3}");
    assertThat(MappingFile.read(file).migrations()).isEmpty();
    assertThat(MappingFile.parse("empty.yaml", "").migrations()).isEmpty();
  }

  @Test
  void aFileThatIsNotThere(@TempDir Path folder) {
    assertThat(
            catchThrowableOfType(
                ConfigurationException.class,
                () -> MappingFile.read(folder.resolve("crossfade.yaml"))))
        .hasMessage("there is no mapping file " + folder.resolve("crossfade.yaml"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{from: [A]} | table artist.from needs one value",
        "{form: A} | table artist has no key 'form'; the nearest is from",
        "{record: artist} | table artist: record 'artist' is no class name; write it like"
            + " InvoiceLine",
        "{key: [{a: b}]} | table artist.key is a list of names",
        "{columns: [a]} | table artist.columns is a section, and needs keys below it",
        "{columns: {a: [b]}} | column artist.a needs the name of its legacy column, or"
            + " keys below it",
        "{collection: artists, from: A} | table artist has no key 'from'; the nearest is key",
        "{columns: {a: {aliases: b}}} | column artist.a: aliases belongs to tables that come from"
            + " a collection of MongoDB",
        "[Artist] | table artist is a section, and needs keys below it",
        "{from: A, from: B} | table artist.from is there twice, first at line 5",
        "{<<: A} | << in table artist needs one alias of a section",
        "{[a, b]: c} | a key of table artist must be plain text",
      })
  void tablesThatAreRefused(String yaml, String problem) {
    assertThat(Mapped.problems("artist: " + yaml)).containsExactly("crossfade.yaml:5: " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "convert: epoch-second | 'epoch-second' is no conversion; the nearest is"
            + " epoch-seconds",
        "convert: timestamp-text | timestamp-text needs pattern: \"yyyy-MM-dd HH:mm:ss\"",
        "convert: date-text | date-text needs pattern: \"dd.MM.yyyy\"",
        "convert: scaled-integer | scaled-integer needs scale: 2",
        "convert: enum-number | enum-number needs values: {literal: 0, other: 1}",
        "pattern: yyyy | pattern belongs to timestamp-text, date-text; name the conversion"
            + " with convert:",
        "convert: epoch-seconds, zone: UTC | zone belongs to timestamp-text,"
            + " date-and-time, not to epoch-seconds",
        "convert: timestamp-text, pattern: yyyy-MM-dd | pattern 'yyyy-MM-dd' does not hold"
            + " a date and a time; write it like yyyy-MM-dd HH:mm:ss",
        "convert: timestamp-text, pattern: \"yyyy-MM-dd hh:mm:ss\" | pattern 'yyyy-MM-dd"
            + " hh:mm:ss' does not hold a date and a time; write it like yyyy-MM-dd HH:mm:ss",
        "convert: timestamp-text, pattern: \"yyyy-MM-dd HH:mm:ss.SS\" | pattern"
            + " 'yyyy-MM-dd HH:mm:ss.SS' does not read what it writes; a second's fraction has"
            + " 3, 6 or 9 digits",
        "convert: timestamp-text, pattern: \"{{\" | pattern '{{' is none: Pattern includes"
            + " reserved character: '{'",
        "convert: date-text, pattern: \"yyyy-MM-dd B\" | pattern 'yyyy-MM-dd B' is none: pattern"
            + " letter B stands for texts that are others in other versions of Java",
        "convert: date-text, pattern: HH:mm | pattern 'HH:mm' does not hold a date, or"
            + " holds more; write it like dd.MM.yyyy",
        "convert: timestamp-text, pattern: \"yyyy-MM-dd HH:mm\", zone: Europe/Berlim |"
            + " 'Europe/Berlim' is no time zone; the nearest is Europe/Berlin",
        "convert: boolean-text, true: x, false: x | 'x' stands for two values; tell them"
            + " apart",
        "convert: enum-text, values: {a: x, b: x} | 'x' stands for two values; tell them"
            + " apart",
        "convert: enum-number, values: {a: x} | 'x' for a is no whole number",
        "from: [A, B] | from: names one column; a list of two belongs to date-and-time",
        "from: [A], convert: epoch-millis | from: names one column; a list of two belongs to"
            + " date-and-time",
        "from: A, convert: date-and-time | date-and-time needs two columns, the date first: from:"
            + " [TradeDay, TradeTime]",
        "from: [A, B, C], convert: date-and-time | date-and-time needs two columns, the date"
            + " first: from: [TradeDay, TradeTime]",
        "convert: date-and-time | date-and-time needs two columns, the date first: from:"
            + " [TradeDay, TradeTime]",
        "from: [A, B], convert: date-and-time, date-pattern: \"HH:mm\" | date-pattern 'HH:mm'"
            + " does not hold a date, or holds more; write it like dd.MM.yyyy",
        "from: [A, B], convert: date-and-time, time-pattern: \"yyyy HH:mm\" | time-pattern 'yyyy"
            + " HH:mm' does not hold a time of day, or holds more; write it like HH:mm:ss",
        "from: [A, B], convert: date-and-time, time-pattern: \"hh:mm\" | time-pattern 'hh:mm'"
            + " does not hold a time of day, or holds more; write it like HH:mm:ss",
        "from: [A, B], convert: date-and-time, pattern: HH | pattern belongs to timestamp-text,"
            + " date-text, not to date-and-time",
        "scale: two | scale is a number of decimal places from 0 to 18, not 'two'",
        "scale: 19 | scale is a number of decimal places from 0 to 18, not '19'",
        "unit: second | 'second' is no unit; there are micros, millis, seconds, minutes,"
            + " hours and days",
        "json: Metrics | json is text, tree, or the full name of a class like"
            + " com.example.Metrics, not 'Metrics'",
      })
  void columnsThatAreRefused(String yaml, String problem) {
    assertThat(Mapped.problems("artist: {columns: {a: {" + yaml + "}}}"))
        .containsExactly("crossfade.yaml:5: column artist.a: " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "form: A | ` has no key 'form'; the nearest is from`",
        "computed: maybe | .computed is true or false, not 'maybe'",
        "omit: true, from: A | ` is omitted; what else is said of it means nothing`",
        "convert: enum-text, values: x | .values is a section, and needs keys below it",
      })
  void keysThatAreRefused(String yaml, String problem) {
    assertThat(Mapped.problems("artist: {columns: {a: {" + yaml + "}}}"))
        .containsExactly("crossfade.yaml:5: column artist.a" + problem);
  }

  @Test
  void whatIsNoYamlSaysWhere() {
    assertThat(problems("crossfade:\n  a: 'b\n"))
        .singleElement()
        .asString()
        .startsWith("crossfade.yaml:3: no YAML: found unexpected end of stream");
    assertThat(problems("crossfade: \u0000"))
        .containsExactly(
            "crossfade.yaml:1: no YAML: there is a character in it that YAML does not have");
    assertThat(problems("- a\n"))
        .containsExactly("crossfade.yaml:1: holds no keys; it should begin with crossfade:");
  }

  @Test
  void sectionsThatAreNoneAreNamed() {
    assertThat(
            problems(
                """
                crossfade:
                  migrations:
                    music:
                      tabels: {artist: {from: Artist}}
                    books:
                      tables: all
                    films: [film]
                """))
        .containsExactly(
            "crossfade.yaml:4: crossfade.migrations.music has no key 'tabels'; the nearest is"
                + " tables",
            "crossfade.yaml:6: crossfade.migrations.books.tables is a section, and needs keys below"
                + " it",
            "crossfade.yaml:7: crossfade.migrations.films is a section, and needs keys below it");
    assertThat(problems("crossfade:\n  migrations: [music]\n"))
        .containsExactly(
            "crossfade.yaml:2: crossfade.migrations is a section, and needs keys below it");
  }

  @Test
  void allIsSaidAtOnceInTheFilesOrder() {
    assertThat(
            Mapped.problems(
                """
                artist:
                  columns:
                    a: {convert: nothing}
                    b: {scale: x}
                  record: artist
                  form: A
                """))
        .extracting(problem -> problem.substring(0, problem.indexOf(": ")))
        .containsExactly(
            "crossfade.yaml:7", "crossfade.yaml:8", "crossfade.yaml:9", "crossfade.yaml:10");
  }

  private static List<String> problems(String yaml) {
    return catchThrowableOfType(
            ConfigurationException.class, () -> MappingFile.parse("crossfade.yaml", yaml))
        .problems();
  }

  private static ColumnRule column(TableRule table, String name) {
    return table.columns().stream().filter(c -> c.target().equals(name)).findFirst().orElseThrow();
  }

  private static LegacyForm form(NamedConversion conversion) {
    return new LegacyForm(conversion, null, null, ZoneOffset.UTC, Map.of(), ",", 0);
  }
}
