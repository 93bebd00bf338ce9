package dev.crossfade.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.store.KeyCodec;
import dev.crossfade.store.Span;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class ShownKeysTest {
  private static final KeyCodec<Long> NUMBERS = KeyCodec.of(Long.class);
  private static final KeyCodec<String> TEXTS = KeyCodec.of(String.class);
  private static final KeyCodec<Pair> PAIRS = KeyCodec.of(Pair.class);

  private static final KeyCodec<Candle> CANDLES = KeyCodec.of(Candle.class);

  record Pair(String name, int number) {}

  record Candle(String pool, Instant at, LocalDate day) {}

  @Test
  void aKeyIsShownAsMessagesShowIt() {
    assertThat(ShownKeys.show(NUMBERS, Span.point("e", NUMBERS.encode(-7L)))).isEqualTo("-7");
    assertThat(ShownKeys.show(TEXTS, Span.point("e", TEXTS.encode("x")))).isEqualTo("x");
    Span pair = Span.point("e", PAIRS.encode(new Pair("a", 2)));
    assertThat(ShownKeys.show(PAIRS, pair)).isEqualTo("(a, 2)");
    Candle candle =
        new Candle("p", Instant.parse("2024-05-01T10:00:00.5Z"), LocalDate.of(2024, 5, 1));
    assertThat(ShownKeys.show(CANDLES, Span.point("e", CANDLES.encode(candle))))
        .isEqualTo("(p, 2024-05-01T10:00:00.500Z, 2024-05-01)");
    assertThat(ShownKeys.show(CANDLES, Span.behind("e", CANDLES.encode(candle), null)))
        .isEqualTo("behind (p, 2024-05-01T10:00:00.500Z, 2024-05-01) up to the last");
  }

  @Test
  void aRangeSaysWhereItBeginsAndEnds() {
    byte[] three = NUMBERS.encode(3L);
    byte[] seven = NUMBERS.encode(7L);
    assertThat(ShownKeys.show(NUMBERS, Span.range("e", three, seven))).isEqualTo("from 3 up to 7");
    assertThat(ShownKeys.show(NUMBERS, Span.behind("e", three, seven)))
        .isEqualTo("behind 3 up to 7");
    assertThat(ShownKeys.show(NUMBERS, Span.behind("e", null, seven)))
        .isEqualTo("from the first up to 7");
    assertThat(ShownKeys.show(TEXTS, Span.behind("e", TEXTS.encode("m"), null)))
        .isEqualTo("behind m up to the last");
  }

  @Test
  void whatNobodyCanReadIsShownAsTheJournalHasIt() {
    Span point = Span.point("e", new byte[] {1, (byte) 0xab});
    assertThat(ShownKeys.show(null, point)).isEqualTo("0x01ab");
    assertThat(ShownKeys.show(NUMBERS, point)).isEqualTo("0x01ab");
    assertThat(ShownKeys.show(null, Span.behind("e", new byte[] {1}, new byte[] {2})))
        .isEqualTo("from 0x0100 up to 0x02");
  }
}
