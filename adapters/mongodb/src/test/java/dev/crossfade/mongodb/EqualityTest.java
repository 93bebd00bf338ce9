package dev.crossfade.mongodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Conversion;
import dev.crossfade.Conversions;
import dev.crossfade.Entity;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is found by a value is what is read as that value, in whatever form it lies there. */
class EqualityTest {
  private static final UUID UUID_1 = UUID.fromString("3f2504e0-4f89-11d3-9a0c-0305e82c3301");

  private final App app = new App();

  @AfterEach
  void end() {
    app.close();
  }

  @SuppressWarnings("ArrayRecordComponent") // bytes are a component like any other
  record Thing(
      long id,
      @Nullable String name,
      @Nullable Integer size,
      @Nullable BigDecimal price,
      @Nullable BigDecimal exact,
      @Nullable UUID owner,
      @Nullable UUID token,
      @Nullable Instant at,
      @Nullable LocalDate day,
      byte @Nullable [] bytes,
      @Nullable Boolean open,
      @Nullable Instant millis) {}

  private static final Entity<Thing, Long> THING =
      Entity.of(Thing.class).key("id", Long.class).decimal("price", 2).build();

  private static final class Things extends MongoRepository<Thing, Long> {
    Things(RepositoryContext<Thing, Long> context) {
      super(
          context,
          "thing",
          fields ->
              fields
                  .field("name", "name", "title", "old.name")
                  .byDefault("name", () -> "none")
                  .byDefault("price", () -> new BigDecimal("1.50"))
                  .objectId("owner")
                  .convert("token", Conversions.uuidAsText())
                  .convert("open", Conversions.booleanAsNumber())
                  .convert("millis", Conversions.instantAsEpochMillis()));
    }

    List<Long> by(String component, @Nullable Object value) {
      List<Thing> rows = fetchAll(is(component, value));
      assertThat(fetchExists(is(component, value))).isEqualTo(!rows.isEmpty());
      List<Thing> paged = new ArrayList<>();
      for (Thing last = null; ; last = paged.get(paged.size() - 1)) {
        List<Thing> page = fetchPage(is(component, value), last == null ? null : last.id(), 2);
        paged.addAll(page);
        if (page.size() < 2) {
          break;
        }
      }
      assertThat(paged).usingRecursiveComparison().isEqualTo(rows);
      return rows.stream().map(Thing::id).toList();
    }
  }

  private final Things things = new Things(App.context(app.store, THING));

  private void put(long id, String field, @Nullable Object value) {
    app.collection("thing").insertOne(new Document("_id", id).append(field, value));
  }

  @Test
  void underTheFirstNameThatIsThereOrByDefault() {
    put(1, "name", "x");
    put(2, "title", "x");
    put(3, "old", new Document("name", "x"));
    put(4, "other", 1);
    put(5, "name", null);
    app.collection("thing")
        .insertOne(new Document("_id", 6L).append("name", "y").append("title", "x"));
    assertThat(things.by("name", "x")).containsExactly(1L, 2L, 3L);
    assertThat(things.by("name", "none")).containsExactly(4L);
    assertThat(things.by("name", "y")).containsExactly(6L);
    assertThat(things.by("name", null)).isEmpty();
    assertThatThrownBy(() -> things.by("nome", "x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void numbersOfEveryType() {
    put(1, "size", 7);
    put(2, "size", 7L);
    put(3, "size", 7.0);
    put(4, "size", new Decimal128(new BigDecimal("7.0")));
    put(5, "size", 8);
    assertThat(things.by("size", 7)).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void decimalsAsTheDoublesThatAreRoundedToThem() {
    put(1, "price", 0.1);
    put(2, "price", new Decimal128(new BigDecimal("0.10")));
    put(3, "price", 0.0999);
    put(4, "price", 0.105);
    put(5, "price", 0.1049999);
    put(6, "price", -0.105);
    put(7, "price", 1.005);
    put(8, "other", 1);
    assertThat(things.by("price", new BigDecimal("0.1"))).containsExactly(1L, 2L, 3L, 5L);
    assertThat(things.by("price", new BigDecimal("0.11"))).containsExactly(4L);
    assertThat(things.by("price", new BigDecimal("-0.11"))).containsExactly(6L);
    assertThat(things.by("price", new BigDecimal("1.01"))).containsExactly(7L);
    assertThat(things.by("price", new BigDecimal("1.00"))).isEmpty();
    assertThat(things.by("price", new BigDecimal("1.500"))).containsExactly(8L);
    assertThat(things.by("price", new BigDecimal("0.0999"))).isEmpty();
    put(11, "exact", 0.1);
    put(12, "exact", new Decimal128(new BigDecimal("0.1")));
    put(13, "exact", 1e300);
    assertThat(things.by("exact", new BigDecimal("0.1"))).containsExactly(11L, 12L);
    assertThat(things.by("exact", new BigDecimal("1E+300"))).containsExactly(13L);
    assertThat(things.by("exact", new BigDecimal("1E+400"))).isEmpty();
    assertThat(things.by("exact", new BigDecimal("1".repeat(40)))).isEmpty();
  }

  @Test
  void uuidsAsObjectIdsBinaryAndText() {
    ObjectId id = new ObjectId();
    put(1, "owner", id);
    put(2, "owner", new BsonBinary(ObjectIds.uuid(id)));
    put(3, "owner", ObjectIds.uuid(id).toString());
    put(4, "owner", new BsonBinary(UUID_1));
    put(5, "token", UUID_1.toString());
    put(6, "token", "3F2504E0-4F89-11D3-9A0C-0305E82C3301");
    assertThat(things.by("owner", ObjectIds.uuid(id))).containsExactly(1L, 2L, 3L);
    assertThat(things.by("owner", UUID_1)).containsExactly(4L);
    assertThat(things.by("token", UUID_1)).containsExactly(5L, 6L);
  }

  @Test
  void timesAsDatesAndAsText() {
    Instant time = Instant.parse("2024-05-01T10:00:00Z");
    put(1, "at", Date.from(time));
    put(2, "at", "2024-05-01T10:00:00Z");
    put(3, "at", "2024-05-01T10:00:00.000Z");
    put(4, "at", Date.from(time.plusMillis(1)));
    put(5, "day", Date.from(Instant.parse("2024-05-01T00:00:00Z")));
    put(6, "day", "2024-05-01");
    put(7, "millis", time.toEpochMilli());
    assertThat(things.by("at", time)).containsExactly(1L, 2L, 3L);
    assertThat(things.by("at", time.plusNanos(1_000))).as("no Date is so fine").isEmpty();
    assertThat(things.by("day", LocalDate.of(2024, 5, 1))).containsExactly(5L, 6L);
    assertThat(things.by("millis", time)).containsExactly(7L);
  }

  @Test
  void bytesAndBooleansAsNumbers() {
    put(1, "bytes", new Binary(new byte[] {1, 2}));
    put(2, "bytes", new Binary(new byte[] {1}));
    put(3, "open", 1);
    put(4, "open", 0L);
    assertThat(things.by("bytes", new byte[] {1, 2})).containsExactly(1L);
    assertThat(things.by("open", true)).containsExactly(3L);
  }

  record PairKey(String baseAsset, String quoteAsset) {}

  record Pair(String baseAsset, String quoteAsset, @Nullable Tree facts) {}

  /** Something that JSON is held as. */
  record Tree(String json) {}

  private static final Entity<Pair, PairKey> PAIR =
      Entity.of(Pair.class)
          .key(PairKey.class)
          .json("facts")
          .convert("facts", Conversion.of(Tree.class, String.class, Tree::json, Tree::new))
          .build();

  private static final class Pairs extends MongoRepository<Pair, PairKey> {
    Pairs(RepositoryContext<Pair, PairKey> context) {
      super(
          context,
          "pair",
          fields ->
              fields
                  .field("baseAsset", "_id.base")
                  .field("quoteAsset", "_id.quote")
                  .embedded(
                      "facts", Conversion.of(Tree.class, String.class, Tree::json, Tree::new)));
    }
  }

  @Test
  void aKeyOfSeveralFieldsWithNamesOfTheirOwnAndEmbeddedJson() {
    Pairs pairs = new Pairs(App.context(app.store, PAIR));
    Document key = new Document("base", "BTC").append("quote", "USD");
    Document facts = new Document("a", 1);
    app.collection("pair").insertOne(new Document("_id", key).append("facts", facts));
    Pair found = pairs.get(new PairKey("BTC", "USD"));
    assertThat(found.facts()).isEqualTo(new Tree("{\"a\":1}"));
    assertThat(pairs.fetchAll(pairs.is("quoteAsset", "USD"))).containsExactly(found);
    app.unit(() -> pairs.save(new Pair("ETH", "USD", new Tree("{\"b\":[2]}"))));
    Document written = app.collection("pair").find(new Document("_id.base", "ETH")).first();
    assertThat(written.get("_id", Document.class))
        .isEqualTo(new Document("base", "ETH").append("quote", "USD"));
    assertThat(written.get("facts", Document.class)).isEqualTo(new Document("b", List.of(2)));
    assertThat(pairs.scan(new PairKey("BTC", "USD"), 5)).hasSize(1);
  }
}
