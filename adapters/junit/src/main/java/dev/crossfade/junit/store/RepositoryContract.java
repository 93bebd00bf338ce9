package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.crossfade.Entity;
import dev.crossfade.NotFoundException;
import dev.crossfade.Repository;
import dev.crossfade.junit.store.ContractEntities.Device;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.junit.store.ContractEntities.Score;
import dev.crossfade.junit.store.ContractEntities.ScoreKey;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.Written;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a repository inherits from the adapter's base class, as applications use it. */
abstract class RepositoryContract extends ContractTheme {
  RepositoryContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @Test
  void aRepositoryKnowsItsEntity() {
    assertThat(tables.items.entity()).isSameAs(ContractEntities.ITEM);
    for (StoreRepository<?, ?> repository : tables.all()) {
      assertThat(repository.inherits("find", Object.class))
          .as("the environment's %s repository inherits find", repository.entity())
          .isTrue();
    }
  }

  @Test
  void rowsAreFoundByKeysOfEveryType() {
    found(ContractEntities.SETTING, new Setting("a 'quoted' key", "1"), "a");
    found(ContractEntities.DEVICE, new Device(new UUID(-2, 3), "d"), new UUID(-2, 4));
    found(ContractEntities.TALLY, new Tally(Integer.MIN_VALUE, Long.MAX_VALUE), 0);
    found(ContractEntities.SCORE, new Score("ab", 1, new BigDecimal("0.5")), new ScoreKey("a", 1));
    found(
        ContractEntities.FRAGMENT,
        new ContractEntities.Fragment(new byte[] {0, -1, 0}, "f"),
        new byte[] {0, -1});
  }

  private <T, K> void found(Entity<T, K> entity, T row, K other) {
    StoreRepository<T, K> repository = tables.of(entity);
    save(repository, row);
    assertStored(repository, row);
    assertSame(entity, repository.get(entity.keyOf(row)), row);
    assertThatThrownBy(() -> repository.get(other))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(entity.name())
        .hasMessageContaining(entity.keys().show(other));
    assertAbsent(repository, other);
    assertThat(repository.findAll(List.of(other, entity.keyOf(row)))).hasSize(1);
    assertThat(unit(() -> repository.delete(other)).result()).isFalse();
    assertThat(unit(() -> repository.delete(entity.keyOf(row))).result()).isTrue();
    assertAbsent(repository, entity.keyOf(row));
  }

  @Test
  void findAllGivesEachExistingRowOnceInKeyOrder() {
    for (int id : new int[] {5, -3, 9, 0}) {
      given(tables.tallies, new Tally(id, id));
    }

    assertThat(tables.tallies.findAll(List.of(9, 5, 5, 7, -3, 9)))
        .containsExactly(new Tally(-3, -3), new Tally(5, 5), new Tally(9, 9));
    assertThat(tables.tallies.findAll(List.of())).isEmpty();
    assertThat(tables.tallies.findAll(List.of(100))).isEmpty();
  }

  @Test
  void findAllTakesMoreKeysThanAStatementHasParameters() {
    List<Integer> keys = new ArrayList<>();
    List<ScoreKey> composite = new ArrayList<>();
    for (int i = 0; i < 70_000; i++) {
      keys.add(i);
      composite.add(new ScoreKey("s", i));
    }
    given(tables.tallies, new Tally(0, 1), new Tally(69_999, 1), new Tally(35_000, 1));
    given(tables.scores, new Score("s", 5, BigDecimal.ONE), new Score("s", 69_999, BigDecimal.ONE));

    assertThat(tables.tallies.findAll(keys))
        .extracting(Tally::id)
        .containsExactly(0, 35_000, 69_999);
    assertThat(tables.scores.findAll(composite))
        .extracting(Score::period)
        .containsExactly(5, 69_999);
  }

  @Test
  void findAllOfCompositeKeysMixesNothingUp() {
    given(
        tables.scores,
        new Score("a", 1, BigDecimal.ONE),
        new Score("a", 2, BigDecimal.ONE),
        new Score("b", 1, BigDecimal.ONE),
        new Score("b", 2, BigDecimal.ONE));

    assertThat(tables.scores.findAll(List.of(new ScoreKey("b", 2), new ScoreKey("a", 1))))
        .extracting(Score::symbol, Score::period)
        .containsExactly(tuple("a", 1), tuple("b", 2));
  }

  @Test
  void manyRowsAreSavedAndDeletedInTheOrderGiven() {
    given(tables.tallies, new Tally(2, 0));

    Written<List<Tally>> saved =
        unit(
            () ->
                tables.tallies.saveAll(List.of(new Tally(3, 1), new Tally(1, 1), new Tally(2, 1))));
    assertThat(saved.result()).containsExactly(new Tally(3, 1), new Tally(1, 1), new Tally(2, 1));
    assertThat(tables.tallies.scan(null, 10)).extracting(Tally::total).containsExactly(1L, 1L, 1L);

    Written<Integer> deleted = unit(() -> tables.tallies.deleteAll(List.of(3, 1, 1, 7)));
    assertThat(deleted.result()).as("rows deleted").isEqualTo(2);
    assertThat(tables.tallies.scan(null, 10)).containsExactly(new Tally(2, 1));
    assertThat(unit(() -> tables.tallies.saveAll(List.of())).result()).isEmpty();
    assertThat(unit(() -> tables.tallies.deleteAll(List.of())).result()).isZero();
  }

  @Test
  void aKeyGivenTwiceToSaveAllHoldsTheLast() {
    Written<List<Tally>> saved =
        unit(() -> tables.tallies.saveAll(List.of(new Tally(1, 1), new Tally(1, 2))));

    assertStored(tables.tallies, new Tally(1, 2));
    assertThat(saved.states()).hasSize(1);
    assertThat(saved.states().get(0).row()).isEqualTo(new Tally(1, 2));
  }

  @Test
  void generatedKeysOfSaveAllBelongToTheirRows() {
    List<Item> rows = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rows.add(item("code " + (i * 37) % 50));
    }

    Written<List<Item>> saved = unit(() -> tables.items.saveAll(rows));

    assertThat(saved.result())
        .extracting(Item::code)
        .isEqualTo(rows.stream().map(Item::code).toList());
    assertThat(saved.result()).extracting(Item::id).doesNotContainNull().doesNotHaveDuplicates();
    saved.result().forEach(row -> assertStored(tables.items, row));
    assertThat(saved.states()).hasSize(50);
  }

  @Test
  void rowsAreCounted() {
    assertThat(tables.tallies.count()).isZero();
    given(tables.tallies, new Tally(1, 1), new Tally(2, 1));
    assertThat(tables.tallies.count()).isEqualTo(2);
  }

  @Test
  void aRepositoryIsUsedByManyThreads() {
    Repository<Tally, Integer> tallies = tables.tallies;
    Crew.together(
        8,
        index -> {
          for (int i = 0; i < 25; i++) {
            Tally row = new Tally(index * 1_000 + i, i);
            unit(() -> tallies.save(row));
            assertThat(tallies.find(row.id())).contains(row);
          }
        });
    assertThat(tables.tallies.count()).isEqualTo(200);
  }

  // Generators.

  @Test
  void generatedKeysGoOnBehindTheHighest() {
    long first = newId("a");
    long second = newId("b");
    assertThat(second).isGreaterThan(first);
    assertThat(highest()).isEqualTo(second);

    tables.items.raiseGenerator(1_000);
    assertThat(highest()).isGreaterThanOrEqualTo(1_000);
    assertThat(newId("c")).isGreaterThan(1_000);
  }

  @Test
  void aGeneratorNeverGoesBack() {
    tables.items.raiseGenerator(1_000);
    tables.items.raiseGenerator(10);
    tables.items.raiseGenerator(-1);

    assertThat(newId("a")).isGreaterThan(1_000);
  }

  @Test
  void aKeyThatWasGivenIsNotGivenAgainAfterItsRowIsGone() {
    long first = newId("a");
    long second = newId("b");
    unit(() -> tables.items.deleteAll(List.of(first, second)));

    assertThat(highest()).as("the highest key ever given").isGreaterThanOrEqualTo(second);
    assertThat(newId("c")).isGreaterThan(second);
  }

  @Test
  void aKeyOfARowCountsEvenIfTheGeneratorDidNotGiveIt() {
    apply(RowState.present(ContractEntities.ITEM, item("a").withId(500L)));

    assertThat(highest()).isGreaterThanOrEqualTo(500);
    tables.items.raiseGenerator(highest());
    assertThat(newId("b")).isGreaterThan(500);
  }

  @Test
  void keysThatAreNotGeneratedHaveNoHighest() {
    given(tables.tallies, new Tally(1, 1));

    assertThat(tables.settings.highestGenerated()).isEmpty();
    assertThat(tables.devices.highestGenerated()).isEmpty();
    assertThat(tables.tallies.highestGenerated()).isEmpty();
  }

  private long highest() {
    return tables.items.highestGenerated().orElseThrow();
  }

  private long newId(String code) {
    return Objects.requireNonNull(save(tables.items, item(code)).result().id(), "generated key");
  }
}
