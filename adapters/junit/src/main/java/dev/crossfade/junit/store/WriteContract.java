package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.crossfade.CheckException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.Stage;
import dev.crossfade.junit.store.ContractEntities.Child;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.junit.store.ContractEntities.Parent;
import dev.crossfade.junit.store.ContractEntities.Pinned;
import dev.crossfade.junit.store.ContractEntities.Score;
import dev.crossfade.junit.store.ContractEntities.ScoreKey;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Written;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Steps 1 and 2: what a write leaves in the rows and in the journal, and when it is refused. */
abstract class WriteContract extends ContractTheme {
  WriteContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  // What a write leaves.

  @Test
  void aUnitLeavesOneOpenEntryPerChangedKey() {
    Written<String> written =
        unit(
            () -> {
              tables.settings.save(new Setting("a", "1"));
              tables.settings.save(new Setting("b", "2"));
              tables.scores.save(new Score("x", 5, new BigDecimal("1.5")));
              return "done";
            });

    assertThat(written.result()).isEqualTo("done");
    assertThat(written.states())
        .extracting(WriteContract::point)
        .containsExactlyInAnyOrder(
            point(ContractEntities.SETTING, "a"),
            point(ContractEntities.SETTING, "b"),
            point(ContractEntities.SCORE, new ScoreKey("x", 5)));
    assertThat(written.entries()).hasSize(3).doesNotHaveDuplicates();
    assertThat(LongStream.of(written.entries()).allMatch(writer::knows))
        .as("ids were given by the mark")
        .isTrue();
    assertThat(journalSize()).isEqualTo(3);
    assertThat(covered(ContractEntities.SETTING, "a", "b", "c")).containsExactlyInAnyOrder(0, 1);
    assertThat(covered(ContractEntities.SCORE, new ScoreKey("x", 5), new ScoreKey("x", 6)))
        .containsExactly(0);
    assertThat(takeable()).as("open entries of a live owner").isEmpty();
  }

  @Test
  void theEntryOfAGeneratedKeyHasItsCanonicalForm() {
    Written<Item> written = save(tables.items, item("a"));

    long id = Objects.requireNonNull(written.result().id(), "generated id");
    assertThat(written.states()).hasSize(1);
    assertThat(written.states().get(0).canonicalKey())
        .isEqualTo(ContractEntities.ITEM.keys().encode(id));
    assertThat(covered(ContractEntities.ITEM, id, id + 1)).containsExactly(0);
    store.instances().fence(writer.id);
    assertThat(takeable())
        .as("the entry in the journal")
        .containsExactlyElementsOf(entries(writer, written));
  }

  @Test
  void aRowWriteOfAGeneratedKeyHasItsCanonicalForm() {
    Written<Object> written =
        store.writeRow(writer.entry(1), tables.items, new RowWrite.Insert<>(item("a")));

    Item stored = (Item) written.result();
    assertStored(tables.items, stored);
    long id = Objects.requireNonNull(stored.id(), "generated id");
    store.instances().fence(writer.id);
    assertThat(takeable())
        .containsExactlyElementsOf(entries(writer, written))
        .extracting(entry -> entry.span().from())
        .containsExactly(ContractEntities.ITEM.keys().encode(id));
  }

  @Test
  void aKeyWrittenSeveralTimesInAUnitIsOneStateTheLast() {
    Written<Boolean> written =
        unit(
            () -> {
              tables.settings.save(new Setting("a", "1"));
              tables.settings.save(new Setting("a", "2"));
              tables.settings.save(new Setting("a", "3"));
              return true;
            });

    assertThat(written.states()).hasSize(1);
    assertThat(written.states().get(0).row()).isEqualTo(new Setting("a", "3"));
    assertThat(entries(writer, written)).hasSize(1);
    assertThat(journalSize()).isEqualTo(1);
  }

  @Test
  void aDeleteLeavesTheAbsenceOfTheKey() {
    given(tables.settings, new Setting("a", "1"));

    Written<Boolean> written = unit(() -> tables.settings.delete("a"));

    assertThat(written.result()).isTrue();
    assertThat(written.states()).containsExactly(RowState.absent(ContractEntities.SETTING, "a"));
    assertThat(written.states().get(0).row()).isNull();
    assertThat(entries(writer, written)).hasSize(1);
    assertAbsent(tables.settings, "a");
    assertThat(covered(ContractEntities.SETTING, "a")).containsExactly(0);
  }

  @Test
  void aRowSavedAndDeletedInOneUnitIsAbsentAtMost() {
    Written<Boolean> written =
        unit(
            () -> {
              tables.settings.save(new Setting("a", "1"));
              return tables.settings.delete("a");
            });

    assertAbsent(tables.settings, "a");
    assertThat(written.states()).hasSizeLessThanOrEqualTo(1).allMatch(state -> state.row() == null);
    assertThat(journalSize()).isEqualTo(written.states().size());
  }

  @Test
  void aRowDeletedAndInsertedInOneUnitIsPresent() {
    given(tables.settings, new Setting("a", "1"));

    Written<Setting> written =
        unit(
            () -> {
              tables.settings.delete("a");
              return tables.settings.insert(new Setting("a", "2"));
            });

    assertThat(written.states()).hasSize(1);
    assertThat(written.states().get(0).row()).isEqualTo(new Setting("a", "2"));
    assertThat(journalSize()).isEqualTo(1);
  }

  @Test
  void aUnitThatOnlyReadsLeavesNothing() {
    given(tables.settings, new Setting("a", "1"));

    Written<List<Setting>> written = unit(() -> tables.settings.scan(null, 10));

    assertThat(written.result()).containsExactly(new Setting("a", "1"));
    assertThat(written.states()).isEmpty();
    assertThat(written.entries()).isEmpty();
    assertEmptyJournal();
  }

  @Test
  void savedAndInsertedRowsComeBackAsTheStoreHoldsThem() {
    Written<Item> inserted = unit(() -> tables.items.insert(item("a").withLabel(null)));
    assertThat(inserted.result().id()).as("generated key").isNotNull();
    assertThat(inserted.result().label()).as("default of label").isEqualTo("none");
    assertStored(tables.items, inserted.result());

    Written<Item> saved = save(tables.items, inserted.result().withCode("b").withQuantity(9));
    assertThat(saved.result().code()).isEqualTo("b");
    assertThat(saved.result().quantity()).isEqualTo(9);
    assertStored(tables.items, saved.result());
    assertThat(saved.states().get(0).row()).as("the row of the state").isEqualTo(saved.result());
    assertThat(tables.items.count()).isEqualTo(1);
  }

  @Test
  void aDefaultFillsWhatIsNullAtAnInsertAndNullKeepsItAtAnUpdate() {
    Item bare = item("a").withLabel(null);
    Item before = unit(() -> tables.items.insert(withoutTime(bare))).result();
    assertThat(before.label()).isEqualTo("none");
    assertThat(Objects.requireNonNull(before.createdAt(), "default of createdAt"))
        .isBetween(
            store.control().now().minus(Duration.ofMinutes(1)),
            store.control().now().plus(Duration.ofMinutes(1)));

    Item labelled = save(tables.items, before.withLabel("own")).result();
    Item kept = save(tables.items, withoutTime(labelled.withLabel(null))).result();
    assertThat(kept.label()).as("null at an update").isEqualTo("own");
    assertThat(kept.createdAt()).as("null at an update").isEqualTo(before.createdAt());
    assertStored(tables.items, kept);

    Written<Object> byRow =
        store.writeRow(writer.entry(1), tables.items, new RowWrite.Save<>(kept.withLabel(null)));
    assertThat(((Item) byRow.result()).label()).as("null at an update").isEqualTo("own");
  }

  private static Item withoutTime(Item row) {
    return new Item(
        row.id(),
        row.code(),
        row.label(),
        row.price(),
        row.payload(),
        row.color(),
        row.active(),
        row.data(),
        row.quantity(),
        null);
  }

  @Test
  void whatTheStoreRoundsComesBackRounded() {
    Item given = item("a");
    Item fine =
        new Item(
            null,
            "fine",
            given.label(),
            new BigDecimal("0.12999"),
            given.payload(),
            given.color(),
            given.active(),
            given.data(),
            given.quantity(),
            Instant.parse("2026-01-01T00:00:00.123456789Z"));

    Item stored = save(tables.items, fine).result();

    Item found = tables.items.find(Objects.requireNonNull(stored.id(), "id")).orElseThrow();
    assertThat(stored.price()).as("price returned and stored").isEqualByComparingTo(found.price());
    assertThat(stored.createdAt()).as("time returned and stored").isEqualTo(found.createdAt());
  }

  @Test
  void rowWritesDoWhatTheyAreNamedFor() {
    Mark mark = writer.entry(1);
    Written<Object> saved =
        store.writeRow(mark, tables.settings, new RowWrite.Save<>(new Setting("a", "1")));
    assertThat(saved.result()).isEqualTo(new Setting("a", "1"));
    Written<Object> again =
        store.writeRow(mark, tables.settings, new RowWrite.Save<>(new Setting("a", "2")));
    assertThat(again.result()).isEqualTo(new Setting("a", "2"));
    assertThat(again.states()).hasSize(1);
    assertThat(again.states().get(0).row()).isEqualTo(new Setting("a", "2"));
    Written<Object> deleted = store.writeRow(mark, tables.settings, new RowWrite.Delete<>("a"));
    assertThat(deleted.result()).isEqualTo(true);
    assertThat(deleted.states()).containsExactly(RowState.absent(ContractEntities.SETTING, "a"));
    assertAbsent(tables.settings, "a");

    List<Long> ids = new ArrayList<>();
    for (Written<Object> written : List.of(saved, again, deleted)) {
      assertThat(written.entries()).hasSize(1);
      ids.add(written.entries()[0]);
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(journalSize()).isEqualTo(3);
  }

  @Test
  void aDeleteOfNothingSaysSo() {
    Written<Boolean> unit = unit(() -> tables.settings.delete("none"));
    Written<Object> row =
        store.writeRow(writer.entry(1), tables.settings, new RowWrite.Delete<>("none"));

    assertThat(unit.result()).isFalse();
    assertThat(row.result()).isEqualTo(false);
    assertThat(unit.states()).allMatch(state -> state.row() == null);
    assertThat(row.states()).allMatch(state -> state.row() == null);
    assertThat(journalSize()).isEqualTo(unit.entries().length + row.entries().length);
  }

  @Test
  void manyRowsOfAUnitAreMarkedOneByOne() {
    List<Setting> rows =
        LongStream.range(0, 2_500).mapToObj(i -> new Setting("key " + i, "text " + i)).toList();

    Written<List<Setting>> written = unit(() -> tables.settings.saveAll(rows));

    assertThat(written.result()).as("rows, in the order given").isEqualTo(rows);
    assertThat(entries(writer, written)).hasSize(2_500);
    assertThat(journalSize()).isEqualTo(2_500);
    assertThat(finish(writer, written, Outcome.DONE)).as("entries that stay").isZero();
    assertEmptyJournal();
  }

  // Kinds of marks.

  @Test
  void aMarkOfNothingLeavesNoEntry() {
    Mark nothing = writer.mark(Mark.Kind.NOTHING, 1);

    Written<Setting> unit = store.write(nothing, () -> tables.settings.save(new Setting("a", "1")));
    Written<Object> row =
        store.writeRow(nothing, tables.settings, new RowWrite.Save<>(new Setting("b", "2")));

    assertThat(unit.result()).isEqualTo(new Setting("a", "1"));
    assertThat(row.result()).isEqualTo(new Setting("b", "2"));
    assertThat(unit.entries()).isEmpty();
    assertThat(row.entries()).isEmpty();
    assertEmptyJournal();
    assertThat(tables.settings.count()).isEqualTo(2);
    assertThat(journal.recall(writer.entry(1))).as("remembered keys").isZero();
  }

  @Test
  void aMarkThatRemembersLeavesNoEntryUntilItIsRecalled() {
    Mark remember = writer.mark(Mark.Kind.REMEMBERED, 1);

    Written<Setting> unit =
        store.write(remember, () -> tables.settings.save(new Setting("a", "1")));
    store.writeRow(remember, tables.settings, new RowWrite.Save<>(new Setting("b", "2")));
    store.writeRow(remember, tables.settings, new RowWrite.Save<>(new Setting("a", "3")));
    store.writeRow(remember, tables.settings, new RowWrite.Delete<>("b"));

    assertThat(unit.entries()).isEmpty();
    assertEmptyJournal();
    assertThat(journal.recall(writer.entry(1))).as("each key once").isEqualTo(2);
    assertThat(takeable())
        .extracting(entry -> entry.span())
        .containsExactlyInAnyOrder(
            point(ContractEntities.SETTING, "a"), point(ContractEntities.SETTING, "b"));
    assertThat(journal.recall(writer.entry(1))).as("a second time").isZero();
    assertThat(journalSize()).isEqualTo(2);
  }

  @Test
  void rememberedKeysAreOnesOfWritesThatCommitted() {
    Mark remember = writer.mark(Mark.Kind.REMEMBERED, 1);
    assertThatThrownBy(
            () ->
                store.write(
                    remember,
                    () -> {
                      tables.settings.save(new Setting("a", "1"));
                      throw new IllegalArgumentException("no");
                    }))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(journal.recall(writer.entry(1))).isZero();
    assertEmptyJournal();
  }

  // Refused.

  @Test
  void aMarkAtAnotherEpochIsRefused() {
    for (Mark.Kind kind : Mark.Kind.values()) {
      assertRefused(writer.mark(kind, 0));
      assertRefused(writer.mark(kind, 2));
    }
  }

  @Test
  void whileClosingNothingIsWritten() {
    assertThat(
            store
                .control()
                .replace(OPEN, OPEN.closing(new UUID(1, 1), Instant.now().plusSeconds(60))))
        .isTrue();

    for (Mark.Kind kind : Mark.Kind.values()) {
      assertRefused(writer.mark(kind, 1));
    }
  }

  @Test
  void onceMovedNothingIsWritten() {
    assertThat(store.control().replaceIfDrained(OPEN, OPEN.moved(Stage.LIVE))).isTrue();

    for (Mark.Kind kind : Mark.Kind.values()) {
      assertRefused(writer.mark(kind, 1));
      assertRefused(writer.mark(kind, 2));
    }
  }

  @Test
  void aMigrationWithoutControlRowIsRefused() {
    assertRefused(new Mark("another", 1, Mark.Kind.ENTRY, writer.id, () -> 1));
  }

  @Test
  void openedAgainItIsWrittenAgain() {
    ControlRow closing = OPEN.closing(new UUID(1, 1), Instant.now().plusSeconds(60));
    assertThat(store.control().replace(OPEN, closing)).isTrue();
    assertRefused(writer.entry(1));
    assertThat(store.control().replace(closing, closing.opened())).isTrue();

    save(tables.settings, new Setting("a", "1"));

    assertStored(tables.settings, new Setting("a", "1"));
  }

  private void assertRefused(Mark mark) {
    AtomicBoolean ran = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                store.write(
                    mark,
                    () -> {
                      ran.set(true);
                      return tables.settings.save(new Setting("refused", "1"));
                    }))
        .as("a unit marked %s at epoch %s", mark.kind(), mark.epoch())
        .isInstanceOf(StaleEpochException.class);
    assertThat(ran).as("the body has run").isFalse();
    List<RowWrite<Setting, String>> writes =
        List.of(
            new RowWrite.Save<>(new Setting("refused", "1")),
            new RowWrite.Insert<>(new Setting("refused", "1")),
            new RowWrite.Delete<>("refused"));
    for (RowWrite<Setting, String> write : writes) {
      assertThatThrownBy(() -> store.writeRow(mark, tables.settings, write))
          .as("%s marked %s at epoch %s", write, mark.kind(), mark.epoch())
          .isInstanceOf(StaleEpochException.class);
    }
    assertThat(tables.settings.count()).as("rows").isZero();
    assertEmptyJournal();
  }

  @Test
  void aRefusedDeleteLeavesTheRow() {
    given(tables.settings, new Setting("a", "1"));

    assertThatThrownBy(
            () -> store.writeRow(writer.entry(2), tables.settings, new RowWrite.Delete<>("a")))
        .isInstanceOf(StaleEpochException.class);

    assertStored(tables.settings, new Setting("a", "1"));
    assertEmptyJournal();
  }

  // Bodies that throw.

  @Test
  void aBodyThatThrowsLeavesNeitherRowsNorEntries() {
    given(tables.settings, new Setting("kept", "1"));
    IOException own = new IOException("own");

    assertThatThrownBy(
            () ->
                unit(
                    () -> {
                      tables.settings.save(new Setting("a", "1"));
                      tables.settings.save(new Setting("kept", "2"));
                      tables.items.insert(item("x"));
                      throw own;
                    }))
        .isSameAs(own);
    Error error = new AssertionError("own");
    assertThatThrownBy(
            () ->
                unit(
                    () -> {
                      tables.settings.delete("kept");
                      throw error;
                    }))
        .isSameAs(error);

    assertAbsent(tables.settings, "a");
    assertStored(tables.settings, new Setting("kept", "1"));
    assertThat(tables.items.count()).isZero();
    assertEmptyJournal();
    save(tables.settings, new Setting("a", "after"));
    assertStored(tables.settings, new Setting("a", "after"));
  }

  @Test
  void changesOutsideAUnitAreRefused() {
    given(tables.settings, new Setting("a", "1"));

    List<Runnable> changes =
        List.of(
            () -> tables.settings.save(new Setting("a", "2")),
            () -> tables.settings.insert(new Setting("b", "2")),
            () -> tables.settings.saveAll(List.of(new Setting("b", "2"))),
            () -> tables.settings.delete("a"),
            () -> tables.settings.deleteAll(List.of("a")));
    for (Runnable change : changes) {
      assertThatThrownBy(change::run).isInstanceOf(IllegalStateException.class);
    }

    assertStored(tables.settings, new Setting("a", "1"));
    assertThat(tables.settings.count()).isEqualTo(1);
  }

  @Test
  void changesOfAnotherThreadAreNotPartOfAUnit() {
    try (Crew crew = new Crew()) {
      Written<Throwable> written =
          unit(
              () ->
                  Crew.get(
                      crew.start(
                          () ->
                              catchThrowable(() -> tables.settings.save(new Setting("a", "1"))))));

      assertThat(written.result()).isInstanceOf(IllegalStateException.class);
    }
    assertAbsent(tables.settings, "a");
  }

  // Constraints.

  @Test
  void aTakenKeyIsADuplicate() {
    given(tables.settings, new Setting("a", "1"));

    assertViolation(
        DuplicateKeyException.class, () -> tables.settings.insert(new Setting("a", "2")));
    assertThatThrownBy(
            () ->
                store.writeRow(
                    writer.entry(1), tables.settings, new RowWrite.Insert<>(new Setting("a", "2"))))
        .isInstanceOf(DuplicateKeyException.class);

    assertStored(tables.settings, new Setting("a", "1"));
    assertEmptyJournal();
  }

  @Test
  void aTakenUniqueValueIsADuplicate() {
    given(tables.items, item("a"), item("b"));
    Item second = tables.items.scan(null, 10).get(1);

    assertViolation(DuplicateKeyException.class, () -> tables.items.insert(item("a")));
    assertViolation(DuplicateKeyException.class, () -> tables.items.save(item("a")));
    assertViolation(DuplicateKeyException.class, () -> tables.items.save(second.withCode("a")));
    assertRowViolation(DuplicateKeyException.class, item("a"));
    assertRowViolation(DuplicateKeyException.class, second.withCode("a"));

    assertThat(tables.items.scan(null, 10)).extracting(Item::code).containsExactly("a", "b");
  }

  @Test
  void aReferenceToNothingIsAForeignKeyFailure() {
    given(tables.parents, new Parent(1, "p"));
    given(tables.children, new Child(1, 1, "c"));

    assertViolation(ForeignKeyException.class, () -> tables.children.insert(new Child(2, 99, "c")));
    assertViolation(ForeignKeyException.class, () -> tables.children.save(new Child(1, 99, "c")));

    assertThat(tables.children.scan(null, 10)).containsExactly(new Child(1, 1, "c"));
  }

  @Test
  void aDeleteOfWhatOthersReferToIsAForeignKeyFailure() {
    given(tables.parents, new Parent(1, "p"));
    given(tables.pinned, new Pinned(1, 1, "c"));

    assertViolation(ForeignKeyException.class, () -> tables.parents.delete(1L));
    assertThatThrownBy(
            () -> store.writeRow(writer.entry(1), tables.parents, new RowWrite.Delete<>(1L)))
        .isInstanceOf(ForeignKeyException.class);

    assertStored(tables.parents, new Parent(1, "p"));
    assertStored(tables.pinned, new Pinned(1, 1, "c"));
    assertEmptyJournal();
  }

  @Test
  void aFailedCheckIsACheckFailure() {
    verifiedOnlyIf(environment.checksRows(), "a failed check is a check failure");
    given(tables.items, item("a"));
    Item row = tables.items.scan(null, 1).get(0);

    assertViolation(CheckException.class, () -> tables.items.insert(item("b").withQuantity(-1)));
    assertViolation(CheckException.class, () -> tables.items.save(row.withQuantity(-1)));
    assertRowViolation(CheckException.class, item("b").withQuantity(-1));

    assertThat(tables.items.count()).isEqualTo(1);
    assertStored(tables.items, row);
  }

  @Test
  void aMissingValueIsACheckFailure() {
    given(tables.items, item("a"));
    Item row = tables.items.scan(null, 1).get(0);

    assertViolation(CheckException.class, () -> tables.items.insert(withoutCode(item("b"))));
    assertRowViolation(CheckException.class, withoutCode(item("b")));

    assertThat(tables.items.count()).isEqualTo(1);
    assertStored(tables.items, row);
  }

  @SuppressWarnings("NullAway") // the missing value is the point
  private static Item withoutCode(Item row) {
    return row.withCode(null);
  }

  @Test
  void oneBadRowOfManyLeavesNone() {
    given(tables.items, item("taken"));

    assertViolation(
        DuplicateKeyException.class,
        () -> tables.items.saveAll(List.of(item("a"), item("b"), item("taken"), item("c"))));

    assertThat(tables.items.count()).isEqualTo(1);
  }

  private void assertViolation(Class<? extends CrossfadeException> type, Runnable change) {
    long rows = tables.settings.count();
    assertThatThrownBy(
            () ->
                unit(
                    () -> {
                      tables.settings.save(new Setting("in the same unit", "1"));
                      change.run();
                      return true;
                    }))
        .isInstanceOfSatisfying(
            type, e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN));
    assertThat(tables.settings.count()).as("other rows of the unit").isEqualTo(rows);
    assertEmptyJournal();
  }

  private void assertRowViolation(Class<? extends CrossfadeException> type, Item row) {
    Mark mark = writer.entry(1);
    assertThatThrownBy(() -> store.writeRow(mark, tables.items, new RowWrite.Save<>(row)))
        .as("saving %s", row)
        .isInstanceOf(type);
    assertThatThrownBy(() -> store.writeRow(mark, tables.items, new RowWrite.Insert<>(row)))
        .as("inserting %s", row)
        .isInstanceOf(CrossfadeException.class);
    assertEmptyJournal();
  }

  // Isolation.

  @Test
  void aUnitSeesItsOwnWritesAndNobodyElseDoesBeforeItCommits() {
    given(tables.settings, new Setting("a", "1"), new Setting("z", "1"));
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch looked = new CountDownLatch(1);
    try (Crew crew = new Crew()) {
      Future<Boolean> unit =
          crew.start(
              () ->
                  unit(() -> {
                        tables.settings.save(new Setting("a", "2"));
                        tables.settings.insert(new Setting("b", "2"));
                        tables.settings.delete("z");
                        assertSeen("in the unit", "2", "2");
                        written.countDown();
                        Crew.await(looked);
                        return true;
                      })
                      .result());
      Crew.await(written);
      assertThat(tables.settings.find("a")).contains(new Setting("a", "1"));
      assertThat(tables.settings.scan(null, 10))
          .as("before the commit")
          .containsExactly(new Setting("a", "1"), new Setting("z", "1"));
      assertThat(tables.settings.count()).isEqualTo(2);
      assertEmptyJournal();
      looked.countDown();
      Crew.get(unit);
    }
    assertSeen("after the commit", "2", "2");
    assertThat(journalSize()).isEqualTo(3);
  }

  private void assertSeen(String when, String a, String b) {
    List<Setting> rows = List.of(new Setting("a", a), new Setting("b", b));
    assertThat(tables.settings.find("a")).as(when).contains(rows.get(0));
    assertThat(tables.settings.find("z")).as(when).isEmpty();
    assertThat(tables.settings.findAll(List.of("a", "b", "z"))).as(when).isEqualTo(rows);
    assertThat(tables.settings.scan(null, 10)).as(when).isEqualTo(rows);
    assertThat(tables.settings.between(null, null)).as(when).isEqualTo(rows);
    assertThat(tables.settings.count()).as(when).isEqualTo(2);
  }

  @Test
  void aReadSeesWhatWasCommittedBeforeItBegan() {
    for (int i = 0; i < 100; i++) {
      Setting row = new Setting("a", "text " + i);
      save(tables.settings, row);
      assertStored(tables.settings, row);
    }
  }
}
