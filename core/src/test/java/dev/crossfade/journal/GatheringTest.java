package dev.crossfade.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long a finish waits for others: longer while nothing is contested, not at all after. */
class GatheringTest {
  private final Gathering gathering = new Gathering();

  @Test
  void nothingWaitsBeforeTheFirstBatch() {
    assertThat(gathering.nanos()).isZero();
  }

  @Test
  void theWaitGrowsToAFewMilliseconds() {
    finish(1, false);
    long first = gathering.nanos();
    finish(1, false);
    assertThat(gathering.nanos()).isGreaterThan(first).isPositive();
    finish(1_000, false);
    assertThat(gathering.nanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(5));
  }

  @Test
  void whereKeysAreContestedNothingWaitsForAWhile() {
    finish(1_000, false);
    finish(1, true);
    assertThat(gathering.nanos()).isZero();
    finish(32, false);
    assertThat(gathering.nanos()).as("still too soon").isZero();
    finish(1, false);
    assertThat(gathering.nanos()).isPositive();
  }

  private void finish(int batches, boolean contested) {
    for (int i = 0; i < batches; i++) {
      gathering.finished(contested);
    }
  }
}
