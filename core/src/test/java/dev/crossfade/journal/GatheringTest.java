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
    finish(1, 0);
    long first = gathering.nanos();
    finish(1, 0);
    assertThat(gathering.nanos()).isGreaterThan(first).isPositive();
    finish(1_000, 0);
    assertThat(gathering.nanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(5));
  }

  @Test
  void whereKeysAreContestedNothingWaitsForAWhile() {
    finish(1_000, 0);
    finish(1, 1);
    assertThat(gathering.nanos()).isZero();
    finish(32, 0);
    assertThat(gathering.nanos()).as("still too soon").isZero();
    finish(1, 0);
    assertThat(gathering.nanos()).isPositive();
  }

  @Test
  void aFewContestedAmongManyDoNotCount() {
    finish(1_000, 0);
    gathering.finished(256, 8);
    assertThat(gathering.nanos()).isPositive();
    gathering.finished(256, 9);
    assertThat(gathering.nanos()).isZero();
  }

  private void finish(int batches, int contested) {
    for (int i = 0; i < batches; i++) {
      gathering.finished(10, contested);
    }
  }
}
