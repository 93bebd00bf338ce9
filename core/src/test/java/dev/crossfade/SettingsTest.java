package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
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
    assertThatThrownBy(() -> Settings.builder().secondaryWait(Duration.ofSeconds(6)).build())
        .hasMessageContaining("secondaryLimit")
        .hasMessageContaining("secondaryWait");
    assertThatThrownBy(() -> Settings.builder().rollbackWindow(Duration.ofDays(-1)).build())
        .hasMessageContaining("rollbackWindow");
    assertThatThrownBy(() -> Settings.builder().lease(Duration.ofSeconds(1)).build())
        .hasMessageContaining("heartbeat");
    assertThatThrownBy(() -> Settings.builder().switchLimit(Duration.ofSeconds(3)).build())
        .hasMessageContaining("writeWait");
  }

  @Test
  void whoRequiresTheSecondaryWaitsForIt() {
    assertThatThrownBy(
            () ->
                Settings.builder()
                    .secondary(Settings.Secondary.REQUIRED)
                    .secondaryWait(Duration.ZERO)
                    .build())
        .hasMessageContaining("secondaryWait")
        .hasMessageContaining("secondary is required");
  }

  @Test
  void aRehearsalHasAShareAndALimit() {
    assertThatThrownBy(() -> Settings.builder().rehearsalSampling(-0.1).build())
        .hasMessageContaining("rehearsalSampling")
        .hasMessageContaining("-0.1");
    assertThatThrownBy(() -> Settings.builder().rehearsalLimit(Duration.ZERO).build())
        .hasMessageContaining("rehearsalLimit");
  }

  @Test
  void wantedStagesAreThoseOfTheMomentTheyWereBuilt() {
    Settings.Builder builder = Settings.builder().stage("users", Stage.SHADOW);
    Settings settings = builder.build();
    builder.stage("users", Stage.LIVE);

    assertThat(settings.stages()).isEqualTo(Map.of("users", Stage.SHADOW));
    assertThat(Settings.defaults().stages()).isEmpty();
    assertThatThrownBy(() -> settings.stages().put("users", Stage.OFF))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  /** Whoever adds a setting and forgets to carry it over, is told here. */
  @Test
  void aBuilderOfSettingsBeginsWithAllOfThem() {
    Settings all =
        new Settings(
            "other",
            Duration.ofSeconds(3),
            Settings.Secondary.REQUIRED,
            Duration.ofSeconds(4),
            3,
            4,
            0.5,
            5,
            6,
            true,
            Duration.ofSeconds(7),
            Duration.ofSeconds(6),
            Duration.ofSeconds(8),
            Duration.ofSeconds(80),
            9,
            12,
            13,
            1.4,
            true,
            14,
            15,
            10,
            0.6,
            Duration.ofMillis(11),
            "ann",
            new GateSettings(
                Duration.ofHours(1), 2, 0.3, Duration.ofHours(4), 5, Duration.ofHours(6)),
            Duration.ofDays(7),
            Duration.ofDays(8),
            Map.of("users", Stage.LIVE));

    assertThat(all.toBuilder().build()).isEqualTo(all);
  }

  @Test
  void whatWaitsForARestartIsKept() {
    Settings running = Settings.builder().instance("a").build();
    Settings next =
        Settings.builder()
            .instance("b")
            .secondaryQueue(1)
            .shadowQueue(2)
            .secondaryThreads(3)
            .build();

    assertThat(UntilRestart.changed(running, next))
        .containsExactly("instance", "secondaryQueue", "shadowQueue");
    assertThat(UntilRestart.keep(running, next))
        .isEqualTo(running.toBuilder().secondaryThreads(3).build());
    assertThat(UntilRestart.changed(running, running)).isEmpty();
  }
}
