package dev.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crossfade.cli.CommandRun.Ended;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Values at the edges of their forms, copied from SQLite to PostgreSQL: what arrives is shown by
 * PostgreSQL itself, what is refused is set aside with its key and its reason, and nothing else.
 */
@ExtendWith(PostgresExtension.class)
class ConversionEdgesTest {
  @TempDir Path folder;

  private final List<Case> cases = new ArrayList<>();

  /** One table of a key and a value, in one legacy column or in several. */
  private static final class Case {
    private final String name;
    private final String columns;
    private final String type;
    private final String rule;
    private final StringBuilder inserts = new StringBuilder();
    private final Map<Long, String> arrives = new TreeMap<>();
    private final Map<Long, String> refused = new TreeMap<>();
    private long next = 1;

    Case(String name, String columns, String type, String rule) {
      this.name = name;
      this.columns = columns;
      this.type = type;
      this.rule = rule;
    }

    /** A value, as SQLite's SQL has it, that PostgreSQL shows so. */
    Case arrives(String literal, String shown) {
      arrives.put(next, shown);
      return insert(literal);
    }

    /** A value that is set aside, with a word of the reason. */
    Case refused(String literal, String reason) {
      refused.put(next, reason);
      return insert(literal);
    }

    private Case insert(String literal) {
      inserts.append("insert into " + name + " values (" + next++ + ", " + literal + ");");
      return this;
    }

    String legacy() {
      return "create table " + name + " (id integer primary key, " + columns + ");" + inserts;
    }

    String target() {
      return "create table " + name + " (id bigint primary key, v " + type + ");";
    }

    String mapping() {
      return "        "
          + name
          + ": {"
          + (rule.isEmpty() ? "" : "columns: {v: {" + rule + "}}")
          + "}";
    }
  }

  private Case table(String name, String declared, String type, String rule) {
    return added(new Case(name, "v " + declared, type, rule));
  }

  private Case added(Case added) {
    cases.add(added);
    return added;
  }

  @Test
  void arriveOrAreSetAside(TestDatabase database) throws Exception {
    numbersToNumeric();
    numbersToNumericOfAScale();
    textToNumericKeepsEveryDigit();
    realStaysEightBytes();
    integersOfTheirWidth();
    looseIntegers();
    texts();
    looseTexts();
    booleans();
    booleansAsWords();
    isoTimes();
    timesOfAPatternInAZone();
    datesAndTimes();
    datesAndTimesOfAPatternInAZone();
    epochs();
    epochSeconds();
    dates();
    json();
    bytes();
    bytesInBase64();
    uuids();
    lists();
    listsOfDecimalsAndTimes();
    Path legacy = Samples.file(folder, text(Case::legacy, ""));
    CommandRun crossfade = new CommandRun(folder).on(database);
    Files.writeString(
        crossfade.config(),
        """
        crossfade:
          legacy: {url: "jdbc:sqlite:%s"}
          target: {url: "jdbc:postgresql://localhost/overridden", user: nobody}
          park-after: 1
          migrations:
            edges:
              tables:
        %s
        """
            .formatted(legacy, text(Case::mapping, "\n")));
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(text(Case::target, ""));
    }

    Ended copied = crossfade.run("backfill", "--json");
    Ended verified = crossfade.run("verify", "--json");

    assertThat(copied.exitCode()).as("%s", copied).isEqualTo(ExitCode.REFUSED);
    for (Case each : cases) {
      assertThat(there(database, each.name)).as(each.name).isEqualTo(each.arrives);
      checkParked(each, copied.json());
      checkVerified(each, verified.json());
    }
  }

  private String text(Function<Case, String> part, String between) {
    return String.join(between, cases.stream().map(part).toList());
  }

  private static void checkParked(Case expected, JsonNode copied) {
    Map<Long, String> parked = new TreeMap<>();
    for (JsonNode key : copied.get("parked")) {
      if (key.get("entity").asText().equals(expected.name)) {
        parked.put(key.get("key").asLong(), key.get("reason").asText());
      }
    }
    assertThat(parked.keySet()).as(expected.name).isEqualTo(expected.refused.keySet());
    expected.refused.forEach(
        (key, reason) ->
            assertThat(parked.get(key)).as(expected.name + " " + key).contains(reason));
  }

  /** Nothing that has arrived differs. */
  private static void checkVerified(Case expected, JsonNode verified) {
    for (JsonNode row : verified.get("differences")) {
      if (row.get("entity").asText().equals(expected.name)) {
        assertThat(expected.arrives.keySet())
            .as("%s: %s", expected.name, row)
            .doesNotContain(row.get("key").asLong());
      }
    }
  }

  private static Map<Long, String> there(TestDatabase database, String table) throws Exception {
    Map<Long, String> there = new TreeMap<>();
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute("set timezone = 'UTC'");
      try (ResultSet rows =
          statement.executeQuery("select id, v::text from " + table + " order by id")) {
        while (rows.next()) {
          there.put(rows.getLong(1), String.valueOf(rows.getString(2)));
        }
      }
    }
    return there;
  }

  private void numbersToNumeric() {
    table("numbers_to_numeric", "NUMERIC", "numeric", "")
        .arrives("0.1", "0.1")
        .arrives("1.1 + 2.2", "3.3000000000000003")
        .arrives("9007199254740993", "9007199254740993")
        .arrives("9223372036854775807", "9223372036854775807")
        .arrives("-9223372036854775808", "-9223372036854775808")
        .arrives("1e300", "1" + "0".repeat(300))
        .arrives("5e-324", "0." + "0".repeat(323) + "49")
        .arrives("null", "null")
        .refused("9e999", "no BigDecimal")
        .refused("'many'", "no BigDecimal")
        .refused("x'00'", "no BigDecimal");
  }

  private void numbersToNumericOfAScale() {
    table("numbers_to_numeric_of_a_scale", "REAL", "numeric(12, 2)", "")
        .arrives("19.99", "19.99")
        .arrives("0.005", "0.01")
        .arrives("110.022004", "110.02")
        .arrives("9999999999.99", "9999999999.99")
        .refused("99999999999.0", "overflow");
  }

  private void textToNumericKeepsEveryDigit() {
    String digits = "123456789012345678901234567890.123456789012345678901234567890";
    table("text_to_numeric_keeps_every_digit", "TEXT", "numeric", "convert: decimal-text")
        .arrives("'" + digits + "'", digits)
        .arrives("' 1.50 '", "1.50")
        .arrives("'1e3'", "1000")
        .refused("'1,5'", "no BigDecimal")
        .refused("''", "no BigDecimal")
        .refused("'NaN'", "no BigDecimal");
  }

  private void realStaysEightBytes() {
    table("real_stays_eight_bytes", "REAL", "double precision", "")
        .arrives("0.1234567890123456", "0.1234567890123456")
        .arrives("1.7976931348623157e308", "1.7976931348623157e+308")
        .arrives("9e999", "Infinity")
        .arrives("-9e999", "-Infinity")
        .arrives("9e999 - 9e999", "null") // NaN is NULL in SQLite
        .refused("'text'", "no Double");
  }

  private void integersOfTheirWidth() {
    table("integers_of_their_width", "INTEGER", "integer", "")
        .arrives("2147483647", "2147483647")
        .arrives("-2147483648", "-2147483648")
        .refused("2147483648", "no Integer")
        .refused("1.5", "no Integer")
        .refused("'12a'", "no Integer");
  }

  private void looseIntegers() {
    table("loose_integers", "", "bigint", "convert: loose-integer")
        .arrives("42", "42")
        .arrives("'43'", "43")
        .arrives("44.0", "44")
        .arrives("'9223372036854775807'", "9223372036854775807")
        .refused("44.5", "no Long")
        .refused("'9223372036854775808'", "no Long")
        .refused("'x'", "no Long");
  }

  private void texts() {
    table("texts", "", "text", "")
        .arrives("''", "")
        .arrives("'null'", "null")
        .arrives("'ünï𝄞'", "ünï𝄞")
        .arrives("'\uFFFD'", "\uFFFD")
        .arrives("replace(hex(zeroblob(500000)), '00', 'ab')", "ab".repeat(500_000))
        .refused("'a' || char(0) || 'b'", "U+0000")
        .refused("cast(x'c328' as text)", "no String")
        .refused("42", "no String")
        .refused("x'41'", "no String");
  }

  private void looseTexts() {
    table("loose_texts", "", "text", "convert: loose-text")
        .arrives("'a'", "a")
        .arrives("42", "42")
        .arrives("0.5", "0.5")
        .arrives("1e21", "1000000000000000000000")
        .refused("x'41'", "no String");
  }

  private void booleans() {
    table("booleans", "BOOLEAN", "boolean", "")
        .arrives("1", "true")
        .arrives("0", "false")
        .arrives("'true'", "true")
        .arrives("'FALSE'", "false")
        .refused("2", "no Boolean")
        .refused("'t'", "no Boolean");
  }

  private void booleansAsWords() {
    table(
            "booleans_as_words",
            "TEXT",
            "boolean",
            "convert: boolean-text, \"true\": t, \"false\": f")
        .arrives("'t'", "true")
        .arrives("'f'", "false")
        .refused("'T'", "no Boolean")
        .refused("''", "no Boolean");
  }

  private void isoTimes() {
    table("iso_times", "TEXT", "timestamptz", "")
        .arrives("'2024-05-01T10:00:00Z'", "2024-05-01 10:00:00+00")
        .arrives("'2024-05-01 10:00:00'", "2024-05-01 10:00:00+00")
        .arrives("'2024-05-01T10:00:00.123456789+02:00'", "2024-05-01 08:00:00.123456+00")
        .arrives("'2024-05-01 10:00'", "2024-05-01 10:00:00+00")
        .arrives("'+12024-05-01T10:00:00Z'", "12024-05-01 10:00:00+00")
        .arrives("'0044-03-15T00:00:00Z'", "0044-03-15 00:00:00+00")
        .refused("'2024-02-30T10:00:00Z'", "no Instant")
        .refused("'yesterday'", "no Instant")
        .refused("1714557600", "no Instant");
  }

  private void timesOfAPatternInAZone() {
    table(
            "times_of_a_pattern",
            "DATETIME",
            "timestamptz",
            "convert: timestamp-text, pattern: \"dd.MM.yyyy HH:mm\", zone: Europe/Berlin")
        .arrives("'01.05.2024 12:00'", "2024-05-01 10:00:00+00")
        .arrives("'01.12.2024 12:00'", "2024-12-01 11:00:00+00")
        .arrives("'27.10.2024 02:30'", "2024-10-27 00:30:00+00") // the first of the two
        .refused("'31.03.2024 02:30'", "no Instant") // which spring leaves out
        .refused("'2024-05-01 12:00'", "no Instant");
  }

  private void datesAndTimes() {
    added(
            new Case(
                "dates_and_times",
                "day TEXT, clock TEXT",
                "timestamp",
                "convert: date-and-time, from: [day, clock]"))
        .arrives("'2024-02-29', '23:59:59.5'", "2024-02-29 23:59:59.5")
        .arrives("'2024-02-29', '23:59:59.123456789'", "2024-02-29 23:59:59.123456")
        .arrives("'2024-05-01', '00:00'", "2024-05-01 00:00:00")
        .arrives("'+12024-05-01', '10:00:00'", "12024-05-01 10:00:00")
        .arrives("null, null", "null")
        .refused("'2024-05-01', null", "columns day and clock")
        .refused("null, '10:00'", "columns day and clock")
        .refused("'2024-05-01', ''", "columns day and clock")
        .refused("'2024-02-30', '10:00'", "no LocalDateTime")
        .refused("'2024-05-01', '24:00'", "no LocalDateTime")
        .refused("'2024-05-01', x'00'", "no LocalDateTime");
  }

  private void datesAndTimesOfAPatternInAZone() {
    added(
            new Case(
                "dates_and_times_of_a_pattern",
                "TradeDay DATE, TradeTime VARCHAR(8)",
                "timestamptz",
                "convert: date-and-time, from: [tradeday, tradetime], date-pattern: dd.MM.yyyy,"
                    + " time-pattern: \"HH:mm:ss\", zone: Europe/Berlin"))
        .arrives("'01.05.2024', '00:00:00'", "2024-04-30 22:00:00+00")
        .arrives("'01.12.2024', '12:00:00'", "2024-12-01 11:00:00+00")
        .arrives("'27.10.2024', '02:30:00'", "2024-10-27 00:30:00+00") // the first of the two
        .arrives("null, null", "null")
        .refused("'31.03.2024', '02:30:00'", "no Instant") // which spring leaves out
        .refused("'01.05.2024', '12:00:00.5'", "no Instant")
        .refused("'2024-05-01', '12:00:00'", "columns TradeDay and TradeTime");
  }

  private void epochs() {
    table("epochs", "INTEGER", "timestamptz", "convert: epoch-millis")
        .arrives("1714557600123", "2024-05-01 10:00:00.123+00")
        .arrives("-1", "1969-12-31 23:59:59.999+00")
        .arrives("253402300800000", "10000-01-01 00:00:00+00")
        .refused("1714557600.5", "no Instant")
        .refused("9223372036854775807", ""); // past what PostgreSQL knows
  }

  private void epochSeconds() {
    table("epoch_seconds", "INTEGER", "timestamptz", "convert: epoch-seconds")
        .arrives("0", "1970-01-01 00:00:00+00")
        .arrives("-62135596800", "0001-01-01 00:00:00+00")
        .refused("'2024-05-01'", "no Instant")
        .refused("9223372036854775807", "no Instant");
  }

  private void dates() {
    table("dates", "TEXT", "date", "")
        .arrives("'2024-02-29'", "2024-02-29")
        .arrives("'+12024-01-01'", "12024-01-01")
        .arrives("'-0043-03-15'", "0044-03-15 BC")
        .refused("'2023-02-29'", "no LocalDate")
        .refused("'2024-05-01 00:00:00'", "no LocalDate")
        .refused("''", "no LocalDate");
  }

  private void json() {
    table("json", "TEXT", "jsonb", "")
        .arrives("'{\"b\": 1, \"a\": [1.0, null]}'", "{\"a\": [1.0, null], \"b\": 1}")
        .arrives("'12345678901234567890123456789'", "12345678901234567890123456789")
        .arrives("'\"text\"'", "\"text\"")
        .refused("'{\"a\": }'", "json")
        .refused("''", "json")
        .refused("'{\"a\": \"\\u0000\"}'", "");
  }

  private void bytes() {
    table("bytes", "BLOB", "bytea", "")
        .arrives("x''", "\\x")
        .arrives("x'00ff'", "\\x00ff")
        .refused("'text'", "no byte[]");
  }

  private void bytesInBase64() {
    table("bytes_in_base64", "TEXT", "bytea", "convert: base64-text")
        .arrives("'AP8='", "\\x00ff")
        .arrives("''", "\\x")
        .refused("'AP8'||char(10)", "no byte[]")
        .refused("'A*8='", "no byte[]");
  }

  private void lists() {
    table("numbers", "text", "integer[]", "convert: json-list")
        .arrives("'[1, -2,2147483647]'", "{1,-2,2147483647}")
        .arrives("'[]'", "{}")
        .arrives("null", "null")
        .refused("'[1, null]'", "no List")
        .refused("'[2147483648]'", "no List")
        .refused("'[[1]]'", "no List")
        .refused("'1,2'", "no List")
        .refused("''", "no List");
    table("reals", "text", "double precision[]", "convert: json-list")
        .arrives("'[0.1, 1e300]'", "{0.1,1e+300}")
        .refused("'[0.12345678901234567890]'", "no List");
    table("words", "text", "text[]", "convert: json-list")
        .arrives("'[\"a,b\", \"\", \"null\"]'", "{\"a,b\",\"\",\"null\"}")
        .refused("'[\"a\", 1]'", "no List");
    table("separated", "text", "text[]", "convert: separated-list, separator: \";\"")
        .arrives("'a;b c;'", "{a,\"b c\",\"\"}")
        .arrives("''", "{}");
  }

  private void listsOfDecimalsAndTimes() {
    String digits = "12345678901234567890.12345678901234567891";
    table("decimal_list", "text", "numeric[]", "convert: json-list")
        .arrives("'[" + digits + ", 1.50, 1e3]'", "{" + digits + ",1.5,1000}")
        .refused("'[\"1\"]'", "no List")
        .refused("'[1e200000]'", "no List");
    table("float_list", "text", "real[]", "convert: json-list")
        .arrives("'[0.1, 1e30]'", "{0.1,1e+30}")
        .refused("'[0.123456789]'", "no List");
    table("date_list", "text", "date[]", "convert: json-list")
        .arrives(
            "'[\"2024-02-29\", \"+12024-05-01\", \"-0043-03-15\"]'",
            "{2024-02-29,12024-05-01,\"0044-03-15 BC\"}")
        .refused("'[\"2024-02-30\"]'", "no List")
        .refused("'[\"2024-02-29T10:00:00\"]'", "no List");
    table("timestamp_list", "text", "timestamp[]", "convert: json-list")
        .arrives("'[\"2024-02-29 10:00:00.000001\"]'", "{\"2024-02-29 10:00:00.000001\"}")
        .refused("'[\"2024-02-29T10:00:00.0000001\"]'", "no List");
    table("moment_list", "text", "timestamptz[]", "convert: json-list")
        .arrives(
            "'[\"2024-02-29T12:00:00+02:00\", \"-0043-03-15T10:00:00Z\"]'",
            "{\"2024-02-29 10:00:00+00\",\"0044-03-15 10:00:00+00 BC\"}")
        .refused("'[1714557600]'", "no List");
  }

  private void uuids() {
    table("uuids", "BLOB", "uuid", "convert: uuid-blob")
        .arrives("x'0123456789abcdef0123456789abcdef'", "01234567-89ab-cdef-0123-456789abcdef")
        .refused("x'00'", "no UUID");
  }
}
