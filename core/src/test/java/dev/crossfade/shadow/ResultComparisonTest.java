package dev.crossfade.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.Entity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResultComparisonTest {
  record Token(Long id, BigDecimal price) {}

  private static final Entity<Token, Long> TOKEN =
      Entity.of(Token.class).key("id", Long.class).decimal("price", 2).build();

  private final ResultComparison<Token> ordered = new ResultComparison<>(TOKEN, false);
  private final ResultComparison<Token> unordered = new ResultComparison<>(TOKEN, true);

  private static Token token(long id, String price) {
    return new Token(id, new BigDecimal(price));
  }

  @Test
  void rowsAreComparedByTheEntitysRules() {
    assertThat(ordered.same(token(1, "1.001"), token(1, "1.00"))).isTrue();
    assertThat(ordered.same(Optional.of(token(1, "1")), Optional.of(token(1, "1.00")))).isTrue();
    assertThat(ordered.same(Optional.of(token(1, "1")), Optional.empty())).isFalse();
    assertThat(ordered.same(Optional.empty(), null)).isFalse();
  }

  @Test
  void orderCountsUnlessDeclared() {
    List<Token> one = List.of(token(1, "1"), token(2, "2"));
    List<Token> other = List.of(token(2, "2.00"), token(1, "1.00"));
    assertThat(ordered.same(one, other)).isFalse();
    assertThat(unordered.same(one, other)).isTrue();
    assertThat(
            unordered.same(
                List.of(token(1, "1"), token(1, "1")), List.of(token(1, "1"), token(2, "2"))))
        .isFalse();
  }

  @Test
  void mapsAndPlainValuesAreComparedToo() {
    assertThat(ordered.same(Map.of("a", token(1, "1")), Map.of("a", token(1, "1.0")))).isTrue();
    assertThat(ordered.same(Map.of("a", 1), Map.of("b", 1))).isFalse();
    assertThat(ordered.same(5L, 5L)).isTrue();
    assertThat(ordered.same(5L, 6L)).isFalse();
    assertThat(ordered.same(new BigDecimal("1.0"), new BigDecimal("1"))).isTrue();
  }

  @Test
  void namesTheKeysThatDiffer() {
    assertThat(
            ordered.differingKeys(
                TOKEN,
                List.of(token(1, "1"), token(2, "2"), token(3, "3")),
                List.of(token(1, "1"), token(2, "9"), token(4, "4"))))
        .containsExactly(2L, 3L, 4L);
    assertThat(ordered.differingKeys(TOKEN, 5L, 6L)).isEmpty();
  }
}
