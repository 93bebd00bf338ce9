package dev.crossfade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordListTest {
  record Item(String sku, BigDecimal price, @Nullable Instant at) {}

  record Order(long id, @Nullable List<Item> items) {}

  record Tagged(long id, List<String> tags) {}

  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123456Z");

  private static final Entity<Order, Long> BY_VALUE =
      Entity.of(Order.class).key("id", Long.class).build();
  private static final Entity<Order, Long> DECLARED =
      Entity.of(Order.class)
          .key("id", Long.class)
          .decimal("items.price", 2)
          .time("items.at", ChronoUnit.MILLIS)
          .build();

  private static Item item(String price, @Nullable Instant at) {
    return new Item("a", new BigDecimal(price), at);
  }

  private static Order order(Item... items) {
    return new Order(1, Arrays.asList(items));
  }

  @Test
  void decimalsAreComparedByValue() {
    same(BY_VALUE, order(item("1.50", NOON)), order(item("1.5", NOON.plusNanos(1))), true);
    same(BY_VALUE, order(item("1.50", null)), order(item("1.501", null)), false);
    same(BY_VALUE, order(item("1", NOON)), order(item("1", null)), false);
  }

  @Test
  void orderAndLengthCount() {
    Item one = item("1", null);
    Item two = item("2", null);
    same(BY_VALUE, order(one, two), order(one, two), true);
    same(BY_VALUE, order(one, two), order(two, one), false);
    same(BY_VALUE, order(one), order(one, one), false);
    same(BY_VALUE, order(), order(), true);
    same(BY_VALUE, order(), new Order(1, null), false);
    same(BY_VALUE, order(one, null), order(one, null), true);
    same(BY_VALUE, order(one, null), order(one, one), false);
  }

  @Test
  void whatIsDeclaredForAComponentOfTheElementsHolds() {
    Instant later = NOON.plus(100, ChronoUnit.MICROS);
    same(BY_VALUE, order(item("1", NOON)), order(item("1", later)), false);
    same(DECLARED, order(item("1.004", NOON)), order(item("1", later)), true);
    same(DECLARED, order(item("1.005", NOON)), order(item("1", NOON)), false);
    same(DECLARED, order(item("1", NOON)), order(item("1", NOON.plusMillis(1))), false);
  }

  private static void same(Entity<Order, Long> entity, Order a, Order b, boolean expected) {
    RowEncoding<Order> encoding = RowEncoding.of(entity).orElseThrow();
    assertThat(entity.same(a, b)).isEqualTo(expected);
    assertThat(entity.differences(a, b).isEmpty()).isEqualTo(expected);
    assertThat(Arrays.equals(encoding.encode(a), encoding.encode(b))).isEqualTo(expected);
  }

  @Test
  void aListOfOtherThingsIsComparedAsItIs() {
    Entity<Tagged, Long> tagged = Entity.of(Tagged.class).key("id", Long.class).build();
    assertThat(RowEncoding.of(tagged)).isEmpty();
    assertThat(tagged.same(new Tagged(1, List.of("a")), new Tagged(1, List.of("a")))).isTrue();
  }

  @Test
  void aListWeighsWhatItsElementsDo() {
    assertThat(BY_VALUE.weight(order())).isZero();
    assertThat(BY_VALUE.weight(new Order(1, null))).isZero();
    assertThat(BY_VALUE.weight(order(item("1", null), item("2", null))))
        .isEqualTo(2 * (4 * 16 + 2));
  }

  @Test
  void whatIsNoComponentIsRefused() {
    assertThatThrownBy(
            () ->
                Entity.of(Order.class)
                    .key("id", Long.class)
                    .time("items", ChronoUnit.MILLIS)
                    .decimal("items.cost", 2)
                    .decimal("id.price", 2)
                    .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is a list of records")
        .hasMessageContaining("\"items.sku\"")
        .hasMessageContaining("no component 'items.cost'")
        .hasMessageContaining("no component 'id.price'");
  }
}
