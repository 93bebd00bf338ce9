package dev.crossfade.examples.quickstart.tokens;

import dev.crossfade.Entity;
import dev.crossfade.OnDelete;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What a token was worth at one moment; the texts are JSON. */
public record TokenScore(
    @Nullable Long id,
    long tokenId,
    BigDecimal score,
    @Nullable BigDecimal smoothedScore,
    String metrics,
    @Nullable String rawComponents,
    @Nullable String smoothedComponents,
    @Nullable String spamMetrics,
    @Nullable String scoringModel,
    Instant createdAt) {

  /**
   * How it crosses. PostgreSQL's table is partitioned by {@code createdAt} and finds a row by both;
   * the stores' column default fills {@code scoringModel}.
   */
  public static final Entity<TokenScore, Long> ENTITY = described(Token.ENTITY).build();

  /** How it crosses from a store that cuts times to milliseconds. */
  public static final Entity<TokenScore, Long> IN_MILLIS =
      described(Token.IN_MILLIS).time("createdAt", ChronoUnit.MILLIS).build();

  private static Entity.Builder<TokenScore, Long> described(Entity<Token, Long> token) {
    return Entity.of(TokenScore.class)
        .key("id", Long.class)
        .generatedKey()
        .locator("createdAt")
        .references("tokenId", token, OnDelete.CASCADE)
        .decimal("score", 4)
        .decimal("smoothedScore", 4)
        .json("metrics", "rawComponents", "smoothedComponents", "spamMetrics")
        .defaulted("scoringModel");
  }

  /** The same, as its database holds it. */
  public TokenScore stored(long newId, String model) {
    return new TokenScore(
        newId,
        tokenId,
        score,
        smoothedScore,
        metrics,
        rawComponents,
        smoothedComponents,
        spamMetrics,
        model,
        createdAt);
  }

  /** The same, smoothed. */
  public TokenScore smoothed(BigDecimal newScore, String components) {
    return new TokenScore(
        id,
        tokenId,
        score,
        newScore,
        metrics,
        rawComponents,
        components,
        spamMetrics,
        scoringModel,
        createdAt);
  }
}
