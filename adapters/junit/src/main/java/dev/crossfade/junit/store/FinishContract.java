package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Stage;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Marks of copies, and step 4: which entries go and which stay. */
abstract class FinishContract extends ContractTheme {
  FinishContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  private static final Span ALL = Span.behind(ContractEntities.TALLY.name(), null, null);

  private Written<Tally> tally(Actor actor, int id) {
    return save(actor, tables.tallies, new Tally(id, 1));
  }

  private static Span tallies(int from, int to) {
    return range(ContractEntities.TALLY, from, to);
  }

  // Points.

  @Test
  void anOperationThatIsDoneAndAloneIsGone() {
    Written<Tally> written = tally(writer, 1);

    assertThat(finish(writer, written, Outcome.DONE)).as("entries that stay").isZero();

    assertEmptyJournal();
  }

  @Test
  void ofTwoThatOverlapTheSecondStays() {
    Actor other = actor();
    Written<Tally> first = tally(writer, 1);
    Written<Tally> second = tally(other, 1);

    assertThat(finish(writer, first, Outcome.DONE)).as("the first to finish").isZero();
    assertThat(finish(other, second, Outcome.DONE)).as("the second to finish").isEqualTo(1);

    assertThat(takeable()).isEqualTo(entries(other, second));
  }

  @Test
  void whoFinishesFirstFlagsTheOthersWhoeverMarkedFirst() {
    Actor other = actor();
    Written<Tally> first = tally(writer, 1);
    Written<Tally> second = tally(other, 1);

    assertThat(finish(other, second, Outcome.DONE)).isZero();
    assertThat(finish(writer, first, Outcome.DONE)).isEqualTo(1);

    assertThat(takeable()).isEqualTo(entries(writer, first));
  }

  @Test
  void oneOwnersOperationsContestEachOtherToo() {
    Written<Tally> first = tally(writer, 1);
    Written<Tally> second = tally(writer, 1);

    assertThat(finish(writer, second, Outcome.DONE)).isZero();
    assertThat(finish(writer, first, Outcome.DONE)).isEqualTo(1);
  }

  @Test
  void aFailedOperationFlagsTheOthersToo() {
    Actor other = actor();
    Written<Tally> first = tally(writer, 1);
    Written<Tally> second = tally(other, 1);

    assertThat(finish(writer, first, Outcome.UNKNOWN)).isEqualTo(1);
    assertThat(finish(other, second, Outcome.DONE)).isEqualTo(1);
    assertThat(journalSize()).isEqualTo(2);
  }

  @Test
  void anEntryMarkedAfterAFinishIsNotContestedByIt() {
    assertThat(finish(writer, tally(writer, 1), Outcome.DONE)).isZero();
    assertThat(finish(writer, tally(writer, 1), Outcome.DONE)).isZero();
    assertEmptyJournal();
  }

  @Test
  void otherKeysAndOtherEntitiesDoNotContest() {
    Actor other = actor();
    Written<Tally> one = tally(writer, 1);
    Written<Tally> two = tally(other, 2);
    Written<?> sameBytes = save(other, tables.parents, new ContractEntities.Parent(1, "p"));
    Written<Setting> text = save(other, tables.settings, new Setting("1", "x"));

    for (Written<?> written : List.of(two, sameBytes, text)) {
      assertThat(finish(other, written, Outcome.DONE)).isZero();
    }
    assertThat(finish(writer, one, Outcome.DONE)).isZero();
    assertEmptyJournal();
  }

  @Test
  void anOperationOfSeveralKeysLeavesOnlyTheContestedOnes() {
    Actor other = actor();
    Written<Boolean> unit =
        unit(
            () -> {
              for (int id = 1; id <= 5; id++) {
                tables.tallies.save(new Tally(id, 1));
              }
              return true;
            });
    assertThat(finish(other, tally(other, 3), Outcome.DONE)).isZero();

    assertThat(finish(writer, unit, Outcome.DONE)).isEqualTo(1);

    assertThat(takeable())
        .extracting(Entry::span)
        .containsExactly(point(ContractEntities.TALLY, 3));
  }

  @Test
  void whatWasNotDoneIsLeftForRepair() {
    Written<Tally> written = tally(writer, 1);

    assertThat(finish(writer, written, Outcome.NOT_DONE)).isEqualTo(1);

    assertThat(takeable()).isEqualTo(entries(writer, written));
    assertThat(journal.status(MIGRATION).left()).isEqualTo(1);
  }

  @Test
  void whatIsUnknownIsLeftButNotForRepairUntilItsOwnerIsFenced() {
    Written<Tally> written = tally(writer, 1);

    assertThat(finish(writer, written, Outcome.UNKNOWN)).isEqualTo(1);

    assertThat(journal.status(MIGRATION).left()).as("its operation is over").isEqualTo(1);
    assertThat(takeable()).as("while its owner may act").isEmpty();
    store.instances().fence(writer.id);
    assertThat(takeable()).as("once its owner is fenced").isEqualTo(entries(writer, written));
  }

  @Test
  void anEntryThatIsGoneComesBackAsALeftOne() {
    Written<Tally> written = tally(writer, 1);
    store.instances().fence(writer.id);
    Actor repair = actor();
    Journal.Taken taken = journal.take(repair.entry(1), 10);
    assertThat(finish(repair, taken, Outcome.DONE)).isZero();
    assertEmptyJournal();

    assertThat(finish(writer, written, Outcome.DONE)).as("entries that stay").isEqualTo(1);

    assertThat(takeable()).isEqualTo(entries(writer, written));
  }

  @Test
  void aGoneEntryOfALiveOwnerComesBackToo() {
    Written<Tally> written = tally(writer, 1);
    List<Entry> entries = entries(writer, written);
    journal.withdraw(entries);

    assertThat(finish(writer, entries, Outcome.DONE)).isEqualTo(1);

    assertThat(takeable()).isEqualTo(entries);
  }

  @Test
  void aGoneEntryDoesNotComeBackToAStoreThatHasMoved() {
    Written<Tally> written = tally(writer, 1);
    journal.withdraw(entries(writer, written));
    UUID attempt = UUID.randomUUID();
    ControlRow closing = OPEN.closing(attempt, Instant.parse("2100-01-01T00:00:00Z"));
    assertThat(store.control().replace(OPEN, closing)).isTrue();
    assertThat(store.control().replaceIfDrained(closing, closing.moved(Stage.LIVE))).isTrue();

    assertThat(finish(writer, written, Outcome.DONE)).as("entries that stay").isZero();
    assertThat(finish(writer, written, Outcome.UNKNOWN)).as("entries that stay").isZero();

    assertEmptyJournal();
  }

  @Test
  void finishingNothingIsNothing() {
    assertThat(finish(List.of())).isZero();
    assertThat(finish(writer, List.of(), Outcome.DONE)).isZero();
    assertEmptyJournal();
  }

  // Batches.

  @Test
  void operationsOfOneBatchContestEachOther() {
    Actor other = actor();
    List<Finish> batch = new ArrayList<>();
    for (Actor actor : List.of(writer, other, writer)) {
      batch.add(operation(actor, entries(actor, tally(actor, 1)), Outcome.DONE));
    }

    int stay = finish(batch);

    // One after the other two stay; all at once all three do. That all go is the one wrong answer.
    assertThat(stay).isBetween(2, 3);
    assertThat(takeable()).hasSize(stay);
    assertThat(journalSize()).isEqualTo(stay);
  }

  @Test
  void aBatchIsSettledOperationByOperation() {
    Actor other = actor();
    Written<Tally> contested = tally(writer, 1);
    assertThat(finish(other, tally(other, 1), Outcome.DONE)).isZero();
    Written<Tally> fine = tally(writer, 2);
    Written<Tally> failed = tally(writer, 3);
    Written<Tally> unknown = tally(other, 4);
    Written<Tally> gone = tally(other, 5);
    journal.withdraw(entries(other, gone));

    int stay =
        finish(
            List.of(
                operation(writer, entries(writer, contested), Outcome.DONE),
                operation(writer, entries(writer, fine), Outcome.DONE),
                operation(writer, entries(writer, failed), Outcome.NOT_DONE),
                operation(other, entries(other, unknown), Outcome.UNKNOWN),
                operation(other, entries(other, gone), Outcome.DONE)));

    assertThat(stay).isEqualTo(4);
    assertThat(takeable())
        .extracting(Entry::span)
        .containsExactlyInAnyOrder(
            point(ContractEntities.TALLY, 1),
            point(ContractEntities.TALLY, 3),
            point(ContractEntities.TALLY, 5));
    assertThat(covered(ContractEntities.TALLY, 1, 2, 3, 4, 5))
        .containsExactlyInAnyOrder(0, 2, 3, 4);
  }

  @Test
  void aLargeBatchIsFinishedAtOnce() {
    List<Finish> batch = new ArrayList<>();
    for (int id = 0; id < 600; id++) {
      Span key = point(ContractEntities.TALLY, id);
      batch.add(operation(writer, journal.mark(writer.entry(1), List.of(key)), Outcome.DONE));
    }

    assertThat(finish(batch)).isZero();

    assertEmptyJournal();
  }

  // Marks of copies.

  @Test
  void marksComeBackInTheOrderOfTheirSpans() {
    List<Span> spans = new ArrayList<>();
    spans.add(tallies(5, 9));
    for (int id = 2_000; id > 0; id--) {
      spans.add(point(ContractEntities.TALLY, id));
    }

    List<Entry> entries = journal.mark(writer.entry(1), spans);

    assertThat(entries).extracting(Entry::span).isEqualTo(spans);
    assertThat(entries)
        .allMatch(entry -> entry.owner().equals(writer.id) && writer.knows(entry.id()));
    assertThat(entries).extracting(Entry::id).doesNotHaveDuplicates();
    assertThat(journalSize()).isEqualTo(2_001);
    assertThat(takeable()).as("open entries of a live owner").isEmpty();
    store.instances().fence(writer.id);
    assertThat(covered(ContractEntities.TALLY, 1, 2_000, 2_001)).containsExactlyInAnyOrder(0, 1);
  }

  @Test
  void copiesAreMarkedOnlyWhileOpenRepairsAlsoWhileClosing() {
    List<Span> spans = List.of(point(ContractEntities.TALLY, 1));
    assertStale(() -> journal.mark(writer.entry(2), spans));
    assertStale(() -> journal.mark(writer.entry(0), spans));
    assertStale(() -> journal.markForRepair(writer.entry(2), spans));
    assertEmptyJournal();

    ControlRow closing = OPEN.closing(new UUID(1, 1), Instant.now().plusSeconds(60));
    assertThat(store.control().replace(OPEN, closing)).isTrue();
    assertStale(() -> journal.mark(writer.entry(1), spans));
    assertStale(() -> journal.markForRepair(writer.entry(2), spans));
    assertEmptyJournal();
    List<Entry> repair = journal.markForRepair(writer.entry(1), spans);
    assertThat(journalSize()).isEqualTo(1);
    assertThat(finish(writer, repair, Outcome.DONE)).isZero();

    assertThat(store.control().replaceIfDrained(closing, closing.moved(Stage.LIVE))).isTrue();
    assertStale(() -> journal.markForRepair(writer.entry(1), spans));
    assertStale(() -> journal.markForRepair(writer.entry(2), spans));
    assertStale(() -> journal.mark(writer.entry(2), spans));
    assertEmptyJournal();
  }

  private static void assertStale(Runnable mark) {
    assertThatThrownBy(mark::run).isInstanceOf(StaleEpochException.class);
  }

  // Ranges.

  @Test
  void aRangeIsNeverContested() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(tallies(1, 9)));
    List<Entry> over = journal.mark(copy.entry(1), List.of(tallies(5, 20)));
    assertThat(finish(writer, tally(writer, 5), Outcome.DONE)).isEqualTo(1);

    assertThat(finish(copy, over, Outcome.DONE)).isZero();
    assertThat(finish(copy, range, Outcome.DONE)).isZero();

    assertThat(takeable())
        .extracting(Entry::span)
        .containsExactly(point(ContractEntities.TALLY, 5));
  }

  @Test
  void aPointWithinALiveRangeStays() {
    Actor copy = actor();
    journal.mark(copy.entry(1), List.of(tallies(3, 7)));

    for (int inside : List.of(3, 5, 7)) {
      assertThat(finish(writer, tally(writer, inside), Outcome.DONE))
          .as("%s, within 3 to 7", inside)
          .isEqualTo(1);
    }
    for (int outside : List.of(2, 8, -5)) {
      assertThat(finish(writer, tally(writer, outside), Outcome.DONE))
          .as("%s, outside 3 to 7", outside)
          .isZero();
    }
  }

  @Test
  void aRangeThatIsLeftIsStillLive() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(tallies(3, 7)));
    assertThat(finish(copy, range, Outcome.NOT_DONE)).isEqualTo(1);

    assertThat(finish(writer, tally(writer, 5), Outcome.DONE)).isEqualTo(1);
  }

  @Test
  void aRangeThatIsParkedIsStillLive() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(tallies(3, 7)));
    assertThat(finish(copy, range, Outcome.NOT_DONE)).isEqualTo(1);
    assertThat(journal.failed(range, "no parent", 1, NO_REST)).isEqualTo(1);

    assertThat(finish(writer, tally(writer, 5), Outcome.DONE)).isEqualTo(1);
  }

  @Test
  void aFinishingRangeFlagsThePointsInIt() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(tallies(3, 7)));
    List<Written<Tally>> inside = List.of(tally(writer, 3), tally(writer, 5), tally(writer, 7));
    List<Written<Tally>> outside = List.of(tally(writer, 2), tally(writer, 8));

    assertThat(finish(copy, range, Outcome.DONE)).isZero();

    inside.forEach(w -> assertThat(finish(writer, w, Outcome.DONE)).isEqualTo(1));
    outside.forEach(w -> assertThat(finish(writer, w, Outcome.DONE)).isZero());
  }

  @Test
  void aRangeHasItsBeginningOutsideAndItsEndInside() {
    byte[] three = ContractEntities.TALLY.keys().encode(3);
    byte[] seven = ContractEntities.TALLY.keys().encode(7);
    Actor copy = actor();
    journal.mark(copy.entry(1), List.of(Span.behind(ContractEntities.TALLY.name(), three, seven)));

    assertThat(finish(writer, tally(writer, 3), Outcome.DONE)).as("the key before").isZero();
    assertThat(finish(writer, tally(writer, 4), Outcome.DONE)).as("the first key").isEqualTo(1);
    assertThat(finish(writer, tally(writer, 7), Outcome.DONE)).as("the last key").isEqualTo(1);
    assertThat(finish(writer, tally(writer, 8), Outcome.DONE)).as("the key behind").isZero();
  }

  @Test
  void aRangeWithoutEndsHoldsEveryKeyOfItsEntity() {
    Actor copy = actor();
    journal.mark(copy.entry(1), List.of(ALL));

    for (int id : List.of(Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE)) {
      assertThat(finish(writer, tally(writer, id), Outcome.DONE)).as("%s", id).isEqualTo(1);
    }
    Written<Setting> other = save(tables.settings, new Setting("a", "1"));
    assertThat(finish(writer, other, Outcome.DONE)).as("another entity's").isZero();
    assertThat(covered(ContractEntities.TALLY, 77)).containsExactly(0);
    assertThat(covered(ContractEntities.SETTING, "a")).isEmpty();
  }

  @Test
  void textRangesFollowTheirBytes() {
    Actor copy = actor();
    journal.mark(copy.entry(1), List.of(range(ContractEntities.SETTING, "B", "a")));

    for (String inside : List.of("B", "Z", "Za", "a")) {
      Written<Setting> written = save(tables.settings, new Setting(inside, "1"));
      assertThat(finish(writer, written, Outcome.DONE)).as(inside).isEqualTo(1);
    }
    for (String outside : List.of("A", "aa", "b", "é", "")) {
      Written<Setting> written = save(tables.settings, new Setting(outside, "1"));
      assertThat(finish(writer, written, Outcome.DONE)).as(outside).isZero();
    }
  }

  @Test
  void pointsAndARangeOfOneBatchContestAsIfApart() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(tallies(1, 9)));
    Written<Tally> inside = tally(writer, 5);

    int stay =
        finish(
            List.of(
                operation(copy, range, Outcome.DONE),
                operation(writer, entries(writer, inside), Outcome.DONE)));

    assertThat(stay).isEqualTo(1);
    assertThat(takeable()).isEqualTo(entries(writer, inside));
  }

  @Test
  void aRangeOnceFinishedKeepsNobody() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(ALL));
    assertThat(finish(copy, range, Outcome.DONE)).isZero();

    assertThat(finish(writer, tally(writer, 5), Outcome.DONE)).isZero();
    assertEmptyJournal();
  }

  @Test
  void aRangeThatIsGoneComesBackAsALeftOne() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(tallies(1, 9)));
    journal.withdraw(range);

    assertThat(finish(copy, range, Outcome.DONE)).isEqualTo(1);

    assertThat(takeable()).isEqualTo(range);
  }
}
