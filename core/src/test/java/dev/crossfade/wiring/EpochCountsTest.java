package dev.crossfade.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.store.Instances.Counts;
import org.junit.jupiter.api.Test;

/** What was found out in one epoch never counts in another. */
class EpochCountsTest {
  private final EpochCounts counts = new EpochCounts();

  @Test
  void whatIsGoodAndWhatIsNotAreCounted() {
    counts.compared(3, true);
    counts.compared(3, true);
    counts.compared(3, false);
    counts.rehearsed(3, true);
    counts.rehearsed(3, false);
    counts.rehearsed(3, false);

    assertThat(counts.in(3)).isEqualTo(new Counts(3, 1, 3, 2));
  }

  @Test
  void nothingIsKnownOfOtherEpochs() {
    assertThat(counts.in(3)).isEqualTo(Counts.NONE);
    counts.compared(3, true);

    assertThat(counts.in(2)).isEqualTo(Counts.NONE);
    assertThat(counts.in(4)).isEqualTo(Counts.NONE);
  }

  /** It was made before the move, and queued. */
  @Test
  void aResultThatComesLateCountsInNoLaterEpoch() {
    counts.compared(3, true);
    counts.compared(4, true);
    counts.compared(3, true);
    counts.rehearsed(3, true);

    assertThat(counts.in(4)).isEqualTo(new Counts(1, 0, 0, 0));
    assertThat(counts.in(3)).as("given up for the later one").isEqualTo(Counts.NONE);
  }

  @Test
  void aLaterEpochBeginsAtNothing() {
    counts.compared(3, false);
    counts.rehearsed(4, true);

    assertThat(counts.in(4)).isEqualTo(new Counts(0, 0, 1, 0));
  }
}
