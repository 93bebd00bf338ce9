package dev.crossfade.examples.quickstart;

import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as both stores must hold it, field by field as text: decimals half up to the scale of
 * PostgreSQL's column, times cut to microseconds in UTC, JSON by structure, null as {@code ∅}. Owes
 * nothing to the library's own rules.
 */
record Canonical(Object key, List<String> fields) {
  static final List<String> TOKEN_FIELDS =
      List.of(
          "mint_address",
          "name",
          "symbol",
          "status",
          "liquidity_usd",
          "primary_dex",
          "created_at",
          "last_updated_at");
  static final List<String> SCORE_FIELDS =
      List.of(
          "token_id",
          "score",
          "smoothed_score",
          "metrics",
          "raw_components",
          "smoothed_components",
          "spam_metrics",
          "scoring_model",
          "created_at");
  static final List<String> SETTING_FIELDS = List.of("value", "updated_at");

  private static final String NULL = "∅";
  private static final int MONEY_SCALE = 2;
  private static final int SCORE_SCALE = 4;

  static Canonical of(Token row) {
    return new Canonical(
        key(row.id()),
        List.of(
            row.mintAddress(),
            row.name(),
            row.symbol(),
            row.status().label(),
            decimal(row.liquidityUsd(), MONEY_SCALE),
            text(row.primaryDex()),
            time(row.createdAt()),
            time(row.lastUpdatedAt())));
  }

  static Canonical of(TokenScore row) {
    return new Canonical(
        key(row.id()),
        List.of(
            Long.toString(row.tokenId()),
            decimal(row.score(), SCORE_SCALE),
            decimal(row.smoothedScore(), SCORE_SCALE),
            json(row.metrics()),
            json(row.rawComponents()),
            json(row.smoothedComponents()),
            json(row.spamMetrics()),
            text(row.scoringModel()),
            time(row.createdAt())));
  }

  static Canonical of(Setting row) {
    return new Canonical(row.key(), List.of(row.value(), time(row.updatedAt())));
  }

  /** Eight bytes that stand for all fields; what the writers remember of a row. */
  long digest() {
    byte[] text = String.join("\u0000", fields).getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.wrap(sha256().digest(text)).getLong();
  }

  /** Where two rows differ, as a reader wants to see it. */
  static String difference(List<String> names, String legacy, List<String> a, List<String> b) {
    int first = Arrays.mismatch(a.toArray(), b.toArray());
    return names.get(first)
        + " is "
        + a.get(first)
        + " in "
        + legacy
        + ", "
        + b.get(first)
        + " in PostgreSQL";
  }

  private static Object key(@Nullable Long id) {
    return id == null ? NULL : id;
  }

  private static String text(@Nullable String value) {
    return value == null ? NULL : value;
  }

  private static String decimal(@Nullable BigDecimal value, int scale) {
    return value == null ? NULL : value.setScale(scale, RoundingMode.HALF_UP).toPlainString();
  }

  private static String time(Instant value) {
    return value.truncatedTo(ChronoUnit.MICROS).toString();
  }

  private static String json(@Nullable String value) {
    return value == null ? NULL : Json.canonical(value);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
