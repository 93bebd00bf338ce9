package dev.crossfade.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ConfigurationException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KeyCodecTest {
  private static final long SEED = Long.getLong("crossfade.test.seed", 20240501L);

  private final Random random = new Random(SEED);

  record Two(String name, long number) {}

  @SuppressWarnings("ArrayRecordComponent") // a key may be one
  record Bytes(byte[] bytes, String name) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes that
          && Arrays.equals(bytes, that.bytes)
          && name.equals(that.name);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  @Test
  void numbersKeepTheirOrder() {
    KeyCodec<Long> codec = KeyCodec.of(Long.class);
    checkOrder(codec, () -> random.nextLong() >> random.nextInt(64), Long::compare);
    assertThat(codec.encode(Long.MIN_VALUE)).isEqualTo(new byte[8]);
    assertThat(KeyCodec.of(Integer.class).encode(-1)).isEqualTo(codec.encode(-1L));
  }

  @Test
  void textIsOrderedByItsBytes() {
    KeyCodec<String> codec = KeyCodec.of(String.class);
    checkOrder(codec, this::text, (a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b)));
    assertThat(Arrays.compareUnsigned(codec.encode("Z"), codec.encode("a"))).isNegative();
    assertThat(Arrays.compareUnsigned(codec.encode("\uFFFD"), codec.encode("😀"))).isNegative();
  }

  @Test
  void uuidsAreOrderedAsPostgresDoes() {
    checkOrder(
        KeyCodec.of(UUID.class),
        () -> new UUID(random.nextLong(), random.nextLong()),
        (a, b) -> a.toString().compareTo(b.toString()));
  }

  @Test
  void recordsAreOrderedPartByPart() {
    checkOrder(
        KeyCodec.of(Two.class),
        () -> new Two(text(), random.nextInt(5) - 2),
        (a, b) -> {
          int byName = Arrays.compareUnsigned(utf8(a.name), utf8(b.name));
          return byName != 0 ? byName : Long.compare(a.number, b.number);
        });
  }

  @Test
  void bytesWithZerosKeepTheirOrderInsideRecords() {
    checkOrder(
        KeyCodec.of(Bytes.class),
        () -> {
          byte[] bytes = new byte[random.nextInt(4)];
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextBoolean() ? 0 : random.nextInt(3) - 1);
          }
          return new Bytes(bytes, text());
        },
        (a, b) -> {
          int byBytes = Arrays.compareUnsigned(a.bytes, b.bytes);
          return byBytes != 0 ? byBytes : Arrays.compareUnsigned(utf8(a.name), utf8(b.name));
        });
  }

  record Candle(String pool, Instant at, String timeframe, LocalDate day) {}

  @Test
  void timesAreOrderedFromTheEarliest() {
    checkOrder(KeyCodec.of(Instant.class), this::moment, Comparator.naturalOrder());
    checkOrder(
        KeyCodec.of(LocalDateTime.class),
        () -> LocalDateTime.ofInstant(moment(), ZoneOffset.UTC),
        Comparator.naturalOrder());
    checkOrder(
        KeyCodec.of(LocalDate.class),
        () -> LocalDate.ofInstant(moment(), ZoneOffset.UTC),
        Comparator.naturalOrder());
    checkOrder(
        KeyCodec.of(Candle.class),
        () -> new Candle(text(), moment(), text(), LocalDate.ofInstant(moment(), ZoneOffset.UTC)),
        Comparator.comparing((Candle candle) -> utf8(candle.pool), Arrays::compareUnsigned)
            .thenComparing(Candle::at)
            .thenComparing(candle -> utf8(candle.timeframe), Arrays::compareUnsigned)
            .thenComparing(Candle::day));
  }

  @Test
  void theFirstAndTheLastTimeAreKeys() {
    List<Instant> moments =
        Stream.of(
                "0001-01-01T00:00:00Z",
                "1969-12-31T23:59:59.999999Z",
                "1970-01-01T00:00:00Z",
                "1970-01-01T00:00:00.000001Z",
                "9999-12-31T23:59:59.999999Z")
            .map(Instant::parse)
            .toList();
    KeyCodec<Instant> codec = KeyCodec.of(Instant.class);
    assertThat(moments).allSatisfy(m -> assertThat(codec.decode(codec.encode(m))).isEqualTo(m));
    assertThat(moments.stream().sorted(codec::compare)).isEqualTo(moments);
    assertThat(codec.encode(Instant.EPOCH)).isEqualTo(KeyCodec.of(Long.class).encode(0L));
    assertThat(codec.show(Instant.EPOCH)).isEqualTo("1970-01-01T00:00:00Z");
  }

  @Test
  void timesThatAreFinerThanPostgresAreRefused() {
    Instant fine = Instant.parse("2024-05-01T10:00:00.123456001Z");
    LocalDateTime finest = LocalDateTime.MIN.withYear(1960).withNano(999);
    assertRefused(Instant.class, fine, "microsecond");
    assertRefused(LocalDateTime.class, finest, "microsecond");
  }

  @Test
  void timesOfYearsThatHaveNotFourDigitsAreRefused() {
    assertRefused(Instant.class, Instant.MAX, "years 1 to 9999");
    assertRefused(Instant.class, Instant.MIN, "years 1 to 9999");
    assertRefused(LocalDate.class, LocalDate.of(10_000, 1, 1), "years 1 to 9999");
    assertRefused(LocalDate.class, LocalDate.of(0, 12, 31), "years 1 to 9999");
    assertRefused(LocalDateTime.class, LocalDateTime.MAX, "years 1 to 9999");
    assertThat(KeyCodec.of(LocalDate.class).encode(LocalDate.of(9_999, 12, 31))).hasSize(8);
  }

  /** One moment would have as many keys as there are offsets. */
  @Test
  void timesWithAnOffsetAreNoKeys() {
    assertThatThrownBy(() -> KeyCodec.of(OffsetDateTime.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Instant, LocalDateTime, LocalDate");
  }

  private static <K> void assertRefused(Class<K> type, K key, String why) {
    assertThatThrownBy(() -> KeyCodec.of(type).encode(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  /** Half of them within a few microseconds and days of 1970. */
  private Instant moment() {
    long micros =
        random.nextBoolean()
            ? random.nextInt(9) - 4 + (random.nextInt(5) - 2) * 86_400_000_000L
            : random.nextLong(-62_135_596_800_000_000L, 253_402_300_800_000_000L);
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  @Test
  void textThatPostgresCannotHoldIsRefused() {
    KeyCodec<String> codec = KeyCodec.of(String.class);
    assertThatThrownBy(() -> codec.encode("a\0b")).hasMessageContaining("U+0000");
    assertThatThrownBy(() -> codec.encode("a\uD800")).hasMessageContaining("surrogate");
  }

  @Test
  void rangesBeginBehindAKey() {
    KeyCodec<String> codec = KeyCodec.of(String.class);
    Span span = Span.behind("e", codec.encode("b"), codec.encode("d"));
    assertThat(span.contains(codec.encode("b"))).isFalse();
    assertThat(span.contains(codec.encode("b\u0001"))).isTrue();
    assertThat(span.contains(codec.encode("d"))).isTrue();
    assertThat(span.contains(codec.encode("da"))).isFalse();
    assertThat(Span.behind("e", null, null).contains(codec.encode(""))).isTrue();
    assertThat(Span.point("e", codec.encode("b")))
        .isNotEqualTo(Span.range("e", codec.encode("b"), null));
  }

  private <K> void checkOrder(KeyCodec<K> codec, Supplier<K> keys, Comparator<K> order) {
    for (int i = 0; i < 5_000; i++) {
      K a = keys.get();
      K b = keys.get();
      assertThat(Integer.signum(Arrays.compareUnsigned(codec.encode(a), codec.encode(b))))
          .as("%s against %s, seed %d", a, b, SEED)
          .isEqualTo(Integer.signum(order.compare(a, b)));
      assertThat(codec.decode(codec.encode(a))).isEqualTo(a);
    }
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.appendCodePoint(new int[] {1, 'a', 'B', 'é', 0xFFFD, 0x1F600}[random.nextInt(6)]);
    }
    return text.toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}
