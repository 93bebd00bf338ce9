package com.example.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.generated.Customer;
import com.example.generated.CustomerRepository;
import com.example.generated.Event;
import com.example.generated.EventRepository;
import com.example.generated.LedgerMigration;
import com.example.generated.Oddity;
import com.example.generated.OddityRepository;
import com.example.generated.Order;
import com.example.generated.OrderLine;
import com.example.generated.OrderLineKey;
import com.example.generated.OrderLineRepository;
import com.example.generated.OrderRepository;
import com.example.generated.PostgresTradeRepository;
import com.example.generated.ShopMigration;
import com.example.generated.Trade;
import com.example.generated.TradeRepository;
import com.example.generated.Visit;
import com.example.generated.VisitRepository;
import com.example.generated.public_.enums.OrderStatus;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Stage;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;

/** An application that uses what is generated and adds nothing but a name of a table. */
public final class Walk implements BiConsumer<Path, Map<String, String>> {
  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
  private static final LocalDateTime LEFT = LocalDateTime.parse("2026-05-01T23:59:59.5");

  public Walk() {}

  @Override
  public void accept(Path legacy, Map<String, String> target) {
    try (Crossfade crossfade =
        Crossfade.builder()
            .legacy(SqliteStore.open(legacy))
            .target(
                PostgresStore.at(target.get("url"))
                    .credentials(target.get("user"), target.get("password"))
                    .open())
            .migration("shop", ShopMigration::declare)
            .migration("ledger", LedgerMigration::declare)
            .build()) {
      Migration shop = crossfade.migration("shop");
      write(crossfade, "before");
      read(crossfade, "before");
      shop.moveTo(Stage.DUAL_WRITE);
      shop.backfill();
      write(crossfade, "after");
      read(crossfade, "after");
      assertThat(shop.verify().differences()).isEmpty();
      shop.moveTo(Stage.SHADOW);
      shop.verify();
      shop.moveTo(Stage.LIVE);
      read(crossfade, "before");
      read(crossfade, "after");
      write(crossfade, "live");
      read(crossfade, "live");
      crossfade.repository(CustomerRepository.class).findByEmail("before@x").ifPresent(
          customer -> crossfade.repository(CustomerRepository.class).delete(customer.id()));
      assertThat(crossfade.repository(OrderRepository.class).findByStatus(OrderStatus.paid))
          .hasSize(2);
      assertThat(shop.verify().differences()).isEmpty();
      VisitRepository visits = crossfade.repository(VisitRepository.class);
      Visit back = visits.insert(new Visit(null, "back", NOON, null));
      visits.save(new Visit(back.id(), "back", NOON.plusSeconds(90), LEFT));
      assertThat(shop.awaitSettled(Duration.ofSeconds(20))).isTrue();
      shop.moveTo(Stage.SHADOW);
      read(crossfade, "live");
      assertThat(visits.findByGuest("back"))
          .as("to the minute, which is what SQLite holds")
          .containsExactly(new Visit(back.id(), "back", NOON.plusSeconds(60), LEFT));
    }
  }

  private static Customer customer(String name) {
    return new Customer(
        null, name + "@x", name, null, new UUID(1, name.hashCode()), true,
        List.of("a", "b \"c\" \\ {d}"), List.of(4, -5), "10.0.0.7", new BigDecimal("1.234"),
        new byte[] {1, 2, 3}, LocalDate.of(2026, 5, 1), LocalTime.of(7, 30), null, 1.5, NOON,
        LocalDateTime.of(2026, 5, 1, 9, 0), null);
  }

  private static void write(Crossfade crossfade, String name) {
    CustomerRepository customers = crossfade.repository(CustomerRepository.class);
    OrderRepository orders = crossfade.repository(OrderRepository.class);
    OrderLineRepository lines = crossfade.repository(OrderLineRepository.class);
    Customer saved = customers.insert(customer(name));
    assertThat(saved.rank()).isEqualTo((short) 3);
    customers.save(
        new Customer(
            saved.id(), saved.email(), saved.name(), saved.id(), saved.publicId(), false,
            saved.labels(), saved.ratings(), saved.seenFrom(), saved.balance(), saved.photo(), saved.joinedOn(),
            saved.wakesAt(), saved.rank(), saved.score(), saved.createdAt(), saved.localTime(),
            null));
    Order order =
        orders.insert(
            new Order(
                null, saved.id(), OrderStatus.paid,
                JsonNodeFactory.instance.objectNode().put("total", new BigDecimal("12.50")),
                null, NOON));
    for (int line = 1; line <= 3; line++) {
      lines.insert(new OrderLine(order.id(), line, name + line, new BigDecimal("9.99")));
    }
    crossfade.repository(VisitRepository.class).insert(new Visit(null, name, NOON, LEFT));
    crossfade
        .repository(EventRepository.class)
        .insert(new Event(Math.abs((long) name.hashCode()), name, NOON.minusSeconds(86_400L * 200)));
    crossfade
        .repository(OddityRepository.class)
        .insert(new Oddity(name, 1, "hash", 2, 3, 4, true));
  }

  private static void read(Crossfade crossfade, String name) {
    CustomerRepository customers = crossfade.repository(CustomerRepository.class);
    Customer found = customers.findByEmail(name + "@x").orElseThrow();
    assertThat(customers.existsByEmail(name + "@x")).isTrue();
    assertThat(customers.existsByEmail("nobody")).isFalse();
    assertThat(found.labels()).containsExactly("a", "b \"c\" \\ {d}");
    assertThat(found.ratings()).containsExactly(4, -5);
    assertThat(found.active()).isFalse();
    assertThat(found.balance()).isEqualByComparingTo("1.234");
    assertThat(found.photo()).containsExactly(1, 2, 3);
    assertThat(found.createdAt()).isEqualTo(NOON);
    assertThat(customers.findByReferrerId(found.id())).hasSize(1);
    assertThat(customers.existsByReferrerId(found.id())).isTrue();
    assertThat(customers.findByJoinedOn(LocalDate.of(2026, 5, 1), 1)).hasSize(1);
    assertThat(customers.findByJoinedOnAndActive(LocalDate.of(2026, 5, 1), false)).isNotEmpty();
    Order order = crossfade.repository(OrderRepository.class).findByCustomerId(found.id()).get(0);
    assertThat(order.status()).isEqualTo(OrderStatus.paid);
    assertThat(order.payload().get("total").decimalValue()).isEqualByComparingTo("12.5");
    OrderLineRepository lines = crossfade.repository(OrderLineRepository.class);
    assertThat(lines.findByOrderId(order.id())).extracting(OrderLine::lineNo).containsExactly(1, 2, 3);
    assertThat(lines.findByOrderId(order.id(), 2)).hasSize(2);
    assertThat(lines.findByOrderId(order.id(), new OrderLineKey(order.id(), 2), 5))
        .extracting(OrderLine::lineNo)
        .containsExactly(3);
    assertThat(lines.findBySkuAndOrderId(name + "2", order.id())).isPresent();
    assertThat(lines.find(new OrderLineKey(order.id(), 1))).isPresent();
    assertThat(crossfade.repository(EventRepository.class).findByKind(name)).hasSize(1);
    VisitRepository visits = crossfade.repository(VisitRepository.class);
    assertThat(visits.findByVisitedAtAndGuest(NOON, name))
        .isEqualTo(visits.findByGuestAndLeftAt(name, LEFT))
        .hasSize(1);
    assertThat(visits.findByVisitedAt(NOON, null, 9)).extracting(Visit::guest).contains(name);
    assertThat(visits.findByVisitedAt(NOON.plusSeconds(3_600))).isEmpty();
    OddityRepository odd = crossfade.repository(OddityRepository.class);
    assertThat(odd.get(name).fooBar2()).isEqualTo(3);
    assertThat(odd.findByLimit(4)).extracting(Oddity::oddName).contains(name).isSorted();
    assertThat(odd.findByLimit(4, name, 9)).extracting(Oddity::oddName).doesNotContain(name);
  }
}
