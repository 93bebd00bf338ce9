package dev.crossfade.it;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import dev.crossfade.BackfillReport;
import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.Entity;
import dev.crossfade.Migration;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.Writes;
import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Users and their snapshots, in uneven documents of MongoDB, cross to PostgreSQL: up to complete
 * and back, with writes going on. MongoDB is the server in this process, or {@code
 * -Dcrossfade.test.mongodb}.
 */
class MongoCrossingTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  record User(
      UUID id,
      String email,
      String firebaseUid,
      String name,
      String role,
      BigDecimal paperBalance,
      String profile,
      Instant createdAt) {
    User withName(String other) {
      return new User(id, email, firebaseUid, other, role, paperBalance, profile, createdAt);
    }
  }

  record Snapshot(UUID id, UUID userId, BigDecimal totalValue, String positions, Instant at) {}

  static final Entity<User, UUID> USER =
      Entity.of(User.class)
          .key("id", UUID.class)
          .name("app_user")
          .decimal("paperBalance", 2)
          .json("profile")
          .time("createdAt", ChronoUnit.MILLIS)
          .build();
  static final Entity<Snapshot, UUID> SNAPSHOT =
      Entity.of(Snapshot.class)
          .key("id", UUID.class)
          .decimal("totalValue", 2)
          .json("positions")
          .time("at", ChronoUnit.MILLIS)
          .references("userId", USER)
          .build();

  interface Users extends Repository<User, UUID> {
    @Reads
    Optional<User> findByEmail(String email);

    @Writes
    boolean promote(UUID id);
  }

  interface Snapshots extends Repository<Snapshot, UUID> {
    @Reads
    List<Snapshot> of(UUID user);
  }

  static final class MongoUsers extends MongoRepository<User, UUID> implements Users {
    MongoUsers(RepositoryContext<User, UUID> context) {
      super(
          context,
          "users",
          fields ->
              fields
                  .objectId("id")
                  .field("firebaseUid", "firebaseUid", "firebase_uid")
                  .byDefault("role", () -> "user")
                  .byDefault("paperBalance", () -> new BigDecimal("10000.00")));
    }

    @Override
    public Optional<User> findByEmail(String email) {
      return fetchOptional(eq("email", email));
    }

    @Override
    public boolean promote(UUID id) {
      return updateOne(and(keyIs(id), eq("role", "user")), set("role", "admin")).isPresent();
    }
  }

  static final class MongoSnapshots extends MongoRepository<Snapshot, UUID> implements Snapshots {
    MongoSnapshots(RepositoryContext<Snapshot, UUID> context) {
      super(
          context,
          "snapshots",
          fields ->
              fields
                  .objectId("id")
                  .objectId("userId")
                  .field("totalValue", "totalValue", "equity")
                  .field("at", "timestamp", "createdAt"));
    }

    @Override
    public List<Snapshot> of(UUID user) {
      return fetchAll(eq("userId", MongoStore.objectId(user)));
    }
  }

  private static final Table<?> USERS = DSL.table(DSL.name("app_user"));
  private static final Table<?> SNAPSHOTS = DSL.table(DSL.name("snapshot"));

  static final class PostgresUsers extends PostgresRepository<User, UUID> implements Users {
    PostgresUsers(RepositoryContext<User, UUID> context) {
      super(context, USERS);
    }

    @Override
    public Optional<User> findByEmail(String email) {
      return fetchOptional(column("email", String.class).eq(email));
    }

    @Override
    public boolean promote(UUID id) {
      var role = column("role", String.class);
      return !write(
              DSL.update(USERS)
                  .set(role, "admin")
                  .where(column("id", UUID.class).eq(id), role.eq("user")))
          .isEmpty();
    }
  }

  static final class PostgresSnapshots extends PostgresRepository<Snapshot, UUID>
      implements Snapshots {
    PostgresSnapshots(RepositoryContext<Snapshot, UUID> context) {
      super(context, SNAPSHOTS);
    }

    @Override
    public List<Snapshot> of(UUID user) {
      return fetchAll(column("userId", UUID.class).eq(user));
    }
  }

  private static final String TABLES =
      """
      create table app_user (
        id uuid primary key, email text not null unique, firebase_uid text unique, name text,
        role text not null, paper_balance numeric(20, 2) not null, profile jsonb,
        created_at timestamptz);
      create table snapshot (
        id uuid primary key, user_id uuid not null references app_user,
        total_value numeric(20, 2) not null, positions jsonb, at timestamptz not null);
      """;

  private MongoCrossing crossing;
  private MongoDatabase legacy;
  private Migration migration;
  private Users users;
  private Snapshots snapshots;
  private final List<ObjectId> ids = new ArrayList<>();

  @BeforeEach
  void start() throws SQLException {
    crossing = new MongoCrossing();
    legacy = crossing.legacy;
    fill();
    crossing.execute(TABLES);
    Crossfade crossfade =
        crossing.open(
            m ->
                m.entity(USER, MongoUsers::new, PostgresUsers::new)
                    .entity(SNAPSHOT, MongoSnapshots::new, PostgresSnapshots::new),
            settings -> settings.parkAfter(2));
    migration = crossing.migration();
    users = crossfade.repository(Users.class);
    snapshots = crossfade.repository(Snapshots.class);
  }

  /** As an application has written them over the years. */
  private void fill() {
    var documents = legacy.getCollection("users");
    documents.createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
    legacy.createCollection("snapshots");
    for (int i = 0; i < 30; i++) {
      ObjectId id = new ObjectId();
      ids.add(id);
      Document user =
          new Document("_id", id)
              .append("email", "user" + i + "@example.org")
              .append(i % 2 == 0 ? "firebaseUid" : "firebase_uid", "uid-" + i)
              .append("createdAt", moment(1_700_000_000_123L + i))
              .append("legacyFlag", i);
      if (i % 3 == 0) {
        user.append("role", "admin").append("paperBalance", 1_234.5 + i);
      } else if (i % 3 == 1) {
        user.append("paperBalance", new Decimal128(new BigDecimal("77.70")));
        user.append(
            "profile",
            new Document("langs", List.of("en", "tr")).append("since", moment(i)).append("n", i));
      }
      documents.insertOne(user);
      for (int j = 0; j < 2; j++) {
        legacy
            .getCollection("snapshots")
            .insertOne(
                new Document("_id", new ObjectId())
                    .append("userId", id)
                    .append(j == 0 ? "totalValue" : "equity", j == 0 ? 100 + i : 200.25)
                    .append(
                        "positions", List.of(new Document("pair", "BTC/USD").append("amount", j)))
                    .append(i % 2 == 0 ? "timestamp" : "createdAt", moment(1_700_000_000_000L)));
      }
    }
  }

  @AfterEach
  void end() {
    crossing.close();
  }

  private UUID user(int index) {
    return MongoStore.uuid(ids.get(index));
  }

  @Test
  void everyStageUpAndDownWithWrites() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger();
    AtomicReference<Throwable> failed = new AtomicReference<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; !over.get(); i++) {
                  User user = users.find(user(i % 30)).orElseThrow();
                  users.save(user.withName("name " + i));
                  crossing.unit(
                      () -> {
                        UUID id = UUID.randomUUID();
                        snapshots.insert(
                            new Snapshot(id, user.id(), BigDecimal.TEN, "[]", Instant.EPOCH));
                        snapshots.delete(id);
                      });
                  written.incrementAndGet();
                }
              } catch (Throwable e) {
                failed.set(e);
              }
            },
            "writer");
    writer.start();
    try {
      migration.moveTo(Stage.DUAL_WRITE);
      BackfillReport copied = migration.backfill();
      assertThat(copied.refused()).isZero();
      for (Stage stage : List.of(Stage.SHADOW, Stage.LIVE, Stage.RAMP_DOWN, Stage.COMPLETE)) {
        settledWhileWriting();
        migration.moveTo(stage);
        onePassOfEach(stage);
      }
      for (Stage stage : List.of(Stage.RAMP_DOWN, Stage.LIVE, Stage.SHADOW, Stage.DUAL_WRITE)) {
        settledWhileWriting();
        migration.moveTo(stage);
        onePassOfEach(stage);
      }
    } finally {
      over.set(true);
      writer.join(PATIENCE.toMillis());
    }
    assertThat(failed.get()).as("what a writer met").isNull();
    assertThat(written.get()).isPositive();
    crossing.isSettled();

    Document first = legacy.getCollection("users").find(eq("_id", ids.get(1))).first();
    assertThat(first.getString("firebaseUid")).isEqualTo("uid-1");
    assertThat(first).as("an alias goes when it is written").doesNotContainKey("firebase_uid");
    assertThat(first.getInteger("legacyFlag")).as("what nobody maps stays").isEqualTo(1);
    assertThat(first.get("profile", Document.class).get("since")).isInstanceOf(Date.class);
    assertThat(
            crossing.value(
                "select profile ->> 'n' from app_user where email = 'user1@example.org'"))
        .isEqualTo("1");
    assertThat(crossing.value("select count(*) from snapshot")).isEqualTo("60");
  }

  /** A verification with no difference is the gate; with a writer it may take more than one. */
  private void settledWhileWriting() {
    if (!migration.stage().writesBoth()) {
      return; // complete: the stores differ by design
    }
    for (int i = 0; i < 20; i++) {
      if (migration.verify().isClean()) {
        return;
      }
    }
    assertThat(migration.verify().differences()).isEmpty();
  }

  private static Date moment(long millis) {
    return Date.from(Instant.ofEpochMilli(millis));
  }

  /** The same calls in every stage. */
  private void onePassOfEach(Stage stage) {
    int index = 20 + List.of(Stage.values()).indexOf(stage);
    String email = "user" + index + "@example.org";
    User found = users.findByEmail(email).orElseThrow();
    assertThat(found.id()).isEqualTo(user(index));
    assertThat(found.firebaseUid()).isEqualTo("uid-" + index);
    assertThat(snapshots.of(found.id())).hasSize(2);
    boolean first = users.find(user(index)).orElseThrow().role().equals("user");
    assertThat(users.promote(found.id())).as("promoted in %s", stage).isEqualTo(first);
    assertThat(users.promote(found.id())).isFalse();
  }

  /** Nothing of it is ever written to MongoDB, and nothing is recorded of it in the end. */
  @Test
  void aRowThatComesAndGoesInOneUnitIsRehearsed() {
    migration.moveTo(Stage.DUAL_WRITE);
    migration.backfill();
    crossing.isSettled();
    crossing.to(Stage.SHADOW);
    UUID id = UUID.randomUUID();
    Snapshot first = new Snapshot(id, user(1), BigDecimal.TEN, "[]", Instant.EPOCH);
    crossing.unit(
        () -> {
          snapshots.insert(first);
          assertThat(snapshots.delete(id)).isTrue();
          assertThat(snapshots.find(id)).isEmpty();
          snapshots.insert(first);
          assertThat(snapshots.delete(id)).isTrue();
          assertThat(snapshots.delete(id)).isFalse();
        });

    await()
        .atMost(PATIENCE)
        .until(() -> migration.rehearsals().values().stream().mapToLong(n -> n).sum() >= 5);
    assertThat(migration.rehearsals())
        .as("five calls")
        .containsEntry(CrossfadeListener.RehearsalEvent.Result.MATCH, 5L);
    crossing.isSettled();
  }

  @Test
  void whatPostgresCannotHoldIsParkedWithItsReason() throws Exception {
    legacy.getCollection("users").updateOne(eq("_id", ids.get(3)), set("name", "half a\0name"));
    legacy
        .getCollection("users")
        .updateOne(eq("_id", ids.get(4)), set("paperBalance", Decimal128.NaN));
    legacy
        .getCollection("users")
        .updateOne(
            eq("_id", ids.get(5)),
            set("paperBalance", new Decimal128(new BigDecimal("123456789012345678901.5"))));

    migration.moveTo(Stage.DUAL_WRITE);
    BackfillReport report = migration.backfill();

    assertThat(report.refused()).isPositive();
    assertThat(crossing.value("select count(*) from app_user")).isEqualTo("27");
    users.save(users.find(user(7)).orElseThrow().withName("writes go on"));
    assertThat(crossing.value("select name from app_user where email = 'user7@example.org'"))
        .isEqualTo("writes go on");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                migration.parked().stream().filter(p -> p.entity().equals("app_user")).count()
                    >= 3);
    assertThat(migration.parked())
        .filteredOn(parked -> parked.entity().equals("app_user"))
        .allSatisfy(parked -> assertThat(parked.reason()).isNotBlank())
        .anySatisfy(parked -> assertThat(parked.reason()).contains("Decimal128"));

    for (int bad : new int[] {3, 4, 5}) {
      legacy
          .getCollection("users")
          .updateOne(
              eq("_id", ids.get(bad)),
              com.mongodb.client.model.Updates.combine(
                  set("name", "healed"), set("paperBalance", 1)));
    }
    migration.retryParked();
    migration.backfill();
    migration.retryParked();
    crossing.isSettled();
    assertThat(crossing.value("select count(*) from app_user")).isEqualTo("30");
  }
}
