package dev.crossfade.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which processes may live together. */
class VersionTest {
  @ParameterizedTest
  @CsvSource({
    "1.4.2, 1.4.2, true",
    "1.4.2, 1.4.11, true",
    "1.4.2, 1.4, true",
    "1.4.2, 1.4.3-SNAPSHOT, true",
    "0.1.0, 0.1.0+build.7, true",
    "1.4.2, 1.5.0, false",
    "1.4.2, 1.40.2, false",
    "1.4.2, 2.4.2, false",
    "11.4.2, 1.4.2, false",
    "1.4.2, unreleased, false",
    "unreleased, unreleased, true",
    "unreleased, unknown, false",
    "1, 1, true",
    "1, 1.0, false"
  })
  void majorAndMinorDecide(String one, String other, boolean together) {
    assertThat(Version.of(one).goesWith(Version.of(other))).isEqualTo(together);
    assertThat(Version.of(other).goesWith(Version.of(one))).isEqualTo(together);
  }

  @Test
  void aManifestThatSaysNothingIsThatOfNoRelease() {
    assertThat(Version.of(null)).isEqualTo(Version.of(" ")).hasToString("unreleased");
    assertThat(Version.of("1.4.2")).hasToString("1.4.2");
  }

  /** Tests run from classes as well as from the jar. */
  @Test
  void everyProcessHasOne() {
    assertThat(Version.ours().text()).isNotBlank();
    assertThat(Version.ours().goesWith(Version.ours())).isTrue();
  }
}
