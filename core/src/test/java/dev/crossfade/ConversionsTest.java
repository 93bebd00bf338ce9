package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that stand for a time: what is in no calendar is no other day. */
class ConversionsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024-02-29T10:00:00Z",
        "2024-02-29 10:00",
        "2024-02-29T12:00:00+02:00",
        "2024-02-29 12:00:00 +0200"
      })
  void oneMomentInManyForms(String text) {
    assertThat(Conversions.instantAsIsoText().load(text))
        .isEqualTo(Instant.parse("2024-02-29T10:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024-02-30T10:00:00Z",
        "2023-02-29 10:00",
        "2024-04-31 10:00",
        "2024-05-01 24:00"
      })
  void whatIsInNoCalendarIsRefused(String text) {
    assertThatThrownBy(() -> Conversions.instantAsIsoText().load(text))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Conversions.localDateTimeAsIsoText().load(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aZoneDoesNotFitAColumnWithoutOne() {
    assertThat(Conversions.localDateTimeAsIsoText().load("2024-02-29T10:00:00Z"))
        .isEqualTo(LocalDateTime.parse("2024-02-29T10:00:00"));
    assertThatThrownBy(() -> Conversions.localDateTimeAsIsoText().load("2024-02-29T10:00:00+02:00"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Other versions of Java write another text for the same letter. */
  @ParameterizedTest
  @ValueSource(
      strings = {"yyyy-MM-dd hh:mm B", "yyyy-MM F e", "yyyy-MM-dd HH:mm v", "yyyy-MM-dd HH:mm z"})
  void lettersWhoseTextsDependOnTheVersionOfJavaAreRefused(String pattern) {
    assertThatThrownBy(() -> Conversions.instantAsText(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("texts that are others in other versions of Java");
  }

  @Test
  void lettersInQuotesAreAllowed() {
    assertThat(Conversions.dateAsText("yyyy-MM-dd 'BFvz'").load("2024-05-01 BFvz"))
        .isEqualTo(LocalDate.of(2024, 5, 1));
  }

  /** Not as the zone that is for texts without one. */
  @ParameterizedTest
  @CsvSource({
    "yyyy-MM-dd HH:mmXXX, 2024-02-29 12:00+02:00",
    "yyyy-MM-dd HH:mm VV, 2024-02-29 11:00 Europe/Berlin",
    "yyyy-MM-dd HH:mm, 2024-02-29 19:00"
  })
  void anOffsetOrZoneInTheTextCounts(String pattern, String text) {
    assertThat(Conversions.instantAsText(pattern, ZoneId.of("Asia/Tokyo")).load(text))
        .isEqualTo(Instant.parse("2024-02-29T10:00:00Z"));
  }
}
