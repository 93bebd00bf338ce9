package dev.crossfade.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  @Test
  void theFewestLettersDecide() {
    List<String> names = List.of("tokens", "users", "orders");

    assertThat(NearestName.of("token", names)).isEqualTo("tokens");
    assertThat(NearestName.of("uesrs", names)).isEqualTo("users");
    assertThat(NearestName.of("borders", names)).isEqualTo("orders");
    assertThat(NearestName.of("", names)).isEqualTo("users");
  }

  @Test
  void ofEquallyNearNamesTheFirstInOrderIsTaken() {
    assertThat(NearestName.of("c", List.of("b", "a"))).isEqualTo("a");
  }
}
