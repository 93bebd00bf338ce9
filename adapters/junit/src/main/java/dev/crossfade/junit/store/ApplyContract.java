package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.crossfade.CheckException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.Entity;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.Stage;
import dev.crossfade.junit.store.ContractEntities.Child;
import dev.crossfade.junit.store.ContractEntities.Grandchild;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.junit.store.ContractEntities.Loose;
import dev.crossfade.junit.store.ContractEntities.Node;
import dev.crossfade.junit.store.ContractEntities.Parent;
import dev.crossfade.junit.store.ContractEntities.Pinned;
import dev.crossfade.junit.store.ContractEntities.Reading;
import dev.crossfade.junit.store.ContractEntities.Seat;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Ticket;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.StoreRepository;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Step 3: the rows of a change, all or none, and nothing the change does not name. */
abstract class ApplyContract extends ContractTheme {
  ApplyContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  private static <T, K> RowState<T, K> present(StoreRepository<T, K> repository, T row) {
    return RowState.present(repository.entity(), row);
  }

  private static <T, K> RowState<T, K> absent(StoreRepository<T, K> repository, K key) {
    return RowState.absent(repository.entity(), key);
  }

  private RowState<Setting, String> setting(String name, @Nullable String text) {
    return present(tables.settings, new Setting(name, text));
  }

  private RowState<Seat, Long> seat(long id, String label, @Nullable Integer badge, int place) {
    return present(tables.seats, new Seat(id, label, badge, "hall", place));
  }

  private List<Seat> seats() {
    return tables.seats.scan(null, 100);
  }

  // Bringing rows about.

  @Test
  void aRowIsInsertedThenReplacedThenDeleted() {
    apply(setting("a", "1"));
    assertStored(tables.settings, new Setting("a", "1"));
    apply(setting("a", null));
    assertStored(tables.settings, new Setting("a", null));
    apply(absent(tables.settings, "a"));
    assertAbsent(tables.settings, "a");
  }

  @Test
  void aChangeMayComeTwice() {
    RowState<?, ?>[] states = {setting("a", "1"), setting("b", "2"), absent(tables.settings, "c")};
    given(tables.settings, new Setting("c", "3"));

    apply(states);
    apply(states);

    assertThat(tables.settings.scan(null, 10))
        .containsExactly(new Setting("a", "1"), new Setting("b", "2"));
  }

  @Test
  void theWholeRowIsReplacedWithNothingFilledIn() {
    Item old = item("old").withId(7L);
    apply(present(tables.items, old));
    Item bare =
        new Item(
            7L,
            "new",
            "label",
            new java.math.BigDecimal("0.01"),
            null,
            ContractEntities.Color.RED,
            false,
            null,
            0,
            Instant.parse("1999-12-31T23:59:59Z"));

    apply(present(tables.items, bare));

    assertStored(tables.items, bare);
    assertThat(tables.items.count()).isEqualTo(1);
  }

  @Test
  void aGeneratedKeyIsTakenOver() {
    apply(
        present(tables.items, item("a").withId(41L)), present(tables.items, item("b").withId(9L)));

    assertThat(tables.items.scan(null, 10)).extracting(Item::id).containsExactly(9L, 41L);
  }

  @Test
  void aChangeLeavesNoEntries() {
    apply(setting("a", "1"));

    assertEmptyJournal();
    assertThat(journal.recall(writer.entry(1))).isZero();
  }

  @Test
  void manyRowsOfSeveralEntitiesAreOneChange() {
    List<RowState<?, ?>> states = new ArrayList<>();
    for (long id = 1; id <= 1_000; id++) {
      states.add(present(tables.parents, new Parent(id, "parent " + id)));
    }
    for (long id = 1; id <= 1_000; id++) {
      states.add(present(tables.children, new Child(id, 1_001 - id, "child " + id)));
    }

    store.apply(new Change(MIGRATION, 1, writer.id, states, LIMIT));

    assertThat(tables.parents.count()).isEqualTo(1_000);
    assertThat(tables.children.count()).isEqualTo(1_000);
    assertStored(tables.children, new Child(1, 1_000, "child 1"));
  }

  @Test
  void nothingAtAllIsNoError() {
    apply();

    assertThat(tables.settings.count()).isZero();
  }

  // All or none.

  @Test
  void aRefusedRowTakesTheWholeChangeWithIt() {
    given(tables.settings, new Setting("kept", "1"), new Setting("gone", "1"));
    given(tables.items, item("taken"));
    RowState<?, ?> first = setting("kept", "2");
    RowState<?, ?> last = absent(tables.settings, "gone");

    if (environment.checksRows()) {
      assertThatThrownBy(
              () ->
                  apply(first, present(tables.items, item("x").withId(77L).withQuantity(-1)), last))
          .isInstanceOf(CheckException.class);
    }
    assertThatThrownBy(() -> apply(first, present(tables.items, item("taken").withId(77L)), last))
        .isInstanceOf(DuplicateKeyException.class);
    assertThatThrownBy(() -> apply(first, present(tables.children, new Child(1, 99, "c")), last))
        .isInstanceOf(ForeignKeyException.class);

    assertThat(tables.settings.scan(null, 10))
        .containsExactly(new Setting("gone", "1"), new Setting("kept", "1"));
    assertThat(tables.items.count()).isEqualTo(1);
    assertThat(tables.children.count()).isZero();
  }

  // Refused.

  @Test
  void anUnknownIncarnationIsRefused() {
    Actor stranger = new Actor(MIGRATION);

    assertThatThrownBy(() -> store.apply(change(stranger, setting("a", "1"))))
        .isInstanceOf(FencedException.class);

    assertAbsent(tables.settings, "a");
  }

  @Test
  void aFencedIncarnationIsRefused() {
    store.instances().fence(writer.id);

    assertThatThrownBy(() -> apply(setting("a", "1"))).isInstanceOf(FencedException.class);

    assertAbsent(tables.settings, "a");
    store.apply(change(actor(), setting("a", "2")));
    assertStored(tables.settings, new Setting("a", "2"));
  }

  @Test
  void aNewerEpochOfThisStoreRefuses() {
    assertThat(store.control().openIfOlder(ControlRow.open(MIGRATION, 5, Stage.LIVE))).isTrue();

    assertThatThrownBy(
            () ->
                store.apply(new Change(MIGRATION, 4, writer.id, List.of(setting("a", "1")), LIMIT)))
        .isInstanceOf(StaleEpochException.class);
    assertAbsent(tables.settings, "a");

    store.apply(new Change(MIGRATION, 5, writer.id, List.of(setting("a", "5")), LIMIT));
    assertStored(tables.settings, new Setting("a", "5"));
  }

  /** It was given up, or restored from a backup, and has what nobody else has. */
  @Test
  void aStoreThatIsOpenOrClosingAtAnOlderEpochRefuses() {
    assertNothingIsTakenAt(2);
    ControlRow closing = OPEN.closing(new UUID(1, 1), Instant.parse("2100-01-01T00:00:00Z"));
    assertThat(store.control().replace(OPEN, closing)).isTrue();
    assertNothingIsTakenAt(2);

    assertThat(store.control().replace(closing, closing.moved(Stage.LIVE))).isTrue();
    store.apply(new Change(MIGRATION, 3, writer.id, List.of(setting("a", "3")), LIMIT));
    assertStored(tables.settings, new Setting("a", "3"));
  }

  /** One row or several: a store may do these in different ways. */
  private void assertNothingIsTakenAt(long epoch) {
    for (List<RowState<?, ?>> states :
        List.<List<RowState<?, ?>>>of(
            List.of(setting("a", "1")), List.of(setting("a", "1"), setting("b", "1")))) {
      assertThatThrownBy(() -> store.apply(new Change(MIGRATION, epoch, writer.id, states, LIMIT)))
          .isInstanceOf(StaleEpochException.class);
    }
    assertAbsent(tables.settings, "a");
  }

  @Test
  void aStoreThatMovedOnRefusesTheOldEpoch() {
    assertThat(store.control().replaceIfDrained(OPEN, OPEN.moved(Stage.LIVE))).isTrue();

    assertThatThrownBy(() -> apply(setting("a", "1"))).isInstanceOf(StaleEpochException.class);
    store.apply(new Change(MIGRATION, 2, writer.id, List.of(setting("a", "2")), LIMIT));

    assertStored(tables.settings, new Setting("a", "2"));
  }

  @Test
  void aStoreWithoutControlRowTakesAnyEpoch() {
    store.apply(new Change("another", 3, writer.id, List.of(setting("a", "1")), LIMIT));

    assertStored(tables.settings, new Setting("a", "1"));
  }

  // Unique values that wander.

  @Test
  void twoRowsSwapTheirUniqueValues() {
    given(tables.seats, new Seat(1, "left", 10, "hall", 1), new Seat(2, "right", 20, "hall", 2));

    apply(seat(1, "right", 20, 2), seat(2, "left", 10, 1));

    assertThat(seats())
        .containsExactly(new Seat(1, "right", 20, "hall", 2), new Seat(2, "left", 10, "hall", 1));
  }

  @Test
  void threeRowsPassTheirUniqueValuesAround() {
    given(
        tables.seats,
        new Seat(1, "a", 10, "hall", 1),
        new Seat(2, "b", 20, "hall", 2),
        new Seat(3, "c", 30, "hall", 3));

    apply(seat(1, "b", 20, 2), seat(2, "c", 30, 3), seat(3, "a", 10, 1));

    assertThat(seats())
        .extracting(Seat::label, Seat::badge, Seat::place)
        .containsExactly(tuple("b", 20, 2), tuple("c", 30, 3), tuple("a", 10, 1));
  }

  @Test
  void aUniqueValueThatMovesOnIsFreeWhateverTheOrder() {
    given(tables.seats, new Seat(1, "a", 10, "hall", 1), new Seat(2, "b", 20, "hall", 2));
    apply(seat(1, "b", 20, 2), seat(2, "c", 30, 3));
    assertThat(seats()).extracting(Seat::label).containsExactly("b", "c");

    apply(seat(2, "d", 40, 4), seat(1, "c", 30, 3));
    assertThat(seats()).extracting(Seat::label).containsExactly("c", "d");
  }

  @Test
  void aUniqueValueOfADeletedRowIsFree() {
    given(tables.seats, new Seat(1, "a", 10, "hall", 1), new Seat(2, "b", 20, "hall", 2));

    apply(seat(2, "a", 10, 1), seat(3, "b", 20, 2), absent(tables.seats, 1L));

    assertThat(seats())
        .containsExactly(new Seat(2, "a", 10, "hall", 1), new Seat(3, "b", 20, "hall", 2));
  }

  @Test
  void aNewRowTakesTheUniqueValueOfAnOlderOne() {
    given(tables.seats, new Seat(5, "a", 10, "hall", 1));

    apply(seat(1, "a", 10, 1), seat(5, "b", null, 2));

    assertThat(seats())
        .containsExactly(new Seat(1, "a", 10, "hall", 1), new Seat(5, "b", null, "hall", 2));
  }

  @Test
  void aSwapKeepsWhatRefersToTheRows() {
    given(tables.seats, new Seat(1, "a", 10, "hall", 1), new Seat(2, "b", 20, "hall", 2));
    for (long id = 1; id <= 50; id++) {
      given(tables.tickets, new Ticket(id, 1 + id % 2));
    }

    apply(seat(1, "b", 20, 2), seat(2, "a", 10, 1));

    assertThat(seats()).extracting(Seat::label).containsExactly("b", "a");
    assertThat(tables.tickets.count()).as("tickets").isEqualTo(50);
    assertThat(tables.tickets.find(7L)).contains(new Ticket(7, 2));
  }

  @Test
  void aUniqueValueOfARowOutsideTheChangeIsTaken() {
    given(
        tables.seats,
        new Seat(1, "a", 10, "hall", 1),
        new Seat(2, "b", 20, "hall", 2),
        new Seat(3, "c", 30, "hall", 3));
    List<Seat> before = seats();

    assertThatThrownBy(() -> apply(seat(1, "b", 20, 2), seat(2, "c", 50, 5)))
        .isInstanceOf(DuplicateKeyException.class);

    assertThat(seats()).isEqualTo(before);
  }

  @Test
  void anyShuffleOfUniqueValuesComesOut() {
    Random random = random("ApplyContract.anyShuffleOfUniqueValuesComesOut");
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      places.add(i);
    }
    for (int round = 0; round < 25; round++) {
      Collections.shuffle(places, random);
      List<RowState<?, ?>> states = new ArrayList<>();
      List<Seat> expected = new ArrayList<>();
      int rows = 2 + random.nextInt(9);
      for (int i = 0; i < 12; i++) {
        if (i < rows) {
          int place = places.get(i);
          Seat row = new Seat(i, "label " + place, place % 3 == 0 ? null : place, "hall", place);
          states.add(RowState.present(ContractEntities.SEAT, row));
          expected.add(row);
        }
      }
      for (long i = rows; i < 12; i++) {
        states.add(absent(tables.seats, i));
      }

      store.apply(new Change(MIGRATION, 1, writer.id, states, LIMIT));

      assertThat(seats()).as("round %s", round).isEqualTo(expected);
    }
  }

  // Nothing disappears that the change does not name.

  @Test
  void theDeleteOfAParentIsRefusedWhileAChildOutsideTheChangeCascades() {
    given(tables.parents, new Parent(1, "p"), new Parent(2, "p"));
    given(tables.children, new Child(1, 1, "c"), new Child(2, 1, "c"));

    assertThatThrownBy(() -> apply(absent(tables.children, 1L), absent(tables.parents, 1L)))
        .isInstanceOf(ForeignKeyException.class);

    assertThat(tables.parents.count()).isEqualTo(2);
    assertThat(tables.children.count()).as("children").isEqualTo(2);
  }

  @Test
  void theDeleteOfAParentIsRefusedWhileAGrandchildOutsideTheChangeCascades() {
    given(tables.parents, new Parent(1, "p"));
    given(tables.children, new Child(1, 1, "c"));
    given(tables.grandchildren, new Grandchild(1, 1, "g"));

    assertThatThrownBy(() -> apply(absent(tables.children, 1L), absent(tables.parents, 1L)))
        .isInstanceOf(ForeignKeyException.class);

    assertThat(tables.parents.count()).isEqualTo(1);
    assertThat(tables.children.count()).isEqualTo(1);
    assertThat(tables.grandchildren.count()).isEqualTo(1);
  }

  @Test
  void theDeleteOfAParentIsRefusedWhileARowOutsideTheChangeWouldLoseItsReference() {
    given(tables.parents, new Parent(1, "p"));
    given(tables.loose, new Loose(1, 1L, "l"));

    assertThatThrownBy(() -> apply(absent(tables.parents, 1L)))
        .isInstanceOf(ForeignKeyException.class);

    assertStored(tables.parents, new Parent(1, "p"));
    assertStored(tables.loose, new Loose(1, 1L, "l"));
  }

  @Test
  void theDeleteOfAParentIsRefusedWhileAPlainReferenceStands() {
    given(tables.parents, new Parent(1, "p"));
    given(tables.pinned, new Pinned(1, 1, "x"));

    assertThatThrownBy(() -> apply(absent(tables.parents, 1L)))
        .isInstanceOf(ForeignKeyException.class);
    assertStored(tables.pinned, new Pinned(1, 1, "x"));

    apply(absent(tables.pinned, 1L), absent(tables.parents, 1L));
    assertThat(tables.parents.count()).isZero();
  }

  @Test
  void aFamilyThatTheChangeNamesInFullGoes() {
    given(tables.parents, new Parent(1, "p"), new Parent(2, "p"));
    given(tables.children, new Child(1, 1, "c"), new Child(2, 2, "c"));
    given(tables.grandchildren, new Grandchild(1, 1, "g"), new Grandchild(2, 2, "g"));
    given(tables.loose, new Loose(1, 1L, "l"), new Loose(2, 2L, "l"));

    apply(
        present(tables.loose, new Loose(1, null, "l")),
        absent(tables.grandchildren, 1L),
        absent(tables.children, 1L),
        absent(tables.parents, 1L));

    assertThat(tables.parents.scan(null, 10)).containsExactly(new Parent(2, "p"));
    assertThat(tables.children.scan(null, 10)).containsExactly(new Child(2, 2, "c"));
    assertThat(tables.grandchildren.scan(null, 10)).containsExactly(new Grandchild(2, 2, "g"));
    assertThat(tables.loose.scan(null, 10))
        .containsExactly(new Loose(1, null, "l"), new Loose(2, 2L, "l"));
  }

  @Test
  void aChildThatMovesToAnotherParentSurvivesTheFirst() {
    given(tables.parents, new Parent(1, "p"));
    given(tables.children, new Child(1, 1, "c"));

    apply(
        present(tables.parents, new Parent(2, "q")),
        present(tables.children, new Child(1, 2, "c")),
        absent(tables.parents, 1L));

    assertThat(tables.parents.scan(null, 10)).containsExactly(new Parent(2, "q"));
    assertStored(tables.children, new Child(1, 2, "c"));
  }

  @Test
  void aParentAndItsChildComeInOneChange() {
    apply(
        present(tables.parents, new Parent(1, "p")),
        present(tables.children, new Child(1, 1, "c")),
        present(tables.grandchildren, new Grandchild(1, 1, "g")));

    assertStored(tables.grandchildren, new Grandchild(1, 1, "g"));
  }

  @Test
  void rowsThatReferToTheirOwnEntityComeAndGo() {
    apply(
        present(tables.nodes, new Node(9, null, "root")),
        present(tables.nodes, new Node(5, 9L, "middle")),
        present(tables.nodes, new Node(7, 5L, "leaf")),
        present(tables.nodes, new Node(1, 1L, "its own parent")));
    assertThat(tables.nodes.count()).isEqualTo(4);

    assertThatThrownBy(() -> apply(absent(tables.nodes, 5L)))
        .isInstanceOf(ForeignKeyException.class);
    assertThat(tables.nodes.count()).as("after the refused delete").isEqualTo(4);

    apply(absent(tables.nodes, 7L), absent(tables.nodes, 5L), absent(tables.nodes, 1L));
    assertThat(tables.nodes.scan(null, 10)).containsExactly(new Node(9, null, "root"));
  }

  // Locators.

  @Test
  void aRowWhoseLocatorChangedReplacesTheOldOne() {
    Instant march = Instant.parse("2026-03-31T23:59:59.999999Z");
    Instant april = Instant.parse("2026-04-01T00:00:00Z");
    apply(present(tables.readings, new Reading(1, march, "a")));
    apply(present(tables.readings, new Reading(2, march, "b")));

    apply(present(tables.readings, new Reading(1, april, "c")));

    assertThat(tables.readings.scan(null, 10))
        .containsExactly(new Reading(1, april, "c"), new Reading(2, march, "b"));
    assertThat(tables.readings.count()).isEqualTo(2);
    apply(absent(tables.readings, 1L));
    assertThat(tables.readings.scan(null, 10)).containsExactly(new Reading(2, march, "b"));
  }

  @Test
  void aLocatorThatStaysIsAnOrdinaryUpdate() {
    Instant march = Instant.parse("2026-03-15T12:00:00Z");
    apply(present(tables.readings, new Reading(1, march, "a")));

    apply(present(tables.readings, new Reading(1, march, "b")));

    assertThat(tables.readings.scan(null, 10)).containsExactly(new Reading(1, march, "b"));
  }

  @Test
  void aLocatorChangesInTheDecidingStoreToo() {
    Instant march = Instant.parse("2026-03-15T12:00:00Z");
    Instant may = Instant.parse("2026-05-15T12:00:00Z");
    save(tables.readings, new Reading(1, march, "a"));

    var unit = save(tables.readings, new Reading(1, may, "b"));
    assertThat(tables.readings.scan(null, 10)).containsExactly(new Reading(1, may, "b"));
    assertThat(unit.states()).hasSize(1);
    assertThat(unit.states().get(0).row()).isEqualTo(new Reading(1, may, "b"));

    var row =
        store.writeRow(
            writer.entry(1),
            tables.readings,
            new dev.crossfade.store.RowWrite.Save<>(new Reading(1, march, "c")));
    assertThat(row.result()).isEqualTo(new Reading(1, march, "c"));
    assertThat(tables.readings.scan(null, 10)).containsExactly(new Reading(1, march, "c"));
    assertThatThrownBy(() -> unit(() -> tables.readings.insert(new Reading(1, may, "d"))))
        .as("an insert of the same key at another time")
        .isInstanceOf(DuplicateKeyException.class);
    assertThat(unit(() -> tables.readings.delete(1L)).result()).isTrue();
    assertThat(tables.readings.count()).isZero();
  }

  // Keys of all types.

  @Test
  void rowsOfEveryKeyTypeComeAndGo() {
    comesAndGoes(
        ContractEntities.DEVICE, new ContractEntities.Device(new java.util.UUID(-1, 5), "d"));
    comesAndGoes(ContractEntities.TALLY, new ContractEntities.Tally(-5, 7));
    comesAndGoes(
        ContractEntities.FRAGMENT, new ContractEntities.Fragment(new byte[] {0, (byte) 0x80}, "f"));
    comesAndGoes(
        ContractEntities.SCORE,
        new ContractEntities.Score("é", -1, new java.math.BigDecimal("1.25")));
    comesAndGoes(ContractEntities.SETTING, new Setting("", "the empty key"));
  }

  private <T, K> void comesAndGoes(Entity<T, K> entity, T row) {
    StoreRepository<T, K> repository = tables.of(entity);
    apply(RowState.present(entity, row));
    assertStored(repository, row);
    apply(RowState.present(entity, row));
    assertThat(repository.count()).isEqualTo(1);
    apply(RowState.absent(entity, entity.keyOf(row)));
    assertThat(repository.count()).isZero();
  }
}
