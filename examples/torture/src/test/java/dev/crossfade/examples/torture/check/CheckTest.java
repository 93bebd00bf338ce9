package dev.crossfade.examples.torture.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.examples.torture.app.Keys;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Outcome;
import org.junit.jupiter.api.Test;

/** Histories by hand: what must be found, and what must not. */
class CheckTest {
  private static final String HOT = "register 1";
  private static final String COLD = "register 1000";

  private final Story story = new Story();

  private void assertClean() {
    Verdict verdict = story.verdict();
    assertThat(verdict.details()).isEmpty();
    assertThat(verdict.isClean()).isTrue();
  }

  private void assertLost(String text) {
    Verdict verdict = story.verdict();
    assertThat(verdict.lost()).as("%s", verdict.details()).isPositive();
    assertThat(verdict.isClean()).isFalse();
    assertThat(verdict.details()).anySatisfy(line -> assertThat(line).contains(text));
  }

  @Test
  void nothingHappenedIsCleanButProvesNothing() {
    assertClean();
    assertThat(story.verdict().tooLittle()).hasSize(7);
  }

  @Test
  void whatThereIsMuchOfHidesNothingElse() {
    for (int key = 1; key <= 30; key++) {
      story.ok(1, 2, Kind.CREATE, "a" + key, "register " + key, "legacy");
    }
    story.onlyInPostgres("register", 1000, "value", "other");

    assertThat(story.verdict().details())
        .anySatisfy(line -> assertThat(line).endsWith("more LOST"))
        .anySatisfy(line -> assertThat(line).contains("register 1000: SQLite has "))
        .anySatisfy(line -> assertThat(line).startsWith("history of register 1000 "));
  }

  @Test
  void aChainOfWritesIsClean() {
    story
        .ok(1, 2, Kind.CREATE, "a", HOT, "legacy")
        .ok(1.5, 3, Kind.PUT, "b", HOT, "a", "legacy")
        .ok(2.5, 2.8, Kind.FIND, "r", HOT, "b", "a")
        .ok(4, 5, Kind.TAKE, "c", HOT, "b")
        .ok(4.5, 6, Kind.PUT, "d", HOT)
        .ok(6, 7, Kind.FIND, "s", HOT)
        .ok(7, 8, Kind.CREATE, "e", HOT, "legacy")
        .row("register", 1, "e", "");
    assertClean();
    assertThat(story.verdict().acknowledged()).isEqualTo(5);
  }

  @Test
  void anAcknowledgedWriteThatIsGone() {
    story.ok(1, 2, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy");
    assertLost("the end has found initial, which a had replaced");
  }

  @Test
  void anAcknowledgedInsertThatIsGone() {
    story.ok(1, 2, Kind.CREATE, "a", HOT, "legacy");
    assertLost("at the end there is no row, but a had put one there");
  }

  @Test
  void anAcknowledgedDeleteThatIsUndone() {
    story.ok(1, 2, Kind.TAKE, "a", COLD, Keys.INITIAL);
    assertLost("which a had replaced");
  }

  @Test
  void twoWritesOnOne() {
    story
        .ok(1, 2, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .ok(1.5, 3, Kind.PUT, "b", COLD, Keys.INITIAL, "target")
        .row("register", 1000, "b", Keys.INITIAL);
    assertLost("have both replaced initial");
  }

  @Test
  void aWriteThatNobodyReplacedAndThatIsNotThere() {
    story
        .ok(1, 2, Kind.CREATE, "a", HOT, "legacy")
        .ok(1.5, 3, Kind.TAKE, "b", HOT, "a")
        .ok(1.6, 3, Kind.CREATE, "c", HOT, "legacy")
        .ok(2, 6, Kind.CREATE, "d", HOT, "legacy")
        .row("register", 1, "d", "");
    assertLost("c is gone, and nobody has replaced it");
  }

  @Test
  void aReadOfWhatWasReplaced() {
    story
        .ok(1, 2, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .ok(3, 4, Kind.FIND, "r", COLD, Keys.INITIAL, "")
        .row("register", 1000, "a", Keys.INITIAL);
    assertLost("r has found initial, which a had replaced");
  }

  @Test
  void aReadDuringTheWriteMayFindEither() {
    story
        .ok(1, 4, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .ok(2, 3, Kind.FIND, "r", COLD, Keys.INITIAL, "")
        .ok(2, 3, Kind.FIND, "s", COLD, "a", Keys.INITIAL)
        .row("register", 1000, "a", Keys.INITIAL);
    assertClean();
  }

  @Test
  void aReadOfNothingWhereThereWasSomething() {
    story.ok(1, 2, Kind.FIND, "r", COLD);
    assertLost("r has found no row, but");
  }

  @Test
  void whatNobodyWrote() {
    story.row("register", 1, "x", "");
    assertLost("x, which nobody wrote");
  }

  @Test
  void whatHadFailed() {
    story.failed(1, 2, Kind.CREATE, "a", HOT).row("register", 1, "a", "");
    assertLost("that write had failed");
  }

  @Test
  void whatWasWrittenLater() {
    story
        .ok(1, 2, Kind.FIND, "r", HOT, "a", "")
        .ok(3, 4, Kind.CREATE, "a", HOT, "legacy")
        .row("register", 1, "a", "");
    assertLost("which was written later");
  }

  @Test
  void anUnknownWriteMayHaveHappenedOrNot() {
    story
        .unknown(1, 2, Kind.PUT, "a", COLD)
        .unknown(1, 2, Kind.PUT, "b", "register 1001")
        .row("register", 1000, "a", Keys.INITIAL);
    assertClean();
    assertThat(story.verdict().unknown()).isEqualTo(2);
  }

  @Test
  void anUnknownWriteMayReplaceAnAcknowledgedOne() {
    story
        .ok(1, 2, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .unknown(3, 4, Kind.TAKE, "b", COLD)
        .ok(5, 6, Kind.CREATE, "c", COLD, "legacy")
        .row("register", 1000, "c", "");
    assertClean();
  }

  @Test
  void aWriteThatDoesNotSayWhatItFoundIsAcknowledgedAllTheSame() {
    story
        .operation(1, 2, Kind.PUT, "a", COLD, Outcome.WRITTEN, "SecondaryMissedException")
        .ok(3, 4, Kind.PUT, "b", COLD, "a", "legacy")
        .operation(5, 6, Kind.TAKE, "c", COLD, Outcome.WRITTEN, "SecondaryMissedException")
        .noRow("register", 1000);
    assertClean();
    assertThat(story.verdict().acknowledged()).isEqualTo(3);
  }

  @Test
  void aWriteThatDidNotSayWhatItFoundAndIsGone() {
    story.operation(1, 2, Kind.PUT, "a", COLD, Outcome.WRITTEN, "SecondaryMissedException");
    assertLost("the end has found initial, but a came after that");
  }

  @Test
  void anUnknownWriteReplacesOneValueAtMost() {
    story
        .ok(1, 2, Kind.CREATE, "a", HOT, "legacy")
        .unknown(1, 9, Kind.TAKE, "u", HOT)
        .ok(2, 8, Kind.CREATE, "b", HOT, "legacy")
        .ok(2, 8, Kind.CREATE, "c", HOT, "legacy")
        .row("register", 1, "c", "");
    assertLost("is gone, and nobody has replaced it");
  }

  @Test
  void anUnknownWriteComesBackAfterALaterOne() {
    story
        .unknown(1, 2, Kind.PUT, "a", COLD)
        .ok(3, 4, Kind.PUT, "b", COLD, "a", "legacy")
        .row("register", 1000, "a", Keys.INITIAL);
    assertLost("the end has found a, which b had replaced");
  }

  @Test
  void anUnknownWriteThatNobodySawMayBeLateButNotForEver() {
    story
        .unknown(1, 2, Kind.PUT, "a", COLD)
        .ok(30, 31, Kind.PUT, "b", COLD, Keys.INITIAL, "legacy")
        .ok(32, 33, Kind.PUT, "c", COLD, "b", "legacy")
        .row("register", 1000, "a", "c");
    assertLost("the end has found a, but");
  }

  @Test
  void anUnknownWriteMayBeAsLateAsItsNetworkHoldsIt() {
    story
        .fault(1.5, 40, "black hole")
        .unknown(1, 2, Kind.PUT, "a", COLD)
        .ok(30, 31, Kind.PUT, "b", COLD, Keys.INITIAL, "legacy")
        .row("register", 1000, "a", "b");
    assertClean();
  }

  @Test
  void whoDoesNotLookIsOrderedByTime() {
    story
        .ok(1, 2, Kind.SAVE, "a", HOT)
        .ok(3, 4, Kind.SAVE, "b", HOT)
        .ok(5, 6, Kind.FIND, "r", HOT, "a", "")
        .row("register", 1, "b", "");
    assertLost("r has found a, but b came after that");
  }

  @Test
  void whoDoesNotLookAtTheSameTimeIsNotOrdered() {
    story
        .ok(1, 3, Kind.SAVE, "a", HOT)
        .ok(2, 4, Kind.SAVE, "b", HOT)
        .ok(5, 6, Kind.DELETE, "c", HOT, "true")
        .ok(5.5, 7, Kind.DELETE, "d", HOT, "false");
    assertClean();
  }

  @Test
  void anElementThatLeftItsSet() {
    story
        .ok(1, 2, Kind.CREATE, "a", "element 100", "legacy")
        .ok(3, 4, Kind.FIND_SET, "r", "element 100,101", "100=a")
        .ok(5, 6, Kind.FIND_SET, "s", "element 100,101")
        .row("element", 100, "a", "");
    assertLost("s has found no row");
  }

  @Test
  void aParentTakesItsChildrenAlong() {
    story
        .ok(1, 2, Kind.CREATE, "p", "parent 11", "legacy")
        .ok(3, 4, Kind.CREATE, "c", "child 1100", "legacy")
        .ok(5, 6, Kind.DROP, "d", "11 1100,1101", "p")
        .ok(7, 8, Kind.FIND, "r", "child 1100");
    assertClean();
  }

  @Test
  void aChildThatOutlivesItsParent() {
    story
        .ok(1, 2, Kind.CREATE, "p", "parent 11", "legacy")
        .ok(3, 4, Kind.CREATE, "c", "child 1100", "legacy")
        .ok(5, 6, Kind.DROP, "d", "11 1100,1101", "p")
        .row("child", 1100, "c", "");
    assertLost("the end has found c, but d came after that");
  }

  @Test
  void codesThatChangePlaces() {
    story
        .ok(1, 2, Kind.SWAP, "a", "1 2", Keys.INITIAL, Keys.INITIAL, "legacy")
        .row("parent", 1, "a", Keys.INITIAL)
        .row("parent", 2, "a", Keys.INITIAL)
        .column("parent", 1, "code", Keys.code(2))
        .column("parent", 2, "code", Keys.code(1));
    assertClean();
  }

  @Test
  void aCodeThatIsLost() {
    story.column("parent", 2, "code", "moving x");
    assertLost("codes are");
  }

  @Test
  void halfASwap() {
    story
        .ok(1, 2, Kind.SWAP, "a", "1 2", Keys.INITIAL, Keys.INITIAL, "legacy")
        .row("parent", 1, "a", Keys.INITIAL);
    assertLost("parent 2");
  }

  @Test
  void moneyThatMoves() {
    story
        .ok(1, 2, Kind.TRANSFER, "t", "1 2 30", "legacy")
        .ok(3, 4, Kind.TOTAL, "r", "", String.valueOf(Keys.total()))
        .failed(5, 6, Kind.TRANSFER, "u", "1 2 30")
        .unknown(5, 6, Kind.TRANSFER, "v", "1 2 5")
        .inLedger(1, "t", 1, 2, 30)
        .balance(1, Keys.BALANCE - 30)
        .balance(2, Keys.BALANCE + 30);
    assertClean();
  }

  @Test
  void aTransferThatIsLost() {
    story.ok(1, 2, Kind.TRANSFER, "t", "1 2 30", "legacy");
    assertLost("transfer t is not in the ledger");
  }

  @Test
  void aFailedTransferThatHappened() {
    story
        .failed(1, 2, Kind.TRANSFER, "t", "1 2 30")
        .inLedger(1, "t", 1, 2, 30)
        .balance(1, Keys.BALANCE - 30)
        .balance(2, Keys.BALANCE + 30);
    assertLost("transfer t had failed");
  }

  @Test
  void aTransferThatNobodyMade() {
    story.inLedger(1, "t", 1, 2, 0);
    assertLost("nobody transferred");
  }

  @Test
  void halfATransfer() {
    story
        .ok(1, 2, Kind.TRANSFER, "t", "1 2 30", "legacy")
        .inLedger(1, "t", 1, 2, 30)
        .balance(1, Keys.BALANCE - 30);
    assertLost("the ledger says");
  }

  @Test
  void aWrongTotal() {
    story.ok(3, 4, Kind.UNIT_TOTAL, "r", "", "7999");
    assertLost("r saw 7999 in all");
  }

  @Test
  void storesThatDiffer() {
    story.onlyInPostgres("register", 1000, "decided_on", "target");
    assertThat(story.verdict().differences()).isEqualTo(1);
    assertThat(story.verdict().isClean()).isFalse();
  }

  @Test
  void aRowInOneStoreOnly() {
    story.unknown(1, 2, Kind.CREATE, "a", HOT).onlyInPostgres("register", 1, "value", "a");
    assertThat(story.verdict().differences()).isEqualTo(1);
  }

  @Test
  void anEntryThatStays() {
    story.leftInJournal("register 1");
    assertThat(story.verdict().differences()).isEqualTo(1);
  }

  @Test
  void aVerificationThatFoundSomething() {
    story.ok(1, 2, Kind.VERIFY, "v", "", "3", "2");
    assertThat(story.verdict().differences()).isEqualTo(1);
  }

  @Test
  void aVerificationAcrossAChangeOfStageProvesNothing() {
    story.ok(1, 3, Kind.VERIFY, "v", "", "3", "3").epoch(3, "shadow");
    assertClean();
  }

  /** Keys that were only remembered are in no journal before they are recalled. */
  @Test
  void aVerificationOnTheWayBackFromCompleteProvesNothing() {
    story
        .epoch(3, "live")
        .epoch(4, "ramp_down")
        .epoch(5, "complete")
        .epoch(6, "ramp_down")
        .ok(1, 2, Kind.VERIFY, "v", "", "3", "6")
        .epoch(7, "live")
        .ok(3, 4, Kind.VERIFY, "w", "", "3", "7");
    assertClean();
  }

  @Test
  void aVerificationAfterTheWayBackFromCompleteProvesSomething() {
    story
        .epoch(3, "live")
        .epoch(4, "complete")
        .epoch(5, "ramp_down")
        .epoch(6, "live")
        .epoch(7, "shadow")
        .ok(1, 2, Kind.VERIFY, "v", "", "3", "7")
        .epoch(8, "live")
        .ok(3, 4, Kind.VERIFY, "w", "", "2", "8");
    assertThat(story.verdict().differences()).isEqualTo(2);
  }

  @Test
  void aWriteOnTheOldPrimary() {
    story
        .ok(1, 2, Kind.MOVE, "m", "shadow live", "3")
        .epoch(3, "live")
        .ok(2.1, 2.2, Kind.PUT, "a", COLD, Keys.INITIAL, "target")
        .knowing(2)
        .ok(3, 4, Kind.PUT, "b", COLD, "a", "legacy")
        .row("register", 1000, "b", "a");
    assertThat(story.verdict().staleWrites()).isEqualTo(1);
    assertThat(story.verdict().isClean()).isFalse();
  }

  @Test
  void aWriteThatBeganBeforeTheMoveEnded() {
    story
        .ok(1, 2, Kind.MOVE, "m", "shadow live", "3")
        .ok(1.5, 4, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .ok(1.5, 4, Kind.PUT, "b", "register 1001", Keys.INITIAL, "target")
        .epoch(3, "live")
        .ok(5, 6, Kind.FIND, "r", COLD, "a", Keys.INITIAL)
        .row("register", 1000, "a", Keys.INITIAL)
        .row("register", 1001, "b", Keys.INITIAL);
    assertClean();
  }

  /** It failed after its decision; the one that succeeded has only found it. */
  @Test
  void aMoveThatFailedMayHaveBeenDecided() {
    story
        .failed(1, 5, Kind.MOVE, "m", "shadow live")
        .ok(2, 3, Kind.PUT, "a", COLD, Keys.INITIAL, "target")
        .ok(6, 7, Kind.MOVE, "n", "shadow live", "3")
        .epoch(3, "live")
        .ok(8, 9, Kind.FIND, "r", COLD, "a", Keys.INITIAL)
        .row("register", 1000, "a", Keys.INITIAL);
    assertClean();
  }

  @Test
  void aMoveThatWasRefusedHasDecidedNothing() {
    story
        .operation(1, 5, Kind.MOVE, "m", "shadow live", Outcome.FAILED, "MoveRefusedException")
        .ok(2, 3, Kind.PUT, "a", COLD, Keys.INITIAL, "target")
        .ok(6, 7, Kind.MOVE, "n", "shadow live", "3")
        .epoch(3, "live")
        .ok(8, 9, Kind.FIND, "r", COLD, "a", Keys.INITIAL)
        .row("register", 1000, "a", Keys.INITIAL);
    assertThat(story.verdict().staleWrites()).isEqualTo(1);
  }

  /** Its process did not know how far forward the migration was, so it went all the way back. */
  @Test
  void aMoveOverSeveralStagesMayHaveDecidedAllOfThem() {
    story
        .epoch(3, "live")
        .epoch(4, "ramp_down")
        .ok(10, 20, Kind.MOVE, "m", "shadow dual_write", "7")
        .epoch(5, "live")
        .epoch(6, "shadow")
        .epoch(7, "dual_write")
        .knowing(4)
        .ok(12, 13, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .knowing(7)
        .unknown(15, 16, Kind.MOVE, "n", "dual_write shadow")
        .ok(21, 22, Kind.FIND, "r", COLD, "a", Keys.INITIAL)
        .row("register", 1000, "a", Keys.INITIAL);
    assertClean();
  }

  @Test
  void aMoveThatWasRefusedOnItsWayMayHaveDecidedSomeOfIt() {
    story
        .epoch(3, "live")
        .epoch(4, "ramp_down")
        .operation(
            10, 20, Kind.MOVE, "m", "shadow dual_write", Outcome.FAILED, "MoveRefusedException")
        .epoch(5, "live")
        .epoch(6, "shadow")
        .knowing(4)
        .ok(12, 13, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .ok(21, 22, Kind.MOVE, "n", "shadow shadow", "6")
        .knowing(6)
        .ok(23, 24, Kind.FIND, "r", COLD, "a", Keys.INITIAL)
        .row("register", 1000, "a", Keys.INITIAL);
    assertClean();
  }

  @Test
  void aMoveThatWasRefusedWithOneStepToGoHasDecidedNothing() {
    story
        .epoch(3, "live")
        .operation(10, 20, Kind.MOVE, "m", "live shadow", Outcome.FAILED, "MoveRefusedException")
        .ok(12, 13, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .ok(21, 22, Kind.MOVE, "n", "live shadow", "4")
        .epoch(4, "shadow")
        .ok(23, 24, Kind.FIND, "r", COLD, "a", Keys.INITIAL)
        .row("register", 1000, "a", Keys.INITIAL);
    assertThat(story.verdict().staleWrites()).isEqualTo(1);
  }

  /** It is known to one that made it, and died before it had written that down. */
  @Test
  void aStageOfWhichNobodyToldMayHaveHadEitherPrimary() {
    story
        .ok(1, 2, Kind.PUT, "a", COLD, Keys.INITIAL, "target")
        .epoch(4, "shadow")
        .ok(3, 4, Kind.PUT, "b", COLD, "a", "legacy")
        .row("register", 1000, "b", "a");
    assertClean();
  }

  @Test
  void upAndDownThroughAllStages() {
    story
        .ok(1, 2, Kind.MOVE, "m3", "dual_write shadow", "3")
        .epoch(3, "shadow")
        .ok(3, 4, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .ok(5, 6, Kind.MOVE, "m4", "shadow live", "4")
        .epoch(4, "live")
        .ok(7, 8, Kind.PUT, "b", COLD, "a", "target")
        .ok(9, 10, Kind.MOVE, "m5", "live ramp_down", "5")
        .epoch(5, "ramp_down")
        .ok(11, 12, Kind.MOVE, "m6", "ramp_down complete", "6")
        .epoch(6, "complete")
        .ok(13, 14, Kind.PUT, "c", COLD, "b", "target")
        .ok(15, 16, Kind.FIND, "r", COLD, "c", "b")
        .ok(17, 18, Kind.MOVE, "m7", "complete ramp_down", "7")
        .epoch(7, "ramp_down")
        .ok(19, 20, Kind.MOVE, "m8", "ramp_down live", "8")
        .epoch(8, "live")
        .ok(21, 22, Kind.MOVE, "m9", "live shadow", "9")
        .epoch(9, "shadow")
        .ok(23, 24, Kind.PUT, "d", COLD, "c", "legacy")
        .knowing(6)
        .ok(25, 26, Kind.FIND, "s", COLD, "c", "b")
        .row("register", 1000, "d", "c");
    assertClean();
    assertThat(story.verdict().summary()).startsWith("changes of primary: 1 there, 1 back,");
  }

  @Test
  void aWriteInCompleteOnTheLegacyStore() {
    story
        .ok(1, 2, Kind.MOVE, "m", "ramp_down complete", "3")
        .epoch(3, "complete")
        .ok(2.1, 2.2, Kind.PUT, "a", COLD, Keys.INITIAL, "target")
        .ok(3, 4, Kind.PUT, "b", COLD, "a", "legacy")
        .row("register", 1000, "b", "a");
    assertThat(story.verdict().staleWrites()).isEqualTo(1);
  }

  @Test
  void aWriteOnThePrimaryToComeIsOneToo() {
    story.ok(1, 2, Kind.PUT, "a", COLD, Keys.INITIAL, "target").row("register", 1000, "a", "");
    assertThat(story.verdict().staleWrites()).isEqualTo(1);
  }

  @Test
  void aReadOfAProcessThatHasNotHeardYet() {
    story
        .ok(1, 2, Kind.MOVE, "m", "shadow live", "3")
        .epoch(3, "live")
        .ok(3, 4, Kind.PUT, "a", COLD, Keys.INITIAL, "target")
        .knowing(2)
        .ok(5, 6, Kind.FIND, "r", COLD, Keys.INITIAL, "")
        .row("register", 1000, "a", Keys.INITIAL);
    assertClean();
  }

  /** The move was under way for long, but the old primary still took a write after that read. */
  @Test
  void aReadBeforeTheLastWriteOnTheOldPrimary() {
    story
        .ok(1, 2, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .ok(3, 20, Kind.MOVE, "m", "shadow live", "3")
        .ok(4, 5, Kind.FIND, "r", COLD, Keys.INITIAL, "")
        .ok(6, 7, Kind.PUT, "b", COLD, "a", "legacy")
        .epoch(3, "live")
        .ok(21, 22, Kind.FIND, "s", COLD, "b", "a")
        .row("register", 1000, "b", "a");
    assertLost("r has found initial, which a had replaced");
  }

  @Test
  void aReadOfAProcessThatHasHeard() {
    story
        .ok(1, 2, Kind.MOVE, "m", "shadow live", "3")
        .epoch(3, "live")
        .ok(3, 4, Kind.PUT, "a", COLD, Keys.INITIAL, "target")
        .ok(5, 6, Kind.FIND, "r", COLD, Keys.INITIAL, "")
        .row("register", 1000, "a", Keys.INITIAL);
    assertLost("r has found initial");
  }

  @Test
  void anExceptionThatNobodyShouldSee() {
    story.operation(
        1, 2, Kind.FIND, "r", COLD, Outcome.UNKNOWN, Kind.UNEXPECTED + "NullPointerException");
    assertThat(story.verdict().unexpected()).isEqualTo(1);
    assertThat(story.verdict().isClean()).isFalse();
  }

  @Test
  void theHistoryOfAKeyIsShown() {
    story
        .ok(1, 2, Kind.PUT, "a", COLD, Keys.INITIAL, "legacy")
        .fault(1.5, 1.7, "black hole")
        .failed(3, 4, Kind.PUT, "b", COLD);
    assertThat(story.verdict().details())
        .anySatisfy(line -> assertThat(line).contains("PUT", " a ", "register 1000"))
        .anySatisfy(line -> assertThat(line).contains("FAILED", " b "))
        .anySatisfy(line -> assertThat(line).contains("black hole of network 0 begins"));
  }

  // ---- from MongoDB: a process that stood still past its lease

  /** Killed right after it went on: its write came when a repair had come and gone. */
  private void writesLate() {
    story
        .fault(1, 5, "pause")
        .unknown(0.9, 5, Kind.PUT, "late", COLD)
        .onlyInMongo("register", 1000, "value", "late")
        .onlyInMongo("register", 1000, "previous", Keys.INITIAL);
  }

  @Test
  void whatAStoppedProcessLeftIsCountedApartIfAVerificationNamesIt() {
    writesLate();
    story.fromMongo(COLD);

    Verdict verdict = story.verdict();
    assertThat(verdict.isClean()).as("%s", verdict.details()).isTrue();
    assertThat(verdict.apart()).isNotEmpty().allSatisfy(line -> assertThat(line).contains("late"));
  }

  @Test
  void notIfNoVerificationNamesIt() {
    writesLate();
    story.fromMongo();

    assertThat(story.verdict().differences()).isEqualTo(1);
  }

  @Test
  void notOnAStoreThatKeepsItOut() {
    writesLate();

    assertThat(story.verdict().differences()).isEqualTo(1);
  }

  @Test
  void notWhatAnotherProcessLeft() {
    story
        .fromMongo(COLD)
        .fault(7, 9, "pause")
        .unknown(0.9, 5, Kind.PUT, "late", COLD)
        .onlyInMongo("register", 1000, "value", "late")
        .onlyInMongo("register", 1000, "previous", Keys.INITIAL);

    assertThat(story.verdict().differences()).isEqualTo(1);
  }

  @Test
  void aVerificationUnderWayMayNameWhatAStoppedProcessLeft() {
    story
        .fromMongo()
        .fault(1, 5, "pause")
        .unknown(0.9, 5, Kind.PUT, "late", COLD)
        .ok(6, 7, Kind.VERIFY, "v", "", "1", "2", COLD);

    assertThat(story.verdict().isClean()).as("%s", story.verdict().details()).isTrue();

    story.ok(8, 9, Kind.VERIFY, "w", "", "1", "2", "register 1001");
    assertThat(story.verdict().differences()).isEqualTo(1);
  }
}
