package com.example.app;

import static com.example.platform.tables.Users.USERS;
import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.platform.Account;
import com.example.platform.AccountRepository;
import com.example.platform.Holding;
import com.example.platform.HoldingRepository;
import com.example.platform.MongoAccountRepository;
import com.example.platform.MongoHoldingRepository;
import com.example.platform.MongoPairRepository;
import com.example.platform.MongoSnapshotRepository;
import com.example.platform.MongoUserRepository;
import com.example.platform.Pair;
import com.example.platform.PairKey;
import com.example.platform.PairRepository;
import com.example.platform.PostgresAccountRepository;
import com.example.platform.PostgresHoldingRepository;
import com.example.platform.PostgresPairRepository;
import com.example.platform.PostgresSnapshotRepository;
import com.example.platform.PostgresUserRepository;
import com.example.platform.Snapshot;
import com.example.platform.SnapshotRepository;
import com.example.platform.User;
import com.example.platform.UserRepository;
import com.example.platform.enums.Tier;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.crossfade.Crossfade;
import dev.crossfade.GateSettings;
import dev.crossfade.Migration;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Writes;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jooq.impl.DSL;

/** An application on generated repositories, one of which it extends. */
public final class Cross implements BiConsumer<String, Map<String, String>> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Instant NOON = Instant.parse("2024-05-01T12:00:00Z");

  public Cross() {}

  public interface Users extends UserRepository {
    @Writes
    boolean promote(UUID id);
  }

  static final class MongoUsers extends MongoUserRepository implements Users {
    MongoUsers(RepositoryContext<User, UUID> context) {
      super(context);
    }

    @Override
    public boolean promote(UUID id) {
      return updateOne(and(keyIs(id), is("role", "user")), set("role", "admin")).isPresent();
    }
  }

  static final class PostgresUsers extends PostgresUserRepository implements Users {
    PostgresUsers(RepositoryContext<User, UUID> context) {
      super(context);
    }

    @Override
    public boolean promote(UUID id) {
      return !write(
              DSL.update(USERS)
                  .set(USERS.ROLE, "admin")
                  .where(USERS.ID.eq(id), USERS.ROLE.eq("user")))
          .isEmpty();
    }
  }

  private static void declare(MigrationBuilder migration) {
    migration
        .entity(User.ENTITY, MongoUsers::new, PostgresUsers::new)
        .entity(Snapshot.ENTITY, MongoSnapshotRepository::new, PostgresSnapshotRepository::new)
        .entity(Pair.ENTITY, MongoPairRepository::new, PostgresPairRepository::new)
        .entity(Account.ENTITY, MongoAccountRepository::new, PostgresAccountRepository::new)
        .entity(Holding.ENTITY, MongoHoldingRepository::new, PostgresHoldingRepository::new);
  }

  @Override
  public void accept(String legacy, Map<String, String> target) {
    try (Crossfade crossfade = crossfade(legacy, target)) {
      Migration migration = crossfade.migration("platform");
      Map<String, Object> asItWas = found(crossfade);
      migration.moveTo(Stage.DUAL_WRITE);
      assertThat(migration.backfill().refused()).isZero();
      assertThat(migration.verify().isClean()).isTrue();
      assertThat(found(crossfade)).isEqualTo(asItWas);

      write(crossfade);
      assertThat(migration.awaitSettled(PATIENCE)).isTrue();
      assertThat(migration.parked()).isEmpty();
      assertThat(value(target, "select display_name || tier from users where email = 'n@x'"))
          .isEqualTo("Newfree");
      assertThat(value(target, "select role from users where email = 'b@x'")).isEqualTo("admin");
      assertThat(value(target, "select count(*) from snapshots where id >= 90")).isEqualTo("1");
      assertThat(
              value(
                  target,
                  "select email from holdings h join accounts a on a.id = account_id where h.id = 90"))
          .isEqualTo("n@x");
      assertThat(migration.verify().isClean()).isTrue();

      Map<String, Object> inMongo = found(crossfade);
      migration.moveTo(Stage.SHADOW);
      assertThat(migration.verify().isClean()).isTrue();
      migration.moveTo(Stage.LIVE);
      assertThat(found(crossfade)).as("PostgreSQL finds what MongoDB has found").isEqualTo(inMongo);
      assertThat(migration.awaitSettled(PATIENCE)).isTrue();
      assertThat(migration.verify().isClean()).isTrue();
    }
  }

  private static Crossfade crossfade(String legacy, Map<String, String> target) {
    return Crossfade.builder()
        .legacy(
            MongoStore.at(legacy)
                .operationLimit(Duration.ofSeconds(40))
                .lease(Duration.ofSeconds(60))
                .exclusionLimit(Duration.ofSeconds(20))
                .open())
        .target(
            PostgresStore.at(target.get("url"))
                .credentials(target.get("user"), target.get("password"))
                .open())
        .migration("platform", Cross::declare)
        .settings(
            Settings.builder()
                .instance("generated")
                .writeWait(Duration.ofSeconds(60))
                .switchLimit(Duration.ofSeconds(50))
                .lease(Duration.ofSeconds(60))
                .gates(gates -> GateSettings.least())
                .build())
        .build();
  }

  private static void write(Crossfade crossfade) {
    Users users = crossfade.repository(Users.class);
    SnapshotRepository snapshots = crossfade.repository(SnapshotRepository.class);
    User ada = users.findByEmail("a@x").orElseThrow();
    User added = users.insert(user("n@x", "New"));
    assertThat(added.tier()).as("what the mapping has for what is missing").isEqualTo(Tier.free);
    snapshots.insert(new Snapshot(90, added.id(), new BigDecimal("1.50"), NOON));
    assertThat(users.promote(users.findByEmail("b@x").orElseThrow().id())).isTrue();
    assertThat(users.promote(ada.id())).as("an admin already").isFalse();

    User gone = users.insert(user("gone@x", "Gone"));
    snapshots.insert(new Snapshot(91, gone.id(), BigDecimal.ONE, NOON));
    users.delete(gone.id());
    crossfade
        .repository(PairRepository.class)
        .save(new Pair("BTC", "USD", added.id(), new BigDecimal("2.5000")));
    crossfade.repository(AccountRepository.class).save(new Account("n@x", "new", null));
    crossfade
        .repository(HoldingRepository.class)
        .save(new Holding(90, "new", "ADA", new BigDecimal("1.5000")));
  }

  private static User user(String email, String name) {
    return new User(
        UUID.randomUUID(), email, "fb-" + email, null, null, name, new BigDecimal("77.70"), "{}",
        JsonNodeFactory.instance.objectNode().put("dark", true), List.of("x"),
        LocalDate.of(1990, 1, 2), LocalTime.of(7, 30), true, 3, UUID.randomUUID(),
        new byte[] {1, 2}, new BigDecimal("1.250"), NOON, NOON, null);
  }

  /** What every kind of finder finds, by keys. */
  private static Map<String, Object> found(Crossfade crossfade) {
    Users users = crossfade.repository(Users.class);
    Map<String, Object> found = new TreeMap<>();
    UUID ada = users.findByEmail("a@x").orElseThrow().id();
    UUID token = UUID.fromString("3f2504e0-4f89-11d3-9a0c-0305e82c3301");
    for (String uid : List.of("fb-1", "fb-2", "fb-3", "none")) {
      found.put("uid " + uid, users.findByFirebaseUid(uid).map(User::email));
      found.put("exists " + uid, users.existsByFirebaseUid(uid));
    }
    for (String role : List.of("user", "admin", "none")) {
      found.put("role " + role, keys(users.findByRole(role)));
      found.put("first " + role, keys(users.findByRole(role, 1)));
      found.put("next " + role, keys(users.findByRole(role, ada, 2)));
      for (Tier tier : Tier.values()) {
        found.put("tier " + role + tier, keys(users.findByRoleAndTier(role, tier)));
      }
    }
    for (String balance : List.of("1234.5", "77.7", "10000", "0.001")) {
      found.put("balance " + balance, keys(users.findByPaperBalance(new BigDecimal(balance))));
    }
    found.put("born", keys(users.findByBornOn(LocalDate.of(1990, 1, 2))));
    found.put("active", keys(users.findByActive(true)));
    found.put("logins", keys(users.findByActiveAndLogins(true, 3)));
    found.put("token", keys(users.findByToken(token)));
    found.put("created", keys(users.findByCreatedAt(Instant.parse("2024-05-01T10:00:00Z"))));
    found.put("seen", keys(users.findBySeenAt(NOON)));
    found.put("finer", keys(users.findBySeenAt(NOON.plusNanos(1_000))));
    found.put("name", keys(users.findByDisplayName("Ada")));
    found.put("all", keys(users.scan(null, 100)));
    for (String several : List.of("balance 1234.5", "born", "created", "token", "role user")) {
      assertThat((List<?>) found.get(several)).as(several).hasSizeGreaterThan(1);
    }
    found.putAll(ofOthers(crossfade, ada));
    return found;
  }

  private static Map<String, Object> ofOthers(Crossfade crossfade, UUID ada) {
    SnapshotRepository snapshots = crossfade.repository(SnapshotRepository.class);
    PairRepository pairs = crossfade.repository(PairRepository.class);
    Map<String, Object> found = new TreeMap<>();
    found.put("snapshots", ids(snapshots.findByUserId(ada)));
    found.put("first snapshot", ids(snapshots.findByUserId(ada, 1)));
    found.put("next snapshot", ids(snapshots.findByUserId(ada, 1L, 5)));
    found.put("has snapshots", snapshots.existsByUserId(ada));
    found.put(
        "snapshot", snapshots.findByUserIdAndRecordedAt(ada, NOON).map(Snapshot::id));
    found.put("BTC", keysOf(pairs.findByBaseAsset("BTC")));
    found.put("USD", keysOf(pairs.findByQuoteAsset("USD")));
    found.put("after", keysOf(pairs.findByQuoteAsset("USD", new PairKey("BTC", "USD"), 5)));
    found.put("owned", keysOf(pairs.findByQuoteAssetAndOwnerId("USD", ada)));
    found.put("owner", keysOf(pairs.findByOwnerId(ada)));
    found.put("pair", pairs.find(new PairKey("ETH", "USD")).map(Pair::quoteAsset));
    found.put("no pair", pairs.find(new PairKey("USD", "ETH")).map(Pair::quoteAsset));
    HoldingRepository holdings = crossfade.repository(HoldingRepository.class);
    for (String handle : List.of("ada", "bob", "nobody")) {
      found.put("held by " + handle, holdings.findByAccountId(handle).stream().map(Holding::id).toList());
      found.put("holds " + handle, holdings.existsByAccountId(handle));
      found.put("BTC of " + handle, holdings.findByAccountIdAndAsset(handle, "BTC").map(Holding::id));
    }
    found.put("account", crossfade.repository(AccountRepository.class).findByHandle("bob").map(Account::email));
    assertThat(found.get("held by ada")).isEqualTo(List.of(1L, 2L));
    assertThat(found.get("first snapshot")).isNotEqualTo(List.of());
    assertThat(found.get("owned")).isNotEqualTo(found.get("USD"));
    assertThat(found.get("snapshot")).isEqualTo(Optional.of(2L));
    return found;
  }

  private static List<UUID> keys(List<User> users) {
    return users.stream().map(User::id).toList();
  }

  private static List<Long> ids(List<Snapshot> snapshots) {
    return snapshots.stream().map(Snapshot::id).toList();
  }

  private static List<PairKey> keysOf(List<Pair> pairs) {
    return pairs.stream().map(pair -> new PairKey(pair.baseAsset(), pair.quoteAsset())).toList();
  }

  private static String value(Map<String, String> target, String sql) {
    try (Connection connection =
            DriverManager.getConnection(
                target.get("url"), target.get("user"), target.get("password"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).as(sql).isTrue();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }
}
