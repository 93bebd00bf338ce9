package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void defaultsHold() {
    assertThat(Settings.defaults().secondaryWait()).isEqualTo(Duration.ofSeconds(1));
    assertThat(Settings.defaults().switchLimit()).isLessThan(Settings.defaults().writeWait());
  }

  @Test
  void aValueOutOfItsBoundsIsNamed() {
    assertThatThrownBy(() -> Settings.builder().shadowSampling(1.1).build())
        .hasMessageContaining("shadowSampling")
        .hasMessageContaining("1.1");
    assertThatThrownBy(() -> Settings.builder().shadowSampling(Double.NaN).build())
        .hasMessageContaining("shadowSampling");
    assertThatThrownBy(() -> Settings.builder().secondaryThreads(0).build())
        .hasMessageContaining("secondaryThreads");
    assertThatThrownBy(() -> Settings.builder().secondaryWait(Duration.ofMillis(-1)).build())
        .hasMessageContaining("secondaryWait");
    assertThatThrownBy(() -> Settings.builder().lease(Duration.ofSeconds(1)).build())
        .hasMessageContaining("heartbeat");
    assertThatThrownBy(() -> Settings.builder().switchLimit(Duration.ofSeconds(3)).build())
        .hasMessageContaining("writeWait");
  }
}
