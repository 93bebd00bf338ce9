package dev.crossfade.it;

import static dev.crossfade.it.Domain.FEBRUARY;
import static dev.crossfade.it.Domain.JANUARY;
import static dev.crossfade.it.Domain.account;
import static dev.crossfade.it.Domain.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CheckException;
import dev.crossfade.Crossfade;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Changed;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Holding;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.it.Domain.Reading;
import dev.crossfade.it.Domain.Status;
import dev.crossfade.junit.app.CrossfadeKit;
import dev.crossfade.junit.app.CrossfadeTest;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every operation in every stage, in {@code live} here and in the others by {@link
 * OtherStagesTest}: the caller cannot tell which it is. The stores hold what they should when each
 * is over, which the test kit looks after.
 */
@CrossfadeTest(value = Bank.class, stages = Stage.LIVE)
class EveryStageTest {
  private Stage stage;
  private Crossfade crossfade;
  private RowReader rows;
  private Domain.Accounts accounts;
  private Domain.Entries entries;
  private Domain.Preferences preferences;
  private Domain.Readings readings;

  @BeforeEach
  void start(Stage current, CrossfadeKit kit) {
    stage = current;
    crossfade = kit.crossfade();
    rows = new RowReader(kit.legacyFile(), kit.database());
    accounts = crossfade.repository(Domain.Accounts.class);
    entries = crossfade.repository(Domain.Entries.class);
    preferences = crossfade.repository(Domain.Preferences.class);
    readings = crossfade.repository(Domain.Readings.class);
  }

  /** What the test left is in the stores that the stage writes, and nowhere else. */
  @AfterEach
  void nothingElsewhere() {
    if (!stage.writesBoth()) {
      assertThat(rows.all(stage.primary().other())).isEmpty();
    }
  }

  private String stored(String table, Object key) {
    return rows.row(stage.primary(), table, key);
  }

  @Test
  void insertGivesKeyAndDefaultsAsTheStoreHoldsThem() {
    Instant before = Instant.now().minus(Duration.ofMinutes(1));

    Account inserted = accounts.insert(account("a", 7).withNote("first"));

    assertThat(inserted.id()).isPositive();
    assertThat(inserted.updatedAt()).isBetween(before, Instant.now().plusSeconds(60));
    assertThat(inserted.withId(null).code()).isEqualTo("a");
    assertThat(stored("account", inserted.id()))
        .isEqualTo("a, 7, NEW, first, " + inserted.updatedAt());
    assertThat(accounts.find(inserted.id())).contains(inserted);
  }

  @Test
  void generatedKeysAreNeverGivenTwice() {
    Account first = accounts.insert(account("a", 1));
    Account second = accounts.insert(account("b", 1));
    assertThat(accounts.delete(second.id())).isTrue();

    Account third = accounts.insert(account("c", 1));

    assertThat(second.id()).isGreaterThan(first.id());
    assertThat(third.id()).isGreaterThan(second.id());
  }

  @Test
  void saveInsertsAndReplaces() {
    Account saved = accounts.save(account("a", 1));
    Account replaced = accounts.save(saved.withBalance(12).withNote("richer"));
    Account chosen = accounts.save(account(4711, "b", 3));

    assertThat(replaced.id()).isEqualTo(saved.id());
    assertThat(replaced.balance()).isEqualByComparingTo("12");
    assertThat(replaced.updatedAt()).isEqualTo(saved.updatedAt());
    assertThat(chosen.id()).isEqualTo(4711);
    assertThat(stored("account", saved.id())).isEqualTo("a, 12, NEW, richer, " + saved.updatedAt());
    assertThat(rows.table(stage.primary(), "account")).hasSize(2);
  }

  @Test
  void saveRoundsAsDeclared() {
    Account saved =
        accounts.save(new Account(null, "a", new BigDecimal("1.005"), Status.NEW, null, JANUARY));

    assertThat(accounts.find(saved.id()).orElseThrow().balance())
        .isEqualByComparingTo(saved.balance());
    assertThat(saved.updatedAt()).isEqualTo(JANUARY);
  }

  @Test
  void findAndFindAll() {
    List<Account> saved =
        accounts.saveAll(List.of(account(3, "c", 3), account(1, "a", 1), account(2, "b", 2)));

    assertThat(saved).extracting(Account::id).containsExactly(3L, 1L, 2L);
    assertThat(accounts.find(2L)).contains(saved.get(2));
    assertThat(accounts.find(99L)).isEmpty();
    assertThat(accounts.get(2L)).isEqualTo(saved.get(2));
    assertThat(accounts.findAll(List.of(3L, 1L, 3L, 99L)))
        .containsExactly(saved.get(1), saved.get(0));
    assertThat(accounts.findAll(List.of())).isEmpty();
  }

  @Test
  void deleteAndDeleteAll() {
    accounts.saveAll(
        List.of(account(1, "a", 1), account(2, "b", 2), account(3, "c", 3), account(4, "d", 4)));

    assertThat(accounts.delete(1L)).isTrue();
    assertThat(accounts.delete(1L)).isFalse();
    assertThat(accounts.deleteAll(List.of(2L, 3L, 99L))).isEqualTo(2);

    assertThat(rows.table(stage.primary(), "account").keySet()).containsExactly("account 4");
    assertThat(accounts.count()).isEqualTo(1);
  }

  @Test
  void saveAllIsAllOrNone() {
    accounts.save(account(1, "taken", 1));

    assertThatThrownBy(
            () ->
                accounts.saveAll(
                    List.of(account(2, "fine", 1), account(3, "taken", 1), account(4, "x", 1))))
        .isExactlyInstanceOf(DuplicateKeyException.class);

    assertThat(rows.table(stage.primary(), "account").keySet()).containsExactly("account 1");
  }

  @Test
  void countAndScan() {
    for (long id = 1; id <= 7; id++) {
      accounts.save(account(id * 10, "code-" + id, id));
    }

    List<Account> first = accounts.scan(null, 3);
    List<Account> second = accounts.scan(first.get(2).id(), 3);
    List<Account> third = accounts.scan(second.get(2).id(), 3);

    assertThat(accounts.count()).isEqualTo(7);
    assertThat(first).extracting(Account::id).containsExactly(10L, 20L, 30L);
    assertThat(second).extracting(Account::id).containsExactly(40L, 50L, 60L);
    assertThat(third).extracting(Account::id).containsExactly(70L);
    assertThat(accounts.scan(70L, 3)).isEmpty();
  }

  @Test
  void textKeysAreInTheOrderOfTheirBytes() {
    for (String name : List.of("b", "B", "ä", "a_", "a", "Z", "z-", "a b")) {
      preferences.save(new Preference(name, name + "!"));
    }

    assertThat(preferences.scan(null, 100))
        .extracting(Preference::name)
        .containsExactly("B", "Z", "a", "a b", "a_", "b", "z-", "ä");
    assertThat(preferences.scan("a", 2)).extracting(Preference::name).containsExactly("a b", "a_");
  }

  @Test
  void ownReads() {
    accounts.saveAll(
        List.of(
            account(1, "a", 10),
            account(2, "b", 20).withStatus(Status.ACTIVE),
            account(3, "c", 30).withStatus(Status.ACTIVE)));

    assertThat(accounts.findByCode("b")).map(Account::id).contains(2L);
    assertThat(accounts.findByCode("none")).isEmpty();
    assertThat(accounts.byStatus(Status.ACTIVE)).extracting(Account::id).containsExactly(2L, 3L);
    assertThat(accounts.anyByStatus(Status.ACTIVE))
        .extracting(Account::id)
        .containsExactlyInAnyOrder(2L, 3L);
    assertThat(accounts.byCodes("a", "c")).containsOnlyKeys("a", "c");
    assertThat(accounts.total()).isEqualByComparingTo("60");
    assertThat(accounts.holding("c"))
        .map(Holding::balance)
        .hasValueSatisfying(balance -> assertThat(balance).isEqualByComparingTo("30"));
    assertThat(accounts.whoAnswers())
        .isEqualTo(stage.primary() == Side.LEGACY ? "sqlite" : "postgres");
  }

  @Test
  void ownConditionalWriteIsDecidedOnce() {
    accounts.saveAll(List.of(account(1, "a", 1), account(2, "b", 2).withStatus(Status.CLOSED)));

    assertThat(accounts.activate(1)).isTrue();
    assertThat(accounts.activate(1)).isFalse();
    assertThat(accounts.activate(2)).isFalse();
    assertThat(accounts.activate(99)).isFalse();

    assertThat(stored("account", 1)).startsWith("a, 1, ACTIVE");
    assertThat(stored("account", 2)).startsWith("b, 2, CLOSED");
  }

  @Test
  void ownWriteOfManyRows() {
    accounts.saveAll(
        List.of(
            account(1, "a", 1), account(2, "b", 2), account(3, "c", 3).withStatus(Status.CLOSED)));

    assertThat(accounts.raise(Status.NEW, new BigDecimal("0.50"))).isEqualTo(2);

    assertThat(stored("account", 1)).startsWith("a, 1.5,");
    assertThat(stored("account", 2)).startsWith("b, 2.5,");
    assertThat(stored("account", 3)).startsWith("c, 3,");
  }

  @Test
  void ownWriteThatThrowsChangesNothing() {
    accounts.save(account(1, "a", 1));

    assertThatThrownBy(() -> accounts.renameAndThrow(1, "other"))
        .isExactlyInstanceOf(Changed.class);

    assertThat(stored("account", 1)).startsWith("a, 1,");
  }

  @Test
  void unitOverTwoRepositories() {
    Entry entry =
        crossfade.unitOf(
            Bank.MIGRATION,
            () -> {
              Account owner = accounts.insert(account("owner", 5));
              assertThat(accounts.find(owner.id())).contains(owner);
              preferences.save(new Preference("last", "owner"));
              return entries.insert(new Entry(null, owner.id(), new BigDecimal("5.25")));
            });

    assertThat(stored("account", entry.accountId())).startsWith("owner, 5,");
    assertThat(stored("entry", entry.id())).isEqualTo(entry.accountId() + ", 5.25");
    assertThat(stored("preference", "last")).isEqualTo("owner");
  }

  @Test
  void unitThatThrowsWritesNothingAnywhere() {
    accounts.save(account(1, "a", 1));

    assertThatThrownBy(
            () ->
                crossfade.unit(
                    Bank.MIGRATION,
                    () -> {
                      accounts.save(account(1, "a", 100));
                      entries.insert(new Entry(null, 1, BigDecimal.TEN));
                      accounts.delete(1L);
                      throw new Changed();
                    }))
        .isExactlyInstanceOf(Changed.class);

    assertThat(stored("account", 1)).startsWith("a, 1,");
    assertThat(rows.table(stage.primary(), "entry")).isEmpty();
  }

  @Test
  void unitInAUnitJoinsIt() {
    assertThatThrownBy(
            () ->
                crossfade.unit(
                    Bank.MIGRATION,
                    () -> {
                      crossfade.unit(Bank.MIGRATION, () -> accounts.save(account(1, "a", 1)));
                      throw new Changed();
                    }))
        .isExactlyInstanceOf(Changed.class);

    assertThat(accounts.count()).isZero();
  }

  @Test
  void unitWhoseWriteFailedCannotCommit() {
    accounts.save(account(1, "taken", 1));

    assertThatThrownBy(
            () ->
                crossfade.unit(
                    Bank.MIGRATION,
                    () -> {
                      accounts.save(account(2, "fine", 1));
                      try {
                        accounts.insert(account(3, "taken", 1));
                      } catch (DuplicateKeyException e) {
                        assertThat(e).hasNoSuppressedExceptions(); // caught, and it goes on
                      }
                    }))
        .isExactlyInstanceOf(DuplicateKeyException.class);

    assertThat(rows.table(stage.primary(), "account").keySet()).containsExactly("account 1");
  }

  @Test
  void uniqueValuesSwapInOneUnit() {
    accounts.saveAll(List.of(account(1, "a", 1), account(2, "b", 2)));
    entries.insert(new Entry(null, 1, BigDecimal.ONE));

    crossfade.unit(
        Bank.MIGRATION,
        () -> {
          accounts.save(account(1, "aside", 1));
          accounts.save(account(2, "a", 2));
          accounts.save(account(1, "b", 1));
        });

    assertThat(stored("account", 1)).startsWith("b, 1,");
    assertThat(stored("account", 2)).startsWith("a, 2,");
    assertThat(entries.of(1)).hasSize(1);
  }

  @Test
  void deleteTakesDeclaredChildren() {
    accounts.saveAll(List.of(account(1, "a", 1), account(2, "b", 2)));
    entries.insert(new Entry(null, 1, BigDecimal.ONE));
    entries.insert(new Entry(null, 1, BigDecimal.TEN));
    Entry other = entries.insert(new Entry(null, 2, BigDecimal.ONE));

    assertThat(accounts.delete(1L)).isTrue();

    assertThat(rows.table(stage.primary(), "entry").keySet())
        .isEqualTo(Set.of("entry " + other.id()));
  }

  @Test
  void failuresAreTheSameInEveryStage() {
    accounts.save(account(1, "a", 1));

    assertThatThrownBy(() -> accounts.insert(account(1, "other", 1)))
        .isExactlyInstanceOf(DuplicateKeyException.class)
        .hasCauseInstanceOf(java.sql.SQLException.class);
    assertThatThrownBy(() -> accounts.save(account("a", 1)))
        .isExactlyInstanceOf(DuplicateKeyException.class);
    assertThatThrownBy(() -> entries.insert(new Entry(null, 99, BigDecimal.ONE)))
        .isExactlyInstanceOf(ForeignKeyException.class);
    assertThatThrownBy(() -> accounts.save(account(2, "b", -1)))
        .isExactlyInstanceOf(CheckException.class);
    assertThatThrownBy(() -> accounts.save(account(2, null, 1)))
        .isExactlyInstanceOf(CheckException.class);
    assertThatThrownBy(() -> preferences.save(new Preference(null, "x")))
        .isExactlyInstanceOf(CheckException.class);

    assertThat(rows.table(stage.primary(), "account").keySet()).containsExactly("account 1");
  }

  @Test
  void rowsMoveBetweenPartitions() {
    readings.save(reading(1, JANUARY, "1.125"));
    readings.save(reading(2, FEBRUARY, "2"));

    readings.save(reading(1, FEBRUARY.plusSeconds(1), "1.5"));

    assertThat(rows.table(stage.primary(), "reading"))
        .isEqualTo(
            Map.of("reading 1", FEBRUARY.plusSeconds(1) + ", 1.5", "reading 2", FEBRUARY + ", 2"));
    assertThat(readings.find(1L)).map(Reading::takenAt).contains(FEBRUARY.plusSeconds(1));
    assertThat(readings.since(FEBRUARY)).extracting(Reading::id).containsExactly(2L, 1L);
    assertThatThrownBy(() -> readings.insert(reading(2, JANUARY, "9")))
        .isExactlyInstanceOf(DuplicateKeyException.class);
    assertThat(readings.delete(2L)).isTrue();
  }

  @Test
  void awkwardText() {
    String text = "İstanbul \uD83D\uDE80 'quoted' \\ %s \r\n\t";
    preferences.save(new Preference("x", text));

    assertThat(preferences.find("x")).isEqualTo(Optional.of(new Preference("x", text)));
    assertThat(stored("preference", "x")).isEqualTo(text);
  }

  @Test
  void writesAreTold() {
    accounts.save(account(1, "a", 1));
    assertThatThrownBy(() -> accounts.insert(account(1, "a", 1)))
        .isInstanceOf(DuplicateKeyException.class);

    assertThat(Bank.events().writes())
        .extracting(
            event -> event.operation() + " " + event.stage() + " " + (event.failure() == null))
        .containsExactly("account.save " + stage + " true", "account.insert " + stage + " false");
  }
}
