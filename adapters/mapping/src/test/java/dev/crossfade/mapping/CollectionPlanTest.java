package dev.crossfade.mapping;

import static dev.crossfade.mapping.Schemas.column;
import static dev.crossfade.mapping.Schemas.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.ConfigurationException;
import dev.crossfade.OnDelete;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from tables that come from collections. */
class CollectionPlanTest {
  private static final SchemaDescription USERS =
      Schemas.target(
          table(
              "users",
              column("id", "uuid").notNull(),
              column("firebase_uid", "text"),
              column("role", "text").notNull().withDefault(),
              column("created_at", "timestamp with time zone"),
              column("opened", "time without time zone"),
              column("others", "jsonb")));

  @Test
  void fieldsFollowByNameAndTheKeyIsTheDocuments() {
    TablePlan plan =
        plan(
            """
            users:
              collection: people
              columns:
                id: {convert: object-id}
                firebase_uid: {from: firebaseUid, aliases: [firebase_uid, firebase]}
                role: {default: user}
                created_at: createdAt
                others: {rest: true}
            """);

    assertThat(plan.isCollection()).isTrue();
    assertThat(plan.legacy().name()).isEqualTo("people");
    assertThat(plan.key()).containsExactly("id");
    assertThat(field(plan, "id").names()).containsExactly("_id");
    assertThat(field(plan, "firebase_uid").names())
        .containsExactly("firebaseUid", "firebase_uid", "firebase");
    assertThat(field(plan, "role").byDefault()).isEqualTo("user");
    assertThat(planned(plan, "role").defaulted()).isTrue();
    assertThat(field(plan, "opened").names()).containsExactly("opened");
    assertThat(field(plan, "others").rest()).isTrue();
  }

  @Test
  void theUsualFormIsThatOfDocuments() {
    TablePlan plan = plan("users: {collection: users, columns: {created_at: at}}");

    assertThat(planned(plan, "created_at").form()).isEqualTo(LegacyForm.of(NamedConversion.BSON));
    assertThat(planned(plan, "created_at").usual()).isTrue();
    assertThat(planned(plan, "created_at").unit()).isEqualTo(ChronoUnit.MILLIS);
    assertThat(planned(plan, "opened").form().conversion()).isEqualTo(NamedConversion.ISO_TIME);
  }

  @Test
  void namesOfFieldsHaveACase() {
    TablePlan plan = plan("users: {collection: users, columns: {firebase_uid: Uid, role: uid}}");

    assertThat(field(plan, "firebase_uid").names()).containsExactly("Uid");
    assertThat(field(plan, "role").names()).containsExactly("uid");
  }

  @Test
  void aNaturalKeyAndOneOfSeveralColumns() {
    assertThat(
            field(
                    plan(
                        "users: {collection: users, key: role, columns: {role: email,"
                            + " id: {omit: true}}}",
                        Schemas.target(
                            table(
                                    "users",
                                    column("id", "uuid").notNull().withDefault(),
                                    column("role", "text").notNull())
                                .unique("role"))),
                    "role")
                .names())
        .containsExactly("email");
    TablePlan pairs =
        plan(
            "pairs: {collection: pairs}",
            Schemas.target(
                table("pairs", column("base", "text").notNull(), column("quote", "text").notNull())
                    .key("base", "quote")));
    assertThat(field(pairs, "base").names()).containsExactly("_id.base");
    assertThat(field(pairs, "quote").names()).containsExactly("_id.quote");
  }

  @Test
  void oneFieldFeedsOneColumn() {
    assertThat(problems("users: {collection: users, columns: {role: {aliases: [firebase_uid]}}}"))
        .containsExactly(
            "crossfade.yaml:5: field users.firebase_uid feeds both firebase_uid and role; one column"
                + " can be written from one only");
  }

  @Test
  void aFieldAndAPartOfItCannotBothBeWritten() {
    assertThat(problems("users: {collection: users, columns: {role: others.role}}"))
        .containsExactly(
            "crossfade.yaml:5: fields others.role of role and others of others hold one another; no"
                + " update writes both: map the whole, or its parts");
  }

  @Test
  void whatTakesTheRestIsJson() {
    assertThat(problems("users: {collection: users, columns: {role: {rest: true}}}"))
        .containsExactly(
            "crossfade.yaml:5: column users.role takes the rest of the fields; it is json or jsonb,"
                + " and has neither aliases nor a default");
  }

  @Test
  void formsOfSqliteAloneAreRefused() {
    assertThat(problems("users: {collection: users, columns: {role: {convert: loose-text}}}"))
        .containsExactly(
            "crossfade.yaml:5: column users.role: loose-text makes no text; for that there is bson,"
                + " object-id");
  }

  @Test
  void aDefaultIsOfItsColumnsType() {
    assertThat(
            problems(
                """
                users:
                  collection: users
                  columns:
                    created_at: {default: yesterday}
                    opened: {default: "10:00"}
                    role: {default: user}
                """))
        .containsExactly(
            "crossfade.yaml:8: column users.created_at: default 'yesterday' is no timestamp with"
                + " time zone");
  }

  @Test
  void aKeyHasOneNameAndIsThere() {
    assertThat(
            problems("users: {collection: users, columns: {id: {aliases: [uid], default: none}}}"))
        .containsExactly(
            "crossfade.yaml:5: column users.id: default 'none' is no uuid",
            "crossfade.yaml:5: key column users.id has aliases; a key has one name in all documents",
            "crossfade.yaml:5: key column users.id has a default; every document has its key");
  }

  @Test
  void aKeyOfSeveralColumnsIsADocumentWhoseFieldsMayBeNamed() {
    SchemaDescription pairs =
        Schemas.target(
            table("pairs", column("base", "text").notNull(), column("quote", "text").notNull())
                .key("base", "quote"));
    TablePlan plan = plan("pairs: {collection: pairs, columns: {base: _id.b}}", pairs);
    assertThat(field(plan, "base").names()).containsExactly("_id.b");
    assertThat(
            catchThrowableOfType(
                    ConfigurationException.class,
                    () ->
                        Mapped.file("pairs: {collection: pairs, columns: {base: b}}")
                            .plansOfCollections(pairs))
                .problems())
        .containsExactly(
            "crossfade.yaml:5: key column pairs.base comes from b; a key of several columns is the"
                + " document that _id is, with a field for each: from: _id.NAME");
  }

  @Test
  void keysHaveNoTime() {
    assertThat(problems("users: {collection: users, key: created_at}"))
        .contains(
            "crossfade.yaml:5: key column users.created_at is timestamp with time zone, which"
                + " documents hold in several forms; a key from a collection has no time, make it"
                + " text or bigint");
  }

  @Test
  void twoFieldsMakeNoTimestamp() {
    assertThat(
            problems(
                "users: {collection: users, columns: {created_at: {from: [day, clock], convert:"
                    + " date-and-time}}}"))
        .containsExactly(
            "crossfade.yaml:5: column users.created_at: date-and-time belongs to tables, not to"
                + " collections of MongoDB; a column comes from one field there");
  }

  @Test
  void tablesAndCollectionsDoNotMix() {
    assertThat(problems("users: {from: users}"))
        .containsExactly(
            "crossfade.yaml:5: table users names no collection, and the legacy store is MongoDB;"
                + " name it with collection:");
    assertThat(
            Mapped.problems(
                "users: {collection: users}",
                USERS,
                Schemas.legacy(Schemas.source("users", column("id", "TEXT")))))
        .containsExactly(
            "crossfade.yaml:5: table users comes from a collection, but legacy.sql is no MongoDB;"
                + " name a table there with from:");
  }

  private static final TableName USERS_TABLE = TableName.of("public", "users");

  private static Schemas.Table users() {
    return table(
            "users",
            column("id", "uuid").notNull().withDefault(),
            column("email", "character varying").notNull(),
            column("uid", "bigint").notNull(),
            column("name", "text"))
        .key("id")
        .unique("email")
        .unique("uid");
  }

  private static Schemas.Table snapshots() {
    return table("snapshots", column("id", "bigint").notNull(), column("user_id", "uuid"))
        .key("id")
        .refers("user_id", USERS_TABLE, "id", OnDelete.CASCADE);
  }

  private static final String BY =
      "{users: {collection: users, key: email, columns: {id: {omit: true}%s}},"
          + " snapshots: {collection: snapshots%s, columns: {user_id: {from: owner, by: %s}}}}";

  @Test
  void aReferenceIsLookedUp() {
    List<TablePlan> plans =
        Mapped.file(BY.formatted("", "", "uid"))
            .plansOfCollections(Schemas.target(users(), snapshots()))
            .get(0)
            .tables();

    TablePlan snapshots = plans.get(1);
    assertThat(snapshots.references())
        .containsExactly(
            new TablePlan.Reference(List.of("user_id"), USERS_TABLE, "uid", OnDelete.CASCADE));
    LookupPlan lookup = planned(snapshots, "user_id").lookup();
    assertThat(lookup).isNotNull();
    assertThat(lookup.parent()).isEqualTo(USERS_TABLE);
    assertThat(lookup.id()).isEqualTo("id");
    assertThat(lookup.by()).isEqualTo("uid");
    assertThat(planned(snapshots, "user_id").form().conversion()).isEqualTo(NamedConversion.BSON);
  }

  @Test
  void oneThatIsLookedUpByTheKeyRefersToTheKey() {
    TablePlan snapshots =
        Mapped.file(BY.formatted("", "", "email"))
            .plansOfCollections(Schemas.target(users(), snapshots()))
            .get(0)
            .tables()
            .get(1);

    assertThat(snapshots.references())
        .containsExactly(
            TablePlan.Reference.toKey(List.of("user_id"), USERS_TABLE, OnDelete.CASCADE));
    assertThat(planned(snapshots, "user_id").lookup()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "|| mail | refers to public.users, which has no column mail; the nearest is email",
        "|| name | is looked up by public.users.name, which is not unique; it needs a unique index",
        "|| id | refers to public.users by id itself; leave by: out",
        ", uid: {omit: true} || uid | is omitted, but it cannot be null",
        "| , key: user_id | uid | key column snapshots.user_id cannot be looked up",
      })
  void whatCannotBeLookedUpIsSaid(
      @Nullable String users, @Nullable String snapshots, String by, String problem) {
    String file = BY.formatted(users == null ? "" : users, snapshots == null ? "" : snapshots, by);

    assertThat(
            catchThrowableOfType(
                    ConfigurationException.class,
                    () ->
                        Mapped.file(file).plansOfCollections(Schemas.target(users(), snapshots())))
                .problems())
        .anySatisfy(each -> assertThat(each).contains(problem));
  }

  @Test
  void whatIsNoForeignKeyIsNotLookedUp() {
    assertThat(problems("users: {collection: users, columns: {firebase_uid: {by: id}}}"))
        .containsExactly(
            "crossfade.yaml:5: column users.firebase_uid has by:, but no foreign key of its own"
                + " alone; by: is for one");
  }

  private static TablePlan plan(String tables) {
    return plan(tables, USERS);
  }

  private static TablePlan plan(String tables, SchemaDescription target) {
    return Mapped.file(tables).plansOfCollections(target).get(0).tables().get(0);
  }

  private static List<String> problems(String tables) {
    return catchThrowableOfType(
            ConfigurationException.class, () -> Mapped.file(tables).plansOfCollections(USERS))
        .problems();
  }

  private static ColumnPlan planned(TablePlan plan, String name) {
    return plan.columns().stream()
        .filter(each -> each.target().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static FieldPlan field(TablePlan plan, String name) {
    FieldPlan field = planned(plan, name).field();
    assertThat(field).isNotNull();
    return field;
  }
}
