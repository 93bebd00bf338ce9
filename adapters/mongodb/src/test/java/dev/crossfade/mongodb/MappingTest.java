package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Updates.inc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import dev.crossfade.CheckException;
import dev.crossfade.Entity;
import dev.crossfade.UnreadableValueException;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Written;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Documents as applications have written them, and the rows they are. */
class MappingTest {
  private final App app = new App();

  @AfterEach
  void end() {
    app.close();
  }

  record Reading(long id, double value) {}

  private static final Entity<Reading, Long> READING =
      Entity.of(Reading.class).key("id", Long.class).build();

  private static final class Readings extends MongoRepository<Reading, Long> {
    Readings(RepositoryContext<Reading, Long> context) {
      super(context, "reading");
    }
  }

  record Address(String city, @Nullable Integer zip) {}

  record User(
      UUID id,
      String email,
      @Nullable String firebaseUid,
      @Nullable String role,
      BigDecimal balance,
      @Nullable String profile,
      @Nullable Address address,
      List<String> tags,
      @Nullable Map<String, Long> counts,
      @Nullable Instant createdAt) {}

  private static final Entity<User, UUID> USER =
      Entity.of(User.class).key("id", UUID.class).decimal("balance", 2).json("profile").build();

  private static final class Users extends MongoRepository<User, UUID> {
    Users(RepositoryContext<User, UUID> context) {
      super(
          context,
          "user",
          fields ->
              fields
                  .objectId("id")
                  .field("firebaseUid", "firebaseUid", "firebase_uid", "auth.uid")
                  .byDefault("role", () -> "user")
                  .byDefault("balance", () -> new BigDecimal("10000"))
                  .byDefault("tags", List::of));
    }

    Optional<User> spend(UUID id, int amount) {
      return updateOne(
          and(keyIs(id), com.mongodb.client.model.Filters.gte("balance", amount)),
          inc("balance", -amount));
    }

    long promoteAll() {
      return updateWhere(lt("balance", 100), com.mongodb.client.model.Updates.set("role", "poor"));
    }
  }

  private final Users users = new Users(App.context(app.store, USER));

  private User put(Document document) {
    app.collection("user").insertOne(document);
    return users.get(ObjectIds.uuid(document.getObjectId("_id")));
  }

  private Document bare() {
    return new Document("_id", new ObjectId()).append("email", "a@b.c");
  }

  private Document stored(UUID id) {
    return app.collection("user").find(eq("_id", ObjectIds.id(id))).first();
  }

  @Test
  void aDoubleIsReadFromNumbersThatItHolds() {
    Readings readings = new Readings(App.context(app.store, READING));
    List<Object> held = List.of(3, 1L << 60, new Decimal128(new BigDecimal("0.1")), 0.25);
    List<Object> more =
        List.of((1L << 53) + 1, new Decimal128(new BigDecimal("0.12345678901234567890123")));
    long id = 0;
    for (Object value : held) {
      app.collection("reading").insertOne(new Document("_id", ++id).append("value", value));
      assertThat(readings.get(id).value()).isEqualTo(Double.parseDouble(value.toString()));
    }
    for (Object value : more) {
      long key = ++id;
      app.collection("reading").insertOne(new Document("_id", key).append("value", value));
      assertThatThrownBy(() -> readings.get(key))
          .isInstanceOf(UnreadableValueException.class)
          .hasMessageContaining("8 bytes");
    }
  }

  @Test
  void whatIsMissingIsTheDefaultAndNullIsNull() {
    User missing = put(bare());
    assertThat(missing.role()).isEqualTo("user");
    assertThat(missing.balance()).isEqualByComparingTo("10000");
    assertThat(missing.tags()).isEmpty();
    assertThat(missing.firebaseUid()).isNull();

    assertThat(put(bare().append("role", null)).role()).isNull();
    User saved = app.unit(() -> users.save(put(bare().append("role", null)))).result();
    assertThat(saved.role()).as("null is written as null, not left out").isNull();
    assertThat(stored(saved.id())).containsEntry("role", null);
  }

  @Test
  void aliasesAreReadAndGoWithTheFirstSave() {
    for (Document document :
        List.of(
            bare().append("firebase_uid", "x"), bare().append("auth", new Document("uid", "x")))) {
      User user = put(document.append("unknown", 7));
      assertThat(user.firebaseUid()).isEqualTo("x");

      app.store.writeRow(app.mark(), users, new RowWrite.Save<>(user));

      Document now = stored(user.id());
      assertThat(now).containsEntry("firebaseUid", "x").containsEntry("unknown", 7);
      assertThat(now).doesNotContainKey("firebase_uid");
      assertThat(users.get(user.id())).isEqualTo(user);
    }
    User both = put(bare().append("firebase_uid", "old").append("firebaseUid", "new"));
    assertThat(both.firebaseUid()).isEqualTo("new");
  }

  @Test
  void numbersOfEveryTypeAreExact() {
    for (Object number :
        List.of(5, 5L, 5.0, new Decimal128(new BigDecimal("5.000")), new Decimal128(5))) {
      assertThat(put(bare().append("balance", number)).balance()).isEqualByComparingTo("5");
    }
    assertThat(put(bare().append("balance", 0.1 + 0.2)).balance())
        .as("a double is rounded to the declared scale")
        .isEqualByComparingTo("0.30");
  }

  @Test
  void whatIsNoNumberIsUnreadableAndNamesItsField() {
    for (Object bad :
        Arrays.asList(Decimal128.NaN, Decimal128.POSITIVE_INFINITY, Double.NaN, "5", true)) {
      Document document = bare().append("balance", bad);
      app.collection("user").insertOne(document);
      UUID id = ObjectIds.uuid(document.getObjectId("_id"));
      assertThatThrownBy(() -> users.find(id))
          .isInstanceOf(UnreadableValueException.class)
          .hasMessageContaining("user " + document.getObjectId("_id"))
          .hasMessageContaining("balance");
    }
  }

  @Test
  void embeddedDocumentsAreRecordsListsAndMapsOrJson() {
    Date since = Date.from(Instant.ofEpochMilli(1_700_000_000_123L));
    User user =
        put(
            bare()
                .append("address", new Document("city", "Ankara").append("zip", 6_000L))
                .append("tags", List.of("a", "b"))
                .append("counts", new Document("x", 1).append("y", 2L))
                .append(
                    "profile",
                    new Document("since", since)
                        .append("ref", new ObjectId("0123456789abcdef01234567"))
                        .append("bytes", new Binary(new byte[] {1, 2}))
                        .append("n", 1.5)));

    assertThat(user.address()).isEqualTo(new Address("Ankara", 6_000));
    assertThat(user.tags()).containsExactly("a", "b");
    assertThat(user.counts()).containsEntry("x", 1L).containsEntry("y", 2L);
    assertThat(user.profile())
        .isEqualTo(
            "{\"since\":{\"$date\":\"2023-11-14T22:13:20.123Z\"},"
                + "\"ref\":{\"$oid\":\"0123456789abcdef01234567\"},"
                + "\"bytes\":{\"$binary\":{\"base64\":\"AQI=\",\"subType\":\"00\"}},\"n\":1.5}");

    UUID copy = UUID.randomUUID();
    User other =
        new User(
            copy,
            "c@d.e",
            null,
            "user",
            BigDecimal.ONE,
            user.profile(),
            user.address(),
            user.tags(),
            user.counts(),
            user.createdAt());
    app.store.apply(
        new dev.crossfade.store.Change(
            App.MIGRATION,
            1,
            app.writer,
            List.of(RowState.present(USER, other)),
            java.time.Duration.ofSeconds(30)));
    assertThat(users.get(copy)).isEqualTo(other);
    Document now = app.collection("user").find(eq("_id", copy)).first();
    assertThat(now.get("profile", Document.class).get("since")).isEqualTo(since);
    assertThat(now.get("address", Document.class)).containsEntry("city", "Ankara");
  }

  @Test
  void keysOfBothFormsAreInOneOrder() {
    for (int i = 0; i < 40; i++) {
      if (i % 2 == 0) {
        put(bare());
      } else {
        app.unit(
            () ->
                users.save(
                    new User(
                        UUID.randomUUID(),
                        "x",
                        null,
                        null,
                        BigDecimal.ONE,
                        null,
                        null,
                        List.of(),
                        null,
                        null)));
      }
    }
    List<UUID> all = users.keysBetween(null, null);
    assertThat(all)
        .hasSize(40)
        .isSortedAccordingTo(
            (a, b) -> Arrays.compareUnsigned(USER.keys().encode(a), USER.keys().encode(b)));
    for (int from = -1; from < 39; from += 5) {
      UUID after = from < 0 ? null : all.get(from);
      assertThat(users.boundary(after, 3)).isEqualTo(from + 3 < 40 ? all.get(from + 3) : null);
      assertThat(users.scan(after, 4))
          .extracting(User::id)
          .isEqualTo(all.subList(from + 1, Math.min(40, from + 5)));
      assertThat(users.keysBetween(after, all.get(39))).isEqualTo(all.subList(from + 1, 40));
    }
  }

  // Conditional writes.

  @Test
  void aConditionalWriteIsDecidedByTheServerAndRecordsTheResult() {
    User user = put(bare().append("balance", 100));

    Written<Optional<User>> spent = app.unit(() -> users.spend(user.id(), 60));
    Written<Optional<User>> refused = app.unit(() -> users.spend(user.id(), 60));

    assertThat(spent.result().orElseThrow().balance()).isEqualByComparingTo("40");
    assertThat(spent.states()).hasSize(1);
    assertThat(spent.states().get(0).row()).isEqualTo(spent.result().orElseThrow());
    assertThat(spent.entries()).hasSize(1);
    assertThat(refused.result()).isEmpty();
    assertThat(refused.states()).isEmpty();
    assertThat(stored(user.id())).containsEntry("balance", 40);
    assertThat(app.entries()).isEqualTo(1);
  }

  @Test
  void aConditionalWriteOfAUnitThatFailsIsPutBack() {
    User user = put(bare().append("balance", 100).append("unknown", "kept"));
    Document before = stored(user.id());

    assertThatThrownBy(
            () ->
                app.unit(
                    () -> {
                      users.save(
                          new User(
                              UUID.randomUUID(),
                              "new",
                              null,
                              null,
                              BigDecimal.ONE,
                              null,
                              null,
                              List.of(),
                              null,
                              null));
                      assertThat(users.spend(user.id(), 60)).isPresent();
                      throw new IllegalStateException("own");
                    }))
        .hasMessage("own");

    assertThat(stored(user.id())).isEqualTo(before);
    assertThat(users.count()).isEqualTo(1);
    assertThat(app.entries()).isZero();
  }

  @Test
  void severalAreUpdatedAndRecordedOneByOne() {
    put(bare().append("balance", 1));
    put(bare().append("balance", 2));
    put(bare().append("balance", 200));

    Written<Long> written = app.unit(users::promoteAll);

    assertThat(written.result()).isEqualTo(2);
    assertThat(written.states())
        .hasSize(2)
        .allMatch(state -> ((User) state.row()).role().equals("poor"));
    assertThat(app.entries()).isEqualTo(2);
  }

  // Other shapes.

  record Note(String email, @Nullable String text, @Nullable String others) {}

  private static final Entity<Note, String> NOTE =
      Entity.of(Note.class).key("email", String.class).json("others").build();

  private static final class Notes extends MongoRepository<Note, String> {
    Notes(RepositoryContext<Note, String> context) {
      super(context, "note", fields -> fields.field("email", "email").rest("others"));
    }
  }

  private static final class Named<T, K> extends MongoRepository<T, K> {
    Named(RepositoryContext<T, K> context, String collection, Consumer<Fields> fields) {
      super(context, collection, fields);
    }
  }

  @Test
  void aNaturalKeyNeedsAUniqueIndexAndTheRestIsKept() {
    Notes notes = new Notes(App.context(app.store, NOTE));
    app.database.createCollection("note");
    assertThat(app.store.problems(List.of(notes)))
        .singleElement()
        .asString()
        .contains("email")
        .contains("unique index");
    app.collection("note").createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
    assertThat(app.store.problems(List.of(notes))).isEmpty();

    app.collection("note")
        .insertOne(new Document("email", "a@b.c").append("text", "t").append("extra", List.of(1)));
    Note note = notes.get("a@b.c");
    assertThat(note).isEqualTo(new Note("a@b.c", "t", "{\"extra\":[1]}"));

    app.unit(() -> notes.save(new Note("a@b.c", null, "{\"more\": {\"x\": 1}}")));
    Document now = app.collection("note").find(eq("email", "a@b.c")).first();
    assertThat(now).doesNotContainKeys("extra", "text").containsKey("_id");
    assertThat(now.get("more", Document.class)).containsEntry("x", 1);
    app.unit(() -> notes.save(new Note("new@b.c", "n", null)));
    assertThat(notes.scan(null, 10)).extracting(Note::email).containsExactly("a@b.c", "new@b.c");
    assertThat(app.unit(() -> notes.delete("a@b.c")).result()).isTrue();
    assertThat(notes.count()).isEqualTo(1);
  }

  record Odd(long id, Object what) {}

  record Times(long id, Instant at) {}

  @Test
  void whatDoesNotFitIsAProblemWithItsFix() {
    Entity<Odd, Long> odd = Entity.of(Odd.class).key("id", Long.class).build();
    app.database.createCollection("odd");
    assertThat(
            app.store.problems(
                List.of(
                    new Named<>(
                        App.context(app.store, odd), "odd", fields -> fields.field("x", "y")))))
        .anyMatch(problem -> problem.contains("no component 'x'"))
        .anyMatch(problem -> problem.contains("fields.convert(\"what\""));
  }

  @Test
  void aDateHoldsMilliseconds() {
    Entity<Times, Long> entity = Entity.of(Times.class).key("id", Long.class).build();
    Named<Times, Long> times = new Named<>(App.context(app.store, entity), "times", fields -> {});
    Instant fine = Instant.parse("1969-12-31T23:59:59.999999Z");

    Times saved = app.unit(() -> times.save(new Times(1, fine))).result();

    assertThat(saved.at())
        .as("as it is stored")
        .isEqualTo(Instant.parse("1969-12-31T23:59:59.999Z"));
    assertThat(times.get(1L)).isEqualTo(saved);
    assertThatThrownBy(() -> app.unit(() -> times.save(new Times(2, Instant.MAX))))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("at");
    assertThat(app.entries()).isEqualTo(1);
  }
}
