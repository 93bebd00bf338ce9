package dev.crossfade.examples.quickstart.tokens;

import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A token that is watched. */
public record Token(
    @Nullable Long id,
    String mintAddress,
    String name,
    String symbol,
    Status status,
    @Nullable BigDecimal liquidityUsd,
    @Nullable String primaryDex,
    Instant createdAt,
    Instant lastUpdatedAt) {

  /** How far it has come. */
  public enum Status {
    /** Seen; its scores are collected. */
    MONITORING,
    /** Good enough to be shown. */
    ACTIVE,
    /** Of no interest any more. */
    ARCHIVED;

    /** As both stores hold it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How it crosses. */
  public static final Entity<Token, Long> ENTITY = described().build();

  /** How it crosses from a store that cuts times to milliseconds. */
  public static final Entity<Token, Long> IN_MILLIS =
      described()
          .time("createdAt", ChronoUnit.MILLIS)
          .time("lastUpdatedAt", ChronoUnit.MILLIS)
          .build();

  private static Entity.Builder<Token, Long> described() {
    return Entity.of(Token.class)
        .key("id", Long.class)
        .generatedKey()
        .convert("status", Conversion.enumText(Status.class, Status::label))
        .decimal("liquidityUsd", 2);
  }

  /** The same, as its database holds it. */
  public Token withId(long newId) {
    return new Token(
        newId,
        mintAddress,
        name,
        symbol,
        status,
        liquidityUsd,
        primaryDex,
        createdAt,
        lastUpdatedAt);
  }

  /** The same, in another status. */
  public Token withStatus(Status newStatus) {
    return new Token(
        id,
        mintAddress,
        name,
        symbol,
        newStatus,
        liquidityUsd,
        primaryDex,
        createdAt,
        lastUpdatedAt);
  }

  /** The same, with its liquidity at a moment. */
  public Token withLiquidity(BigDecimal usd, Instant moment) {
    return new Token(id, mintAddress, name, symbol, status, usd, primaryDex, createdAt, moment);
  }
}
