package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The forms that most rows have are read in a shorter way, which must come to the same. */
class TimeTextTest {
  @Test
  void readsWhatFilesHold() {
    Map.of(
            "2024-05-01T10:11:12Z", "2024-05-01T10:11:12Z",
            "2024-05-01 10:11:12", "2024-05-01T10:11:12Z",
            "2024-05-01T10:11:12", "2024-05-01T10:11:12Z",
            "2024-05-01T10:11", "2024-05-01T10:11:00Z",
            "2024-05-01T10:11:12.5Z", "2024-05-01T10:11:12.5Z",
            "2024-05-01T10:11:12+02:00", "2024-05-01T08:11:12Z",
            "0001-01-01 00:00:00", "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z")
        .forEach(
            (text, time) ->
                assertThat(TimeText.instant(text)).as(text).isEqualTo(Instant.parse(time)));
  }

  @Test
  void refusesWhatIsNoTime() {
    for (String text :
        new String[] {
          "2024-13-01T10:11:12Z",
          "2023-02-30T10:11:12Z",
          "2024-05-01T24:11:12Z",
          "2024-05-01T10:61:12",
          "2024-05-01x10:11:12",
          "2024-05-01T10:11:1xZ",
          "2024-05-01T10:11:12X",
          ""
        }) {
      assertThatThrownBy(() -> TimeText.instant(text))
          .as(text)
          .isInstanceOf(DateTimeException.class);
    }
  }

  @Test
  void readsWhatItWrites() {
    Instant time = Instant.parse("2024-05-01T10:11:12.000001Z");
    assertThat(TimeText.instant(TimeText.write(time))).isEqualTo(time);
  }
}
