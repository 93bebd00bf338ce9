package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
  private final Comparison natural = Comparison.natural();

  @Test
  void nullIsTheSameAsNullOnly() {
    for (Comparison comparison :
        new Comparison[] {
          natural, Comparison.json(), Comparison.decimal(2), Comparison.time(ChronoUnit.SECONDS)
        }) {
      assertThat(comparison.same(null, null)).isTrue();
      assertThat(comparison.same(null, "")).isFalse();
      assertThat(comparison.same("null", null)).isFalse();
    }
  }

  @Test
  void decimalsAreComparedByValue() {
    assertThat(natural.same(new BigDecimal("1.0"), new BigDecimal("1.00"))).isTrue();
    assertThat(natural.same(new BigDecimal("1.0"), new BigDecimal("1.01"))).isFalse();
  }

  @Test
  void aDeclaredScaleRoundsBothHalfUp() {
    Comparison four = Comparison.decimal(4);
    assertThat(four.same(0.1 + 0.2, new BigDecimal("0.3"))).isTrue();
    assertThat(four.same(new BigDecimal("0.00005"), new BigDecimal("0.0001"))).isTrue();
    assertThat(four.same(new BigDecimal("0.00004"), new BigDecimal("0.0001"))).isFalse();
    assertThat(
            four.same(
                new BigDecimal("12345678901234567890.00001"),
                new BigDecimal("12345678901234567890")))
        .isTrue();
    assertThat(four.same(Double.NaN, Double.NaN)).isTrue();
    assertThat(four.same(Double.NaN, 1.0)).isFalse();
    assertThatThrownBy(() -> Comparison.decimal(-1)).hasMessageContaining("-1");
  }

  @Test
  void timesAreCutToWhatTheCoarserStoreHolds() {
    Instant nanos = Instant.parse("2024-05-01T10:00:00.123456789Z");
    Instant micros = Instant.parse("2024-05-01T10:00:00.123456Z");
    assertThat(natural.same(nanos, micros)).isTrue();
    assertThat(natural.same(micros, micros.plusNanos(1_000))).isFalse();
    assertThat(
            Comparison.time(ChronoUnit.SECONDS).same(micros, Instant.parse("2024-05-01T10:00:00Z")))
        .isTrue();
    assertThat(
            natural.same(
                OffsetDateTime.parse("2024-05-01T12:00:00+02:00"),
                OffsetDateTime.parse("2024-05-01T10:00:00Z")))
        .isTrue();
    assertThat(
            natural.same(
                LocalDateTime.parse("2024-05-01T12:00:00.0000001"),
                LocalDateTime.parse("2024-05-01T12:00:00")))
        .isTrue();
  }

  @Test
  void bytesAreComparedByContentAndTextExactly() {
    assertThat(natural.same(new byte[] {1, 2}, new byte[] {1, 2})).isTrue();
    assertThat(natural.same(new byte[] {1, 2}, new byte[] {1, 3})).isFalse();
    assertThat(natural.same("a", "a ")).isFalse();
    assertThat(natural.same("", " ")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1,\"b\":[1,2]} | { \"b\" : [ 1, 2.0 ], \"a\" : 1e0 }",
        "[] | [ ]",
        "\"\\u0041\\n\" | \"A\\n\"",
        "1.50 | 1.5",
        "100 | 1e2",
        "{\"a\":1,\"a\":2} | {\"a\":2}",
        "null | null",
        "0 | -0.0",
        "{\"a\":{\"b\":{}}} | {\"a\":{\"b\":{}}}"
      })
  void jsonIsComparedByStructure(String a, String b) {
    assertThat(Comparison.json().same(a, b)).isTrue();
    assertThat(Comparison.json().same(b, a)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1} | {\"a\":\"1\"}",
        "{\"a\":null} | {}",
        "[1,2] | [2,1]",
        "true | \"true\"",
        "{\"a\":1} | {\"a\":1,\"b\":2}",
        "[] | {}"
      })
  void jsonThatDiffersIsDifferent(String a, String b) {
    assertThat(Comparison.json().same(a, b)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "nul",
        "\"\\x\"",
        "1 2",
        "[1",
        "\"\u0001\"",
        "--1",
        "\"\\u00g0\""
      })
  void textThatIsNoJsonIsTheSameOnlyAsItself(String broken) {
    assertThat(Comparison.json().same(broken, broken)).isTrue();
    assertThat(Comparison.json().same(broken, broken + " ")).isFalse();
    assertThat(Comparison.json().same("{}", broken)).isFalse();
  }

  @Test
  void jsonNestedWithoutEndDoesNotExhaustTheStack() {
    String deep = "[".repeat(100_000);
    assertThat(Comparison.json().same(deep, deep + "]")).isFalse();
  }
}
