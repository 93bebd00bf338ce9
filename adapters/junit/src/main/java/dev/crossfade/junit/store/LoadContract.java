package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CheckException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.Stage;
import dev.crossfade.junit.store.ContractEntities.Child;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.junit.store.ContractEntities.Node;
import dev.crossfade.junit.store.ContractEntities.Parent;
import dev.crossfade.junit.store.ContractEntities.Reading;
import dev.crossfade.junit.store.ContractEntities.ScoreKey;
import dev.crossfade.junit.store.ContractEntities.Seat;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Load;
import dev.crossfade.store.Loaded;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.StoreRepository;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Step 3 for a range: afterwards it holds exactly the rows of the load, or what it held before. */
abstract class LoadContract extends ContractTheme {
  private static final Instant MARCH = Instant.parse("2026-03-10T00:00:00Z");
  private static final Instant APRIL = Instant.parse("2026-04-10T00:00:00Z");

  LoadContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  private <T, K> Loaded load(
      StoreRepository<T, K> repository, @Nullable K after, @Nullable K to, List<T> rows) {
    return store.load(new Load<>(MIGRATION, 1, writer.id, repository, after, to, rows, LIMIT));
  }

  private static List<Parent> parents(long from, long to, String name) {
    List<Parent> parents = new ArrayList<>();
    for (long id = from; id <= to; id++) {
      parents.add(new Parent(id, name + " " + id));
    }
    return parents;
  }

  @Test
  void anEmptyRangeIsFilled() {
    List<Parent> rows = parents(1, 2_345, "p");

    assertThat(load(tables.parents, null, null, rows)).isEqualTo(new Loaded(2_345, 0));

    assertThat(tables.parents.scan(null, 10_000)).isEqualTo(rows);
    assertEmptyJournal();
  }

  @Test
  void whatIsThereIsMerged() {
    given(tables.parents, new Parent(1, "below"), new Parent(9, "above"));
    given(tables.parents, new Parent(3, "same"), new Parent(4, "old"), new Parent(5, "stray"));
    List<Parent> rows =
        List.of(new Parent(3, "same"), new Parent(4, "new"), new Parent(6, "fresh"));

    assertThat(load(tables.parents, 1L, 8L, rows)).isEqualTo(new Loaded(3, 1));
    assertThat(load(tables.parents, 1L, 8L, rows)).isEqualTo(new Loaded(3, 0));

    assertThat(tables.parents.scan(null, 100))
        .containsExactly(
            new Parent(1, "below"),
            new Parent(3, "same"),
            new Parent(4, "new"),
            new Parent(6, "fresh"),
            new Parent(9, "above"));
  }

  @Test
  void aRangeWithoutRowsIsEmptied() {
    given(tables.parents, parents(1, 6, "p").toArray(Parent[]::new));

    assertThat(load(tables.parents, 2L, 4L, List.of())).isEqualTo(new Loaded(0, 2));
    assertThat(load(tables.parents, 5L, null, List.of())).isEqualTo(new Loaded(0, 1));
    assertThat(load(tables.parents, null, 1L, List.of())).isEqualTo(new Loaded(0, 1));

    assertThat(tables.parents.scan(null, 100)).extracting(Parent::id).containsExactly(2L, 5L);
  }

  /** Whatever was there and whatever comes. */
  @Test
  void anyRangeOverAnyRows() {
    Random random = random("anyRangeOverAnyRows");
    for (int round = 0; round < 20; round++) {
      TreeMap<Long, Parent> expected = new TreeMap<>();
      List<Parent> rows = new ArrayList<>();
      long after = random.nextInt(30);
      long to = after + random.nextInt(30);
      for (Parent there : tables.parents.scan(null, 1_000)) {
        if (there.id() <= after || there.id() > to) {
          expected.put(there.id(), there);
        }
      }
      for (long id = after + 1; id <= to; id++) {
        if (random.nextBoolean()) {
          Parent row = new Parent(id, "round " + random.nextInt(3));
          rows.add(row);
          expected.put(id, row);
        }
      }
      load(tables.parents, after, to, rows);
      assertThat(tables.parents.scan(null, 1_000)).isEqualTo(List.copyOf(expected.values()));
    }
  }

  @Test
  void keysOfTextAndOfSeveralParts() {
    given(tables.settings, new Setting("A", "1"), new Setting("é", "1"), new Setting("z", "1"));
    List<Setting> settings =
        List.of(new Setting("A", "2"), new Setting("a'\t\\N", null), new Setting("b", "x\ty\\\n"));

    assertThat(load(tables.settings, null, "z", settings)).isEqualTo(new Loaded(3, 1));

    assertThat(tables.settings.scan(null, 100))
        .containsExactlyInAnyOrder(
            settings.get(0), settings.get(1), settings.get(2), new Setting("é", "1"));

    List<ContractEntities.Score> scores =
        List.of(
            new ContractEntities.Score("A", 2, BigDecimal.ONE),
            new ContractEntities.Score("B", 1, BigDecimal.TEN));
    given(tables.scores, new ContractEntities.Score("A", 1, BigDecimal.ONE));
    given(tables.scores, new ContractEntities.Score("B", 0, BigDecimal.ONE));
    given(tables.scores, new ContractEntities.Score("B", 2, BigDecimal.ONE));
    assertThat(load(tables.scores, new ScoreKey("A", 1), new ScoreKey("B", 1), scores))
        .isEqualTo(new Loaded(2, 1));
    assertThat(tables.scores.scan(null, 10))
        .extracting(score -> score.symbol() + score.period())
        .containsExactly("A1", "A2", "B1", "B2");
  }

  @Test
  void aRowThatStandsElsewhereIsReplaced() {
    given(tables.readings, new Reading(1, MARCH, "old"), new Reading(2, MARCH, "stays"));

    load(tables.readings, null, 1L, List.of(new Reading(1, APRIL, "new")));

    assertThat(tables.readings.scan(null, 10))
        .containsExactly(new Reading(1, APRIL, "new"), new Reading(2, MARCH, "stays"));
  }

  @Test
  void rowsThatReferToEachOther() {
    List<Node> nodes = List.of(new Node(1, 2L, "a"), new Node(2, null, "b"), new Node(3, 1L, "c"));

    try {
      load(tables.nodes, null, null, nodes);
      assertThat(tables.nodes.scan(null, 10)).isEqualTo(nodes);
    } catch (ForeignKeyException e) {
      assertThat(tables.nodes.count()).as("nothing was changed").isZero();
    }
  }

  // Refused.

  @Test
  void aRefusedRowTakesTheWholeLoadWithIt() {
    verifiedOnlyIf(environment.checksRows(), "a refused row takes the whole load with it");
    Item good = item("good").withId(1L);
    Item bad = item("bad").withId(2L).withQuantity(-1);
    for (boolean merged : new boolean[] {false, true}) {
      if (merged) {
        given(tables.items, good);
      }
      assertThatThrownBy(() -> load(tables.items, null, null, List.of(good, bad)))
          .isInstanceOfSatisfying(
              CheckException.class,
              e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN));
      assertThat(tables.items.count()).isEqualTo(merged ? 1 : 0);
    }
    load(tables.items, null, null, List.of(good)); // by the same connection
    assertStored(tables.items, good);
  }

  /** Found when it is sent, which is in the middle of something. */
  @Test
  void aRowThatCannotBeSentLeavesNothingBehind() {
    List<Setting> rows = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      rows.add(new Setting(String.format("name %05d", i), "text ".repeat(10)));
    }
    rows.add(new Setting("name 99999", "half \uD83D of a pair"));
    for (int i = 0; i < 6; i++) {
      assertThatThrownBy(() -> load(tables.settings, null, null, rows))
          .isInstanceOf(CheckException.class);
    }
    assertThat(tables.settings.count()).isZero();

    load(tables.settings, null, null, rows.subList(0, 2_000));
    assertThat(tables.settings.count()).isEqualTo(2_000);
  }

  @Test
  void whatRefersToNobodyIsRefused() {
    given(tables.parents, new Parent(1, "p"));
    List<Child> children = List.of(new Child(1, 1, "c"), new Child(2, 77, "orphan"));

    assertThatThrownBy(() -> load(tables.children, null, null, children))
        .isInstanceOf(ForeignKeyException.class);

    assertThat(tables.children.count()).isZero();
  }

  @Test
  void nothingDisappearsThatTheLoadDoesNotName() {
    given(tables.parents, new Parent(1, "p"), new Parent(2, "q"));
    given(tables.children, new Child(1, 2, "of q"));

    assertThatThrownBy(() -> load(tables.parents, null, null, List.of(new Parent(1, "new"))))
        .isInstanceOf(ForeignKeyException.class);

    assertStored(tables.parents, new Parent(1, "p"));
    assertStored(tables.children, new Child(1, 2, "of q"));
  }

  @Test
  void aUniqueValueOfARowOutsideTheRangeIsTaken() {
    given(tables.seats, new Seat(9, "a", 10, "hall", 1));

    assertThatThrownBy(() -> load(tables.seats, null, 5L, List.of(new Seat(1, "a", 20, "hall", 2))))
        .isInstanceOf(DuplicateKeyException.class);

    assertThat(tables.seats.count()).isEqualTo(1);
  }

  @Test
  void aFencedIncarnationIsRefused() {
    store.instances().fence(writer.id);

    assertThatThrownBy(() -> load(tables.parents, null, null, parents(1, 3, "p")))
        .isInstanceOf(FencedException.class);

    assertThat(tables.parents.count()).isZero();
  }

  @Test
  void aNewerEpochOfThisStoreRefuses() {
    assertThat(store.control().openIfOlder(ControlRow.open(MIGRATION, 5, Stage.LIVE))).isTrue();

    assertThatThrownBy(() -> load(tables.parents, null, null, parents(1, 3, "p")))
        .isInstanceOf(StaleEpochException.class);

    assertThat(tables.parents.count()).isZero();
  }

  // What a backfill asks beside.

  @Test
  void rowsAreGivenOneByOneUntilNobodyWantsMore() {
    given(tables.parents, parents(1, 20, "p").toArray(Parent[]::new));
    List<Long> taken = new ArrayList<>();

    tables.parents.forEachBetween(
        3L,
        18L,
        row -> {
          taken.add(row.id());
          return taken.size() < 5;
        });
    assertThat(taken).containsExactly(4L, 5L, 6L, 7L, 8L);

    taken.clear();
    tables.parents.forEachBetween(17L, null, row -> taken.add(row.id()));
    assertThat(taken).containsExactly(18L, 19L, 20L);
  }

  @Test
  void statisticsAndRoomCanBeAskedFor() {
    load(tables.parents, null, null, parents(1, 500, "p"));

    store.analyze(List.of(tables.parents, tables.children));

    store.room(List.of(tables.parents)).used().ifPresent(used -> assertThat(used).isPositive());
    assertThat(tables.parents.count()).isEqualTo(500);
  }
}
