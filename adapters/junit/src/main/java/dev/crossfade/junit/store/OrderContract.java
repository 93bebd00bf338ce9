package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.crossfade.CheckException;
import dev.crossfade.Entity;
import dev.crossfade.junit.store.ContractEntities.Appointment;
import dev.crossfade.junit.store.ContractEntities.Candle;
import dev.crossfade.junit.store.ContractEntities.CandleKey;
import dev.crossfade.junit.store.ContractEntities.Device;
import dev.crossfade.junit.store.ContractEntities.Fragment;
import dev.crossfade.junit.store.ContractEntities.Holiday;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.junit.store.ContractEntities.Parent;
import dev.crossfade.junit.store.ContractEntities.Reading;
import dev.crossfade.junit.store.ContractEntities.Score;
import dev.crossfade.junit.store.ContractEntities.ScoreKey;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.KeyCodec;
import dev.crossfade.store.Mark;
import dev.crossfade.store.StoreRepository;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Key order: the same on every store, that of the canonical keys' bytes. */
abstract class OrderContract extends ContractTheme {
  OrderContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @Test
  void longKeysAreOrderedByValue() {
    assertOrder(
        ContractEntities.PARENT,
        id -> new Parent(id, "p"),
        List.of(0L, -1L, 1L, 10L, 9L, 2L, -10L, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  @Test
  void generatedKeysAreOrderedByValue() {
    assertOrder(
        ContractEntities.ITEM,
        id -> item("code " + id).withId(id),
        List.of(100L, 20L, 3L, 1L, 9L, 1_000L));
  }

  @Test
  void intKeysAreOrderedByValue() {
    assertOrder(
        ContractEntities.TALLY,
        id -> new Tally(id, 1),
        List.of(0, -1, 1, 10, 9, 2, -10, Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  @Test
  void textKeysAreOrderedByTheirBytes() {
    assertOrder(
        ContractEntities.SETTING,
        name -> new Setting(name, "x"),
        List.of(
            "", " ", "a", "A", "b", "B", "Z", "z", "zz", "a b", "ab", "a-b", "a_b", "a%", "10", "9",
            "é", "e\u0301", "ß", "ss", "ä", "ı", "i", "I", "İ", "日本", "\uFF5E", "\t", "~", "\u007f",
            "\u0080"));
  }

  /** UTF-16 has the second before the first. */
  @Test
  void textKeysBeyondTheFirstPlaneAreOrderedByTheirBytes() {
    verifiedOnlyIf(environment.ordersTextByBytes(), "text beyond U+FFFF is ordered by its bytes");
    assertOrder(
        ContractEntities.SETTING, name -> new Setting(name, "x"), List.of("\uFF5E", "😀", "a"));
  }

  @Test
  void uuidKeysAreOrderedByTheirBytes() {
    assertOrder(
        ContractEntities.DEVICE,
        id -> new Device(id, "d"),
        List.of(
            new UUID(0, 0),
            new UUID(0, 1),
            new UUID(0, -1),
            new UUID(Long.MAX_VALUE, 0),
            new UUID(Long.MIN_VALUE, 0),
            new UUID(-1, Long.MIN_VALUE),
            new UUID(-1, Long.MAX_VALUE),
            UUID.fromString("7fffffff-0000-4000-8000-00000000000a"),
            UUID.fromString("80000000-0000-4000-8000-00000000000a"),
            UUID.fromString("0a000000-0000-4000-8000-000000000000"),
            UUID.fromString("a0000000-0000-4000-8000-000000000000")));
  }

  @Test
  void binaryKeysAreOrderedByTheirUnsignedBytes() {
    assertOrder(
        ContractEntities.FRAGMENT,
        id -> new Fragment(id, "f"),
        List.of(
            new byte[] {},
            new byte[] {0},
            new byte[] {0, 0},
            new byte[] {0, 1},
            new byte[] {1},
            new byte[] {0x7f},
            new byte[] {(byte) 0x80},
            new byte[] {(byte) 0xff},
            new byte[] {(byte) 0xff, 0},
            "0x41".getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void compositeKeysAreOrderedByTheirComponents() {
    assertOrder(
        ContractEntities.SCORE,
        key -> new Score(key.symbol(), key.period(), BigDecimal.ONE),
        List.of(
            new ScoreKey("a", 1),
            new ScoreKey("a", -1),
            new ScoreKey("a", Integer.MAX_VALUE),
            new ScoreKey("a", Integer.MIN_VALUE),
            new ScoreKey("ab", 0),
            new ScoreKey("A", 5),
            new ScoreKey("", 5),
            new ScoreKey("", -5),
            new ScoreKey("a\u0001", 3),
            new ScoreKey("é", 3),
            new ScoreKey("z", 3)));
  }

  @Test
  void locatedRowsAreOrderedByTheirKeyAlone() {
    assertOrder(
        ContractEntities.READING,
        id -> new Reading(id, Instant.parse("2026-0" + (9 - id) + "-05T00:00:00Z"), "r"),
        List.of(5L, 1L, 7L, 3L));
  }

  @Test
  void randomKeysAreOrderedToo() {
    Random random = random("OrderContract.randomKeysAreOrderedToo");
    String letters =
        "aAbBzZ09 _-éÉßıİ日" + (environment.ordersTextByBytes() ? "😀\uFF5E" : "") + "~";
    int[] points = letters.codePoints().toArray();
    List<String> texts = new ArrayList<>();
    List<UUID> uuids = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(5); length >= 0; length--) {
        text.appendCodePoint(points[random.nextInt(points.length)]);
      }
      if (!texts.contains(text.toString())) {
        texts.add(text.toString());
      }
      uuids.add(new UUID(random.nextLong(), random.nextLong()));
    }
    assertOrder(ContractEntities.SETTING, name -> new Setting(name, "x"), texts);
    assertOrder(ContractEntities.DEVICE, id -> new Device(id, "d"), uuids);
  }

  @Test
  void momentsInKeysAreOrderedFromTheEarliest() {
    assumeTimeKeys();
    List<CandleKey> keys = new ArrayList<>();
    for (Instant moment : moments()) {
      keys.add(new CandleKey("a", moment, 1));
    }
    Instant one = Instant.parse("2024-05-01T10:00:00Z");
    keys.addAll(
        List.of(
            new CandleKey("a", one, -5),
            new CandleKey("a", one, 60),
            new CandleKey("", Instant.parse("9999-12-31T23:59:59.999999Z"), 1),
            new CandleKey("ab", Instant.parse("0001-01-01T00:00:00Z"), 1)));
    assertOrder(
        ContractEntities.CANDLE,
        key -> new Candle(key.pool(), key.at(), key.period(), 7),
        distinct(keys));
  }

  @Test
  void localTimesAreOrderedFromTheEarliest() {
    assumeTimeKeys();
    assertOrder(
        ContractEntities.APPOINTMENT,
        at -> new Appointment(at, "a"),
        distinct(moments().stream().map(m -> LocalDateTime.ofInstant(m, ZoneOffset.UTC)).toList()));
  }

  @Test
  void datesAreOrderedFromTheEarliest() {
    assumeTimeKeys();
    assertOrder(
        ContractEntities.HOLIDAY,
        day -> new Holiday(day, "h"),
        distinct(moments().stream().map(m -> LocalDate.ofInstant(m, ZoneOffset.UTC)).toList()));
  }

  /** Around each place where a number gets one more digit, and anywhere. */
  private List<Instant> moments() {
    List<Instant> moments = new ArrayList<>();
    Random random = random("OrderContract.moments");
    for (String time :
        List.of(
            "0001-01-01T00:00:00Z",
            "0999-12-31T23:59:59.999999Z",
            "1000-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00.000001Z",
            "2024-03-31T01:00:00Z",
            "2024-03-31T02:30:00Z",
            "2024-05-01T09:59:59.9Z",
            "2024-05-01T09:59:59.95Z",
            "2024-05-01T10:00:00Z",
            "2024-10-27T00:30:00Z",
            "2024-10-27T01:30:00Z",
            "9999-12-31T23:59:59.999999Z")) {
      moments.add(Instant.parse(time));
    }
    for (int i = 0; i < 20; i++) {
      long micros = random.nextLong(-62_135_596_800_000_000L, 253_402_300_800_000_000L);
      moments.add(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
    }
    return moments;
  }

  private static <K> List<K> distinct(List<K> keys) {
    return keys.stream().distinct().toList();
  }

  private void assumeTimeKeys() {
    assumeTrue(environment.hasTimeKeys(), "the store has no keys that are times");
  }

  /** To cut it would make one key of two. */
  @Test
  void aTimeThatNoKeyCanHaveIsRefused() {
    assumeTimeKeys();
    Instant held = Instant.parse("2024-05-01T10:00:00.123456Z");
    Instant finer = held.plusNanos(1);
    StoreRepository<Candle, CandleKey> candles = tables.of(ContractEntities.CANDLE);
    given(candles, new Candle("a", held, 1, 7));

    for (Instant time : List.of(finer, Instant.parse("+10000-01-01T00:00:00Z"))) {
      assertThatThrownBy(() -> given(candles, new Candle("a", time, 1, 8)))
          .isInstanceOf(CheckException.class);
    }

    assertThat(candles.find(new CandleKey("a", finer, 1))).isEmpty();
    assertThat(candles.findAll(List.of(new CandleKey("a", finer, 1)))).isEmpty();
    assertThat(candles.scan(new CandleKey("a", finer, 1), 9)).isEmpty();
    assertThat(candles.scan(new CandleKey("a", held.minusNanos(1), 1), 9)).hasSize(1);
    assertThat(candles.between(null, new CandleKey("a", finer, 1))).hasSize(1);
    assertThat(candles.between(null, new CandleKey("a", held.minusNanos(1), 1))).isEmpty();
  }

  private <T, K> void assertOrder(Entity<T, K> entity, Function<K, T> row, List<K> keys) {
    StoreRepository<T, K> repository = tables.of(entity);
    store.write(
        writer.mark(Mark.Kind.NOTHING, 1),
        () -> {
          keys.forEach(key -> repository.insert(row.apply(key)));
          return true;
        });
    KeyCodec<K> codec = entity.keys();
    List<K> sorted = new ArrayList<>(keys);
    sorted.sort((a, b) -> Arrays.compareUnsigned(codec.encode(a), codec.encode(b)));

    assertKeys("scan of all", entity, repository.scan(null, keys.size() + 1), sorted);
    assertKeys("between null and null", entity, repository.between(null, null), sorted);
    assertThat(shown(entity, repository.keysBetween(null, null)))
        .as("keysBetween null and null")
        .isEqualTo(shown(entity, sorted));
    List<K> shuffled = new ArrayList<>(keys);
    Collections.reverse(shuffled);
    assertKeys("findAll", entity, repository.findAll(shuffled), sorted);
    assertPages(repository, sorted);
    assertRanges(repository, sorted);
    assertBoundaries(repository, sorted);
  }

  private static <T, K> void assertPages(StoreRepository<T, K> repository, List<K> sorted) {
    for (int size : new int[] {1, 2, 3, sorted.size()}) {
      List<T> rows = new ArrayList<>();
      K after = null;
      while (true) {
        List<T> page = repository.scan(after, size);
        rows.addAll(page);
        if (page.size() < size) {
          break;
        }
        after = repository.entity().keyOf(page.get(page.size() - 1));
      }
      assertKeys("scan in pages of " + size, repository.entity(), rows, sorted);
    }
  }

  private static <T, K> void assertRanges(StoreRepository<T, K> repository, List<K> sorted) {
    Entity<T, K> entity = repository.entity();
    int step = Math.max(1, sorted.size() / 12);
    for (int from = -1; from < sorted.size(); from += step) {
      for (int to = Math.max(from, 0); to <= sorted.size(); to += step) {
        K after = from < 0 ? null : sorted.get(from);
        K last = to == sorted.size() ? null : sorted.get(to);
        List<K> expected = sorted.subList(from + 1, Math.min(to + 1, sorted.size()));
        String range = "behind " + shown(entity, after) + " up to " + shown(entity, last);
        assertKeys("between " + range, entity, repository.between(after, last), expected);
        assertThat(shown(entity, repository.keysBetween(after, last)))
            .as("keysBetween %s", range)
            .isEqualTo(shown(entity, expected));
      }
    }
  }

  private static <T, K> void assertBoundaries(StoreRepository<T, K> repository, List<K> sorted) {
    Entity<T, K> entity = repository.entity();
    for (int from = -1; from < sorted.size(); from++) {
      K after = from < 0 ? null : sorted.get(from);
      for (int limit : new int[] {1, 2, 5}) {
        K expected = from + limit < sorted.size() ? sorted.get(from + limit) : null;
        assertThat(shown(entity, repository.boundary(after, limit)))
            .as("boundary of %s rows behind %s", limit, shown(entity, after))
            .isEqualTo(shown(entity, expected));
      }
    }
  }

  private static <T, K> void assertKeys(
      String what, Entity<T, K> entity, List<T> rows, List<K> expected) {
    assertThat(shown(entity, rows.stream().map(entity::keyOf).toList()))
        .as(what)
        .isEqualTo(shown(entity, expected));
  }

  private static <K> List<String> shown(Entity<?, K> entity, List<K> keys) {
    return keys.stream().map(key -> shown(entity, key)).toList();
  }

  private static <K> String shown(Entity<?, K> entity, @Nullable K key) {
    return key == null ? "(none)" : "'" + entity.keys().show(key) + "'";
  }

  @Test
  void keysThatNoRowHasAreBoundsToo() {
    given(tables.tallies, new Tally(10, 1), new Tally(20, 1), new Tally(30, 1));

    assertThat(tables.tallies.keysBetween(5, 25)).containsExactly(10, 20);
    assertThat(tables.tallies.keysBetween(10, 19)).isEmpty();
    assertThat(tables.tallies.between(15, null)).extracting(Tally::id).containsExactly(20, 30);
    assertThat(tables.tallies.scan(29, 5)).extracting(Tally::id).containsExactly(30);
    assertThat(tables.tallies.scan(30, 5)).isEmpty();
    assertThat(tables.tallies.boundary(15, 1)).isEqualTo(20);
    assertThat(tables.tallies.boundary(15, 2)).isEqualTo(30);
    assertThat(tables.tallies.boundary(15, 3)).isNull();
  }

  @Test
  void anEmptyTableHasNoBoundary() {
    assertThat(tables.tallies.boundary(null, 1)).isNull();
    assertThat(tables.tallies.between(null, null)).isEmpty();
    assertThat(tables.tallies.keysBetween(null, null)).isEmpty();
    assertThat(tables.tallies.scan(null, 10)).isEmpty();
  }

  @Test
  void chunksFromBoundaryToBoundaryAreTheWholeTable() {
    store.write(
        writer.mark(Mark.Kind.NOTHING, 1),
        () -> {
          for (int i = 0; i < 1_003; i++) {
            tables.items.insert(item("code " + i));
          }
          return true;
        });

    List<Item> rows = new ArrayList<>();
    Long after = null;
    for (Long to = tables.items.boundary(null, 100);
        to != null;
        to = tables.items.boundary(after, 100)) {
      List<Item> chunk = tables.items.between(after, to);
      assertThat(chunk).hasSize(100);
      rows.addAll(chunk);
      after = to;
    }
    rows.addAll(tables.items.between(after, null));

    assertThat(rows).hasSize(1_003);
    assertThat(rows).extracting(Item::id).isSorted().doesNotHaveDuplicates();
  }
}
