package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** JSON texts are the same exactly if their values are, however they are written. */
class JsonDocumentTest {
  private static final long SEED = Long.getLong("seed", new Random().nextLong());

  private final Random random = new Random(SEED);

  @Test
  void twoTextsAreTheSameExactlyIfTheirValuesAre() {
    int same = 0;
    for (int i = 0; i < 50_000; i++) {
      Object one = JsonTexts.value(random, 0);
      Object other = random.nextInt(3) == 0 ? JsonTexts.value(random, 0) : one;
      String a = JsonTexts.write(one, random);
      String b = JsonTexts.write(other, random);
      same += one.equals(other) ? 1 : 0;
      assertThat(Comparison.json().same(a, b))
          .as("%s%n%s%nseed %d", a, b, SEED)
          .isEqualTo(one.equals(other));
    }
    assertThat(same).isBetween(20_000, 48_000);
  }

  @Test
  void aChangedValueDeepInsideIsSeen() {
    for (int i = 0; i < 5_000; i++) {
      Object inside = JsonTexts.value(random, 0);
      Object other = JsonTexts.value(random, 0);
      Object one = Map.of("a", List.of(Map.of("b", inside)), "c", "d");
      Object two = Map.of("a", List.of(Map.of("b", other)), "c", "d");
      assertThat(Comparison.json().same(JsonTexts.write(one, random), JsonTexts.write(two, random)))
          .as("seed %d", SEED)
          .isEqualTo(inside.equals(other));
    }
  }

  @Test
  void textsAreTakenApartOneAfterTheOtherWhateverTheirSize() {
    List<String> members = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      members.add("\"name " + i + "\":" + i);
    }
    String forwards = "{" + String.join(",", members) + "}";
    java.util.Collections.reverse(members);
    String backwards = "{" + String.join(",", members) + "}";
    assertThat(Comparison.json().same(forwards, backwards)).isTrue();
    assertThat(Comparison.json().same(forwards, backwards.replace(":17,", ":18,"))).isFalse();
    assertThat(Comparison.json().same("{\"a\":1}", "{ \"a\" : 1.0 }")).isTrue();
    assertThat(Comparison.json().same("[" + forwards, "[" + backwards)).isFalse();
  }
}
