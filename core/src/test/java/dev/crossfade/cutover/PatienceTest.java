package dev.crossfade.cutover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final Settings SETTINGS = Settings.builder().instance("a").build();
  private static final Settings OTHERS = Settings.builder().instance("b").build();

  private long nanos = -5;
  private double random;
  private final Patience patience = new Patience(() -> nanos, () -> random);

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void nothingIsWaitedForAtFirst() {
    assertThat(patience.left(SETTINGS)).isZero();
  }

  @Test
  void eachTimeInVainDoublesTheWaitUpToSomeMinutes() {
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      patience.closedInVain(SETTINGS);
      Duration left = patience.left(SETTINGS);
      seconds.add(left.toSeconds());
      pass(left);
      assertThat(patience.left(SETTINGS)).isZero();
    }
    assertThat(seconds).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L);
  }

  @Test
  void instancesWaitDifferently() {
    random = 0.5;
    patience.closedInVain(SETTINGS);
    assertThat(patience.left(SETTINGS)).isEqualTo(Duration.ofMillis(6_250));
  }

  @Test
  void otherSettingsOrSuccessEndIt() {
    patience.closedInVain(SETTINGS);
    patience.closedInVain(SETTINGS);
    assertThat(patience.left(OTHERS)).isZero();
    patience.closedInVain(OTHERS);
    assertThat(patience.left(OTHERS)).isEqualTo(Patience.FIRST);
    patience.end();
    assertThat(patience.left(OTHERS)).isZero();
  }
}
