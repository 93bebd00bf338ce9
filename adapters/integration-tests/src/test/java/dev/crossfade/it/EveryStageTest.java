package dev.crossfade.it;

import static dev.crossfade.it.Domain.FEBRUARY;
import static dev.crossfade.it.Domain.JANUARY;
import static dev.crossfade.it.Domain.account;
import static dev.crossfade.it.Domain.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CheckException;
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
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every operation in every stage: the caller cannot tell which it is, and the stores hold what they
 * should.
 */
@ParameterizedClass
@EnumSource(Stage.class)
class EveryStageTest {
  private final Stage stage;
  private Scenario app;

  EveryStageTest(Stage stage) {
    this.stage = stage;
  }

  @BeforeEach
  void start() {
    app = Scenario.in(stage);
  }

  /** What the test left is in the stores that the stage writes, and nowhere else. */
  @AfterEach
  void end() {
    try (Scenario ending = app) {
      ending.assertSettled();
      if (stage == Stage.OFF) {
        assertThat(ending.rows.all(Side.TARGET)).isEmpty();
      } else if (stage == Stage.COMPLETE) {
        assertThat(ending.rows.all(Side.LEGACY)).isEmpty();
      }
    }
  }

  private String stored(String table, Object key) {
    return app.rows.row(stage.primary(), table, key);
  }

  @Test
  void insertGivesKeyAndDefaultsAsTheStoreHoldsThem() {
    Instant before = Instant.now().minus(Duration.ofMinutes(1));

    Account inserted = app.accounts.insert(account("a", 7).withNote("first"));

    assertThat(inserted.id()).isPositive();
    assertThat(inserted.updatedAt()).isBetween(before, Instant.now().plusSeconds(60));
    assertThat(inserted.withId(null).code()).isEqualTo("a");
    assertThat(stored("account", inserted.id()))
        .isEqualTo("a, 7, NEW, first, " + inserted.updatedAt());
    assertThat(app.accounts.find(inserted.id())).contains(inserted);
  }

  @Test
  void generatedKeysAreNeverGivenTwice() {
    Account first = app.accounts.insert(account("a", 1));
    Account second = app.accounts.insert(account("b", 1));
    assertThat(app.accounts.delete(second.id())).isTrue();

    Account third = app.accounts.insert(account("c", 1));

    assertThat(second.id()).isGreaterThan(first.id());
    assertThat(third.id()).isGreaterThan(second.id());
  }

  @Test
  void saveInsertsAndReplaces() {
    Account saved = app.accounts.save(account("a", 1));
    Account replaced = app.accounts.save(saved.withBalance(12).withNote("richer"));
    Account chosen = app.accounts.save(account(4711, "b", 3));

    assertThat(replaced.id()).isEqualTo(saved.id());
    assertThat(replaced.balance()).isEqualByComparingTo("12");
    assertThat(replaced.updatedAt()).isEqualTo(saved.updatedAt());
    assertThat(chosen.id()).isEqualTo(4711);
    assertThat(stored("account", saved.id())).isEqualTo("a, 12, NEW, richer, " + saved.updatedAt());
    assertThat(app.rows.table(stage.primary(), "account")).hasSize(2);
  }

  @Test
  void saveRoundsAsDeclared() {
    Account saved =
        app.accounts.save(
            new Account(null, "a", new BigDecimal("1.005"), Status.NEW, null, JANUARY));

    assertThat(app.accounts.find(saved.id()).orElseThrow().balance())
        .isEqualByComparingTo(saved.balance());
    assertThat(saved.updatedAt()).isEqualTo(JANUARY);
  }

  @Test
  void findAndFindAll() {
    List<Account> saved =
        app.accounts.saveAll(List.of(account(3, "c", 3), account(1, "a", 1), account(2, "b", 2)));

    assertThat(saved).extracting(Account::id).containsExactly(3L, 1L, 2L);
    assertThat(app.accounts.find(2L)).contains(saved.get(2));
    assertThat(app.accounts.find(99L)).isEmpty();
    assertThat(app.accounts.findAll(List.of(3L, 1L, 3L, 99L)))
        .containsExactly(saved.get(1), saved.get(0));
    assertThat(app.accounts.findAll(List.of())).isEmpty();
  }

  @Test
  void deleteAndDeleteAll() {
    app.accounts.saveAll(
        List.of(account(1, "a", 1), account(2, "b", 2), account(3, "c", 3), account(4, "d", 4)));

    assertThat(app.accounts.delete(1L)).isTrue();
    assertThat(app.accounts.delete(1L)).isFalse();
    assertThat(app.accounts.deleteAll(List.of(2L, 3L, 99L))).isEqualTo(2);

    assertThat(app.rows.table(stage.primary(), "account").keySet()).containsExactly("account 4");
    assertThat(app.accounts.count()).isEqualTo(1);
  }

  @Test
  void saveAllIsAllOrNone() {
    app.accounts.save(account(1, "taken", 1));

    assertThatThrownBy(
            () ->
                app.accounts.saveAll(
                    List.of(account(2, "fine", 1), account(3, "taken", 1), account(4, "x", 1))))
        .isExactlyInstanceOf(DuplicateKeyException.class);

    assertThat(app.rows.table(stage.primary(), "account").keySet()).containsExactly("account 1");
  }

  @Test
  void countAndScan() {
    for (long id = 1; id <= 7; id++) {
      app.accounts.save(account(id * 10, "code-" + id, id));
    }

    List<Account> first = app.accounts.scan(null, 3);
    List<Account> second = app.accounts.scan(first.get(2).id(), 3);
    List<Account> third = app.accounts.scan(second.get(2).id(), 3);

    assertThat(app.accounts.count()).isEqualTo(7);
    assertThat(first).extracting(Account::id).containsExactly(10L, 20L, 30L);
    assertThat(second).extracting(Account::id).containsExactly(40L, 50L, 60L);
    assertThat(third).extracting(Account::id).containsExactly(70L);
    assertThat(app.accounts.scan(70L, 3)).isEmpty();
  }

  @Test
  void textKeysAreInTheOrderOfTheirBytes() {
    for (String name : List.of("b", "B", "ä", "a_", "a", "Z", "z-", "a b")) {
      app.preferences.save(new Preference(name, name + "!"));
    }

    assertThat(app.preferences.scan(null, 100))
        .extracting(Preference::name)
        .containsExactly("B", "Z", "a", "a b", "a_", "b", "z-", "ä");
    assertThat(app.preferences.scan("a", 2))
        .extracting(Preference::name)
        .containsExactly("a b", "a_");
  }

  @Test
  void ownReads() {
    app.accounts.saveAll(
        List.of(
            account(1, "a", 10),
            account(2, "b", 20).withStatus(Status.ACTIVE),
            account(3, "c", 30).withStatus(Status.ACTIVE)));

    assertThat(app.accounts.findByCode("b")).map(Account::id).contains(2L);
    assertThat(app.accounts.findByCode("none")).isEmpty();
    assertThat(app.accounts.byStatus(Status.ACTIVE))
        .extracting(Account::id)
        .containsExactly(2L, 3L);
    assertThat(app.accounts.anyByStatus(Status.ACTIVE))
        .extracting(Account::id)
        .containsExactlyInAnyOrder(2L, 3L);
    assertThat(app.accounts.byCodes("a", "c")).containsOnlyKeys("a", "c");
    assertThat(app.accounts.total()).isEqualByComparingTo("60");
    assertThat(app.accounts.holding("c"))
        .map(Holding::balance)
        .hasValueSatisfying(balance -> assertThat(balance).isEqualByComparingTo("30"));
    assertThat(app.accounts.whoAnswers())
        .isEqualTo(stage.primary() == Side.LEGACY ? "sqlite" : "postgres");
  }

  @Test
  void ownConditionalWriteIsDecidedOnce() {
    app.accounts.saveAll(List.of(account(1, "a", 1), account(2, "b", 2).withStatus(Status.CLOSED)));

    assertThat(app.accounts.activate(1)).isTrue();
    assertThat(app.accounts.activate(1)).isFalse();
    assertThat(app.accounts.activate(2)).isFalse();
    assertThat(app.accounts.activate(99)).isFalse();

    assertThat(stored("account", 1)).startsWith("a, 1, ACTIVE");
    assertThat(stored("account", 2)).startsWith("b, 2, CLOSED");
  }

  @Test
  void ownWriteOfManyRows() {
    app.accounts.saveAll(
        List.of(
            account(1, "a", 1), account(2, "b", 2), account(3, "c", 3).withStatus(Status.CLOSED)));

    assertThat(app.accounts.raise(Status.NEW, new BigDecimal("0.50"))).isEqualTo(2);

    assertThat(stored("account", 1)).startsWith("a, 1.5,");
    assertThat(stored("account", 2)).startsWith("b, 2.5,");
    assertThat(stored("account", 3)).startsWith("c, 3,");
  }

  @Test
  void ownWriteThatThrowsChangesNothing() {
    app.accounts.save(account(1, "a", 1));

    assertThatThrownBy(() -> app.accounts.renameAndThrow(1, "other"))
        .isExactlyInstanceOf(Changed.class);

    assertThat(stored("account", 1)).startsWith("a, 1,");
  }

  @Test
  void unitOverTwoRepositories() {
    Entry entry =
        app.crossfade.unitOf(
            Scenario.MIGRATION,
            () -> {
              Account owner = app.accounts.insert(account("owner", 5));
              assertThat(app.accounts.find(owner.id())).contains(owner);
              app.preferences.save(new Preference("last", "owner"));
              return app.entries.insert(new Entry(null, owner.id(), new BigDecimal("5.25")));
            });

    assertThat(stored("account", entry.accountId())).startsWith("owner, 5,");
    assertThat(stored("entry", entry.id())).isEqualTo(entry.accountId() + ", 5.25");
    assertThat(stored("preference", "last")).isEqualTo("owner");
  }

  @Test
  void unitThatThrowsWritesNothingAnywhere() {
    app.accounts.save(account(1, "a", 1));

    assertThatThrownBy(
            () ->
                app.crossfade.unit(
                    Scenario.MIGRATION,
                    () -> {
                      app.accounts.save(account(1, "a", 100));
                      app.entries.insert(new Entry(null, 1, BigDecimal.TEN));
                      app.accounts.delete(1L);
                      throw new Changed();
                    }))
        .isExactlyInstanceOf(Changed.class);

    assertThat(stored("account", 1)).startsWith("a, 1,");
    assertThat(app.rows.table(stage.primary(), "entry")).isEmpty();
  }

  @Test
  void unitInAUnitJoinsIt() {
    assertThatThrownBy(
            () ->
                app.crossfade.unit(
                    Scenario.MIGRATION,
                    () -> {
                      app.crossfade.unit(
                          Scenario.MIGRATION, () -> app.accounts.save(account(1, "a", 1)));
                      throw new Changed();
                    }))
        .isExactlyInstanceOf(Changed.class);

    assertThat(app.accounts.count()).isZero();
  }

  @Test
  void unitWhoseWriteFailedCannotCommit() {
    app.accounts.save(account(1, "taken", 1));

    assertThatThrownBy(
            () ->
                app.crossfade.unit(
                    Scenario.MIGRATION,
                    () -> {
                      app.accounts.save(account(2, "fine", 1));
                      try {
                        app.accounts.insert(account(3, "taken", 1));
                      } catch (DuplicateKeyException e) {
                        assertThat(e).hasNoSuppressedExceptions(); // caught, and it goes on
                      }
                    }))
        .isExactlyInstanceOf(DuplicateKeyException.class);

    assertThat(app.rows.table(stage.primary(), "account").keySet()).containsExactly("account 1");
  }

  @Test
  void uniqueValuesSwapInOneUnit() {
    app.accounts.saveAll(List.of(account(1, "a", 1), account(2, "b", 2)));
    app.entries.insert(new Entry(null, 1, BigDecimal.ONE));

    app.crossfade.unit(
        Scenario.MIGRATION,
        () -> {
          app.accounts.save(account(1, "aside", 1));
          app.accounts.save(account(2, "a", 2));
          app.accounts.save(account(1, "b", 1));
        });

    assertThat(stored("account", 1)).startsWith("b, 1,");
    assertThat(stored("account", 2)).startsWith("a, 2,");
    assertThat(app.entries.of(1)).hasSize(1);
  }

  @Test
  void deleteTakesDeclaredChildren() {
    app.accounts.saveAll(List.of(account(1, "a", 1), account(2, "b", 2)));
    app.entries.insert(new Entry(null, 1, BigDecimal.ONE));
    app.entries.insert(new Entry(null, 1, BigDecimal.TEN));
    Entry other = app.entries.insert(new Entry(null, 2, BigDecimal.ONE));

    assertThat(app.accounts.delete(1L)).isTrue();

    assertThat(app.rows.table(stage.primary(), "entry").keySet())
        .isEqualTo(Set.of("entry " + other.id()));
  }

  @Test
  void failuresAreTheSameInEveryStage() {
    app.accounts.save(account(1, "a", 1));

    assertThatThrownBy(() -> app.accounts.insert(account(1, "other", 1)))
        .isExactlyInstanceOf(DuplicateKeyException.class)
        .hasCauseInstanceOf(java.sql.SQLException.class);
    assertThatThrownBy(() -> app.accounts.save(account("a", 1)))
        .isExactlyInstanceOf(DuplicateKeyException.class);
    assertThatThrownBy(() -> app.entries.insert(new Entry(null, 99, BigDecimal.ONE)))
        .isExactlyInstanceOf(ForeignKeyException.class);
    assertThatThrownBy(() -> app.accounts.save(account(2, "b", -1)))
        .isExactlyInstanceOf(CheckException.class);
    assertThatThrownBy(() -> app.accounts.save(account(2, null, 1)))
        .isExactlyInstanceOf(CheckException.class);
    assertThatThrownBy(() -> app.preferences.save(new Preference(null, "x")))
        .isExactlyInstanceOf(CheckException.class);

    assertThat(app.rows.table(stage.primary(), "account").keySet()).containsExactly("account 1");
  }

  @Test
  void rowsMoveBetweenPartitions() {
    app.readings.save(reading(1, JANUARY, "1.125"));
    app.readings.save(reading(2, FEBRUARY, "2"));

    app.readings.save(reading(1, FEBRUARY.plusSeconds(1), "1.5"));

    assertThat(app.rows.table(stage.primary(), "reading"))
        .isEqualTo(
            Map.of("reading 1", FEBRUARY.plusSeconds(1) + ", 1.5", "reading 2", FEBRUARY + ", 2"));
    assertThat(app.readings.find(1L)).map(Reading::takenAt).contains(FEBRUARY.plusSeconds(1));
    assertThat(app.readings.since(FEBRUARY)).extracting(Reading::id).containsExactly(2L, 1L);
    assertThatThrownBy(() -> app.readings.insert(reading(2, JANUARY, "9")))
        .isExactlyInstanceOf(DuplicateKeyException.class);
    assertThat(app.readings.delete(2L)).isTrue();
  }

  @Test
  void awkwardText() {
    String text = "İstanbul \uD83D\uDE80 'quoted' \\ %s \r\n\t";
    app.preferences.save(new Preference("x", text));

    assertThat(app.preferences.find("x")).isEqualTo(Optional.of(new Preference("x", text)));
    assertThat(stored("preference", "x")).isEqualTo(text);
  }

  @Test
  void writesAreTold() {
    app.accounts.save(account(1, "a", 1));
    assertThatThrownBy(() -> app.accounts.insert(account(1, "a", 1)))
        .isInstanceOf(DuplicateKeyException.class);

    assertThat(app.events.writes())
        .extracting(
            event -> event.operation() + " " + event.stage() + " " + (event.failure() == null))
        .containsExactly("account.save " + stage + " true", "account.insert " + stage + " false");
  }
}
