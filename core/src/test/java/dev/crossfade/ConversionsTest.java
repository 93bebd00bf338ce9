package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
