package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EntityTest {
  record Token(Long id, String symbol, BigDecimal liquidity, String secret) {}

  record Favourite(long userId, long tokenId, String note) {}

  record FavouriteKey(long userId, long tokenId) {}

  record Primitive(long id) {}

  private static final Entity<Token, Long> TOKEN =
      Entity.of(Token.class)
          .key("id", Long.class)
          .generatedKey()
          .decimal("liquidity", 2)
          .redacted("secret")
          .build();

  @Test
  void takesItsNameFromTheRecord() {
    assertThat(TOKEN.name()).isEqualTo("token");
    assertThat(Entity.of(Favourite.class).key(FavouriteKey.class).name("favourites").build().name())
        .isEqualTo("favourites");
  }

  @Test
  void readsTheKeyOfARow() {
    assertThat(TOKEN.key(new Token(7L, "A", null, null))).isEqualTo(7L);
    assertThat(TOKEN.key(new Token(null, "A", null, null))).isNull();
    assertThat(
            Entity.of(Favourite.class)
                .key(FavouriteKey.class)
                .build()
                .key(new Favourite(1, 2, "x")))
        .isEqualTo(new FavouriteKey(1, 2));
  }

  @Test
  void makesARowOfItsValues() {
    Token token = new Token(1L, "A", new BigDecimal("1.50"), "s");
    assertThat(TOKEN.row(TOKEN.components().stream().map(c -> c.get(token)).toArray()))
        .isEqualTo(token);
  }

  @Test
  void namesWhatDiffersAndHidesWhatIsRedacted() {
    Token a = new Token(1L, "A", new BigDecimal("1.5"), "one");
    Token b = new Token(1L, "B", new BigDecimal("1.50"), "two");
    assertThat(TOKEN.differences(a, b))
        .containsExactly(
            new Difference("symbol", "'A'", "'B'"),
            new Difference("secret", "(redacted)", "(redacted)"));
    assertThat(TOKEN.same(a, b)).isFalse();
    assertThat(TOKEN.differences(a, null))
        .containsExactly(new Difference("(row)", "present", "absent"));
    assertThat(TOKEN.differences(null, null)).isEmpty();
  }

  @Test
  void aComponentComputedByTheTargetIsAKnownDifference() {
    Entity<Token, Long> entity =
        Entity.of(Token.class).key("id", Long.class).computedByTarget("symbol").build();
    Token a = new Token(1L, "A", null, null);
    Token b = new Token(1L, "B", null, null);
    assertThat(entity.same(a, b)).isTrue();
    assertThat(entity.differences(a, b)).isEmpty();
    assertThat(entity.knownDifferences(a, b)).isEqualTo(1);
  }

  @Test
  void reportsAllProblemsAtOnce() {
    assertThatThrownBy(
            () ->
                Entity.of(Token.class)
                    .key("id", UUID.class)
                    .locator("createdAt")
                    .decimal("liquidity", 2)
                    .decimal("liquidity", 4)
                    .build())
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .hasSize(3)
                    .anyMatch(p -> p.contains("no component 'createdAt'"))
                    .anyMatch(p -> p.contains("two comparisons"))
                    .anyMatch(p -> p.contains("is a Long") && p.contains("UUID")));
  }

  @Test
  void aGeneratedKeyMustBeAbleToBeNull() {
    assertThatThrownBy(
            () -> Entity.of(Primitive.class).key("id", Long.class).generatedKey().build())
        .hasMessageContaining("use Long");
  }

  record Day(@Nullable LocalDate day, String name) {}

  @Test
  void aTimeIsNotGenerated() {
    assertThat(Entity.of(Day.class).key("day", LocalDate.class).build().name()).isEqualTo("day");
    assertThatThrownBy(
            () -> Entity.of(Day.class).key("day", LocalDate.class).generatedKey().build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is a time, which no two stores generate alike");
  }

  @Test
  void aKeyOfAnotherTypeIsRefused() {
    assertThatThrownBy(() -> Entity.of(Token.class).key("liquidity", BigDecimal.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("java.math.BigDecimal");
  }

  @Test
  void aKeyCannotBeRedacted() {
    assertThatThrownBy(() -> Entity.of(Token.class).key("id", Long.class).redacted("id").build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("messages name rows by it");
  }

  enum Status {
    MONITORING,
    ACTIVE
  }

  @Test
  void anEnumIsHeldAsText() {
    Conversion<Status, String> text =
        Conversion.enumText(Status.class, s -> s.name().toLowerCase(java.util.Locale.ROOT));
    assertThat(text.store(Status.ACTIVE)).isEqualTo("active");
    assertThat(text.load("monitoring")).isEqualTo(Status.MONITORING);
    assertThatThrownBy(() -> text.load("gone")).hasMessageContaining("[active, monitoring]");
    assertThatThrownBy(() -> Conversion.enumText(Status.class, s -> "x"))
        .hasMessageContaining("same text 'x'");
  }
}
