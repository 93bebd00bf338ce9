package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.Stage;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Journal;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Mark;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a repair chooses and what becomes of it; what is forgotten, parked, counted, recalled. */
abstract class RepairContract extends ContractTheme {
  RepairContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  private Entry left(int id) {
    return left(writer, tables.tallies, new Tally(id, 1));
  }

  private Journal.Taken take(Actor repair, int limit) {
    return journal.take(repair.entry(1), limit);
  }

  // Choosing.

  @Test
  void onlyLeftAndKnownEntriesOfLiveOwnersAreChosen() {
    Actor other = actor();
    Entry left = left(1);
    save(other, tables.tallies, new Tally(2, 1));
    Written<Tally> unknown = save(other, tables.tallies, new Tally(3, 1));
    assertThat(finish(other, unknown, Outcome.UNKNOWN)).isEqualTo(1);

    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);

    assertThat(taken.taken()).containsExactly(left);
    assertThat(taken.own()).hasSize(1);
    Entry own = taken.own().get(0);
    assertThat(own.owner()).isEqualTo(repair.id);
    assertThat(repair.knows(own.id())).as("its id was given by the mark").isTrue();
    assertThat(own.span()).isEqualTo(left.span());
    assertThat(journalSize()).as("the own entry is in the journal").isEqualTo(4);
  }

  @Test
  void allEntriesOfFencedOwnersAreChosen() {
    Actor dead = actor();
    Written<Tally> open = save(dead, tables.tallies, new Tally(1, 1));
    Written<Tally> unknown = save(dead, tables.tallies, new Tally(2, 1));
    Written<Tally> known = save(dead, tables.tallies, new Tally(3, 1));
    assertThat(finish(dead, unknown, Outcome.UNKNOWN)).isEqualTo(1);
    assertThat(finish(dead, known, Outcome.NOT_DONE)).isEqualTo(1);
    save(writer, tables.tallies, new Tally(4, 1));
    store.instances().fence(dead.id);

    List<Entry> expected = new ArrayList<>(entries(dead, open));
    expected.addAll(entries(dead, unknown));
    expected.addAll(entries(dead, known));
    assertThat(take(actor(), 10).taken()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void anEmptyJournalGivesNothingToRepair() {
    save(writer, tables.tallies, new Tally(1, 1));

    Journal.Taken taken = take(actor(), 10);

    assertThat(taken.taken()).isEmpty();
    assertThat(taken.own()).isEmpty();
    assertThat(journalSize()).isEqualTo(1);
  }

  @Test
  void aKeyOfSeveralEntriesIsMarkedOnce() {
    Actor other = actor();
    Written<Tally> first = save(writer, tables.tallies, new Tally(1, 1));
    Written<Tally> second = save(other, tables.tallies, new Tally(1, 2));
    assertThat(finish(writer, first, Outcome.NOT_DONE)).isEqualTo(1);
    assertThat(finish(other, second, Outcome.DONE)).isEqualTo(1);

    Journal.Taken taken = take(actor(), 10);

    assertThat(taken.taken()).hasSize(2);
    assertThat(taken.own())
        .extracting(Entry::span)
        .containsExactly(point(ContractEntities.TALLY, 1));
  }

  @Test
  void noMoreThanTheLimitAreChosen() {
    for (int id = 0; id < 7; id++) {
      left(id);
    }

    Actor repair = actor();
    Journal.Taken taken = take(repair, 3);

    assertThat(taken.taken()).hasSize(3);
    assertThat(taken.own()).hasSize(3);
    assertThat(finish(repair, taken, Outcome.DONE)).isZero();
    assertThat(journalSize()).isEqualTo(4);
  }

  @Test
  void theOldestIsChosenFirst() {
    Entry old = left(9);
    Crew.await(
        "the first entry to be older than the clock is coarse",
        () -> journal.status(MIGRATION).oldest().toMillis() > 50);
    left(1);

    assertThat(take(actor(), 1).taken()).containsExactly(old);
  }

  @Test
  void aRangeIsChosenAlone() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(range(ContractEntities.TALLY, 1, 100)));
    assertThat(finish(copy, range, Outcome.NOT_DONE)).isEqualTo(1);
    Entry point = left(500);

    Actor repair = actor();
    List<Entry> chosen = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      Journal.Taken taken = take(repair, 10);
      assertThat(taken.taken()).as("chosen in round %s", round).hasSize(1);
      assertThat(taken.own()).hasSize(1);
      assertThat(taken.own().get(0).span()).isEqualTo(taken.taken().get(0).span());
      chosen.addAll(taken.taken());
      assertThat(finish(repair, taken, Outcome.DONE)).isZero();
    }
    assertThat(chosen).containsExactlyInAnyOrder(range.get(0), point);
    assertEmptyJournal();
  }

  @Test
  void otherMigrationsEntriesAreNotChosen() {
    store.control().createIfAbsent(ControlRow.open("another", 4, Stage.SHADOW));
    left(1);

    Actor other = new Actor("another");
    store.instances().register(other.id, origin(other.id, "contract", "another"), PULSE);
    assertThat(journal.take(other.entry(4), 10).taken()).isEmpty();
    assertThat(journal.status("another").entries()).isZero();
    assertThat(takeable()).hasSize(1);
  }

  @Test
  void choosingNeedsTheEpochAndWorksWhileClosing() {
    Entry left = left(1);
    assertStale(() -> journal.take(writer.entry(2), 10));
    assertStale(() -> journal.take(writer.entry(0), 10));
    assertThat(journalSize()).isEqualTo(1);

    ControlRow closing = OPEN.closing(new UUID(1, 1), Instant.now().plusSeconds(60));
    assertThat(store.control().replace(OPEN, closing)).isTrue();
    assertStale(() -> journal.take(writer.entry(2), 10));
    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);
    assertThat(taken.taken()).containsExactly(left);
    assertThat(finish(repair, taken, Outcome.DONE)).isZero();

    assertThat(store.control().replaceIfDrained(closing, closing.moved(Stage.LIVE))).isTrue();
    assertStale(() -> journal.take(writer.entry(1), 10));
    assertStale(() -> journal.take(writer.entry(2), 10));
  }

  private static void assertStale(Runnable mark) {
    assertThatThrownBy(mark::run).isInstanceOf(StaleEpochException.class);
  }

  // Finishing a repair.

  @Test
  void aRepairThatSucceededDeletesWhatItTook() {
    left(1);
    left(2);
    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);

    assertThat(finish(repair, taken, Outcome.DONE)).isZero();

    assertEmptyJournal();
  }

  @Test
  void aRepairThatFailedKeepsWhatItTook() {
    Entry entry = left(1);
    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);

    assertThat(finish(repair, taken, Outcome.NOT_DONE)).isEqualTo(1);

    assertThat(takeable()).containsExactlyInAnyOrder(entry, taken.own().get(0));
  }

  @Test
  void aRepairOfUnknownOutcomeWaitsForItsOwnFence() {
    Entry entry = left(1);
    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);

    assertThat(finish(repair, taken, Outcome.UNKNOWN)).isEqualTo(1);

    assertThat(takeable()).containsExactly(entry);
    store.instances().fence(repair.id);
    assertThat(takeable()).containsExactlyInAnyOrder(entry, taken.own().get(0));
  }

  @Test
  void aRepairIsContestedByAWriteItOverlaps() {
    left(1);
    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);
    Written<Tally> write = save(writer, tables.tallies, new Tally(1, 2));
    assertThat(finish(writer, write, Outcome.DONE)).isZero();

    assertThat(finish(repair, taken, Outcome.DONE)).as("its own entry").isEqualTo(1);

    assertThat(takeable()).as("not what it took").isEqualTo(taken.own());
  }

  @Test
  void aWriteIsContestedByARepairItOverlaps() {
    left(1);
    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);
    Written<Tally> write = save(writer, tables.tallies, new Tally(1, 2));

    assertThat(finish(repair, taken, Outcome.DONE)).isZero();
    assertThat(finish(writer, write, Outcome.DONE)).isEqualTo(1);

    assertThat(takeable()).isEqualTo(entries(writer, write));
  }

  @Test
  void anEntryLeftAfterARepairChoseIsNotDeletedWithIt() {
    left(1);
    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);
    Entry later = left(1);

    finish(repair, taken, Outcome.DONE);

    assertThat(takeable()).contains(later);
  }

  @Test
  void twoRepairsOfOneEntryContestEachOther() {
    left(1);
    Actor first = actor();
    Actor second = actor();
    Journal.Taken one = take(first, 10);
    Journal.Taken two = take(second, 10);
    assertThat(one.taken()).hasSize(1);

    int stay = finish(first, one, Outcome.DONE) + finish(second, two, Outcome.DONE);

    // A store may keep what one repair has chosen from the next; if not, one of the two stays.
    assertThat(stay).isEqualTo(two.taken().isEmpty() ? 0 : 1);
    assertThat(journalSize()).isEqualTo(stay);
  }

  @Test
  void whatWasWithdrawnWasNeverMarked() {
    Entry entry = left(1);
    Actor repair = actor();
    Journal.Taken taken = take(repair, 10);

    journal.withdraw(taken.own());

    assertThat(journalSize()).isEqualTo(1);
    assertThat(takeable()).as("taken by the next").containsExactly(entry);
    Written<Tally> write = save(writer, tables.tallies, new Tally(2, 2));
    assertThat(finish(writer, write, Outcome.DONE)).isZero();
    journal.withdraw(taken.own());
    journal.withdraw(List.of());
    assertThat(journalSize()).isEqualTo(1);
  }

  // Forgotten.

  @Test
  void openEntriesThatTheirOwnerForgotAreLeft() {
    Actor other = actor();
    Written<Tally> forgotten = save(writer, tables.tallies, new Tally(1, 1));
    Written<Tally> known = save(writer, tables.tallies, new Tally(2, 1));
    Written<Tally> others = save(other, tables.tallies, new Tally(3, 1));
    writer.forget(forgotten.entries());
    other.forget(others.entries());

    assertThat(journal.leaveForgotten(writer.id, writer::knows)).isEqualTo(1);

    assertThat(takeable()).isEqualTo(entries(writer, forgotten));
    assertThat(finish(writer, known, Outcome.DONE)).isZero();
    assertThat(journal.leaveForgotten(writer.id, writer::knows)).as("again").isZero();
    assertThat(journalSize()).isEqualTo(2);
  }

  @Test
  void forgottenRangesAreLeftToo() {
    Actor copy = actor();
    List<Entry> range = journal.mark(copy.entry(1), List.of(range(ContractEntities.TALLY, 1, 100)));

    assertThat(journal.leaveForgotten(copy.id, id -> true)).isZero();
    assertThat(takeable()).isEmpty();
    assertThat(journal.leaveForgotten(copy.id, id -> false)).isEqualTo(1);
    assertThat(takeable()).isEqualTo(range);
  }

  @Test
  void anUnknownOutcomeStaysUnknownWhenItIsForgotten() {
    Written<Tally> unknown = save(writer, tables.tallies, new Tally(1, 1));
    assertThat(finish(writer, unknown, Outcome.UNKNOWN)).isEqualTo(1);
    writer.forget(unknown.entries());

    assertThat(journal.leaveForgotten(writer.id, writer::knows)).isZero();

    assertThat(takeable()).as("its owner may still act").isEmpty();
  }

  @Test
  void whatIsRegisteredBeforeItIsSentIsNeverForgotten() {
    Set<Integer> done = ConcurrentHashMap.newKeySet();
    Crew.together(
        4,
        index -> {
          if (index == 0) {
            int left = 0;
            while (done.size() < 3) {
              left += journal.leaveForgotten(writer.id, writer::knows);
            }
            assertThat(left).as("entries left although their owner knew them").isZero();
            return;
          }
          try {
            for (int i = 0; i < 60; i++) {
              Written<Tally> written =
                  save(writer, tables.tallies, new Tally(index * 1_000 + i, 1));
              assertThat(finish(writer, written, Outcome.DONE)).as("entries that stay").isZero();
              writer.forget(written.entries());
            }
          } finally {
            done.add(index);
          }
        });
    assertEmptyJournal();
  }

  // Parked.

  @Test
  void anEntryThatFailsOftenEnoughIsParked() {
    Entry bad = left(1);
    Entry good = left(2);

    assertThat(journal.failed(List.of(bad), "first reason", 3, NO_REST)).isZero();
    assertThat(journal.failed(List.of(bad), "second reason", 3, NO_REST)).isZero();
    assertThat(takeable()).containsExactlyInAnyOrder(bad, good);
    assertThat(journal.failed(List.of(bad), "third reason", 3, NO_REST))
        .as("parked now")
        .isEqualTo(1);

    assertThat(takeable()).containsExactly(good);
    List<ParkedEntry> parked = journal.parked(MIGRATION, 10);
    assertThat(parked).hasSize(1);
    assertThat(parked.get(0).entry()).isEqualTo(bad);
    assertThat(parked.get(0).attempts()).isEqualTo(3);
    assertThat(parked.get(0).reason()).isEqualTo("third reason");
    assertThat(parked.get(0).since())
        .isBetween(
            store.control().now().minus(Duration.ofMinutes(1)),
            store.control().now().plus(Duration.ofMinutes(1)));
    assertThat(journal.status(MIGRATION).parked()).isEqualTo(1);
    assertThat(journal.status(MIGRATION).left()).as("parked ones not counted").isEqualTo(1);
    assertThat(journal.status(MIGRATION).entries()).isEqualTo(2);
    assertThat(covered(ContractEntities.TALLY, 1)).containsExactly(0);
  }

  @Test
  void anEntryThatFailedRestsUnlessThePrimaryIsClosing() {
    Entry bad = left(1);
    Entry good = left(2);

    assertThat(journal.failed(List.of(bad), "no parent yet", 3, Duration.ofHours(1))).isZero();
    assertThat(takeable()).containsExactly(good);
    assertThat(journal.status(MIGRATION).left()).as("it waits all the same").isEqualTo(2);

    ControlRow closing =
        OPEN.closing(UUID.randomUUID(), store.control().now().plus(Duration.ofMinutes(1)));
    assertThat(store.control().replace(OPEN, closing)).isTrue();
    assertThat(takeable()).containsExactlyInAnyOrder(bad, good);
  }

  @Test
  void aParkedEntryIsNotChosenEvenWhenItsOwnerIsFenced() {
    Entry bad = left(1);
    assertThat(journal.failed(List.of(bad), "no parent", 1, NO_REST)).isEqualTo(1);
    store.instances().fence(writer.id);

    assertThat(takeable()).isEmpty();
  }

  @Test
  void aParkedEntryIsTriedAnewWhenAskedFor() {
    Entry bad = left(1);
    assertThat(journal.failed(List.of(bad), "no parent", 1, NO_REST)).isEqualTo(1);

    assertThat(journal.retryParked("another")).isZero();
    assertThat(journal.retryParked(MIGRATION)).isEqualTo(1);

    assertThat(journal.parked(MIGRATION, 10)).isEmpty();
    assertThat(takeable()).containsExactly(bad);
    assertThat(journal.failed(List.of(bad), "again", 2, NO_REST)).as("tries counted anew").isZero();
    Actor repair = actor();
    assertThat(finish(repair, take(repair, 10), Outcome.DONE)).isZero();
    assertEmptyJournal();
  }

  @Test
  void whatIsParkedCanBeGivenUpAndNothingElse() {
    Entry bad = left(1);
    Entry waiting = left(2);
    assertThat(journal.failed(List.of(bad), "no parent", 1, NO_REST)).isEqualTo(1);

    assertThat(journal.giveUp(List.of(waiting), this::gaveUp)).as("not parked").isZero();
    assertThat(store.control().audit(MIGRATION, 10)).isEmpty();
    assertThat(journal.giveUp(List.of(bad, waiting), this::gaveUp)).isEqualTo(1);

    assertThat(store.control().audit(MIGRATION, 10))
        .singleElement()
        .satisfies(entry -> assertThat(entry.gates()).as("keys").containsExactly("id " + bad.id()));
    assertThat(journal.parked(MIGRATION, 10)).isEmpty();
    assertThat(takeable()).containsExactly(waiting);
    assertThat(journal.giveUp(List.of(bad), this::gaveUp)).as("again").isZero();
    assertThat(store.control().audit(MIGRATION, 10)).hasSize(1);
  }

  private AuditEntry gaveUp(List<Entry> gone) {
    return new AuditEntry(
        UUID.randomUUID(),
        Instant.EPOCH,
        MIGRATION,
        Action.GAVE_UP,
        Stage.DUAL_WRITE,
        Stage.DUAL_WRITE,
        1,
        "ann",
        "pod",
        gone.stream().map(entry -> "id " + entry.id()).toList(),
        "nobody needs it",
        null);
  }

  @Test
  void anEntryRestsForAWhileOnlyHoweverOftenItFailed() {
    Entry bad = left(1);
    for (int i = 0; i < 20; i++) {
      Duration rest = Duration.ofMillis(5);
      assertThat(journal.failed(List.of(bad), "too slow", Integer.MAX_VALUE, rest)).isZero();
    }

    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (takeable().isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(5_000_000);
    }
    assertThat(takeable()).containsExactly(bad);
  }

  @Test
  void aParkedKeyOutlivesRepairsOfItsOtherEntries() {
    Entry bad = left(1);
    assertThat(journal.failed(List.of(bad), "no parent", 1, NO_REST)).isEqualTo(1);
    left(1);
    Actor repair = actor();

    assertThat(finish(repair, take(repair, 10), Outcome.DONE)).isZero();

    assertThat(journal.parked(MIGRATION, 10)).extracting(ParkedEntry::entry).containsExactly(bad);
  }

  @Test
  void noMoreParkedOnesAreShownThanAskedFor() {
    List<Entry> bad = List.of(left(1), left(2), left(3));
    assertThat(journal.failed(bad, "no parent", 1, NO_REST)).isEqualTo(3);

    assertThat(journal.parked(MIGRATION, 2)).hasSize(2);
    assertThat(journal.parked(MIGRATION, 10)).hasSize(3);
    assertThat(journal.parked("another", 10)).isEmpty();
  }

  @Test
  void aLongReasonIsKept() {
    String reason = "'quoted' \"text\" é 😀 ".repeat(50);
    Entry bad = left(1);

    assertThat(journal.failed(List.of(bad), reason, 1, NO_REST)).isEqualTo(1);

    assertThat(journal.parked(MIGRATION, 1).get(0).reason()).startsWith(reason.substring(0, 200));
  }

  // Counting.

  @Test
  void aKeyIsCoveredByEntriesOfAnyKind() {
    save(writer, tables.tallies, new Tally(1, 1));
    left(2);
    assertThat(journal.failed(List.of(left(3)), "no parent", 1, NO_REST)).isEqualTo(1);
    Written<Tally> unknown = save(writer, tables.tallies, new Tally(4, 1));
    assertThat(finish(writer, unknown, Outcome.UNKNOWN)).isEqualTo(1);
    journal.mark(writer.entry(1), List.of(range(ContractEntities.TALLY, 10, 20)));

    assertThat(covered(ContractEntities.TALLY, 0, 1, 2, 3, 4, 5, 9, 10, 15, 20, 21))
        .containsExactlyInAnyOrder(1, 2, 3, 4, 7, 8, 9);
    assertThat(covered(ContractEntities.TALLY)).isEmpty();
    assertThat(covered(ContractEntities.PARENT, 1L, 2L)).isEmpty();
  }

  @Test
  void manyKeysAreCheckedAtOnce() {
    left(40_000);
    Integer[] keys = new Integer[40_001];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = i;
    }

    assertThat(covered(ContractEntities.TALLY, keys)).containsExactly(40_000);
  }

  @Test
  void theStatusCounts() {
    JournalStatus empty = journal.status(MIGRATION);
    assertThat(empty).isEqualTo(new JournalStatus(0, 0, 0, Duration.ZERO));

    save(writer, tables.tallies, new Tally(1, 1));
    left(2);
    left(3);
    assertThat(journal.failed(List.of(left(4)), "no parent", 1, NO_REST)).isEqualTo(1);

    JournalStatus status = journal.status(MIGRATION);
    assertThat(status.entries()).isEqualTo(4);
    assertThat(status.left()).isEqualTo(2);
    assertThat(status.parked()).isEqualTo(1);
    assertThat(status.oldest()).isBetween(Duration.ZERO, Duration.ofMinutes(5));
    Crew.await(
        "the oldest entry grows older",
        () -> journal.status(MIGRATION).oldest().compareTo(status.oldest()) > 0);
    assertThat(journal.status("another")).isEqualTo(empty);
  }

  // Remembered keys.

  @Test
  void recalledKeysAreRepairedLikeAnyOthers() {
    Mark remember = writer.mark(Mark.Kind.REMEMBERED, 1);
    store.write(
        remember,
        () -> {
          for (int id = 0; id < 1_500; id++) {
            tables.tallies.save(new Tally(id, 1));
          }
          return tables.settings.save(new Setting("a", "1"));
        });

    Actor caller = actor();
    assertThat(journal.recall(caller.entry(1))).isEqualTo(1_501);

    JournalStatus status = journal.status(MIGRATION);
    assertThat(status.entries()).isEqualTo(1_501);
    assertThat(status.left()).isEqualTo(1_501);
    Actor repair = actor();
    Set<Span> repaired = ConcurrentHashMap.newKeySet();
    for (int round = 0; round < 50 && journalSize() > 0; round++) {
      Journal.Taken taken = take(repair, 400);
      taken.own().forEach(entry -> repaired.add(entry.span()));
      assertThat(finish(repair, taken, Outcome.DONE)).isZero();
    }
    assertEmptyJournal();
    assertThat(repaired)
        .hasSize(1_501)
        .contains(point(ContractEntities.TALLY, 1_499), point(ContractEntities.SETTING, "a"));
  }

  @Test
  void rememberedKeysAreForgottenSomeAtATime() {
    store.write(
        writer.mark(Mark.Kind.REMEMBERED, 1),
        () -> {
          for (int id = 0; id < 5; id++) {
            tables.tallies.save(new Tally(id, 1));
          }
          return tables.settings.save(new Setting("a", "1"));
        });
    assertStale(() -> journal.forgetRemembered(writer.entry(2), 100));

    assertThat(journal.forgetRemembered(writer.entry(1), 4)).isEqualTo(4);
    assertThat(journal.forgetRemembered(writer.entry(1), 4)).isEqualTo(2);
    assertThat(journal.forgetRemembered(writer.entry(1), 4)).isZero();

    assertThat(journal.recall(writer.entry(1))).isZero();
  }

  @Test
  void recallingNeedsTheEpoch() {
    store.write(
        writer.mark(Mark.Kind.REMEMBERED, 1), () -> tables.settings.save(new Setting("a", "1")));

    assertStale(() -> journal.recall(writer.entry(2)));

    assertEmptyJournal();
    assertThat(journal.recall(writer.entry(1))).isEqualTo(1);
  }
}
