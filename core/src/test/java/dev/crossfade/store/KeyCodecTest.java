package dev.crossfade.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
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

  private <K> void checkOrder(KeyCodec<K> codec, Supplier<K> keys, java.util.Comparator<K> order) {
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
