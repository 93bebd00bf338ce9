package dev.crossfade.it;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import dev.crossfade.ConfigurationException;
import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.OnDelete;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.VerificationReport;
import dev.crossfade.Writes;
import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.List;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Users have a natural key, their email, and in PostgreSQL a surrogate key that it makes; their
 * snapshots refer to them by a third value, the {@code firebaseUid}, and in PostgreSQL by the
 * surrogate key.
 */
class SurrogateKeysTest {

  record User(String email, String firebaseUid, @Nullable String name) {}

  record Snapshot(String id, @Nullable String owner, BigDecimal total) {}

  static final Entity<User, String> USER =
      Entity.of(User.class).key("email", String.class).name("app_user").build();
  static final Entity<Snapshot, String> SNAPSHOT =
      Entity.of(Snapshot.class)
          .key("id", String.class)
          .decimal("total", 2)
          .references("owner", USER, "firebaseUid", OnDelete.CASCADE)
          .build();

  interface Users extends Repository<User, String> {}

  interface Snapshots extends Repository<Snapshot, String> {
    @Reads
    List<Snapshot> of(String firebaseUid);

    @Reads
    long owned(String firebaseUid);

    @Writes
    boolean give(String id, String firebaseUid);

    @Writes
    boolean add(String id, BigDecimal amount);
  }

  static final class MongoUsers extends MongoRepository<User, String> implements Users {
    MongoUsers(RepositoryContext<User, String> context) {
      super(context, "users", fields -> fields.field("email", "email"));
    }
  }

  static final class MongoSnapshots extends MongoRepository<Snapshot, String> implements Snapshots {
    MongoSnapshots(RepositoryContext<Snapshot, String> context) {
      super(
          context,
          "snapshots",
          fields -> fields.objectId("id").field("owner", "firebaseUid", "firebase_uid"));
    }

    @Override
    public List<Snapshot> of(String firebaseUid) {
      return fetchAll(is("owner", firebaseUid));
    }

    @Override
    public long owned(String firebaseUid) {
      return of(firebaseUid).size();
    }

    @Override
    public boolean give(String id, String firebaseUid) {
      return updateOne(keyIs(id), set("firebaseUid", firebaseUid)).isPresent();
    }

    @Override
    public boolean add(String id, BigDecimal amount) {
      return updateOne(keyIs(id), com.mongodb.client.model.Updates.inc("total", amount))
          .isPresent();
    }
  }

  private static final Table<?> USERS = DSL.table(DSL.name("app_user"));
  private static final Table<?> SNAPSHOTS = DSL.table(DSL.name("snapshot"));

  private static Field<?> named(String name) {
    return DSL.field(DSL.name(name));
  }

  static final class PostgresUsers extends PostgresRepository<User, String> implements Users {
    PostgresUsers(RepositoryContext<User, String> context) {
      super(context, USERS);
    }
  }

  static final class PostgresSnapshots extends PostgresRepository<Snapshot, String>
      implements Snapshots {
    PostgresSnapshots(RepositoryContext<Snapshot, String> context) {
      super(
          context,
          SNAPSHOTS,
          columns ->
              columns.lookup("owner", named("user_id"), USERS, named("id"), named("firebase_uid")));
    }

    @Override
    public List<Snapshot> of(String firebaseUid) {
      return fetchAll(equal("owner", firebaseUid));
    }

    @Override
    public long owned(String firebaseUid) {
      return fetchCount(
          DSL.select(columns())
              .from(SNAPSHOTS)
              .where(column("owner", String.class).eq(firebaseUid)));
    }

    @Override
    public boolean give(String id, String firebaseUid) {
      return updateWhere(equal("id", id), set("owner", firebaseUid)) > 0;
    }

    @Override
    public boolean add(String id, BigDecimal amount) {
      var total = column("total", BigDecimal.class);
      return !write(DSL.update(SNAPSHOTS).set(total, total.plus(amount)).where(equal("id", id)))
          .isEmpty();
    }
  }

  private static final String TABLES =
      """
      create table app_user (
        id uuid primary key default gen_random_uuid(), email text collate "C" not null unique,
        firebase_uid text not null unique, name text);
      create table snapshot (
        id text collate "C" primary key, user_id uuid references app_user on delete cascade,
        total numeric(20, 2) not null);
      create index on snapshot (user_id);
      """;

  private final MongoCrossing app = new MongoCrossing();
  private Users users;
  private Snapshots snapshots;

  @BeforeEach
  void start() throws SQLException {
    var documents = app.legacy.getCollection("users");
    documents.createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
    documents.createIndex(Indexes.ascending("firebaseUid"), new IndexOptions().unique(true));
    app.legacy.createCollection("snapshots");
    for (int i = 0; i < 20; i++) {
      documents.insertOne(
          new Document("email", "user" + i + "@example.org").append("firebaseUid", uid(i)));
      for (int j = 0; j < 3; j++) {
        app.legacy
            .getCollection("snapshots")
            .insertOne(
                new Document("_id", id(i, j))
                    .append(j == 0 ? "firebaseUid" : "firebase_uid", uid(i))
                    .append("total", 100 * i + j));
      }
    }
    app.execute(TABLES);
  }

  private void open() {
    Crossfade crossfade =
        app.open(
            m ->
                m.entity(USER, MongoUsers::new, PostgresUsers::new)
                    .entity(SNAPSHOT, MongoSnapshots::new, PostgresSnapshots::new));
    users = crossfade.repository(Users.class);
    snapshots = crossfade.repository(Snapshots.class);
  }

  @AfterEach
  void end() {
    app.close();
  }

  private static String uid(int user) {
    return "uid-%02d".formatted(user);
  }

  private static ObjectId id(int user, int snapshot) {
    return new ObjectId("%024x".formatted(16 * user + snapshot));
  }

  private static String text(int user, int snapshot) {
    return id(user, snapshot).toHexString();
  }

  /** Whose snapshot it is in PostgreSQL, by the foreign key. */
  private @Nullable String owner(String snapshot) throws SQLException {
    return app.value(
        "select u.firebase_uid from snapshot s join app_user u on u.id = s.user_id where s.id = '"
            + snapshot
            + "'");
  }

  private @Nullable String ownerInDocument(ObjectId snapshot) {
    Document found = app.legacy.getCollection("snapshots").find(eq("_id", snapshot)).first();
    return found == null ? null : found.getString("firebaseUid");
  }

  @Test
  void everyStageUpAndDown() throws SQLException {
    open();
    app.to(Stage.DUAL_WRITE);
    assertThat(app.migration().backfill().refused()).isZero();
    app.isSettled();
    assertThat(app.value("select count(*) from snapshot s join app_user u on u.id = s.user_id"))
        .isEqualTo("60");
    assertThat(owner(text(7, 2))).isEqualTo(uid(7));
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

  /** The same calls in every stage, each time on users of its own. */
  private void writes(int pass) throws SQLException {
    int one = 4 * pass;
    int other = one + 1;
    int gone = one + 2;
    String id = text(one, 0);
    assertThat(snapshots.of(uid(one))).hasSize(3).allMatch(each -> uid(one).equals(each.owner()));
    assertThat(snapshots.of("nobody")).isEmpty();
    assertThat(snapshots.owned(uid(one))).isEqualTo(3);

    snapshots.save(new Snapshot(id, uid(other), new BigDecimal("5.50")));
    assertThat(snapshots.give(text(one, 1), uid(other))).isTrue();
    assertThat(snapshots.add(text(one, 2), new BigDecimal("0.25"))).isTrue();
    users.save(new User("new" + pass + "@example.org", "uid-new-" + pass, "new"));
    app.unit(
        () -> {
          users.save(new User("unit" + pass + "@example.org", "uid-unit-" + pass, null));
          snapshots.save(new Snapshot("unit-" + pass, "uid-unit-" + pass, new BigDecimal("1.00")));
          snapshots.save(new Snapshot("nobody-" + pass, null, BigDecimal.ONE));
        });
    assertThatThrownBy(() -> snapshots.save(new Snapshot("wrong", "uid-of-nobody", BigDecimal.ONE)))
        .isInstanceOf(ForeignKeyException.class);
    assertThatThrownBy(() -> snapshots.insert(new Snapshot("wrong", "nobody", BigDecimal.ONE)))
        .isInstanceOf(ForeignKeyException.class);
    assertThat(snapshots.find("wrong")).isEmpty();
    assertThat(users.delete("user" + gone + "@example.org")).isTrue();

    app.isSettled();
    assertThat(snapshots.of(uid(other))).hasSize(5);
    assertThat(snapshots.get(id).total()).isEqualByComparingTo("5.50");
    assertThat(owner(id)).isEqualTo(uid(other));
    assertThat(ownerInDocument(id(one, 1))).isEqualTo(uid(other));
    assertThat(owner("unit-" + pass)).isEqualTo("uid-unit-" + pass);
    assertThat(snapshots.get("nobody-" + pass).owner()).isNull();
    assertThat(snapshots.findAll(List.of(text(gone, 0), text(gone, 1)))).isEmpty();
    assertThat(owner(text(gone, 2))).isNull();
    assertThat(app.legacy.getCollection("snapshots").find(eq("_id", id(gone, 2))).first()).isNull();
  }

  @Test
  void aRowThatComesBeforeItsParentBringsItAlong() throws SQLException {
    open();
    app.to(Stage.DUAL_WRITE);
    app.migration().backfill();
    app.legacy
        .getCollection("users")
        .insertOne(new Document("email", "late@example.org").append("firebaseUid", "uid-late"));
    app.legacy
        .getCollection("snapshots")
        .insertOne(
            new Document("_id", id(99, 0)).append("firebaseUid", "uid-late").append("total", 1));
    List<VerificationReport.RowDifference> child =
        app.migration().verify().differences().stream()
            .filter(difference -> difference.entity().equals("snapshot"))
            .toList();
    assertThat(child).hasSize(1);

    app.migration().repair(child);

    assertThat(owner(text(99, 0))).isEqualTo("uid-late");
    app.isSettled();
  }

  @Test
  void aRowThatRefersToNobodyIsSetAside() throws SQLException {
    app.legacy.getCollection("users").deleteOne(eq("firebaseUid", uid(3)));
    open();
    app.to(Stage.DUAL_WRITE);

    assertThat(app.migration().backfill().refused()).isEqualTo(3);

    assertThat(app.value("select count(*) from snapshot")).isEqualTo("57");
    app.legacy
        .getCollection("users")
        .insertOne(new Document("email", "user3@example.org").append("firebaseUid", uid(3)));
    app.migration().repair(app.migration().verify().differences());
    app.migration().retryParked();
    app.isSettled();
    assertThat(owner(text(3, 1))).isEqualTo(uid(3));
  }

  /** What is equal is not written again, and what has changed is, through a second backfill. */
  @Test
  void aSecondBackfillFindsTheSameRows() throws SQLException {
    open();
    app.to(Stage.DUAL_WRITE);
    app.migration().backfill();
    String before = app.value("select string_agg(xmin::text, ',' order by id) from snapshot");
    app.to(Stage.OFF);
    app.legacy
        .getCollection("snapshots")
        .updateOne(eq("_id", id(0, 0)), set("firebaseUid", uid(5)));
    app.to(Stage.DUAL_WRITE);
    app.migration().backfill();

    assertThat(owner(text(0, 0))).isEqualTo(uid(5));
    assertThat(
            app.value(
                "select string_agg(xmin::text, ',' order by id) from snapshot where id <> '"
                    + text(0, 0)
                    + "'"))
        .isEqualTo(before.substring(before.indexOf(',') + 1));
    app.isSettled();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "alter table snapshot drop constraint snapshot_user_id_fkey | has no foreign key to it",
        "alter table app_user drop constraint app_user_firebase_uid_key | is not unique",
        "alter table snapshot drop constraint snapshot_user_id_fkey, add foreign key (user_id)"
            + " references app_user on delete set null | on delete set null",
      })
  void whatDoesNotFitIsRefused(String change, String problem) throws SQLException {
    app.execute(change);
    open();

    assertThatThrownBy(() -> app.to(Stage.DUAL_WRITE)).hasMessageContaining(problem);
  }

  @Test
  void whatOthersReferToIsUniqueInItsCollection() {
    app.legacy.getCollection("users").dropIndex("firebaseUid_1");

    assertThatThrownBy(this::open)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("firebaseUid, is not unique in collection users");
  }
}
