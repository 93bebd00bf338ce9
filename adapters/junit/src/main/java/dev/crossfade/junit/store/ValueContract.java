package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.crossfade.CheckException;
import dev.crossfade.junit.store.ContractEntities.Color;
import dev.crossfade.junit.store.ContractEntities.Sample;
import dev.crossfade.store.Load;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Written;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What goes into a row comes out of it, on every way in. */
abstract class ValueContract extends ContractTheme {
  private static final Sample EMPTY =
      new Sample(1, null, null, null, null, null, null, null, null, null, null, null, null);

  ValueContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @Test
  void nullIsNull() {
    assertKept(EMPTY);
    Sample stored = tables.samples.find(1L).orElseThrow();
    assertThat(stored).as("every component").isEqualTo(EMPTY);
  }

  @Test
  void textIsKeptExactly() {
    List<String> texts = new ArrayList<>();
    texts.addAll(
        List.of("", " ", "null", "  padded  ", "it's \"quoted\" `so` [and] \\ /", "%_?:name $1"));
    texts.addAll(
        List.of(
            "line\nline\r\n\tend", "é ß ı İ Σς 日本 \uFF5E 😀👩‍👩‍👧", "\u0001\u007f\u0080\uFEFF"));
    texts.add("long ".repeat(100_000));
    for (String text : texts) {
      assertKept(withText(text));
      assertThat(tables.samples.find(1L).orElseThrow().text()).isEqualTo(text);
    }
  }

  @Test
  void textThatAStoreCannotHoldIsRefusedNotChanged() {
    for (String text : List.of("a\u0000b", "half \uD83D of a pair")) {
      Sample row = withText(text);
      Throwable refused = catchThrowable(() -> save(tables.samples, row));
      if (refused == null) {
        assertThat(tables.samples.find(1L).orElseThrow().text()).isEqualTo(text);
        unit(() -> tables.samples.delete(1L));
      } else {
        assertThat(refused).isInstanceOf(CheckException.class);
        assertAbsent(tables.samples, 1L);
      }
    }
  }

  private static Sample withText(@Nullable String text) {
    return new Sample(1, text, null, null, null, null, null, null, null, null, null, null, null);
  }

  @Test
  void booleansAndNumbersAreKept() {
    for (Boolean flag : List.of(true, false)) {
      assertKept(
          new Sample(1, null, flag, null, null, null, null, null, null, null, null, null, null));
    }
    for (Integer small : List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE)) {
      assertKept(
          new Sample(1, null, null, small, null, null, null, null, null, null, null, null, null));
    }
    for (Long big : List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 53) + 1)) {
      assertKept(
          new Sample(1, null, null, null, big, null, null, null, null, null, null, null, null));
    }
    for (Double ratio :
        List.of(0.0, 0.1, -1.5e-7, 1.0, 3.0, Math.PI, Double.MAX_VALUE, Double.MIN_NORMAL, 1e22)) {
      assertKept(
          new Sample(1, null, null, null, null, ratio, null, null, null, null, null, null, null));
    }
  }

  @Test
  void decimalsAreKeptByValue() {
    List<BigDecimal> amounts = new ArrayList<>();
    for (String amount :
        List.of("0", "0.0000", "1.5", "-1.5", "0.0001", "-0.0001", "99999999999.9999", "1E+3")) {
      amounts.add(new BigDecimal(amount));
    }
    int digits = environment.exactDigits();
    amounts.add(new BigDecimal(BigInteger.TEN.pow(digits).subtract(BigInteger.ONE), 4));
    amounts.add(new BigDecimal(BigInteger.TEN.pow(digits - 1).add(BigInteger.ONE).negate(), 4));
    for (BigDecimal amount : amounts) {
      assertKept(
          new Sample(1, null, null, null, null, null, amount, null, null, null, null, null, null));
      assertThat(tables.samples.find(1L).orElseThrow().amount()).isEqualByComparingTo(amount);
    }
  }

  @Test
  void jsonIsKeptByItsStructure() {
    for (String document :
        List.of(
            "{}",
            "[]",
            "null",
            "true",
            "\"text\"",
            "12.50",
            "-1e3",
            "{\"b\": 1, \"a\": {\"c\": [null, true, \"é😀\\n\\\"\"]}}",
            "[12345678901234567890.123456789]",
            "{\"\": \"\", \"quote's\": \"\\\\\"}")) {
      assertKept(
          new Sample(
              1, null, null, null, null, null, null, document, null, null, null, null, null));
    }
  }

  @Test
  void enumsAndBytesAndUuidsAreKept() {
    for (Color color : Color.values()) {
      assertKept(
          new Sample(1, null, null, null, null, null, null, null, color, null, null, null, null));
    }
    byte[] all = new byte[256];
    for (int i = 0; i < 256; i++) {
      all[i] = (byte) i;
    }
    for (byte[] data : List.of(new byte[0], new byte[] {0}, all, new byte[200_000])) {
      assertKept(
          new Sample(1, null, null, null, null, null, null, null, null, data, null, null, null));
    }
    for (UUID token : List.of(new UUID(0, 0), new UUID(-1, -1), new UUID(0x0123456789abcdefL, 7))) {
      assertKept(
          new Sample(1, null, null, null, null, null, null, null, null, null, null, null, token));
    }
  }

  @Test
  void timesAreKeptToTheMicrosecond() {
    for (String time :
        List.of(
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "2026-03-29T01:30:00Z",
            "2026-10-25T00:30:00.000001Z",
            "2026-07-14T12:34:56.7Z",
            "1850-06-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z")) {
      assertKept(
          new Sample(
              1,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              Instant.parse(time),
              null,
              null));
    }
  }

  @Test
  void datesAreKept() {
    for (String date :
        List.of(
            "1970-01-01", "2026-03-29", "2024-02-29", "1850-06-01", "0001-01-01", "9999-12-31")) {
      assertKept(
          new Sample(
              1,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              LocalDate.parse(date),
              null));
    }
  }

  /** By save as the decider, by save of one row, by apply and by load; also over another row. */
  private void assertKept(Sample row) {
    Sample other =
        new Sample(
            1,
            "other",
            true,
            77,
            77L,
            7.7,
            new BigDecimal("7.7"),
            "{\"other\": 7}",
            Color.RED,
            new byte[] {7},
            Instant.parse("2007-07-07T07:07:07Z"),
            LocalDate.parse("2007-07-07"),
            new UUID(7, 7));
    Written<Sample> unit = save(tables.samples, row);
    assertSame(ContractEntities.SAMPLE, unit.result(), row);
    assertStored(tables.samples, row);

    save(tables.samples, other);
    apply(RowState.present(ContractEntities.SAMPLE, row));
    assertStored(tables.samples, row);

    save(tables.samples, other);
    Written<Object> byRow =
        store.writeRow(writer.entry(1), tables.samples, new RowWrite.Save<>(row));
    assertSame(ContractEntities.SAMPLE, (Sample) byRow.result(), row);
    assertStored(tables.samples, row);

    unit(() -> tables.samples.delete(1L));
    apply(RowState.present(ContractEntities.SAMPLE, row));
    assertStored(tables.samples, row);
    assertSame(ContractEntities.SAMPLE, tables.samples.scan(null, 1).get(0), row);
    unit(() -> tables.samples.delete(1L));
    Written<Sample> inserted = unit(() -> tables.samples.insert(row));
    assertSame(ContractEntities.SAMPLE, inserted.result(), row);
    assertStored(tables.samples, row);

    save(tables.samples, other);
    load(row);
    assertStored(tables.samples, row);
    unit(() -> tables.samples.delete(1L));
    load(row);
    assertStored(tables.samples, row);
  }

  private void load(Sample row) {
    store.load(
        new Load<>(MIGRATION, 1, writer.id, tables.samples, null, null, List.of(row), LIMIT));
  }
}
