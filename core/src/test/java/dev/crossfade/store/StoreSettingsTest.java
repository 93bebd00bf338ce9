package dev.crossfade.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoreSettingsTest {
  private static final StoreSettings SETTINGS =
      new StoreSettings(
          "crossfade.target",
          "jdbc:x://app:hunter1@db/app?password=hunter2",
          Map.of(
              "password",
              Secret.of("hunter3"),
              "pool.size",
              7,
              "wait",
              Duration.ofSeconds(3),
              "partitions.tokens.column",
              "at",
              "partitions.tokens.ahead",
              2,
              "partitions.\"audit.log\".column",
              "at"));

  @Test
  void valuesComeAsTheirType() {
    assertThat(SETTINGS.number("pool.size")).isEqualTo(7);
    assertThat(SETTINGS.duration("wait")).isEqualTo(Duration.ofSeconds(3));
    assertThat(SETTINGS.text("user")).isEmpty();
    assertThat(SETTINGS.names("partitions")).containsExactly("\"audit.log\"", "tokens");
    assertThatThrownBy(() -> SETTINGS.number("readers"))
        .hasMessage("crossfade.target.readers has no value");
  }

  @Test
  void nothingSecretIsShown() {
    assertThat(SETTINGS.toString())
        .isEqualTo("crossfade.target at jdbc:x://db/app")
        .doesNotContain("hunter");
    assertThat(SETTINGS.secret("password").orElseThrow().reveal()).isEqualTo("hunter3");
    assertThat(SETTINGS.options().toString()).doesNotContain("hunter3");
  }
}
