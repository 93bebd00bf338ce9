package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Conversion;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jooq.EnumType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each form in both directions, and what is refused. */
class SqliteConversionsTest {
  /** As jOOQ generates one. */
  enum Status implements EnumType {
    ACTIVE("active"),
    ON_HOLD("on hold");

    private final String literal;

    Status(String literal) {
      this.literal = literal;
    }

    @Override
    public String getLiteral() {
      return literal;
    }

    @Override
    public String getName() {
      return "status";
    }
  }

  @Test
  void timesOfAPatternInAZone() {
    Conversion<Instant, String> berlin =
        SqliteConversions.instantAsText("yyyy-MM-dd HH:mm:ss", ZoneId.of("Europe/Berlin"));
    both(berlin, Instant.parse("2024-07-01T10:00:00Z"), "2024-07-01 12:00:00");
    both(berlin, Instant.parse("2024-01-01T10:00:00Z"), "2024-01-01 11:00:00");
    both(
        SqliteConversions.instantAsText("dd.MM.yyyy HH:mm"),
        Instant.parse("2024-07-01T10:00:00Z"),
        "01.07.2024 10:00");
    both(
        SqliteConversions.localDateTimeAsText("yyyy-MM-dd HH:mm:ss"),
        LocalDateTime.parse("2024-07-01T10:00:00"),
        "2024-07-01 10:00:00");
    refused(() -> berlin.load("yesterday"), "expected is a text like yyyy-MM-dd HH:mm:ss");
  }

  @Test
  void theHourThatIsThereTwiceIsReadAsTheFirst() {
    Conversion<Instant, String> berlin =
        SqliteConversions.instantAsText("yyyy-MM-dd HH:mm", ZoneId.of("Europe/Berlin"));
    assertThat(berlin.store(Instant.parse("2024-10-27T00:30:00Z"))).isEqualTo("2024-10-27 02:30");
    assertThat(berlin.store(Instant.parse("2024-10-27T01:30:00Z"))).isEqualTo("2024-10-27 02:30");
    assertThat(berlin.load("2024-10-27 02:30")).isEqualTo(Instant.parse("2024-10-27T00:30:00Z"));
  }

  @Test
  void whatIsInNoCalendarIsRefused() {
    Conversion<Instant, String> berlin =
        SqliteConversions.instantAsText("yyyy-MM-dd HH:mm", ZoneId.of("Europe/Berlin"));
    refused(
        () -> berlin.load("2024-03-31 02:30"),
        "expected is a time that clocks have shown in Europe/Berlin");
    refused(() -> berlin.load("2024-02-30 10:00"), "expected is a text like yyyy-MM-dd HH:mm");
    refused(() -> berlin.load("2024-02-28 24:00"), "expected is a text like yyyy-MM-dd HH:mm");
    refused(
        () -> SqliteConversions.dateAsText("dd.MM.yyyy").load("31.04.2024"),
        "expected is a text like dd.MM.yyyy");
    assertThatThrownBy(() -> TimeText.instant("2024-02-30T10:00:00Z"))
        .isInstanceOf(DateTimeException.class);
    assertThatThrownBy(() -> TimeText.localDateTime("2023-02-29 10:00"))
        .isInstanceOf(DateTimeException.class);
  }

  /** On every version of Java: a file may be read by another one than has written it. */
  @Test
  void wordsInPatternsAreEnglish() {
    LocalDate day = LocalDate.of(2024, 5, 1);
    both(SqliteConversions.dateAsText("d.M.yyyy G"), day, "1.5.2024 AD");
    both(SqliteConversions.dateAsText("d.M.yyyy G"), LocalDate.of(-43, 3, 15), "15.3.0044 BC");
    both(SqliteConversions.dateAsText("EEE, d MMM yyyy"), day, "Wed, 1 May 2024");
    both(SqliteConversions.dateAsText("EEEE, d MMMM yyyy"), day, "Wednesday, 1 May 2024");
    both(SqliteConversions.dateAsText("MMM yyyy dd"), day.withMonth(9), "Sep 2024 01");
    both(SqliteConversions.timeAsText("h:mm a"), LocalTime.of(22, 5), "10:05 PM");
  }

  @Test
  void numbersOfSloppyWriters() {
    Conversion<Long, BigDecimal> loose = SqliteConversions.longAsAnyNumber();
    assertThat(loose.load(new BigDecimal("43"))).isEqualTo(43);
    assertThat(loose.load(new BigDecimal("44.0"))).isEqualTo(44);
    refused(() -> loose.load(new BigDecimal("44.5")), "expected is a whole number of 64 bits");
    refused(() -> loose.load(new BigDecimal("1e19")), "expected is a whole number of 64 bits");
    refused(
        () -> SqliteConversions.integerAsAnyNumber().load(new BigDecimal("2147483648")),
        "expected is a number from -2147483648 to 2147483647");
    refused(
        () -> SqliteConversions.shortAsAnyNumber().load(new BigDecimal("32768")),
        "expected is a number from -32768 to 32767");
  }

  @Test
  void datesOfAPattern() {
    both(SqliteConversions.dateAsText("dd.MM.yyyy"), LocalDate.of(1962, 2, 18), "18.02.1962");
    both(
        SqliteConversions.dateAsText("yyyy-MM-dd '00:00:00'"),
        LocalDate.of(1962, 2, 18),
        "1962-02-18 00:00:00");
    refused(
        () -> SqliteConversions.dateAsText("dd.MM.yyyy").load("1962-02-18"),
        "expected is a text like dd.MM.yyyy");
  }

  @Test
  void numbersOfSeconds() {
    Instant time = Instant.parse("2024-07-01T10:00:00.250Z");
    both(SqliteConversions.instantAsEpochMillis(), time, 1719828000250L);
    both(SqliteConversions.instantAsEpochReal(), time, 1719828000.25);
    assertThat(SqliteConversions.instantAsEpochSeconds().store(time)).isEqualTo(1719828000L);
  }

  @Test
  void booleansAsWords() {
    for (List<String> words :
        List.of(List.of("t", "f"), List.of("true", "false"), List.of("yes", "no"))) {
      Conversion<Boolean, String> conversion =
          SqliteConversions.booleanAsText(words.get(0), words.get(1));
      both(conversion, true, words.get(0));
      both(conversion, false, words.get(1));
    }
    refused(() -> SqliteConversions.booleanAsText("t", "f").load("T"), "expected is 't' or 'f'");
  }

  @Test
  void decimalsAsTextKeepEveryDigit() {
    BigDecimal exact = new BigDecimal("12345678901234567890.123456789");
    both(SqliteConversions.decimalAsText(), exact, "12345678901234567890.123456789");
    both(SqliteConversions.decimalAsText(), new BigDecimal("1.50"), "1.50");
    assertThat(SqliteConversions.decimalAsText().store(new BigDecimal("1E+3"))).isEqualTo("1000");
    refused(() -> SqliteConversions.decimalAsText().load("1,5"), "expected is a decimal number");
  }

  @Test
  void decimalsAsCents() {
    Conversion<BigDecimal, Long> cents = SqliteConversions.decimalAsScaledInteger(2);
    both(cents, new BigDecimal("0.99"), 99L);
    both(cents, new BigDecimal("-12.00"), -1200L);
    assertThat(cents.store(new BigDecimal("7.5"))).isEqualTo(750L);
    refused(
        () -> cents.store(new BigDecimal("0.999")),
        "expected are at most 2 decimal places, and 18 digits in all");
    refused(
        () -> cents.store(new BigDecimal("1E+18")),
        "expected are at most 2 decimal places, and 18 digits in all");
  }

  @Test
  void uuidsAsBytes() {
    UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    byte[] bytes = SqliteConversions.uuidAsBlob().store(uuid);
    assertThat(bytes).startsWith(0x00, 0x11, 0x22).endsWith(0xee, 0xff).hasSize(16);
    assertThat(SqliteConversions.uuidAsBlob().load(bytes)).isEqualTo(uuid);
    refused(
        () -> SqliteConversions.uuidAsBlob().load(new byte[15]), "expected are 16 bytes, not 15");
  }

  @Test
  void bytesAsBase64() {
    byte[] bytes = {0, -1, 127};
    assertThat(SqliteConversions.bytesAsBase64().store(bytes)).isEqualTo("AP9/");
    assertThat(SqliteConversions.bytesAsBase64().load("AP9/")).containsExactly(0, -1, 127);
    assertThatThrownBy(() -> SqliteConversions.bytesAsBase64().load("AP9_"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void enumsAsWords() {
    Conversion<Status, String> words =
        SqliteConversions.enumAsText(Status.class, Map.of("on hold", "HOLD"));
    both(words, Status.ACTIVE, "active");
    both(words, Status.ON_HOLD, "HOLD");
    refused(() -> words.load("on hold"), "expected is one of [active, HOLD]");
    refused(
        () -> SqliteConversions.enumAsText(Status.class, Map.of("on hold", "active")),
        "'active' stands for ACTIVE and for ON_HOLD; tell them apart");
    refused(
        () -> SqliteConversions.enumAsText(Status.class, Map.of("held", "HOLD")),
        "'HOLD' stands for no constant; there are [ACTIVE, ON_HOLD]");
  }

  @Test
  void enumsAsNumbers() {
    Conversion<Status, Long> numbers =
        SqliteConversions.enumAsNumber(Status.class, Map.of("active", 1L, "on hold", 0L));
    both(numbers, Status.ACTIVE, 1L);
    both(numbers, Status.ON_HOLD, 0L);
    refused(() -> numbers.load(2L), "expected is one of [1, 0]");
    refused(
        () -> SqliteConversions.enumAsNumber(Status.class, Map.of("active", 1L)),
        "there is no number for on hold; give it one");
  }

  @Test
  void textsAsWordsAndNumbers() {
    both(SqliteConversions.textAsWord(Map.of("active", "A")), "active", "A");
    both(SqliteConversions.textAsNumber(Map.of("active", 1L)), "active", 1L);
    refused(
        () -> SqliteConversions.textAsWord(Map.of("active", "A")).store("gone"),
        "expected is one of [active]");
  }

  @Test
  void listsWithSeparators() {
    Conversion<List<String>, String> commas = SqliteConversions.listAsText(",");
    both(commas, List.of("a", "b c", ""), "a,b c,");
    both(commas, List.of(), "");
    both(SqliteConversions.listAsText("; "), List.of("a", "b"), "a; b");
    refused(
        () -> commas.store(List.of("a,b")),
        "expected are elements without ',', and not a single empty one");
    refused(
        () -> commas.store(List.of("")),
        "expected are elements without ',', and not a single empty one");
  }

  @Test
  void listsInJson() {
    Conversion<List<String>, String> texts = SqliteConversions.listAsJson(String.class);
    both(
        texts,
        List.of("a", "b, \"c\"", "", "\u0001/\\\n", "\ud83d\ude00"),
        "[\"a\",\"b, \\\"c\\\"\",\"\",\"\\u0001/\\\\\\n\",\"\ud83d\ude00\"]");
    both(texts, List.of(), "[]");
    assertThat(texts.load(" [ \"\\u00e4\\/\" ,\t\"b\" ]\n")).containsExactly("\u00e4/", "b");
    both(
        SqliteConversions.listAsJson(Long.class),
        List.of(1L, Long.MIN_VALUE),
        "[1," + Long.MIN_VALUE + "]");
    both(SqliteConversions.listAsJson(Boolean.class), List.of(true, false), "[true,false]");
    both(SqliteConversions.listAsJson(Double.class), List.of(0.1, -2.5E300), "[0.1,-2.5E300]");
    UUID uuid = new UUID(1, 2);
    both(SqliteConversions.listAsJson(UUID.class), List.of(uuid), "[\"" + uuid + "\"]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1] 2",
        "[[1]]",
        "[1}",
        "{}",
        "[null]",
        "[1.0]",
        "[\"1\"]",
        "[2147483648]",
        "[true]",
        "[1 2]"
      })
  void whatIsNoListOfWholeNumbersIsRefused(String text) {
    assertThatThrownBy(() -> SqliteConversions.listAsJson(Integer.class).load(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"a]", "[\"\\x\"]", "[\"\\u12\"]", "[a]", "[null]", "[\"\n\"]"})
  void whatIsNoListOfTextsIsRefused(String text) {
    assertThatThrownBy(() -> SqliteConversions.listAsJson(String.class).load(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void numbersThatDoNotFitAreRefused() {
    Conversion<List<Double>, String> doubles = SqliteConversions.listAsJson(Double.class);
    refused(
        () -> doubles.load("[0.12345678901234567890]"), "expected are numbers that 8 bytes hold");
    refused(
        () -> doubles.store(List.of(Double.NaN)), "expected are numbers that JSON has, not NaN");
    refused(
        () -> SqliteConversions.listAsJson(Float.class).load("[0.123456789]"),
        "expected are numbers that 4 bytes hold");
    Conversion<List<BigDecimal>, String> decimals = SqliteConversions.listAsJson(BigDecimal.class);
    refused(() -> decimals.load("[1e999999]"), "expected are numbers that PostgreSQL holds");
    refused(
        () -> decimals.store(List.of(new BigDecimal("1e-16384"))),
        "expected are numbers that PostgreSQL holds");
    refused(() -> decimals.load("[\"1\"]"), "expected is a JSON array of BigDecimal");
    refused(
        () -> SqliteConversions.listAsJson(LocalTime.class),
        "a JSON array cannot be read as a list of java.time.LocalTime");
  }

  @Test
  void decimalsInJsonKeepEveryDigit() {
    Conversion<List<BigDecimal>, String> decimals = SqliteConversions.listAsJson(BigDecimal.class);
    String digits = "12345678901234567890.12345678901234567891";
    both(
        decimals, List.of(new BigDecimal(digits), new BigDecimal("-0.5")), "[" + digits + ",-0.5]");
    assertThat(decimals.store(List.of(new BigDecimal("1.50"), new BigDecimal("1e3"))))
        .isEqualTo("[1.5,1000]");
    assertThat(decimals.load("[1.50, 1E3]"))
        .containsExactly(new BigDecimal("1.5"), new BigDecimal("1000"));
    both(SqliteConversions.listAsJson(Float.class), List.of(0.1f, -2.5E30f), "[0.1,-2.5E30]");
  }

  @Test
  void timesInJson() {
    both(
        SqliteConversions.listAsJson(LocalDate.class),
        List.of(LocalDate.of(2024, 2, 29), LocalDate.of(-43, 3, 15)),
        "[\"2024-02-29\",\"-0043-03-15\"]");
    both(
        SqliteConversions.listAsJson(LocalDateTime.class),
        List.of(LocalDateTime.parse("2024-02-29T10:00:00.000001")),
        "[\"2024-02-29T10:00:00.000001\"]");
    Conversion<List<Instant>, String> instants = SqliteConversions.listAsJson(Instant.class);
    Instant moment = Instant.parse("2024-02-29T10:00:00Z");
    both(instants, List.of(moment), "[\"2024-02-29T10:00:00Z\"]");
    assertThat(instants.load("[\"2024-02-29 12:00+02:00\", \"2024-02-29 10:00:00\"]"))
        .containsExactly(moment, moment);
    refused(
        () -> instants.load("[\"2024-02-29T10:00:00.0000001Z\"]"),
        "expected are times to the microsecond");
    refused(
        () -> instants.store(List.of(moment.plusNanos(1))),
        "expected are times to the microsecond");
    refused(
        () -> instants.load("[\"2024-02-30T10:00:00Z\"]"),
        "expected are dates or times in ISO 8601");
  }

  private static <J, S> void both(Conversion<J, S> conversion, J value, S stored) {
    assertThat(conversion.store(value)).isEqualTo(stored);
    assertThat(conversion.load(stored)).isEqualTo(value);
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
