package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Stage.Side;
import org.junit.jupiter.api.Test;

class StageTest {
  @Test
  void stepsLeadOneStageAtATime() {
    assertThat(Stage.OFF.stepTowards(Stage.COMPLETE)).isEqualTo(Stage.DUAL_WRITE);
    assertThat(Stage.COMPLETE.stepTowards(Stage.OFF)).isEqualTo(Stage.RAMP_DOWN);
    assertThat(Stage.LIVE.stepTowards(Stage.LIVE)).isEqualTo(Stage.LIVE);
  }

  @Test
  void thePrimaryChangesBetweenShadowAndLiveOnly() {
    for (Stage stage : Stage.values()) {
      assertThat(stage.primary())
          .isEqualTo(stage.compareTo(Stage.SHADOW) <= 0 ? Side.LEGACY : Side.TARGET);
    }
  }

  @Test
  void stagesAreNamedAsInSettings() {
    for (Stage stage : Stage.values()) {
      assertThat(Stage.ofId(stage.id())).isEqualTo(stage);
    }
    assertThatThrownBy(() -> Stage.ofId("dual-write")).hasMessageContaining("dual_write");
  }
}
