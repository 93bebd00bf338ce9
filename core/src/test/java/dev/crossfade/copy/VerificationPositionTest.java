package dev.crossfade.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.copy.VerificationPosition.Done;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A position is read as it was written, or not at all. */
class VerificationPositionTest {
  private static final VerificationPosition POSITION =
      new VerificationPosition(
          7,
          "FULL",
          "abc",
          "sqlite-1\npostgres-2",
          Instant.ofEpochMilli(1234),
          Map.of(
              "token scores",
              new Done(
                  new byte[] {1, 2}, false, 3, 4, 5, 6, 7, List.of(new byte[] {9}, new byte[0])),
              "tokens",
              new Done(null, true, 1, 0, 0, 0, 0, List.of()),
              "empty key",
              new Done(new byte[0], false, 1, 0, 0, 0, 0, List.of())));

  @Test
  void isReadAsItWasWritten() {
    VerificationPosition read = VerificationPosition.parse(POSITION.text());

    assertThat(read.text().lines().sorted()).isEqualTo(POSITION.text().lines().sorted().toList());
    assertThat(read.isOf(POSITION)).isTrue();
    assertThat(read.began()).isEqualTo(POSITION.began());
    assertThat(read.entities()).containsOnlyKeys("token scores", "tokens", "empty key");
    Done done = read.entities().get("token scores");
    assertThat(done.upTo()).containsExactly(1, 2);
    assertThat(done.ended()).isFalse();
    assertThat(done.rows()).isEqualTo(3);
    assertThat(done.unlisted()).isEqualTo(6);
    assertThat(done.keys()).hasSize(2);
    assertThat(done.keys().get(0)).containsExactly(9);
    assertThat(done.keys().get(1)).isEmpty();
    assertThat(read.entities().get("tokens").upTo()).isNull();
    assertThat(read.entities().get("tokens").ended()).isTrue();
    assertThat(read.entities().get("empty key").upTo()).isEmpty();
  }

  @Test
  void whatIsCutOffOrForeignIsNone() {
    String text = POSITION.text();
    assertThat(VerificationPosition.parse("")).isNull();
    assertThat(VerificationPosition.parse("2" + text.substring(1))).isNull();
    assertThat(VerificationPosition.parse(text.replace("1234", "soon"))).isNull();
    assertThat(VerificationPosition.parse(text + "\n-")).isNull();
    assertThat(VerificationPosition.parse(text.replace("open", "open x"))).isNull();
  }

  @Test
  void anotherEpochModeMappingOrRunIsAnotherThing() {
    String text = POSITION.text();
    assertThat(VerificationPosition.parse(text.replace("1\n7\n", "1\n8\n")).isOf(POSITION))
        .isFalse();
    assertThat(VerificationPosition.parse(text.replace("FULL", "QUICK")).isOf(POSITION)).isFalse();
    assertThat(VerificationPosition.parse(text.replace("abc", "abd")).isOf(POSITION)).isFalse();
    assertThat(VerificationPosition.parse(text.replace("sqlite-1", "sqlite-2")).isOf(POSITION))
        .isFalse();
    assertThat(VerificationPosition.parse(text.replace("postgres-2", "other")).isOf(POSITION))
        .isFalse();
  }
}
