package dev.crossfade.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How often, and for whom, something is done again. */
class BackoffTest {
  @Test
  void threeTimesAndNoMore() {
    assertThat(Backoff.pause(1)).isTrue();
    assertThat(Backoff.pause(3)).isTrue();
    assertThat(Backoff.pause(4)).isFalse();
  }

  @Test
  void notForAThreadThatIsInterrupted() {
    Thread.currentThread().interrupt();
    assertThat(Backoff.pause(1)).isFalse();
    assertThat(Thread.interrupted()).as("the flag stays set").isTrue();
  }
}
