package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ConflictException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.junit.store.ContractEntities.Child;
import dev.crossfade.junit.store.ContractEntities.Grandchild;
import dev.crossfade.junit.store.ContractEntities.Loose;
import dev.crossfade.junit.store.ContractEntities.Node;
import dev.crossfade.junit.store.ContractEntities.Parent;
import dev.crossfade.junit.store.ContractEntities.Pinned;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Span;
import dev.crossfade.store.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a database deletes and nulls on its own is recorded as if the unit had done it. */
abstract class CascadeContract extends ContractTheme {
  CascadeContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  private void family(long id) {
    given(tables.parents, new Parent(id, "p"));
    given(tables.children, new Child(id * 10, id, "c"), new Child(id * 10 + 1, id, "c"));
    given(tables.grandchildren, new Grandchild(id * 10, id * 10, "g"));
    given(tables.loose, new Loose(id, id, "l"));
  }

  private static List<Span> familyOf(long id) {
    return List.of(
        point(ContractEntities.PARENT, id),
        point(ContractEntities.CHILD, id * 10),
        point(ContractEntities.CHILD, id * 10 + 1),
        point(ContractEntities.GRANDCHILD, id * 10),
        point(ContractEntities.LOOSE, id));
  }

  @Test
  void aDeletedParentTakesItsFamilyIntoTheRecord() {
    family(1);
    family(2);

    Written<Boolean> written = unit(() -> tables.parents.delete(1L));

    assertThat(written.result()).isTrue();
    assertFamilyRecorded(written);
  }

  @Test
  void aRowWriteThatDeletesAParentRecordsItsFamilyToo() {
    family(1);
    family(2);

    Written<Object> written =
        store.writeRow(writer.entry(1), tables.parents, new RowWrite.Delete<>(1L));

    assertThat(written.result()).isEqualTo(true);
    assertFamilyRecorded(written);
  }

  private void assertFamilyRecorded(Written<?> written) {
    assertThat(written.states())
        .extracting(CascadeContract::point)
        .containsExactlyInAnyOrderElementsOf(familyOf(1));
    for (RowState<?, ?> state : written.states()) {
      if (state.entity() == ContractEntities.LOOSE) {
        assertThat(state.row())
            .as("the row that lost its parent")
            .isEqualTo(new Loose(1, null, "l"));
      } else {
        assertThat(state.row()).as("%s", state).isNull();
      }
    }
    assertThat(journalSize()).isEqualTo(5);
    assertThat(tables.parents.scan(null, 10)).containsExactly(new Parent(2, "p"));
    assertThat(tables.children.count()).isEqualTo(2);
    assertThat(tables.grandchildren.count()).isEqualTo(1);
    assertStored(tables.loose, new Loose(1, null, "l"));
    assertStored(tables.loose, new Loose(2, 2L, "l"));
    assertThat(finish(writer, written, Outcome.DONE)).isZero();
  }

  @Test
  void severalParentsAtOnceTakeTheirFamilies() {
    family(1);
    family(2);
    family(3);

    Written<Integer> written = unit(() -> tables.parents.deleteAll(List.of(1L, 3L, 99L)));

    assertThat(written.result()).as("parents deleted").isEqualTo(2);
    List<Span> expected = new ArrayList<>(familyOf(1));
    expected.addAll(familyOf(3));
    assertThat(written.states())
        .filteredOn(state -> !point(state).equals(point(ContractEntities.PARENT, 99L)))
        .extracting(CascadeContract::point)
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(tables.parents.scan(null, 10)).containsExactly(new Parent(2, "p"));
  }

  @Test
  void whatAReferenceKeepsIsKeptWithAllItsFamily() {
    family(1);
    given(tables.pinned, new Pinned(1, 1, "x"));

    assertThatThrownBy(() -> unit(() -> tables.parents.delete(1L)))
        .isInstanceOf(ForeignKeyException.class);

    assertThat(tables.children.count()).isEqualTo(2);
    assertThat(tables.grandchildren.count()).isEqualTo(1);
    assertStored(tables.loose, new Loose(1, 1L, "l"));
    assertEmptyJournal();
  }

  @Test
  void aTreeOfOneEntityGoesFromItsRoot() {
    given(
        tables.nodes,
        new Node(50, null, "root"),
        new Node(1, 50L, "a"),
        new Node(99, 50L, "b"),
        new Node(2, 1L, "aa"),
        new Node(3, 2L, "aaa"),
        new Node(60, null, "another root"),
        new Node(61, 60L, "kept"));

    Written<Boolean> written = unit(() -> tables.nodes.delete(50L));

    assertThat(written.states())
        .extracting(CascadeContract::point)
        .containsExactlyInAnyOrder(
            point(ContractEntities.NODE, 50L),
            point(ContractEntities.NODE, 1L),
            point(ContractEntities.NODE, 99L),
            point(ContractEntities.NODE, 2L),
            point(ContractEntities.NODE, 3L));
    assertThat(written.states()).allMatch(state -> state.row() == null);
    assertThat(tables.nodes.scan(null, 10)).extracting(Node::id).containsExactly(60L, 61L);
  }

  @Test
  void aRowThatRefersToItselfGoes() {
    given(tables.nodes, new Node(1, 1L, "its own parent"));

    Written<Boolean> written = unit(() -> tables.nodes.delete(1L));

    assertThat(written.states()).hasSize(1);
    assertThat(tables.nodes.count()).isZero();
  }

  @Test
  void aDeepLineGoesToItsEnd() {
    given(tables.nodes, new Node(0, null, "root"));
    store.write(
        writer.mark(Mark.Kind.NOTHING, 1),
        () -> {
          for (long id = 1; id < 120; id++) {
            tables.nodes.insert(new Node(id, id - 1, "deep"));
          }
          return true;
        });

    Written<Boolean> written = unit(() -> tables.nodes.delete(0L));

    assertThat(written.states()).hasSize(120);
    assertThat(tables.nodes.count()).isZero();
  }

  @Test
  void aManyChildrenFamilyIsRecordedInFull() {
    given(tables.parents, new Parent(1, "p"));
    store.write(
        writer.mark(Mark.Kind.NOTHING, 1),
        () -> {
          for (long id = 0; id < 3_000; id++) {
            tables.children.insert(new Child(id, 1, "c"));
          }
          return true;
        });

    Written<Boolean> written = unit(() -> tables.parents.delete(1L));

    assertThat(written.states()).hasSize(3_001);
    assertThat(journalSize()).isEqualTo(3_001);
  }

  @Test
  void aChildMovedAwayInTheSameUnitStays() {
    family(1);
    family(2);

    Written<Boolean> written =
        unit(
            () -> {
              tables.children.save(new Child(10, 2, "moved"));
              return tables.parents.delete(1L);
            });

    assertStored(tables.children, new Child(10, 2, "moved"));
    assertThat(tables.grandchildren.count()).as("its own child too").isEqualTo(2);
    assertThat(written.states())
        .filteredOn(state -> point(state).equals(point(ContractEntities.CHILD, 10L)))
        .singleElement()
        .satisfies(state -> assertThat(state.row()).isEqualTo(new Child(10, 2, "moved")));
  }

  @Test
  void aChildThatIsInsertedWhileItsParentGoesIsNotLostToTheRecord() {
    for (long round = 1; round <= 60; round++) {
      long id = round;
      given(tables.parents, new Parent(id, "p"));
      AtomicReference<@Nullable Written<Boolean>> deleted = new AtomicReference<>();
      boolean[] inserted = new boolean[1];
      Crew.together(
          2,
          index -> {
            try {
              if (index == 0) {
                deleted.set(unit(() -> tables.parents.delete(id)));
              } else {
                unit(() -> tables.children.insert(new Child(id, id, "c")));
                inserted[0] = true;
              }
            } catch (ForeignKeyException | ConflictException e) {
              // whoever came second; nothing was written
            }
          });
      if (inserted[0] && tables.children.find(id).isEmpty()) {
        Written<Boolean> written =
            Objects.requireNonNull(deleted.get(), "a delete that took the child with it");
        assertThat(written.states())
            .as("the delete of round %s, which took the child with it", round)
            .extracting(CascadeContract::point)
            .contains(point(ContractEntities.CHILD, id));
      }
    }
  }
}
