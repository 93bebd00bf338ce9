package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.Stage;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Mark;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Written;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Control rows: compare-and-set, the decision of a change of primary, evidence, the audit. */
abstract class ControlContract extends ContractTheme {
  private static final UUID TOKEN = new UUID(0x1234_5678_9abc_def0L, -5);
  private static final Instant DEADLINE = Instant.parse("2031-02-03T04:05:06.789Z");

  private ControlTable control;

  ControlContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @BeforeEach
  void control() {
    control = store.control();
  }

  private static ControlRow closing() {
    return OPEN.closing(TOKEN, DEADLINE);
  }

  // Rows.

  @Test
  void aRowIsReadAsItWasWritten() {
    assertThat(control.read("unknown")).isNull();
    assertThat(control.read(MIGRATION)).isEqualTo(OPEN);
    assertThat(control.replace(OPEN, closing())).isTrue();
    assertThat(control.read(MIGRATION)).isEqualTo(closing());
    assertThat(control.replace(closing(), closing().moved(Stage.LIVE))).isTrue();
    assertThat(control.read(MIGRATION))
        .isEqualTo(
            new ControlRow(MIGRATION, 2, Stage.LIVE, ControlRow.State.MOVED, null, null, Set.of()));
  }

  @Test
  void everyStageIsKept() {
    for (Stage stage : Stage.values()) {
      ControlRow row = ControlRow.open("in " + stage.id(), Long.MAX_VALUE / 2, stage);
      control.createIfAbsent(row);
      assertThat(control.read(row.migration())).isEqualTo(row);
    }
  }

  @Test
  void aRowThatIsThereIsNotCreated() {
    control.createIfAbsent(ControlRow.open(MIGRATION, 9, Stage.COMPLETE));

    assertThat(control.read(MIGRATION)).isEqualTo(OPEN);
  }

  @Test
  void aRowIsReplacedOnlyIfItIsStillAsExpected() {
    ControlRow next = ControlRow.open(MIGRATION, 2, Stage.SHADOW);
    assertRefused(ControlRow.open(MIGRATION, 2, Stage.DUAL_WRITE), next);
    assertRefused(ControlRow.open(MIGRATION, 0, Stage.DUAL_WRITE), next);
    assertRefused(closing(), next);
    assertRefused(
        ControlRow.open("unknown", 1, Stage.DUAL_WRITE),
        ControlRow.open("unknown", 2, Stage.SHADOW));
    assertThat(control.read("unknown")).isNull();

    assertThat(control.replace(OPEN, closing())).isTrue();
    assertRefused(OPEN, next);
    assertRefused(OPEN.closing(new UUID(1, 1), DEADLINE), next);

    assertThat(control.replace(OPEN.closing(TOKEN, DEADLINE.plusSeconds(1)), closing().opened()))
        .as("epoch, state, attempt and obeyed settings are as expected; deadlines are not compared")
        .isTrue();
    assertThat(control.replace(OPEN, next)).isTrue();
    assertThat(control.read(MIGRATION)).isEqualTo(next);
    assertRefused(OPEN, closing());
  }

  @Test
  void theSettingsLastObeyedAreKeptAndCompared() {
    ControlRow obeying = OPEN.obeying(Set.of(Stage.LIVE, Stage.SHADOW));
    assertThat(control.replace(OPEN, obeying)).isTrue();
    assertThat(control.read(MIGRATION)).isEqualTo(obeying);
    assertRefused(OPEN, closing());
    assertRefused(OPEN.obeying(Set.of(Stage.LIVE)), closing());

    ControlRow moved = obeying.closing(TOKEN, DEADLINE).moved(Stage.LIVE);
    assertThat(control.replace(obeying, obeying.closing(TOKEN, DEADLINE))).isTrue();
    assertThat(control.replaceIfDrained(obeying.closing(TOKEN, DEADLINE), moved)).isTrue();
    assertThat(control.read(MIGRATION)).isEqualTo(moved);

    ControlRow next = ControlRow.open(MIGRATION, 3, Stage.SHADOW).obeying(Set.of(Stage.OFF));
    assertThat(control.openIfOlder(next)).isTrue();
    assertThat(control.read(MIGRATION)).isEqualTo(next);
    ControlRow made = ControlRow.open("new", 1, Stage.OFF).obeying(EnumSet.allOf(Stage.class));
    control.createIfAbsent(made);
    assertThat(control.read("new")).isEqualTo(made);
  }

  private void assertRefused(ControlRow expected, ControlRow next) {
    ControlRow before = control.read(MIGRATION);
    assertThat(control.replace(expected, next)).as("replaced %s", expected).isFalse();
    assertThat(control.replaceIfDrained(expected, next)).as("replaced %s", expected).isFalse();
    assertThat(control.read(MIGRATION)).isEqualTo(before);
  }

  @Test
  void ofManyWhoReplaceOneWins() {
    AtomicInteger winners = new AtomicInteger();
    Crew.together(
        8,
        index -> {
          if (retried(() -> control.replace(OPEN, OPEN.closing(new UUID(0, index), DEADLINE)))) {
            winners.incrementAndGet();
          }
        });
    assertThat(winners).hasValue(1);
  }

  @Test
  void decisionAndUndoExcludeEachOther() {
    for (int round = 0; round < 10; round++) {
      String migration = "round " + round;
      ControlRow open = ControlRow.open(migration, 1, Stage.SHADOW);
      ControlRow closing = open.closing(TOKEN, DEADLINE);
      control.createIfAbsent(closing);
      boolean[] won = new boolean[2];
      Crew.together(
          2,
          index ->
              won[index] =
                  index == 0
                      ? retried(() -> control.replaceIfDrained(closing, closing.moved(Stage.LIVE)))
                      : retried(() -> control.replace(closing, closing.opened())));
      assertThat(won[0]).as("decided, not undone").isNotEqualTo(won[1]);
      assertThat(control.read(migration)).isEqualTo(won[0] ? closing.moved(Stage.LIVE) : open);
    }
  }

  /**
   * Changes may give up with a time-out where somebody is in the way; then they are tried again.
   */
  private static boolean retried(BooleanSupplier change) {
    for (int i = 0; ; i++) {
      try {
        return change.getAsBoolean();
      } catch (StoreTimeoutException e) {
        if (i == 50) {
          throw e;
        }
      }
    }
  }

  // The decision.

  @Test
  void anEntryOfAnyKindKeepsTheDecisionFromBeingMade() {
    Written<Tally> open = save(tables.tallies, new Tally(1, 1));
    assertThat(control.replace(OPEN, closing())).isTrue();
    assertUndecided("an open entry");
    assertThat(finish(writer, open, Outcome.UNKNOWN)).isEqualTo(1);
    assertUndecided("an unknown entry");
    store.instances().fence(writer.id);
    Actor repair = actor();
    List<Entry> taken = journal.take(repair.entry(1), 10).own();
    assertUndecided("a repair's entry");
    journal.withdraw(taken);
    assertThat(journal.failed(takeable(), "no parent", 1, NO_REST)).isEqualTo(1);
    assertUndecided("a parked entry");
    assertThat(journal.retryParked(MIGRATION)).isEqualTo(1);
    assertUndecided("a left entry");

    var last = journal.take(repair.entry(1), 10);
    assertThat(finish(repair, last, Outcome.DONE)).isZero();
    assertThat(control.replaceIfDrained(closing(), closing().moved(Stage.LIVE))).isTrue();
    assertThat(control.read(MIGRATION)).isEqualTo(closing().moved(Stage.LIVE));
  }

  private void assertUndecided(String because) {
    assertThat(control.replaceIfDrained(closing(), closing().moved(Stage.LIVE)))
        .as("decided although there is %s", because)
        .isFalse();
    assertThat(control.read(MIGRATION)).isEqualTo(closing());
  }

  @Test
  void aRangeKeepsTheDecisionFromBeingMade() {
    List<Entry> range =
        journal.mark(writer.entry(1), List.of(range(ContractEntities.TALLY, 1, null)));
    assertThat(control.replace(OPEN, closing())).isTrue();
    assertUndecided("a range");
    assertThat(finish(writer, range, Outcome.DONE)).isZero();

    assertThat(control.replaceIfDrained(closing(), closing().moved(Stage.LIVE))).isTrue();
  }

  @Test
  void rememberedKeysAndOtherMigrationsDoNotKeepTheDecision() {
    control.createIfAbsent(ControlRow.open("another", 1, Stage.DUAL_WRITE));
    save(tables.tallies, new Tally(1, 1));
    store.write(
        new Actor("another").mark(Mark.Kind.REMEMBERED, 1),
        () -> tables.settings.save(new Setting("a", "1")));

    ControlRow another = ControlRow.open("another", 1, Stage.DUAL_WRITE);
    assertThat(control.replaceIfDrained(another, another.moved(Stage.LIVE))).isTrue();
    assertThat(control.replaceIfDrained(OPEN, OPEN.moved(Stage.LIVE))).isFalse();
  }

  @Test
  void onceClosingHasBegunNothingIsMarked() {
    AtomicInteger marked = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    try (Crew crew = new Crew()) {
      List<Future<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int base = i * 1_000_000;
        writers.add(
            crew.start(
                () -> {
                  int key = base;
                  try {
                    while (true) {
                      save(tables.tallies, new Tally(++key, 1));
                      marked.incrementAndGet();
                      begun.incrementAndGet();
                    }
                  } catch (StaleEpochException e) {
                    return key;
                  }
                }));
      }
      Crew.await("some writes", () -> begun.get() > 20);
      assertThat(retried(() -> control.replace(OPEN, closing()))).isTrue();
      long atClosing = journalSize();
      writers.forEach(Crew::get);
      assertThat(journalSize()).as("entries after closing had begun").isEqualTo(atClosing);
      assertThat(atClosing).as("every acknowledged write has its entry").isEqualTo(marked.get());
      assertThat(tables.tallies.count()).isEqualTo(atClosing);
    }
  }

  @Test
  void closingWaitsForAWriteThatIsUnderWay() {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Crew crew = new Crew()) {
      Future<?> write =
          crew.start(
              () ->
                  unit(
                      () -> {
                        tables.tallies.save(new Tally(1, 1));
                        written.countDown();
                        Crew.await(release);
                        return true;
                      }));
      Crew.await(written);
      Future<Boolean> closing =
          crew.start(() -> retriedUntilReleased(() -> control.replace(OPEN, closing()), release));
      assertThat(Crew.isOverWithin(closing, Duration.ofMillis(300)))
          .as("closing has begun under a write's feet")
          .isFalse();
      release.countDown();
      Crew.get(write);
      assertThat(Crew.get(closing)).isTrue();
      assertThat(journalSize()).isEqualTo(1);
      assertThat(control.replaceIfDrained(closing(), closing().moved(Stage.LIVE))).isFalse();
    }
  }

  /** As long as the write is there a time-out is right; afterwards it is not, except at once. */
  private static boolean retriedUntilReleased(BooleanSupplier change, CountDownLatch release) {
    while (release.getCount() > 0) {
      try {
        return change.getAsBoolean();
      } catch (StoreTimeoutException e) {
        assertThat(e.getMessage()).as("a message").isNotBlank();
      }
    }
    return retried(change);
  }

  @Test
  void afterTheDecisionNothingWasWrittenThatTheJournalDoesNotKnow() {
    try (Crew crew = new Crew()) {
      AtomicInteger done = new AtomicInteger();
      List<Future<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int base = i * 1_000_000;
        writers.add(
            crew.start(
                () -> {
                  int count = 0;
                  try {
                    while (true) {
                      Written<Tally> w = save(tables.tallies, new Tally(base + count, 1));
                      count++;
                      assertThat(finish(writer, w, Outcome.DONE)).isZero();
                      done.incrementAndGet();
                    }
                  } catch (StaleEpochException e) {
                    return count;
                  }
                }));
      }
      Crew.await("some writes", () -> done.get() > 20);
      Crew.await(
          "a moment in which the journal is empty",
          () -> retried(() -> control.replaceIfDrained(OPEN, OPEN.moved(Stage.LIVE))));
      long rows = tables.tallies.count();
      int acknowledged = 0;
      for (Future<Integer> each : writers) {
        acknowledged += Crew.get(each);
      }
      assertThat(tables.tallies.count()).as("rows after the decision").isEqualTo(rows);
      assertThat((long) acknowledged).as("acknowledged writes").isEqualTo(rows);
      assertEmptyJournal();
    }
  }

  // Opening.

  @Test
  void aRowIsOpenedOnlyWhereItsEpochIsOlder() {
    ControlRow second = ControlRow.open(MIGRATION, 2, Stage.LIVE);
    assertThat(control.openIfOlder(second)).isTrue();
    assertThat(control.read(MIGRATION)).isEqualTo(second);
    assertThat(control.openIfOlder(second)).as("whoever comes second").isTrue();

    control.openIfOlder(ControlRow.open(MIGRATION, 1, Stage.SHADOW));
    control.openIfOlder(ControlRow.open(MIGRATION, 2, Stage.RAMP_DOWN));
    assertThat(control.read(MIGRATION)).as("an older, the same epoch").isEqualTo(second);
    assertThat(control.openIfOlder(ControlRow.open(MIGRATION, 1, Stage.SHADOW))).isFalse();

    ControlRow moved = second.moved(Stage.SHADOW);
    assertThat(control.replaceIfDrained(second, moved)).isTrue();
    assertThat(control.openIfOlder(ControlRow.open(MIGRATION, 3, Stage.SHADOW)))
        .as("opened where it moved away at the same epoch")
        .isFalse();
    assertThat(control.read(MIGRATION)).isEqualTo(moved);
    assertThat(control.openIfOlder(ControlRow.open(MIGRATION, 4, Stage.LIVE))).isTrue();
  }

  @Test
  void aRowThatIsMissingIsOpened() {
    ControlRow row = ControlRow.open("new", 7, Stage.LIVE);

    assertThat(control.openIfOlder(row)).isTrue();

    assertThat(control.read("new")).isEqualTo(row);
    store.write(new Actor("new").entry(7), () -> tables.settings.save(new Setting("a", "1")));
    assertThat(journal.status("new").entries()).isEqualTo(1);
  }

  @Test
  void openingTwiceClosesNothing() {
    ControlRow second = ControlRow.open(MIGRATION, 2, Stage.LIVE);
    assertThat(control.openIfOlder(second)).isTrue();
    ControlRow closing = second.closing(TOKEN, DEADLINE);
    assertThat(control.replace(second, closing)).isTrue();

    control.openIfOlder(second);

    assertThat(control.read(MIGRATION)).as("a late opener undid a closing").isEqualTo(closing);
  }

  @Test
  void ofManyWhoOpenAllSeeItOpen() {
    ControlRow row = ControlRow.open("new", 3, Stage.LIVE);
    Crew.together(
        6,
        index -> {
          retried(
              () -> {
                control.openIfOlder(row);
                return true;
              });
          assertThat(control.read("new")).isEqualTo(row);
        });
  }

  // Clock and evidence.

  @Test
  void theClockGoesForward() {
    Instant first = control.now();
    assertThat(control.now()).isAfterOrEqualTo(first);
    Crew.await("a later moment", () -> control.now().isAfter(first));
    assertThat(first).isCloseTo(Instant.now(), within(Duration.ofMinutes(5)));
  }

  private static org.assertj.core.data.TemporalUnitOffset within(Duration duration) {
    return org.assertj.core.api.Assertions.within(duration.toMillis(), ChronoUnit.MILLIS);
  }

  @Test
  void evidenceIsKeptByNameUntilItIsVoid() {
    control.recordEvidence(MIGRATION, "backfill", "first");
    control.recordEvidence(MIGRATION, "backfill", "{\"rows\": 5, \"é\": \"😀\"}");
    control.recordEvidence(MIGRATION, "verification", "");
    control.recordEvidence("another", "backfill", "other");

    assertThat(control.evidence(MIGRATION)).containsOnlyKeys("backfill", "verification");
    ControlTable.Evidence backfill = backfill();
    assertThat(backfill.detail()).isEqualTo("{\"rows\": 5, \"é\": \"😀\"}");
    assertThat(backfill.recordedAt()).isCloseTo(control.now(), within(Duration.ofMinutes(1)));

    control.voidEvidence(MIGRATION);
    assertThat(control.evidence(MIGRATION)).isEmpty();
    assertThat(control.evidence("another")).containsOnlyKeys("backfill");
    assertThat(control.evidence("unknown")).isEmpty();
  }

  private ControlTable.Evidence backfill() {
    return Objects.requireNonNull(control.evidence(MIGRATION).get("backfill"), "evidence");
  }

  @Test
  void evidenceRecordedAgainIsNewer() {
    control.recordEvidence(MIGRATION, "backfill", "first");
    Instant first = backfill().recordedAt();

    Crew.await(
        "a later time",
        () -> {
          control.recordEvidence(MIGRATION, "backfill", "again");
          return backfill().recordedAt().isAfter(first);
        });
  }

  // The audit.

  @Test
  void theAuditIsKeptTheLatestFirst() {
    AuditEntry first = entry(0, Action.MOVED, null);
    AuditEntry second = entry(1, Action.REFUSED, "gate \"x\" says no: é 😀");
    control.note(first);
    control.note(second);
    control.note(
        new AuditEntry(
            UUID.randomUUID(),
            first.at(),
            "another",
            Action.MOVED,
            Stage.OFF,
            Stage.DUAL_WRITE,
            2,
            "ann",
            "pod",
            List.of(),
            null,
            null));

    assertThat(control.audit(MIGRATION, 10)).containsExactly(second, first);
    assertThat(control.audit(MIGRATION, 1)).containsExactly(second);
    assertThat(control.audit("unknown", 10)).isEmpty();
  }

  @Test
  void aPauseIsAddedLaterAndStays() {
    AuditEntry entry = entry(0, Action.MOVED, null);
    control.note(entry);
    control.note(entry.withPause(Duration.ofMillis(17)));
    control.note(entry);

    assertThat(control.audit(MIGRATION, 10))
        .containsExactly(entry.withPause(Duration.ofMillis(17)));
  }

  @Test
  void aStepAndItsEntryAreOneTransaction() {
    AuditEntry moved = entry(0, Action.MOVED, null);
    AuditEntry late = entry(1, Action.MOVED, null);
    ControlRow next = OPEN.advanced(Stage.SHADOW);
    save(tables.settings, new Setting("a", "1"));

    assertThat(control.replace(OPEN, next, moved)).isTrue();
    assertThat(control.replace(OPEN, next, late)).as("not the row any more").isFalse();
    assertThat(control.replaceIfDrained(OPEN, next, late)).isFalse();
    assertThat(control.audit(MIGRATION, 10)).containsExactly(moved);

    assertThat(control.replaceIfDrained(next, next.moved(Stage.LIVE), late))
        .as("not drained")
        .isFalse();
    assertThat(control.audit(MIGRATION, 10)).containsExactly(moved);
  }

  @Test
  void theAuditIsForgottenAfterAWhile() {
    AuditEntry old = entry(-3_600, Action.MOVED, null);
    AuditEntry young = entry(0, Action.MOVED, null);
    control.note(old);
    control.note(young);

    assertThat(control.forgetAudit("another", Duration.ofMinutes(1))).isZero();
    assertThat(control.forgetAudit(MIGRATION, Duration.ofMinutes(30))).isEqualTo(1);
    assertThat(control.audit(MIGRATION, 10)).containsExactly(young);
  }

  private AuditEntry entry(int second, Action action, @Nullable String reason) {
    return new AuditEntry(
        UUID.randomUUID(),
        control.now().truncatedTo(ChronoUnit.MILLIS).plusSeconds(second),
        MIGRATION,
        action,
        Stage.DUAL_WRITE,
        Stage.SHADOW,
        2,
        "ann",
        "pod-1",
        List.of("other-store refuses: no\r\n  such table", "parked holds: no key is parked"),
        reason,
        null);
  }
}
