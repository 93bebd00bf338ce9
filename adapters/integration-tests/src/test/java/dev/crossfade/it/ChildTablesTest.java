package dev.crossfade.it;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.inc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CheckException;
import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.Writes;
import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Orders hold their items as a list of documents; in PostgreSQL these are rows of a table. */
class ChildTablesTest {
  enum Kind {
    GOOD,
    SERVICE
  }

  record Item(
      String sku,
      int quantity,
      BigDecimal price,
      @Nullable Kind kind,
      @Nullable String note,
      @Nullable Instant shippedAt,
      @Nullable LocalDate due,
      @Nullable UUID batch,
      boolean gift) {
    static Item of(String sku, int quantity) {
      return new Item(
          sku, quantity, new BigDecimal("9.90"), Kind.GOOD, null, null, null, null, false);
    }
  }

  record Order(long id, String customer, int version, List<Item> items) {
    Order with(Item... others) {
      return new Order(id, customer, version, List.of(others));
    }

    List<String> skus() {
      return items.stream().map(Item::sku).toList();
    }
  }

  static final Entity<Order, Long> ORDER =
      Entity.of(Order.class)
          .key("id", Long.class)
          .name("orders")
          .decimal("items.price", 2)
          .time("items.shippedAt", ChronoUnit.MILLIS)
          .build();

  interface Orders extends Repository<Order, Long> {
    @Writes
    boolean touch(long id);

    @Writes
    long touchAll(String customer);
  }

  static final class MongoOrders extends MongoRepository<Order, Long> implements Orders {
    MongoOrders(RepositoryContext<Order, Long> context) {
      super(context, "orders", fields -> fields.byDefault("items", List::of));
    }

    @Override
    public boolean touch(long id) {
      return updateOne(keyIs(id), inc("version", 1)).isPresent();
    }

    @Override
    public long touchAll(String customer) {
      return fetchAll(is("customer", customer)).stream().filter(each -> touch(each.id())).count();
    }
  }

  private static final Table<?> ORDERS = DSL.table(DSL.name("orders"));
  private static final Table<?> ITEMS = DSL.table(DSL.name("order_items"));

  static final class PostgresOrders extends PostgresRepository<Order, Long> implements Orders {
    PostgresOrders(RepositoryContext<Order, Long> context) {
      super(context, ORDERS, columns -> columns.children("items", ITEMS, "order_id", "position"));
    }

    @Override
    public boolean touch(long id) {
      Field<Integer> version = column("version", Integer.class);
      return !write(DSL.update(ORDERS).set(version, version.plus(1)).where(equal("id", id)))
          .isEmpty();
    }

    @Override
    public long touchAll(String customer) {
      Field<Integer> version = column("version", Integer.class);
      return updateWhere(equal("customer", customer), set(version, version.plus(1)));
    }
  }

  private static final String TABLES =
      """
      create table orders (
        id bigint primary key, customer text not null, version integer not null);
      create index on orders (customer);
      create table order_items (
        order_id bigint references orders on delete cascade, position integer,
        sku text not null, quantity integer not null check (quantity > 0),
        price numeric(10, 2) not null, kind text, note text, shipped_at timestamptz, due date,
        batch uuid, gift boolean not null, added_at timestamptz not null default now(),
        primary key (order_id, position));
      """;

  private final MongoCrossing app = new MongoCrossing();
  private Orders orders;

  @BeforeEach
  void fill() throws SQLException {
    app.execute(TABLES);
    app.legacy.createCollection("orders");
    for (int i = 0; i < 40; i++) {
      List<Document> items = new ArrayList<>();
      for (int j = 0; j < i % 4; j++) {
        items.add(
            new Document("sku", "sku-" + j)
                .append("quantity", j + 1)
                .append("price", j == 0 ? 9.9 : 12)
                .append("kind", j == 0 ? "GOOD" : "SERVICE")
                .append("shippedAt", Instant.ofEpochMilli(1_700_000_000_123L + i))
                .append("gift", j > 0));
      }
      Document order =
          new Document("_id", (long) i).append("customer", "c" + i % 3).append("version", 0);
      if (i % 8 != 0) {
        order.append("items", items);
      }
      app.legacy.getCollection("orders").insertOne(order);
    }
  }

  @AfterEach
  void end() {
    app.close();
  }

  private void open() {
    Crossfade crossfade = app.open(m -> m.entity(ORDER, MongoOrders::new, PostgresOrders::new));
    orders = crossfade.repository(Orders.class);
  }

  private @Nullable String items(long order) throws SQLException {
    return app.value(
        "select string_agg(sku || ' ' || quantity, ', ' order by position) from order_items"
            + " where order_id = "
            + order);
  }

  private List<Document> documents(long order) {
    Document found = app.legacy.getCollection("orders").find(eq("_id", order)).first();
    return found == null ? List.of() : found.getList("items", Document.class, List.of());
  }

  @Test
  void everyStageUpAndDown() throws Exception {
    open();
    app.to(Stage.DUAL_WRITE);
    assertThat(app.migration().backfill().refused()).isZero();
    app.isSettled();
    assertThat(app.value("select count(*) from order_items")).isEqualTo("60");
    assertThat(items(7)).isEqualTo("sku-0 1, sku-1 2, sku-2 3");
    writes(0);
    app.to(Stage.SHADOW);
    writes(1);
    app.to(Stage.LIVE);
    writes(2);
    app.to(Stage.SHADOW);
    writes(3);
    app.to(Stage.LIVE);
    writes(4);
  }

  /** The same calls in every stage, each time on orders of its own. */
  private void writes(int pass) throws SQLException {
    long id = 100 + 10L * pass;
    Item whole =
        new Item(
            "quoted \"{,}\\ ü😀",
            3,
            new BigDecimal("12345678.91"),
            null,
            "",
            Instant.parse("1960-01-02T03:04:05.678Z"),
            LocalDate.of(999, 12, 31),
            UUID.fromString("3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
            true);
    Order order = new Order(id, "new", 1, List.of(whole, Item.of("b", 1), Item.of("c", 2)));
    assertThat(orders.insert(order).skus()).containsExactly(whole.sku(), "b", "c");
    assertThat(orders.get(id).items().get(0)).isEqualTo(whole);
    app.isSettled();
    assertThat(documents(id)).hasSize(3);

    orders.save(order.with(Item.of("c", 2), Item.of("b", 7)));
    app.isSettled();
    assertThat(items(id)).isEqualTo("c 2, b 7");
    assertThat(documents(id)).extracting(each -> each.getString("sku")).containsExactly("c", "b");

    orders.save(order.with(Item.of("a", 1), Item.of("c", 2), Item.of("b", 7), Item.of("d", 1)));
    assertThat(orders.touch(id)).isTrue();
    assertThat(orders.get(id).version()).isEqualTo(2);
    assertThat(orders.get(id).skus()).containsExactly("a", "c", "b", "d");
    app.isSettled();
    assertThat(items(id)).isEqualTo("a 1, c 2, b 7, d 1");

    app.unit(
        () -> {
          orders.save(new Order(id + 1, "unit", 1, List.of()));
          orders.save(new Order(id + 2, "unit", 1, List.of(Item.of("x", 1))));
          orders.save(orders.get(id).with());
        });
    assertThat(orders.touchAll("unit")).isGreaterThanOrEqualTo(2);
    assertThat(orders.get(id + 2).skus()).containsExactly("x");
    assertThat(orders.get(id).items()).isEmpty();
    assertThat(orders.delete(id + 2)).isTrue();
    app.isSettled();
    assertThat(items(id)).isNull();
    assertThat(items(id + 2)).isNull();
    assertThat(documents(id + 2)).isEmpty();
    assertThat(app.value("select count(*) from orders where id = " + (id + 1))).isEqualTo("1");
  }

  @Test
  void whoeverWritesAListWritesAllOfIt() throws Exception {
    open();
    app.to(Stage.DUAL_WRITE);
    app.migration().backfill();
    app.isSettled();
    app.to(Stage.SHADOW);
    app.to(Stage.LIVE);
    ExecutorService writers = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        String sku = "w" + writer;
        int length = writer;
        running.add(
            writers.submit(
                () -> {
                  for (int i = 0; i < 25; i++) {
                    List<Item> items = new ArrayList<>();
                    for (int j = 0; j <= (length + i) % 5; j++) {
                      items.add(Item.of(sku, j + 1));
                    }
                    orders.save(new Order(7, sku, i, items));
                  }
                }));
      }
      for (Future<?> each : running) {
        succeeds(each);
      }
    } finally {
      writers.shutdownNow();
    }

    app.isSettled();
    Order last = orders.get(7L);
    assertThat(last.items()).isNotEmpty().allMatch(item -> item.sku().equals(last.customer()));
    assertThat(last.items()).extracting(Item::quantity).startsWith(1).isSorted();
    assertThat(documents(7)).hasSize(last.items().size());
  }

  private static void succeeds(Future<?> running) throws InterruptedException {
    try {
      running.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** An element that PostgreSQL refuses sets its order aside, and nothing else. */
  @Test
  void anOrderWithAnElementThatIsRefusedIsSetAside() throws SQLException {
    app.legacy
        .getCollection("orders")
        .insertOne(
            new Document("_id", 90L)
                .append("customer", "c")
                .append("version", 0)
                .append(
                    "items",
                    List.of(
                        new Document("sku", "a")
                            .append("quantity", 0)
                            .append("price", 1)
                            .append("gift", false))));
    open();
    app.to(Stage.DUAL_WRITE);

    assertThat(app.migration().backfill().refused()).isEqualTo(1);

    assertThat(app.value("select count(*) from orders")).isEqualTo("40");
    assertThat(items(90)).isNull();
    orders.save(new Order(90, "c", 1, List.of(Item.of("a", 1))));
    app.migration().retryParked();
    app.isSettled();
    assertThat(items(90)).isEqualTo("a 1");
  }

  @Test
  void aSecondBackfillLeavesElementsAsTheyAre() throws SQLException {
    open();
    app.to(Stage.DUAL_WRITE);
    app.migration().backfill();
    String all = "select string_agg(xmin::text, ',' order by order_id, position) from order_items";
    String others = all + " where order_id <> 7";
    String before = app.value(others);
    app.execute("update order_items set sku = 'other' where order_id = 7 and position = 1");
    app.execute(
        "insert into order_items (order_id, position, sku, quantity, price, gift)"
            + " values (7, 3, 'more', 1, 1, true)");
    assertThat(app.migration().verify().differences()).hasSize(1);
    app.to(Stage.OFF);
    app.to(Stage.DUAL_WRITE);

    app.migration().backfill();

    assertThat(items(7)).isEqualTo("sku-0 1, sku-1 2, sku-2 3");
    assertThat(app.value(others)).isEqualTo(before);
    app.isSettled();
  }

  @Test
  void aListIsNotNull() {
    open();
    app.to(Stage.DUAL_WRITE);
    app.migration().backfill();
    app.isSettled();
    app.to(Stage.SHADOW);
    app.to(Stage.LIVE);

    assertThatThrownBy(() -> orders.save(new Order(7, "c", 1, null)))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("orders.items is null");
    assertThat(orders.get(7L).items()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "drop table order_items | there is no table",
        "alter table order_items drop column sku | has no column sku",
        "alter table order_items add other int not null | has the column other",
        "alter table order_items drop constraint order_items_pkey | has nothing that makes",
        "alter table order_items drop constraint order_items_order_id_fkey | has no foreign key",
        "alter table order_items drop constraint order_items_order_id_fkey, add foreign key"
            + " (order_id) references orders | has no foreign key",
        "alter table order_items alter due type timestamp | make it date",
        "create trigger stamp before update on order_items for each row"
            + " execute function suppress_redundant_updates_trigger() | has the trigger stamp",
      })
  void whatDoesNotFitIsRefused(String change, String problem) throws SQLException {
    app.execute(change);
    open();

    assertThatThrownBy(() -> app.to(Stage.DUAL_WRITE)).hasMessageContaining(problem);
  }
}
