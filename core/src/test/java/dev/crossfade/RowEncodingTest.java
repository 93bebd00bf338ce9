package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The encoding of rows agrees with the comparison of rows: what is the same is encoded the same,
 * and nothing else is.
 */
class RowEncodingTest {
  private static final long SEED = Long.getLong("seed", new Random().nextLong());
  private static final int PAIRS = 200_000;

  record Pair(@Nullable String a, @Nullable String b) {}

  record Computed(long id, @Nullable String a, long computed) {}

  record Foreign(long id, List<String> names) {}

  private final Random random = new Random(SEED);

  private static final List<Comparison> COMPARISONS =
      List.of(
          Comparison.natural(),
          Comparison.decimal(0),
          Comparison.decimal(2),
          Comparison.decimal(4),
          Comparison.time(ChronoUnit.SECONDS),
          Comparison.time(ChronoUnit.MILLIS),
          Comparison.json());

  @Test
  void twoValuesAreEncodedTheSameExactlyIfTheyAreTheSame() {
    int same = 0;
    for (int i = 0; i < PAIRS; i++) {
      Comparison comparison = COMPARISONS.get(random.nextInt(COMPARISONS.size()));
      Object one = value(comparison);
      Object other = random.nextInt(3) == 0 ? value(comparison) : like(one);
      if (isEncoded(comparison, one) && isEncoded(comparison, other)) {
        boolean expected = comparison.same(one, other);
        same += expected ? 1 : 0;
        assertThat(Arrays.equals(encoded(comparison, one), encoded(comparison, other)))
            .as(
                "%s: %s (%s) and %s (%s), seed %d",
                comparison, one, type(one), other, type(other), SEED)
            .isEqualTo(expected);
      }
    }
    assertThat(same).as("pairs that are the same").isBetween(PAIRS / 20, PAIRS - PAIRS / 20);
  }

  private static boolean isEncoded(Comparison comparison, @Nullable Object value) {
    return value == null || comparison.encodes(value.getClass());
  }

  private static Object type(@Nullable Object value) {
    return value == null ? "null" : value.getClass().getSimpleName();
  }

  private static byte[] encoded(Comparison comparison, @Nullable Object value) {
    CanonicalOutput out = new CanonicalOutput();
    comparison.encode(value, out);
    return out.copy();
  }

  private @Nullable Object value(Comparison comparison) {
    if (random.nextInt(20) == 0) {
      return null;
    } else if (comparison == Comparison.json()) {
      return JsonTexts.random(random);
    }
    return switch (random.nextInt(16)) {
      case 0 -> text();
      case 1 -> decimal();
      case 2 -> random.nextInt(4) - 1.5;
      case 3 -> random.nextInt(100) / 8.0f;
      case 4 -> (long) random.nextInt(3);
      case 5 -> random.nextInt(3);
      case 6 -> (short) random.nextInt(3);
      case 7 -> instant();
      case 8 -> OffsetDateTime.ofInstant(instant(), ZoneOffset.ofHours(random.nextInt(3)));
      case 9 -> instant().atZone(ZoneId.of(random.nextBoolean() ? "Asia/Tokyo" : "UTC"));
      case 10 -> LocalDateTime.ofInstant(instant(), ZoneOffset.UTC);
      case 11 -> LocalDate.of(2024, 1, 1 + random.nextInt(3));
      case 12 -> LocalTime.ofNanoOfDay(random.nextInt(3) * 1_000_000_500L);
      case 13 -> new UUID(random.nextInt(2), random.nextInt(2));
      case 14 -> text().getBytes(java.nio.charset.StandardCharsets.UTF_8);
      default ->
          switch (random.nextInt(5)) {
            case 0 -> random.nextBoolean();
            case 1 -> Double.NaN;
            case 2 -> Double.NEGATIVE_INFINITY;
            case 3 -> BigInteger.valueOf(random.nextInt(3));
            default ->
                List.of(ChronoUnit.NANOS, ChronoUnit.MICROS, ChronoUnit.MILLIS)
                    .get(random.nextInt(3));
          };
    };
  }

  /** Near to it, often the same in another form. */
  private @Nullable Object like(@Nullable Object value) {
    if (value instanceof BigDecimal decimal) {
      return random.nextBoolean()
          ? decimal.setScale(decimal.scale() + random.nextInt(3))
          : decimal.add(new BigDecimal("0.00001"));
    } else if (value instanceof Instant time) {
      Instant near = time.plusNanos(random.nextInt(2_000));
      return random.nextBoolean() ? near : near.atOffset(ZoneOffset.ofHours(5));
    } else if (value instanceof OffsetDateTime time) {
      return random.nextBoolean() ? time.toInstant() : time.plusNanos(random.nextInt(2_000));
    } else if (value instanceof LocalDateTime time) {
      return time.plusNanos(random.nextInt(2_000_000));
    } else if (value instanceof Double number) {
      return random.nextBoolean() ? number + 0.001 : number;
    } else if (value instanceof byte[] bytes) {
      return bytes.clone();
    } else if (value instanceof String text) {
      return text.startsWith("{") || text.startsWith("[")
          ? JsonTexts.rewritten(text, random)
          : random.nextBoolean() ? String.valueOf(text.toCharArray()) : text + '\0';
    }
    return value;
  }

  private String text() {
    List<String> parts =
        List.of("", "a", "null", "\0", ",", "\u001f", "é", "\ud800", "?", "😀", " ", "1", "|");
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(parts.get(random.nextInt(parts.size())));
    }
    return text.toString();
  }

  private BigDecimal decimal() {
    return switch (random.nextInt(4)) {
      case 0 -> new BigDecimal(BigInteger.valueOf(random.nextInt(50)), random.nextInt(4));
      case 1 -> new BigDecimal(new BigInteger(100, random), random.nextInt(30));
      case 2 -> BigDecimal.ZERO.setScale(random.nextInt(5));
      default -> new BigDecimal(BigInteger.valueOf(random.nextInt(50) - 25), -random.nextInt(3));
    };
  }

  private Instant instant() {
    return Instant.ofEpochSecond(random.nextInt(4) - 2, random.nextInt(4) * 999_700L);
  }

  @Test
  void columnsAreNotTakenForEachOther() {
    RowEncoding<Pair> encoding =
        RowEncoding.of(Entity.of(Pair.class).key("a", String.class).build()).orElseThrow();
    List<String> texts = new ArrayList<>(Arrays.asList(null, "", "\0", "a", "ab", "b", "\1", "a,"));
    texts.addAll(List.of(",", "null", "\1\1a", "\0\0"));
    List<byte[]> all = new ArrayList<>();
    for (String a : texts) {
      for (String b : texts) {
        all.add(encoding.encode(new Pair(a, b)));
      }
    }
    assertThat(all.stream().map(Arrays::toString).distinct()).hasSize(texts.size() * texts.size());
  }

  @Test
  void whatTheTargetComputesDoesNotCount() {
    RowEncoding<Computed> encoding =
        RowEncoding.of(
                Entity.of(Computed.class)
                    .key("id", Long.class)
                    .computedByTarget("computed")
                    .build())
            .orElseThrow();
    assertThat(encoding.encode(new Computed(1, "a", 2)))
        .isEqualTo(encoding.encode(new Computed(1, "a", 3)))
        .isNotEqualTo(encoding.encode(new Computed(1, null, 2)));
  }

  @Test
  void aTypeWithoutACanonicalFormHasNoEncoding() {
    assertThat(RowEncoding.of(Entity.of(Foreign.class).key("id", Long.class).build())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"a\":1}x", "", "nul", "{\"a\":01e99999999999}"})
  void whatIsNoJsonIsEncodedAsText(String broken) {
    assertThat(encoded(Comparison.json(), broken))
        .isEqualTo(encoded(Comparison.json(), broken))
        .isNotEqualTo(encoded(Comparison.json(), broken + " "));
  }
}
